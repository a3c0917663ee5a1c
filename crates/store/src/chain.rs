//! The timeline as a chain (办理过程防篡改): each event carries the digest of the one before, and the head of each chain is
//! kept apart. A changed, a missing and a cut-off event are found, and an answer whose text was changed afterwards.

use diesel::{IntoSql, QueryableByName, RunQueryDsl, sql_query, sql_types};
use uuid::Uuid;

use crate::{Result, Store, schema::submissions};

/// What is wrong with a submission's timeline.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Break {
    #[diesel(sql_type = sql_types::Text)]
    pub number: String,
    /// The event's place in the timeline, from 1; `None`: the end of it, or an answer.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Integer>)]
    pub seq: Option<i32>,
    /// `missing` (events before this one), `changed`, `cut_off` (the last events are gone), `answer_changed`.
    #[diesel(sql_type = sql_types::Text)]
    pub what: String,
}

/// What was looked at, and what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    pub submissions: usize,
    pub breaks: Vec<Break>,
}

/// Submissions that are verified with one question.
const BATCH: i64 = 2_000;

/// Walks the chains of the submissions of a batch; the digest is computed again from what stands in each row.
const BREAKS: &str = "
WITH batch AS (SELECT id, number FROM submissions WHERE id = ANY($1)),
chain AS (
    SELECT events.submission_id, events.seq, events.digest,
        event_digest(coalesce(lag(events.digest) OVER earlier, ''), events) AS expected,
        lag(events.seq) OVER earlier AS before,
        lead(events.seq) OVER earlier IS NULL AS is_last,
        events.data ->> 'answer_id' AS answer_id, events.data ->> 'answer_digest' AS answer_digest
    FROM events JOIN batch ON batch.id = events.submission_id
    WINDOW earlier AS (PARTITION BY events.submission_id ORDER BY events.seq)
)
SELECT number, seq, what FROM (
    SELECT batch.number, chain.seq,
        CASE WHEN chain.seq <> coalesce(chain.before, 0) + 1 THEN 'missing' ELSE 'changed' END AS what
    FROM chain JOIN batch ON batch.id = chain.submission_id
    WHERE chain.seq <> coalesce(chain.before, 0) + 1 OR chain.digest <> chain.expected
    UNION ALL
    SELECT batch.number, NULL, 'cut_off'
    FROM batch LEFT JOIN event_heads ON event_heads.submission_id = batch.id
    LEFT JOIN chain ON chain.submission_id = batch.id AND chain.is_last
    WHERE (chain.seq, chain.digest) IS DISTINCT FROM (event_heads.seq, event_heads.digest) OR event_heads.seq IS NULL
    UNION ALL
    SELECT batch.number, chain.seq, 'answer_changed'
    FROM chain JOIN batch ON batch.id = chain.submission_id
    LEFT JOIN answers ON answers.id = chain.answer_id::uuid
    WHERE chain.answer_digest IS NOT NULL
        AND chain.answer_digest IS DISTINCT FROM encode(sha256(convert_to(answers.text, 'UTF8')), 'hex')
) AS breaks ORDER BY number, seq";

impl Store {
    /// Verifies every timeline; `progress` hears how many submissions were verified so far.
    pub fn verify_timelines(&self, mut progress: impl FnMut(usize)) -> Result<Verified> {
        use diesel::{ExpressionMethods as _, QueryDsl as _};
        let mut connection = self.connection()?;
        let mut verified = Verified::default();
        let mut after = Uuid::nil();
        loop {
            let ids: Vec<Uuid> = submissions::table
                .filter(submissions::id.gt(after.into_sql::<sql_types::Uuid>()))
                .order(submissions::id)
                .limit(BATCH)
                .select(submissions::id)
                .load(&mut *connection)?;
            let Some(last) = ids.last() else {
                return Ok(verified);
            };
            after = *last;
            verified.submissions += ids.len();
            let breaks: Vec<Break> = sql_query(BREAKS)
                .bind::<sql_types::Array<sql_types::Uuid>, _>(&ids)
                .load(&mut *connection)?;
            verified.breaks.extend(breaks);
            progress(verified.submissions);
        }
    }
}
