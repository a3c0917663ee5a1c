//! The reading side of the queue; the protocol stands in [`crate::queue`].

use std::time::Duration;

use redis::{
    RedisResult,
    aio::MultiplexedConnection,
    streams::{StreamAutoClaimReply, StreamId, StreamReadReply},
};
use uuid::Uuid;

use super::{FIELD, GROUP, Message, Stream};
use crate::{Error, Result, redis_link::RedisLink};

/// How many times the usual patience an answer may take longer than the promised block before the
/// connection counts as dead.
const BLOCK_GRACE: u32 = 4;
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
    pub(super) fn new(link: RedisLink, stream: Stream, name: String) -> Self {
        Self {
            link,
            stream,
            name,
            reader: None,
            claim_cursor: START.to_owned(),
        }
    }

    /// Takes up to `count` new entries; waits up to `block` for the first one, then returns an
    /// empty list. On [`Error::RedisUnavailable`] wait a little and call again.
    ///
    /// If the returned future is dropped, entries may already be on their way to this worker;
    /// they stay pending and [`Consumer::claim_idle`] finds them.
    pub async fn next(&mut self, count: usize, block: Duration) -> Result<Vec<Message>> {
        let entries = match self.read(count, block).await {
            // UNBLOCKED: Redis lost the stream while this worker waited in it.
            Err(Error::Redis(error)) if matches!(error.code(), Some("NOGROUP" | "UNBLOCKED")) => {
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
        let answer = tokio::time::timeout(block + self.link.timeout() * BLOCK_GRACE, answer).await;
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
