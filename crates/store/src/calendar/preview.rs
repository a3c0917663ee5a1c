//! The years that are known, and what an import of one changes.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use minyi_domain::{deadlines::Step, people::Scope};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{CalendarDay, CalendarYear, Hear, Replanned, apply};
use crate::{
    Result, Store,
    schema::{calendar_days, calendar_years, deadline_steps, handovers, submissions},
    scope::submissions_in,
};

/// More than anybody reads one by one; the rest is counted.
const MOST: usize = 100;

/// A year of which the holidays are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownYear {
    pub year: i16,
    /// Where they come from.
    pub source: String,
    pub days: Vec<CalendarDay>,
}

/// A date promised to a resident that would be another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedDate {
    pub submission_id: Uuid,
    pub number: String,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

/// What an import would change, or has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarEffect {
    /// Days that were not known as they stand in the notice.
    pub days_added: Vec<CalendarDay>,
    /// Days that were known and do not stand in the notice so.
    pub days_removed: Vec<CalendarDay>,
    pub replanned: Replanned,
    /// Dates promised to residents that move, everywhere: until when they are answered, may add what was asked, or may rate.
    pub submissions_moved: usize,
    /// Dates of offices that move, everywhere.
    pub handovers_moved: usize,
    /// Of the residents' dates those in the scope, the first [`MOST`].
    pub moved: Vec<MovedDate>,
}

impl Store {
    /// The years whose holidays are known, the latest first.
    pub fn calendar_years(&self) -> Result<Vec<KnownYear>> {
        let mut connection = self.connection()?;
        let years: Vec<(i16, String)> = calendar_years::table
            .order(calendar_years::year.desc())
            .select((calendar_years::year, calendar_years::source))
            .load(&mut *connection)?;
        let known = |(year, source)| {
            let days = days_of(&mut connection, year)?;
            Ok(KnownYear { year, source, days })
        };
        years.into_iter().map(known).collect()
    }
}

/// Takes the year, and says what changes by it.
pub fn effect(
    connection: &mut PgConnection,
    scope: &Scope,
    year: &CalendarYear,
    now: DateTime<Utc>,
    hear: &mut Hear<'_>,
) -> Result<CalendarEffect> {
    let known = days_of(connection, year.year)?;
    let (promised, offices) = (promised(connection)?, offices(connection)?);
    let open = waiting(connection)?;
    let replanned = apply(connection, year, now, hear)?;
    let mut moved = moved(connection, &promised)?;
    let open_now = waiting(connection)?;
    moved.extend(open.into_iter().filter_map(|(id, from)| {
        let to = *open_now.get(&id)?;
        (from != to).then_some((id, (from, to)))
    }));
    let offices_now: Vec<(Uuid, DateTime<Utc>)> = handovers::table
        .filter(handovers::id.eq_any(offices.keys()))
        .select((handovers::id, handovers::answer_due_at))
        .load(connection)?;
    let added = |day: &&CalendarDay| !known.contains(day);
    let removed = |day: &&CalendarDay| !year.own_days().any(|announced| announced == *day);
    Ok(CalendarEffect {
        days_added: year.own_days().filter(added).cloned().collect(),
        days_removed: known.iter().filter(removed).cloned().collect(),
        replanned,
        submissions_moved: moved.len(),
        handovers_moved: offices_now
            .iter()
            .filter(|(id, at)| offices.get(id) != Some(at))
            .count(),
        moved: shown(connection, scope, &moved)?,
    })
}

fn days_of(connection: &mut PgConnection, year: i16) -> Result<Vec<CalendarDay>> {
    let days: Vec<(String, NaiveDate, bool)> = calendar_days::table
        .filter(calendar_days::year.eq(year))
        .order(calendar_days::day)
        .select((calendar_days::name, calendar_days::day, calendar_days::is_off))
        .load(connection)?;
    let day = |(name, date, is_off)| CalendarDay { name, date, is_off };
    Ok(days.into_iter().map(day).collect())
}

fn promised(connection: &mut PgConnection) -> Result<BTreeMap<Uuid, DateTime<Utc>>> {
    let rows: Vec<(Uuid, DateTime<Utc>)> = submissions::table
        .filter(submissions::answer_due_provisional)
        .filter(submissions::state.eq_any(["registered", "accepted", "reopened", "handed_over"]))
        .select((submissions::id, submissions::answer_due_at))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}

/// Until when residents may add what was asked, or rate an answer.
fn waiting(connection: &mut PgConnection) -> Result<BTreeMap<Uuid, DateTime<Utc>>> {
    let rows: Vec<(Uuid, DateTime<Utc>)> = deadline_steps::table
        .filter(deadline_steps::step.eq_any([Step::AutoClose.as_str(), Step::InfoLapse.as_str()]))
        .filter(deadline_steps::done_at.is_null())
        .select((deadline_steps::submission_id, deadline_steps::due_at))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}

fn offices(connection: &mut PgConnection) -> Result<BTreeMap<Uuid, DateTime<Utc>>> {
    let rows: Vec<(Uuid, DateTime<Utc>)> = handovers::table
        .filter(handovers::answer_due_provisional)
        .filter(handovers::finished_at.is_null())
        .select((handovers::id, handovers::answer_due_at))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}

/// From and to, by submission.
type Moved = BTreeMap<Uuid, (DateTime<Utc>, DateTime<Utc>)>;

fn moved(connection: &mut PgConnection, before: &BTreeMap<Uuid, DateTime<Utc>>) -> Result<Moved> {
    let after: Vec<(Uuid, DateTime<Utc>)> = submissions::table
        .filter(submissions::id.eq_any(before.keys()))
        .select((submissions::id, submissions::answer_due_at))
        .load(connection)?;
    let moved = |(id, to)| {
        let from = *before.get(&id)?;
        (from != to).then_some((id, (from, to)))
    };
    Ok(after.into_iter().filter_map(moved).collect())
}

fn shown(connection: &mut PgConnection, scope: &Scope, moved: &Moved) -> Result<Vec<MovedDate>> {
    let rows: Vec<(Uuid, String)> = submissions::table
        .filter(submissions::id.eq_any(moved.keys()))
        .filter(submissions_in(scope))
        .order(submissions::number)
        .limit(i64::try_from(MOST).unwrap_or(i64::MAX))
        .select((submissions::id, submissions::number))
        .load(connection)?;
    let row = |(submission_id, number)| {
        let (from, to) = *moved.get(&submission_id)?;
        Some(MovedDate {
            submission_id,
            number,
            from,
            to,
        })
    };
    Ok(rows.into_iter().filter_map(row).collect())
}
