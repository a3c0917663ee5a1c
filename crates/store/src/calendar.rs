//! Working days and the lengths of deadlines (工作日、办理时限).

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    Connection as _, ExpressionMethods, NullableExpressionMethods, PgConnection, QueryDsl, QueryableByName,
    RunQueryDsl, connection::SimpleConnection as _, sql_types::BigInt, upsert::excluded,
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    calendar::{WorkCalendar, local_date},
    deadlines::{Book, Matter, RuleBook, Rules},
    submission::{Kind, Urgency},
};
use uuid::Uuid;

use serde_json::json;

use crate::{
    Act, By, Error, Result, Store, audit,
    casework::Stop,
    handovers, policies,
    schema::{calendar_days, calendar_years, categories, submissions},
    word::Word,
};

mod notice;
mod preview;
pub(crate) mod replan;
mod waiting;

pub use notice::{CalendarDay, CalendarMistake, CalendarYear};
pub(crate) use preview::effect;
pub use preview::{CalendarEffect, KnownYear, MovedDate};
pub use replan::{MovedClock, Replanned};

/// What a long computation says while it goes on; an error of whoever hears it ends it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Heard {
    /// So many clocks are to be looked at.
    Found(usize),
    /// So many more were.
    Did(usize),
}

/// Who hears it.
pub(crate) type Hear<'h> = dyn FnMut(Heard) -> Result<()> + 'h;

/// Clocks that are written at once.
const CHUNK: usize = 500;

impl Store {
    /// The working days as far as they are known.
    pub fn calendar(&self) -> Result<WorkCalendar> {
        calendar(&mut *self.connection()?)
    }

    /// Working days, and the policies in effect on the day of `now`, for every matter.
    ///
    /// # Errors
    /// [`Error::Unknown`] names a step that has no policy.
    pub fn rules(&self, now: DateTime<Utc>) -> Result<RuleBook> {
        let mut connection = self.connection()?;
        Ok(RuleBook {
            calendar: calendar(&mut connection)?,
            book: book(&mut connection, local_date(now))?,
        })
    }

    /// Takes a year's announced days in the place of what was known of that year, and computes the provisional promises
    /// again whose clock still runs, those of offices too, and until when residents may add what was asked or rate an
    /// answer. Doing it twice changes nothing, except for what was promised meanwhile by a
    /// process that did not know the year yet.
    pub fn import_calendar_year(&self, by: &By, year: &CalendarYear, now: DateTime<Utc>) -> Result<Replanned> {
        self.connection()?.transaction(|connection| {
            let replanned = apply(connection, year, now, &mut |_| Ok(()))?;
            record(connection, by, year, now)?;
            Ok(replanned)
        })
    }
}

/// Who took the year.
fn record(connection: &mut PgConnection, by: &By, year: &CalendarYear, now: DateTime<Utc>) -> Result<()> {
    let act = Act::done(Action::CalendarYearTaken, ObjectKind::CalendarYear, year.year);
    let detail = json!({"papers": year.papers, "days": year.days.len()});
    audit::record(connection, by, &act.with(detail), now)
}

/// Of two imports at once the second has to see the first one's year. Readers do not wait.
fn apply(
    connection: &mut PgConnection,
    year: &CalendarYear,
    now: DateTime<Utc>,
    hear: &mut Hear<'_>,
) -> Result<Replanned> {
    connection.batch_execute("LOCK TABLE calendar_years IN SHARE ROW EXCLUSIVE MODE")?;
    let before = calendar(connection)?;
    replace_days(connection, year)?;
    hear(Heard::Found(count(connection)?))?;
    let replanned = replan::provisional(connection, now, hear)?;
    waiting::replan(connection, &before, now, hear)?;
    match handovers::replan(connection, now, hear) {
        Ok(_) => Ok(replanned),
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::Refused(refusal)) => Err(Error::Unknown(format!("a handover: {refusal:?}"))),
    }
}

