//! What WeChat is asked about: texts at once, photos with an answer that comes by itself.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl, sql_query, sql_types};
use minyi_domain::content::Verdict;
use uuid::Uuid;

use super::{CheckState, Checker, Unable};
use crate::{
    Result, Store, ids,
    schema::{content_checks, content_reports, photos, submissions},
};

/// A check that this process has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentQuestion {
    pub id: Uuid,
    /// Who has just visited the mini-program.
    pub openid: Option<String>,
    pub subject: Subject,
    /// With this one.
    pub attempts: i16,
}

/// What is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    Text(String),
    Photo(Uuid),
}

/// What came of asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContentResult {
    /// WeChat's word about a text.
    Said { verdict: Verdict, label: i32 },
    /// WeChat tells of the photo by itself, under this name.
    Pending { trace_id: String },
    /// To be asked again.
    Later { at: DateTime<Utc> },
    /// A person has to look.
    Unable(Unable),
}

/// What WeChat told of a photo by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentReport {
    pub trace_id: String,
    /// 0, or the reason why it could not look.
    pub errcode: i32,
    pub label: Option<i32>,
    pub is_pass: bool,
}

#[derive(diesel::QueryableByName)]
struct Taken {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
    photo_id: Option<Uuid>,
    #[diesel(sql_type = sql_types::SmallInt)]
    attempts: i16,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    openid: Option<String>,
    #[diesel(sql_type = sql_types::Text)]
    text: String,
}

/// Takes what is due, and what another process took and did not finish. A report on an official is never published, and
/// shown to no third party.
const TAKE: &str = "
WITH due AS (
    SELECT c.id FROM content_checks c JOIN submissions s ON s.id = c.submission_id
    WHERE checker = 'wechat' AND confidential_region IS NULL
        AND (c.state = 'waiting' AND due_at <= $1 OR c.state = 'asking' AND asked_at < $2)
    ORDER BY due_at, c.submission_id, photo_id NULLS FIRST LIMIT $3 FOR UPDATE OF c SKIP LOCKED
), taken AS (
    UPDATE content_checks c SET state = 'asking', asked_at = $1, attempts = attempts + 1
    FROM due WHERE c.id = due.id RETURNING c.*
)
SELECT taken.id, photo_id, attempts, wechat_openid AS openid, text
FROM taken JOIN submissions s ON s.id = submission_id
LEFT JOIN resident_subscriptions r ON r.id = subscription_id AND r.ended_at IS NULL
ORDER BY due_at, taken.submission_id, photo_id NULLS FIRST";

/// What came in about photos, and what did not come in time.
const SETTLE: &str = "
WITH told AS (
    UPDATE content_checks c SET state = 'done', done_at = $1,
        verdict = CASE WHEN r.errcode = 0 AND is_pass THEN 'pass' ELSE 'look' END, label = r.label,
        reason = CASE WHEN r.errcode = 0 THEN NULL WHEN r.errcode = -1008 THEN 'download_failed' ELSE 'refused' END
    FROM content_reports r WHERE r.trace_id = c.trace_id AND c.state = 'pending' RETURNING c.trace_id
), forgotten AS (
    DELETE FROM content_reports WHERE trace_id IN (SELECT trace_id FROM told) OR received_at < $3
)
UPDATE content_checks c SET state = 'done', done_at = $1, verdict = 'look', reason = 'no_result'
WHERE state = 'pending' AND asked_at < $2 AND trace_id NOT IN (SELECT trace_id FROM content_reports)";

/// WeChat's own promise is half an hour.
const RESULT_WITHIN: TimeDelta = TimeDelta::minutes(40);
/// A report about a photo that nobody here asked about.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::days(1);

impl Store {
    /// Takes up to `limit` checks that are due; what another process took before `stale_before` counts as lost.
    pub fn claim_content_checks(
        &self,
        now: DateTime<Utc>,
        stale: TimeDelta,
        limit: i64,
    ) -> Result<Vec<ContentQuestion>> {
        let taken: Vec<Taken> = sql_query(TAKE)
            .bind::<sql_types::Timestamptz, _>(now)
            .bind::<sql_types::Timestamptz, _>(now - stale)
            .bind::<sql_types::BigInt, _>(limit)
            .load(&mut *self.connection()?)?;
        let question = |row: Taken| ContentQuestion {
            id: row.id,
            openid: row.openid,
            subject: row.photo_id.map_or(Subject::Text(row.text), Subject::Photo),
            attempts: row.attempts,
        };
        Ok(taken.into_iter().map(question).collect())
    }

