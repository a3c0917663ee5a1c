//! How many pushes a person still lets through (订阅消息的剩余次数), as far as this program knows: one more for each
//! acceptance, one fewer for each message that WeChat took, none when WeChat says so.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl,
    sql_types::{Integer, Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

use crate::{
    Result, Store, Template,
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

/// A message was taken: one fewer is left. In the transaction that records the delivery. `is_digest`: other rows went out
/// with it.
pub(crate) fn used(connection: &mut PgConnection, notification: Uuid, is_digest: bool) -> Result<()> {
    let Some((account, template)) = whose(connection, notification, is_digest)? else {
        return Ok(());
    };
    let left = push_permissions::table
        .find((account, template))
        .filter(push_permissions::remaining.gt(0));
    diesel::update(left)
        .set(push_permissions::remaining.eq(push_permissions::remaining - 1))
        .execute(connection)?;
    Ok(())
}

/// WeChat refused: if because nothing is left, so it stands here too.
pub(crate) fn refused(
    connection: &mut PgConnection,
    notification: Uuid,
    is_digest: bool,
    code: Option<i32>,
) -> Result<()> {
    if code != Some(USED_UP) {
        return Ok(());
    }
    if let Some(key) = whose(connection, notification, is_digest)? {
        diesel::update(push_permissions::table.find(key))
            .set(push_permissions::remaining.eq(0))
            .execute(connection)?;
    }
    Ok(())
}

/// Nothing that one WeChat user allowed holds for another.
pub(crate) fn forget(connection: &mut PgConnection, account: Uuid) -> Result<()> {
    let all = push_permissions::table.filter(push_permissions::account_id.eq(account));
    diesel::delete(all).execute(connection)?;
    Ok(())
}

/// The account and the template that WeChat counted; a digest has the template of deadlines, whatever the first of its rows
/// is. `None`: a resident's, or not by the mini-program.
fn whose(connection: &mut PgConnection, notification: Uuid, is_digest: bool) -> Result<Option<(Uuid, String)>> {
    let found: Option<(Option<Uuid>, String)> = notifications::table
        .find(notification)
        .filter(notifications::channel.eq("wechat"))
        .select((notifications::account_id, notifications::template))
        .first(connection)
        .optional()?;
    let counted = |template| {
        if is_digest {
            Template::DeputyDeadline.as_str().to_owned()
        } else {
            template
        }
    };
    Ok(found.and_then(|(account, template)| Some((account?, counted(template)))))
}