/// What may run through a year that was not known: promises, what waits for residents, offices.
const RUNNING: &str = "
SELECT (SELECT count(*) FROM submissions
        WHERE state IN ('registered', 'accepted', 'reopened') AND answer_due_provisional)
    + (SELECT count(*) FROM deadline_steps WHERE step IN ('auto_close', 'info_lapse') AND done_at IS NULL)
    + (SELECT count(*) FROM handovers WHERE answer_due_provisional AND state IN ('offered', 'accepted', 'redo')) AS count";

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn count(connection: &mut PgConnection) -> Result<usize> {
    let Count { count } = diesel::sql_query(RUNNING).get_result(connection)?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// The working days as far as they are known.
pub fn calendar(connection: &mut PgConnection) -> Result<WorkCalendar> {
    let days: Vec<(NaiveDate, bool)> = calendar_days::table
        .select((calendar_days::day, calendar_days::is_off))
        .load(connection)?;
    let years: Vec<i16> = calendar_years::table.select(calendar_years::year).load(connection)?;
    Ok(WorkCalendar::new(days, years.into_iter().map(i32::from)))
}

/// What holds on the day of `now` for a submission that exists.
pub fn rules(connection: &mut PgConnection, submission_id: Uuid, now: DateTime<Utc>) -> Result<Rules> {
    let matter = matter(connection, submission_id)?;
    rules_for(connection, &matter, now)
}

/// What holds on the day of `now` for a matter.
pub fn rules_for(connection: &mut PgConnection, matter: &Matter, now: DateTime<Utc>) -> Result<Rules> {
    Ok(Rules {
        calendar: calendar(connection)?,
        policies: book(connection, local_date(now))?.policies(matter),
    })
}

/// What decides which policies hold for a submission.
pub fn matter(connection: &mut PgConnection, submission_id: Uuid) -> Result<Matter> {
    let (kind, category, urgency, region_code): (Word<Kind>, Option<String>, Word<Urgency>, String) =
        submissions::table
            .left_join(categories::table)
            .filter(submissions::id.eq(submission_id))
            .select((
                submissions::kind,
                categories::path.nullable(),
                submissions::urgency,
                submissions::region_code,
            ))
            .first(connection)?;
    Ok(Matter {
        kind: kind.0,
        category,
        urgency: urgency.0,
        region_code,
    })
}

/// The policies in effect on a day.
fn book(connection: &mut PgConnection, on: NaiveDate) -> Result<Book> {
    Book::on(on, &policies::entries(connection)?).map_err(|missing| Error::Unknown(missing.to_string()))
}

fn replace_days(connection: &mut PgConnection, year: &CalendarYear) -> Result<()> {
    diesel::insert_into(calendar_years::table)
        .values((
            calendar_years::year.eq(year.year),
            calendar_years::source.eq(year.papers.join(" ")),
        ))
        .on_conflict(calendar_years::year)
        .do_update()
        .set(calendar_years::source.eq(excluded(calendar_years::source)))
        .execute(connection)?;
    // Only what differs is touched: what was counted by a day that is known otherwise now is counted anew. That is done when
    // the transaction ends, and may take longer than a statement of ours may.
    connection.batch_execute("SET LOCAL statement_timeout = 0")?;
    let kept: Vec<NaiveDate> = year.own_days().map(|day| day.date).collect();
    let gone = calendar_days::table
        .filter(calendar_days::year.eq(year.year))
        .filter(calendar_days::day.ne_all(kept));
    diesel::delete(gone).execute(connection)?;
    // A notice also names days of the neighbouring year; they belong to that year's own notice.
    let days: Vec<_> = year
        .own_days()
        .map(|day| {
            (
                calendar_days::day.eq(day.date),
                calendar_days::year.eq(year.year),
                calendar_days::name.eq(&day.name),
                calendar_days::is_off.eq(day.is_off),
            )
        })
        .collect();
    diesel::insert_into(calendar_days::table)
        .values(days)
        .on_conflict(calendar_days::day)
        .do_update()
        .set((
            calendar_days::name.eq(excluded(calendar_days::name)),
            calendar_days::is_off.eq(excluded(calendar_days::is_off)),
        ))
        .execute(connection)?;
    Ok(())
}
