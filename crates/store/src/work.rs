use chrono::{DateTime, Utc};
use diesel::{RunQueryDsl, sql_types::BigInt};

use crate::{DeliveryStage, Result, Store, notifications, prepared::Prepared};

/// How much work waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkCounts {
    /// Messages by stage, those that were sent left out: they are many and no work.
    pub stages: Vec<DeliveryStage>,
    /// Steps of the clock that are not done, due or not.
    pub open_steps: i64,
}

/// Each part has literally the condition of a partial index, so that counting does not read what was done long ago.
const OPEN_STEPS: &str = "
    SELECT (SELECT count(*) FROM deadline_steps WHERE done_at IS NULL AND published_at IS NULL)
        + (SELECT count(*) FROM deadline_steps WHERE done_at IS NULL AND published_at IS NOT NULL)";

impl Store {
    /// The backlog, for metrics.
    pub fn work_counts(&self, now: DateTime<Utc>) -> Result<WorkCounts> {
        let mut connection = self.connection()?;
        Ok(WorkCounts {
            stages: notifications::backlog(&mut connection, now)?,
            open_steps: Prepared::<BigInt, _>::new(OPEN_STEPS, (), "").get_result(&mut *connection)?,
        })
    }
}
