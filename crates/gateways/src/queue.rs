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

use std::time::Duration;

use redis::{
    RedisResult,
    aio::MultiplexedConnection,
    streams::{StreamAutoClaimReply, StreamId, StreamReadReply},
};
use uuid::Uuid;

use crate::{Error, Result, redis_link::RedisLink};

const GROUP: &str = "workers";
const FIELD: &str = "id";
const MAX_ENTRIES: usize = 1_000_000;
/// How much longer than the promised block an answer may take before the connection counts as
/// dead.
const BLOCK_GRACE: Duration = Duration::from_secs(2);

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
        Consumer {
            link: self.link.clone(),
            stream,
            name: name.into(),
            reader: None,
            claim_cursor: START.to_owned(),
        }
    }
}

/// Where XAUTOCLAIM begins, and what it returns at the end.
const START: &str = "0-0";

/// One worker's reading side of one stream.
#[derive(Debug)]
pub struct Consumer {
    link: RedisLink,
    stream: Stream,
    name: String,
    /// Blocks in the server, so nothing else may use it.
    reader: Option<MultiplexedConnection>,
    claim_cursor: String,
}

impl Consumer {
    /// Takes up to `count` new entries; waits up to `block` for the first one, then returns an
    /// empty list. On [`Error::RedisUnavailable`] wait a little and call again.
    ///
    /// If the returned future is dropped, entries may already be on their way to this worker;
    /// they stay pending and [`Consumer::claim_idle`] finds them.
    pub async fn next(&mut self, count: usize, block: Duration) -> Result<Vec<Message>> {
        let entries = match self.read(count, block).await {
            Err(Error::Redis(error)) if error.code() == Some("NOGROUP") => {
                self.ensure_group().await?;
                self.read(count, block).await?
            }
            other => other?,
        };
        self.messages(entries).await
    }

    /// Takes over up to `count` entries that somebody took at least `min_idle` ago and never
    /// acknowledged. Each call continues where the last one stopped.
    pub async fn claim_idle(&mut self, min_idle: Duration, count: usize) -> Result<Vec<Message>> {
        let mut claim = redis::cmd("XAUTOCLAIM");
        claim
            .arg(self.stream.name())
            .arg(GROUP)
            .arg(&self.name)
            .arg(millis(min_idle));
        claim.arg(&self.claim_cursor).arg("COUNT").arg(count);
        let reply: RedisResult<StreamAutoClaimReply> = claim.query_async(&mut self.link.manager()).await;
        match reply {
            Ok(reply) => {
                self.claim_cursor = reply.next_stream_id;
                self.messages(reply.claimed).await
            }
            Err(error) if error.code() == Some("NOGROUP") => {
                self.claim_cursor = START.to_owned();
                self.ensure_group().await?;
                Ok(Vec::new())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Says that the entries are finished and removes them.
    pub async fn ack(&self, messages: &[Message]) -> Result<()> {
        self.finish(&messages.iter().map(|m| m.stream_id.as_str()).collect::<Vec<_>>())
            .await
    }

    async fn finish(&self, stream_ids: &[&str]) -> Result<()> {
        if stream_ids.is_empty() {
            return Ok(());
        }
        let mut pipe = redis::pipe();
        pipe.atomic();
        pipe.cmd("XACK")
            .arg(self.stream.name())
            .arg(GROUP)
            .arg(stream_ids)
            .ignore();
        pipe.cmd("XDEL").arg(self.stream.name()).arg(stream_ids).ignore();
        Ok(pipe.exec_async(&mut self.link.manager()).await?)
    }

    async fn ensure_group(&self) -> Result<()> {
        let mut create = redis::cmd("XGROUP");
        create
            .arg("CREATE")
            .arg(self.stream.name())
            .arg(GROUP)
            .arg("0")
            .arg("MKSTREAM");
        match create.exec_async(&mut self.link.manager()).await {
            Err(error) if error.code() != Some("BUSYGROUP") => Err(error.into()),
            _ => Ok(()),
        }
    }

    async fn read(&mut self, count: usize, block: Duration) -> Result<Vec<StreamId>> {
        // Taken out, and put back only after an answer: a connection in an unknown state is
        // never used again.
        let mut connection = match self.reader.take() {
            Some(connection) => connection,
            None => self.link.blocking().await?,
        };
        let mut read = redis::cmd("XREADGROUP");
        read.arg("GROUP").arg(GROUP).arg(&self.name).arg("COUNT").arg(count);
        // BLOCK 0 would mean for ever.
        read.arg("BLOCK").arg(millis(block).max(1));
        read.arg("STREAMS").arg(self.stream.name()).arg(">");
        let answer = read.query_async::<Option<StreamReadReply>>(&mut connection);
        let answer = tokio::time::timeout(block + BLOCK_GRACE, answer).await;
        let reply = answer.map_err(|_| silent())?;
        if !reply.as_ref().is_err_and(redis::RedisError::is_unrecoverable_error) {
            self.reader = Some(connection);
        }
        let keys = reply?.map(|reply| reply.keys).unwrap_or_default();
        Ok(keys.into_iter().flat_map(|key| key.ids).collect())
    }

    async fn messages(&self, entries: Vec<StreamId>) -> Result<Vec<Message>> {
        let mut messages = Vec::with_capacity(entries.len());
        let mut foreign = Vec::new();
        for entry in entries {
            match entry.get::<String>(FIELD).and_then(|text| Uuid::parse_str(&text).ok()) {
                Some(id) => messages.push(Message {
                    stream_id: entry.id,
                    id,
                }),
                None => foreign.push(entry.id),
            }
        }
        if !foreign.is_empty() {
            tracing::warn!(stream = self.stream.name(), entries = ?foreign, "dropped entries without an id");
            self.finish(&foreign.iter().map(String::as_str).collect::<Vec<_>>())
                .await?;
        }
        Ok(messages)
    }
}

fn silent() -> Error {
    let error = std::io::Error::new(std::io::ErrorKind::TimedOut, "no answer to a blocking read");
    Error::RedisUnavailable(error.into())
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
