//! How many pushes a person still lets through (订阅消息的剩余次数), as far as this program knows: one more for each
//! acceptance, one fewer for each message that WeChat took, none when WeChat says so.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, IntoSql, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl,
    sql_types::{Array, Bool, Integer, Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

use crate::{
    Result, Store, Template,
    prepared::{Prepared, each},
    schema::{notifications, push_permissions},
    word::Word,
};

/// More than anybody accepts; it only keeps the number small.
const MOST: i32 = 10_000;
/// WeChat's number for "not subscribed, refused, or used up".
const USED_UP: i32 = 43101;

/// What a person said when WeChat asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PushAnswer {
    Accepted,
    /// Not this time, never again, or switched off by the platform.
    Refused,
}

impl Store {
    /// What is left, for each template that was ever asked about.
    pub fn push_permissions(&self, account: Uuid) -> Result<Vec<(Template, i32)>> {
        let rows: Vec<(Word<Template>, i32)> = push_permissions::table
            .filter(push_permissions::account_id.eq(account))
            .select((push_permissions::template, push_permissions::remaining))
            .load(&mut *self.connection()?)?;
        Ok(rows
            .into_iter()
            .map(|(Word(template), left)| (template, left))
            .collect())
    }

    /// Writes down what a person said to WeChat, as the client tells it.
    pub fn answer_push(&self, account: Uuid, template: Template, answer: PushAnswer, now: DateTime<Utc>) -> Result<()> {
        answered(&mut *self.connection()?, account, template, answer, "client", now)
    }
}

/// The client and WeChat both tell of one acceptance, seconds apart: the other's word within this time adds nothing.
const SAME_ANSWER: &str = "
    push_permissions.told_by <> excluded.told_by AND push_permissions.told_at > excluded.told_at - interval '2 minutes'";

/// Writes down what `told_by` says that a person has said.
pub(crate) fn answered(
    connection: &mut PgConnection,
    account: Uuid,
    template: Template,
    answer: PushAnswer,
    told_by: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let left = match answer {
        PushAnswer::Accepted => 1,
        PushAnswer::Refused => 0,
    };
    // What is refused leaves none, whoever tells of it and how often.
    diesel::sql_query(format!(
        "INSERT INTO push_permissions (account_id, template, remaining, told_by, told_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (account_id, template) DO UPDATE SET
             remaining = CASE WHEN excluded.remaining = 0 THEN 0 WHEN {SAME_ANSWER} THEN push_permissions.remaining
                 ELSE least(push_permissions.remaining + 1, {MOST}) END,
             told_by = CASE WHEN {SAME_ANSWER} THEN NULL ELSE excluded.told_by END,
             told_at = excluded.told_at"
    ))
    .bind::<SqlUuid, _>(account)
    .bind::<Text, _>(template.as_str())
    .bind::<Integer, _>(left)
    .bind::<Text, _>(told_by)
    .bind::<Timestamptz, _>(now)
    .execute(connection)?;
    Ok(())
}

/// What WeChat did with a message of this account and template.
pub(crate) struct Counted {
    pub account: Uuid,
    pub template: Template,
    /// It was not taken, because nothing is left; otherwise one fewer is.
    pub used_up: bool,
}

/// Writes down what is left after these messages. In the transaction that records the delivery, after everything else of it.
pub(crate) fn count(connection: &mut PgConnection, messages: &[Counted]) -> Result<()> {
    if messages.is_empty() {
        return Ok(());
    }
    let binds = (
        each(messages, |message| message.account).into_sql::<Array<SqlUuid>>(),
        each(messages, |message| message.template.as_str()).into_sql::<Array<Text>>(),
        each(messages, |message| message.used_up).into_sql::<Array<Bool>>(),
    );
    Prepared::<(), _>::new(
        "WITH input (accounts, templates, used_up) AS (VALUES (",
        binds,
        ")),
        counted AS (
            SELECT account_id, template, count(*)::integer AS times, bool_or(message.used_up) AS used_up
            FROM input, unnest(accounts, templates, input.used_up) AS message (account_id, template, used_up)
            GROUP BY account_id, template
        ),
        -- In one order, so that two who record do not wait for each other.
        held AS (
            SELECT account_id, template, times, used_up FROM push_permissions JOIN counted USING (account_id, template)
            ORDER BY account_id, template FOR UPDATE OF push_permissions
        )
        UPDATE push_permissions AS left_over
        SET remaining = CASE WHEN used_up THEN 0 ELSE greatest(remaining - times, 0) END FROM held
        WHERE left_over.account_id = held.account_id AND left_over.template = held.template AND remaining > 0",
    )
    .execute(connection)?;
    Ok(())
}

/// What WeChat's refusal of a message says about what is left: nothing, unless it was refused because that is used up.
pub(crate) fn refused(
    connection: &mut PgConnection,
    notification: Uuid,
    is_digest: bool,
    code: Option<i32>,
) -> Result<Option<Counted>> {
    if code != Some(USED_UP) {
        return Ok(None);
    }
    let whose = whose(connection, notification, is_digest)?;
    Ok(whose.map(|(account, template)| Counted {
        account,
        template,
        used_up: true,
    }))
}

/// Nothing that one WeChat user allowed holds for another.
pub(crate) fn forget(connection: &mut PgConnection, account: Uuid) -> Result<()> {
    let all = push_permissions::table.filter(push_permissions::account_id.eq(account));
    diesel::delete(all).execute(connection)?;
    Ok(())
}

/// The template that WeChat counts: a digest has that of deadlines, whatever the first of its rows is.
pub(crate) const fn counted(template: Template, is_digest: bool) -> Template {
    if is_digest { Template::DeputyDeadline } else { template }
}

/// The account and the template that WeChat counted. `None`: a resident's, or not by the mini-program.
fn whose(connection: &mut PgConnection, notification: Uuid, is_digest: bool) -> Result<Option<(Uuid, Template)>> {
    let found: Option<(Option<Uuid>, Word<Template>)> = notifications::table
        .find(notification)
        .filter(notifications::channel.eq("wechat"))
        .select((notifications::account_id, notifications::template))
        .first(connection)
        .optional()?;
    Ok(found.and_then(|(account, Word(template))| Some((account?, counted(template, is_digest)))))
}
