//! What was answered to an act that a client may send again (Idempotency-Key). The act itself is another transaction: if
//! the program ends between the two, the key is free again after a while, and the act's own rules decide.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{Connection as _, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use uuid::Uuid;

use crate::{Result, Store, schema::kept_answers};

/// No honest act takes longer.
const RUNS_AT_MOST: TimeDelta = TimeDelta::minutes(1);

/// An answer as it went out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    pub status: u16,
    pub content_type: String,
    pub body: Vec<u8>,
}

/// What stands under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keyed {
    /// Nothing: the act may begin, and the key is taken.
    Fresh,
    /// The same act was done.
    Done(KeptAnswer),
    /// The same act is being done.
    Running,
    /// Another act has this key.
    Reused,
}

type Row = (Vec<u8>, DateTime<Utc>, Option<i16>, Option<String>, Option<Vec<u8>>);

impl Store {
    /// Takes a key of an account for an act, or says what stands under it.
    pub fn take_key(&self, account: Uuid, key: &str, digest: [u8; 32], now: DateTime<Utc>) -> Result<Keyed> {
        self.connection()?.transaction(|connection| {
            let taken = diesel::insert_into(kept_answers::table)
                .values((
                    kept_answers::account_id.eq(account),
                    kept_answers::key.eq(key),
                    kept_answers::request_digest.eq(digest.as_slice()),
                    kept_answers::started_at.eq(now),
                ))
                .on_conflict_do_nothing()
                .execute(connection)?;
            if taken == 1 {
                return Ok(Keyed::Fresh);
            }
            let row: Option<Row> = kept_answers::table
                .find((account, key))
                .select((
                    kept_answers::request_digest,
                    kept_answers::started_at,
                    kept_answers::status,
                    kept_answers::content_type,
                    kept_answers::body,
                ))
                .for_update()
                .first(connection)
                .optional()?;
            let Some((known, started_at, status, content_type, body)) = row else {
                return Ok(Keyed::Running);
            };
            if known != digest {
                return Ok(Keyed::Reused);
            }
            let done = status.and_then(|status| {
                Some(KeptAnswer {
                    status: u16::try_from(status).ok()?,
                    content_type: content_type?,
                    body: body?,
                })
            });
            if let Some(done) = done {
                return Ok(Keyed::Done(done));
            }
            if now - started_at < RUNS_AT_MOST {
                return Ok(Keyed::Running);
            }
            diesel::update(kept_answers::table.find((account, key)))
                .set(kept_answers::started_at.eq(now))
                .execute(connection)?;
            Ok(Keyed::Fresh)
        })
    }

    /// Keeps what was answered under a key that was taken; `None`: nothing was done, the key is free again.
    pub fn keep_answer(&self, account: Uuid, key: &str, answer: Option<&KeptAnswer>) -> Result<()> {
        let connection = &mut *self.connection()?;
        let row = kept_answers::table.find((account, key));
        match answer.and_then(|answer| Some((i16::try_from(answer.status).ok()?, answer))) {
            Some((status, answer)) => diesel::update(row)
                .set((
                    kept_answers::status.eq(status),
                    kept_answers::content_type.eq(&answer.content_type),
                    kept_answers::body.eq(&answer.body),
                ))
                .execute(connection)?,
            None => diesel::delete(row).execute(connection)?,
        };
        Ok(())
    }
}