    /// Writes down what came of asking; `false`: somebody else has done so meanwhile.
    pub fn finish_content_check(&self, id: Uuid, result: &ContentResult, now: DateTime<Utc>) -> Result<bool> {
        let connection = &mut *self.connection()?;
        let asking = content_checks::table
            .find(id)
            .filter(content_checks::state.eq(CheckState::Asking.as_str()));
        let done = (
            content_checks::state.eq(CheckState::Done.as_str()),
            content_checks::done_at.eq(now),
        );
        let look = content_checks::verdict.eq(Verdict::Look.as_str());
        let written = match result {
            ContentResult::Said { verdict, label } => diesel::update(asking)
                .set((
                    done,
                    content_checks::verdict.eq(verdict.as_str()),
                    content_checks::label.eq(label),
                ))
                .execute(connection)?,
            ContentResult::Unable(why) => diesel::update(asking)
                .set((done, look, content_checks::reason.eq(why.as_str())))
                .execute(connection)?,
            ContentResult::Later { at } => diesel::update(asking)
                .set((
                    content_checks::state.eq(CheckState::Waiting.as_str()),
                    content_checks::due_at.eq(at),
                ))
                .execute(connection)?,
            ContentResult::Pending { trace_id } => diesel::update(asking)
                .set((
                    content_checks::state.eq(CheckState::Pending.as_str()),
                    content_checks::trace_id.eq(trace_id),
                ))
                .execute(connection)?,
        };
        Ok(written > 0)
    }

    /// Brings together what WeChat told of photos and what was asked, whichever came first; what was not told in time
    /// goes to a person.
    pub fn settle_content_reports(&self, now: DateTime<Utc>) -> Result<()> {
        sql_query(SETTLE)
            .bind::<sql_types::Timestamptz, _>(now)
            .bind::<sql_types::Timestamptz, _>(now - RESULT_WITHIN)
            .bind::<sql_types::Timestamptz, _>(now - FORGOTTEN_AFTER)
            .execute(&mut *self.connection()?)?;
        Ok(())
    }
}

/// From now on WeChat can be asked about a submission's text and photos, for a while. What was asked before stays.
pub(crate) fn ask_wechat(
    connection: &mut PgConnection,
    submission_id: Uuid,
    subscription_id: Uuid,
    now: DateTime<Utc>,
) -> Result<()> {
    let confidential: Option<String> = submissions::table
        .find(submission_id)
        .select(submissions::confidential_region)
        .first(connection)?;
    if confidential.is_some() {
        return Ok(());
    }
    let sent: Vec<Uuid> = photos::table
        .filter(photos::submission_id.eq(submission_id))
        .order(photos::position)
        .select(photos::id)
        .load(connection)?;
    let rows: Vec<_> = std::iter::once(None)
        .chain(sent.into_iter().map(Some))
        .map(|photo_id| {
            (
                content_checks::id.eq(ids::new(now)),
                content_checks::submission_id.eq(submission_id),
                content_checks::photo_id.eq(photo_id),
                content_checks::checker.eq(Checker::Wechat.as_str()),
                content_checks::subscription_id.eq(subscription_id),
                content_checks::state.eq(CheckState::Waiting.as_str()),
                content_checks::due_at.eq(now),
            )
        })
        .collect();
    diesel::insert_into(content_checks::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(connection)?;
    Ok(())
}

/// Keeps what WeChat told of a photo until it is settled.
pub(crate) fn keep_report(connection: &mut PgConnection, report: &ContentReport, now: DateTime<Utc>) -> Result<()> {
    diesel::insert_into(content_reports::table)
        .values((
            content_reports::trace_id.eq(&report.trace_id),
            content_reports::errcode.eq(report.errcode),
            content_reports::label.eq(report.label),
            content_reports::is_pass.eq(report.is_pass),
            content_reports::received_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(connection)?;
    Ok(())
}
