//! How many pushes a person still lets through (订阅消息的剩余次数), as far as this program knows: one more for each
//! acceptance, one fewer for each message that WeChat took, none when WeChat says so.

use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl, dsl::sql, sql_types::Integer};
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

    /// Writes down what a person said.
    pub fn answer_push(&self, account: Uuid, template: Template, answer: PushAnswer) -> Result<()> {
        let row = (
            push_permissions::account_id.eq(account),
            push_permissions::template.eq(template.as_str()),
        );
        let connection = &mut *self.connection()?;
        let keys = (push_permissions::account_id, push_permissions::template);
        match answer {
            PushAnswer::Accepted => diesel::insert_into(push_permissions::table)
                .values((row, push_permissions::remaining.eq(1)))
                .on_conflict(keys)
                .do_update()
                .set(
                    push_permissions::remaining.eq(sql::<Integer>("least(push_permissions.remaining + 1, ")
                        .bind::<Integer, _>(MOST)
                        .sql(")")),
                )
                .execute(connection)?,
            PushAnswer::Refused => diesel::insert_into(push_permissions::table)
                .values((row, push_permissions::remaining.eq(0)))
                .on_conflict(keys)
                .do_update()
                .set(push_permissions::remaining.eq(0))
                .execute(connection)?,
        };
        Ok(())
    }
}

/// A message was taken: one fewer is left. In the transaction that records the delivery.
pub(crate) fn used(connection: &mut PgConnection, notification: Uuid) -> Result<()> {
    let Some((account, template)) = whose(connection, notification)? else {
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
pub(crate) fn refused(connection: &mut PgConnection, notification: Uuid, code: Option<i32>) -> Result<()> {
    if code != Some(USED_UP) {
        return Ok(());
    }
    if let Some(key) = whose(connection, notification)? {
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

fn whose(connection: &mut PgConnection, notification: Uuid) -> Result<Option<(Uuid, String)>> {
    let found: Option<(Option<Uuid>, String)> = notifications::table
        .find(notification)
        .select((notifications::account_id, notifications::template))
        .first(connection)
        .optional()?;
    Ok(found.and_then(|(account, template)| Some((account?, template))))
}
