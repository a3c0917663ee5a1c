use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, QueryDsl, RunQueryDsl,
    dsl::{count_star, min},
};

use crate::{
    Result, Store,
    schema::{deadline_steps, notifications},
};

/// How much work waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkCounts {
    /// Messages by state, those that were sent left out: they are many and no work.
    pub notifications: Vec<(String, i64)>,
    /// When the oldest message that waits should have been sent.
    pub oldest_due_at: Option<DateTime<Utc>>,
    /// Steps of the clock that are not done, due or not.
    pub open_steps: i64,
}

/// States of unfinished and of dead messages.
const STATES: [&str; 5] = ["waiting", "published", "sending", "unknown", "dead"];

impl Store {
    /// The backlog, for metrics.
    pub fn work_counts(&self) -> Result<WorkCounts> {
        let mut connection = self.connection()?;
        let found: Vec<(String, i64)> = notifications::table
            .filter(notifications::state.eq_any(STATES))
            .group_by(notifications::state)
            .select((notifications::state, count_star()))
            .load(&mut connection)?;
        // A state without messages is told as zero, so that its figure falls back.
        let count = |state: &str| {
            found
                .iter()
                .find(|(name, _)| name == state)
                .map_or(0, |(_, count)| *count)
        };
        let notifications = STATES.iter().map(|state| ((*state).to_owned(), count(state))).collect();
        let oldest_due_at = notifications::table
            .filter(notifications::state.eq_any(["waiting", "unknown"]))
            .select(min(notifications::due_at))
            .first(&mut connection)?;
        let open_steps = deadline_steps::table
            .filter(deadline_steps::done_at.is_null())
            .count()
            .get_result(&mut connection)?;
        Ok(WorkCounts {
            notifications,
            oldest_due_at,
            open_steps,
        })
    }
}
