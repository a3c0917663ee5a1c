use chrono::{DateTime, Utc};
use diesel::{
    QueryDsl, RunQueryDsl,
    dsl::{min, sql},
    sql_types::{BigInt, Bool, Text},
};

use crate::{Result, Store, prepared::Prepared, schema::notifications};

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

/// Each part has literally the condition of a partial index, so that counting does not read what was sent long ago. A
/// state without messages is told as zero, so that its figure falls back.
const COUNTS: &str = "
    SELECT states.state, coalesce(counted.count, 0)
    FROM unnest(ARRAY['waiting', 'published', 'sending', 'unknown', 'dead']) AS states (state)
    LEFT JOIN (
        SELECT state, count(*) FROM notifications WHERE state IN ('waiting', 'unknown') GROUP BY state
        UNION ALL
        SELECT state, count(*) FROM notifications WHERE state IN ('published', 'sending') GROUP BY state
        UNION ALL
        SELECT state, count(*) FROM notifications WHERE state = 'dead' GROUP BY state
    ) AS counted USING (state)";

const OPEN_STEPS: &str = "
    SELECT (SELECT count(*) FROM deadline_steps WHERE done_at IS NULL AND published_at IS NULL)
        + (SELECT count(*) FROM deadline_steps WHERE done_at IS NULL AND published_at IS NOT NULL)";

impl Store {
    /// The backlog, for metrics.
    pub fn work_counts(&self) -> Result<WorkCounts> {
        let mut connection = self.connection()?;
        let notifications = Prepared::<(Text, BigInt), _>::new(COUNTS, (), "").load(&mut *connection)?;
        let oldest_due_at = notifications::table
            .filter(sql::<Bool>("state IN ('waiting', 'unknown')"))
            .select(min(notifications::due_at))
            .first(&mut *connection)?;
        let open_steps = Prepared::<BigInt, _>::new(OPEN_STEPS, (), "").get_result(&mut *connection)?;
        Ok(WorkCounts {
            notifications,
            oldest_due_at,
            open_steps,
        })
    }
}
