//! Working days and the lengths of deadlines (工作日、办理时限).

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    Connection as _, ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl, connection::SimpleConnection as _,
    upsert::excluded,
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    calendar::{WorkCalendar, local_date},
    deadlines::{Around, HandoverPolicies, Policies, Policy, Rules, Unit},
    handover::Channel,
};

use serde_json::json;

use crate::{
    Act, By, Error, Result, Store, audit,
    casework::Stop,
    handovers,
    schema::{calendar_days, calendar_years, deadline_policies},
    word::Word,
};

mod notice;
mod preview;
pub(crate) mod replan;

pub use notice::{CalendarDay, CalendarMistake, CalendarYear};
pub use preview::{CalendarEffect, KnownYear, MovedDate};
pub use replan::{MovedClock, Replanned};

impl Store {
    /// The working days as far as they are known.
    pub fn calendar(&self) -> Result<WorkCalendar> {
        calendar(&mut *self.connection()?)
    }

    /// Working days, and for each step the latest policy that began by the day of `now`.
    ///
    /// # Errors
    /// [`Error::Unknown`] names a step that has no policy.
    pub fn rules(&self, now: DateTime<Utc>) -> Result<Rules> {
        rules(&mut *self.connection()?, now)
    }

    /// Takes a year's announced days in the place of what was known of that year, and computes the provisional promises
    /// again whose clock still runs, those of offices too. Doing it twice changes nothing, except for what was promised meanwhile by a
    /// process that did not know the year yet.
    pub fn import_calendar_year(&self, by: &By, year: &CalendarYear, now: DateTime<Utc>) -> Result<Replanned> {
        self.connection()?.transaction(|connection| {
            let replanned = apply(connection, year, now)?;
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
fn apply(connection: &mut PgConnection, year: &CalendarYear, now: DateTime<Utc>) -> Result<Replanned> {
    connection.batch_execute("LOCK TABLE calendar_years IN SHARE ROW EXCLUSIVE MODE")?;
    replace_days(connection, year)?;
    let replanned = replan::provisional(connection, now)?;
    match handovers::replan(connection, now) {
        Ok(_) => Ok(replanned),
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::Refused(refusal)) => Err(Error::Unknown(format!("a handover: {refusal:?}"))),
    }
}

fn calendar(connection: &mut PgConnection) -> Result<WorkCalendar> {
    let days: Vec<(NaiveDate, bool)> = calendar_days::table
        .select((calendar_days::day, calendar_days::is_off))
        .load(connection)?;
    let years: Vec<i16> = calendar_years::table.select(calendar_years::year).load(connection)?;
    Ok(WorkCalendar::new(days, years.into_iter().map(i32::from)))
}

/// Calendar and policies of the day of `now`.
pub fn rules(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<Rules> {
    Ok(Rules {
        calendar: calendar(connection)?,
        policies: policies(connection, local_date(now))?,
    })
}

fn policies(connection: &mut PgConnection, on: NaiveDate) -> Result<Policies> {
    let rows: Vec<(String, String, i16, Word<Unit>)> = deadline_policies::table
        .filter(deadline_policies::effective_from.le(on))
        .order((
            deadline_policies::applies_to,
            deadline_policies::step,
            deadline_policies::effective_from.desc(),
        ))
        .distinct_on((deadline_policies::applies_to, deadline_policies::step))
        .select((
            deadline_policies::applies_to,
            deadline_policies::step,
            deadline_policies::amount,
            deadline_policies::unit,
        ))
        .load(connection)?;
    let policy = |of: &str, wanted: &str| {
        rows.iter()
            .find(|(applies_to, step, _, _)| applies_to == of && step == wanted)
            .map(|(_, _, amount, unit)| Policy {
                amount: amount.unsigned_abs(),
                unit: unit.0,
            })
            .ok_or_else(|| Error::Unknown(format!("no policy for {wanted} of {of}")))
    };
    let around = |of: &str| {
        Ok::<_, Error>(Around {
            remind: policy(of, "remind")?,
            escalate_head: policy(of, "escalate_head")?,
            escalate: policy(of, "escalate")?,
            escalate_county: policy(of, "escalate_county")?,
        })
    };
    let handover = |channel: Channel| {
        let policy = |wanted| policy(channel.as_str(), wanted);
        Ok::<_, Error>(HandoverPolicies {
            accept: policy("accept")?,
            answer: policy("answer")?,
            extend: policy("extend")?,
            partner: policy("partner")?,
            redo: policy("redo")?,
            judge: policy("judge")?,
            around: around(channel.as_str())?,
        })
    };
    Ok(Policies {
        answer: policy("submission", "answer")?,
        around: around("submission")?,
        auto_close: policy("submission", "auto_close")?,
        urgent_answer: policy("submission", "urgent_answer")?,
        give_info: policy("submission", "give_info")?,
        office: handover(Channel::Office)?,
        intersession: handover(Channel::Intersession)?,
        proposal: handover(Channel::Proposal)?,
    })
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
    diesel::delete(calendar_days::table.filter(calendar_days::year.eq(year.year))).execute(connection)?;
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
        .execute(connection)?;
    Ok(())
}
