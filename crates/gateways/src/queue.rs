//! Ids of due work, handed from one process to whichever worker is free.
//!
//! # The protocol
//!
//! **The truth is in Postgres.** A row there (a notification, a deadline step) is due, published
//! or done. The queue carries its id and nothing else; whoever takes an id loads the row, which
//! may say "already done". So an id may arrive twice or never: a second arrival changes nothing,
//! and a sweep publishes again every row that was published long ago and is not done. Redis may
//! lose everything at any moment.
//!
//! 1. There are two streams, `minyi:notifications` and `minyi:steps`. An entry has one field,
//!    `id`: the UUID as hyphenated text.
//! 2. Publishing is `XADD stream MAXLEN ~ 1000000 * id <uuid>`, many in one pipeline. The cap
//!    guards Redis' memory when no worker runs for days; what it cuts off, the sweep publishes
//!    again.
//! 3. All workers form one consumer group, `workers`, created by whoever needs it with
//!    `XGROUP CREATE stream workers 0 MKSTREAM`: from 0, so that entries older than the group
//!    are delivered too. `BUSYGROUP` (it exists) is success. After Redis lost its data a read
//!    says `NOGROUP`: the reader creates the group again and goes on.
//! 4. A worker reads with `XREADGROUP GROUP workers <name> COUNT n BLOCK ms STREAMS stream >`.
//!    The name is unique among the running workers. An entry that was read stays pending under
//!    that name until it is acknowledged.
//! 5. When the row says done (or planned for later, or dead), the worker sends `XACK` and `XDEL`
//!    in one transaction, so that the stream's length is the work not yet finished.
//! 6. What a killed worker left pending is taken over with
//!    `XAUTOCLAIM stream workers <name> <min-idle-ms> <cursor> COUNT n`, where min-idle is longer
//!    than any honest work on one entry. This loops through the pending list with the cursor
//!    that Redis returns, `0-0` at first and at the end.
//! 7. An entry without a readable `id` cannot be ours: it is logged and acknowledged.

mod consumer;

pub use consumer::Consumer;

use redis::RedisResult;
use uuid::Uuid;

use crate::{Result, redis_link::RedisLink};

const GROUP: &str = "workers";
const FIELD: &str = "id";
const MAX_ENTRIES: usize = 1_000_000;

/// The streams that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stream {
    /// Notifications to send.
    Notifications,
    /// Deadline steps to take.
    Steps,
}

impl Stream {
    /// The key in Redis.
    pub fn name(self) -> &'static str {
        match self {
            Self::Notifications => "minyi:notifications",
            Self::Steps => "minyi:steps",
        }
    }
}

/// One entry that this worker has to finish and acknowledge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The entry's id in the stream, for [`Consumer::ack`].
    pub stream_id: String,
    /// The id of the row in Postgres.
    pub id: Uuid,
}

/// How much work a stream holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depth {
    /// Entries not yet finished, in somebody's hands or not.
    pub entries: u64,
    /// Those of them that a worker has taken.
    pub pending: u64,
}

/// The writing and measuring side. Clones share the connection.
#[derive(Debug, Clone)]
pub struct Queue {
    link: RedisLink,
}

impl Queue {
    /// A queue on this Redis.
    pub fn new(link: RedisLink) -> Self {
        Self { link }
    }

    /// Publishes ids in one round trip. On an error some may have been published: publish all
    /// of them again.
    pub async fn publish(&self, stream: Stream, ids: &[Uuid]) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let mut pipe = redis::pipe();
        for id in ids {
            pipe.cmd("XADD")
                .arg(stream.name())
                .arg("MAXLEN")
                .arg("~")
                .arg(MAX_ENTRIES);
            pipe.arg("*").arg(FIELD).arg(id.hyphenated().to_string()).ignore();
        }
        Ok(pipe.exec_async(&mut self.link.manager()).await?)
    }

    /// How much work is in a stream; zero if there is no such stream yet.
    pub async fn depth(&self, stream: Stream) -> Result<Depth> {
        let mut connection = self.link.manager();
        let length: RedisResult<u64> = redis::cmd("XLEN").arg(stream.name()).query_async(&mut connection).await;
        let mut pending = redis::cmd("XPENDING");
        pending.arg(stream.name()).arg(GROUP);
        type Summary = (u64, Option<String>, Option<String>, Option<Vec<(String, String)>>);
        let summary: RedisResult<Summary> = pending.query_async(&mut connection).await;
        let pending = match summary {
            Ok((pending, ..)) => pending,
            Err(error) if error.code() == Some("NOGROUP") => 0,
            Err(error) => return Err(error.into()),
        };
        Ok(Depth {
            entries: length?,
            pending,
        })
    }

    /// The reading side for one worker. `name` must be unique among the running workers.
    pub fn consumer(&self, stream: Stream, name: impl Into<String>) -> Consumer {
        Consumer::new(self.link.clone(), stream, name.into())
    }
}
