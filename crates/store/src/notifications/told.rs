//! What is told of many submissions: asked and written with as many statements as for one.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, IntoSql, NullableExpressionMethods, PgConnection, QueryDsl, RunQueryDsl,
    sql_types::{Array, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::{
    calendar::local_date,
    delivery::{Channel, next_time},
};
use uuid::Uuid;

use super::{SOON, Template, reach};
use crate::{
    Result, ids,
    prepared::{Prepared, each},
    schema::{accounts, group_robots, resident_subscriptions},
};

/// A message that is to be written; to an account it tells of a date.
pub struct Told {
    pub event_id: Uuid,
    pub submission_id: Uuid,
    pub whom: Whom,
    pub due_at: DateTime<Utc>,
    /// Goes out with others of the day.
    pub in_digest: bool,
}

/// Who is told.
#[derive(Clone, Copy)]
pub enum Whom {
    Account(Uuid),
    /// By the subscription.
    Resident(Uuid),
    /// The group of a site or an office.
    Group(Uuid),
}

impl Whom {
    fn account(self) -> Option<Uuid> {
        match self {
            Self::Account(id) => Some(id),
            _ => None,
        }
    }

    fn subscription(self) -> Option<Uuid> {
        match self {
            Self::Resident(id) => Some(id),
            _ => None,
        }
    }

    fn robot(self) -> Option<Uuid> {
        match self {
            Self::Group(id) => Some(id),
            _ => None,
        }
    }

    /// An account's channel is settled when the message is begun; WeChat stands for "the first".
    fn channel(self) -> Channel {
        match self {
            Self::Account(_) | Self::Resident(_) => Channel::Wechat,
            Self::Group(_) => Channel::DingtalkRobot,
        }
    }

    fn template(self) -> Template {
        match self {
            Self::Account(_) | Self::Group(_) => Template::DeputyDeadline,
            Self::Resident(_) => Template::ResidentProgress,
        }
    }
}

/// Writes these messages.
pub fn queue_told(connection: &mut PgConnection, told: &[Told], now: DateTime<Utc>) -> Result<()> {
    if told.is_empty() {
        return Ok(());
    }
    let binds = (
        now.into_sql::<Timestamptz>(),
        each(told, |_| ids::new(now)).into_sql::<Array<SqlUuid>>(),
        each(told, |told| told.event_id).into_sql::<Array<SqlUuid>>(),
        each(told, |told| told.submission_id).into_sql::<Array<SqlUuid>>(),
        each(told, |told| told.whom.account()).into_sql::<Array<Nullable<SqlUuid>>>(),
        each(told, |told| told.whom.subscription()).into_sql::<Array<Nullable<SqlUuid>>>(),
        each(told, |told| told.whom.robot()).into_sql::<Array<Nullable<SqlUuid>>>(),
        each(told, |told| told.whom.channel().as_str()).into_sql::<Array<Text>>(),
        each(told, |told| told.whom.template().as_str()).into_sql::<Array<Text>>(),
        each(told, |told| told.due_at).into_sql::<Array<Timestamptz>>(),
        each(told, |told| told.in_digest).into_sql::<Array<Bool>>(),
    );
    Prepared::<(), _>::new(
        "WITH input (
            now, ids, event_ids, submission_ids, account_ids, subscription_ids, robot_ids, channels, templates, due, in_digest
        ) AS (VALUES (",
        binds,
        "))
        INSERT INTO notifications (
            id, event_id, submission_id, account_id, subscription_id, robot_id, channel, template, state, due_at, in_digest,
            created_at)
        SELECT told.id, event_id, submission_id, account_id, subscription_id, robot_id, channel, template, 'waiting', due_at,
            told.in_digest, now
        FROM input, unnest(
            ids, event_ids, submission_ids, account_ids, subscription_ids, robot_ids, channels, templates, due, input.in_digest
        ) AS told (
            id, event_id, submission_id, account_id, subscription_id, robot_id, channel, template, due_at, in_digest)",
    )
    .execute(connection)?;
    Ok(())
}

/// Submission and account: as [`super::handling`], for each of them.
pub fn handling_each(connection: &mut PgConnection, submission_ids: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>> {
    if submission_ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = Prepared::<(SqlUuid, SqlUuid), _>::new(
        "SELECT asked.id, account FROM unnest(",
        submission_ids.into_sql::<Array<SqlUuid>>(),
        ") AS asked (id), LATERAL handling_accounts(asked.id) AS account",
    );
    Ok(query.load(connection)?)
}

/// Division and account: as [`super::supervising`], for each of them.
pub fn supervising_each(connection: &mut PgConnection, regions: &[&str]) -> Result<Vec<(String, Uuid)>> {
    if regions.is_empty() {
        return Ok(Vec::new());
    }
    let query = Prepared::<(Text, SqlUuid), _>::new(
        "SELECT asked.region, account FROM unnest(",
        regions.into_sql::<Array<Text>>(),
        ") AS asked (region), LATERAL supervising_accounts(asked.region) AS account",
    );
    Ok(query.load(connection)?)
}

/// Site and account: the heads of each of them.
pub fn heads_of_each(connection: &mut PgConnection, sites: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>> {
    if sites.is_empty() {
        return Ok(Vec::new());
    }
    Ok(accounts::table
        .filter(accounts::site_id.eq_any(sites.to_vec()))
        .filter(accounts::role.eq("station_head"))
        .filter(accounts::disabled_at.is_null())
        .select((accounts::site_id.assume_not_null(), accounts::id))
        .load(connection)?)
}

/// Which of these sites and offices have a group that can be told.
pub fn with_robot(connection: &mut PgConnection, sites: &[Uuid]) -> Result<Vec<Uuid>> {
    if sites.is_empty() {
        return Ok(Vec::new());
    }
    Ok(group_robots::table
        .filter(group_robots::id.eq_any(sites))
        .filter(group_robots::key_sealed.is_not_null())
        .select(group_robots::id)
        .load(connection)?)
}

/// Submission and subscription of the residents who asked to be told about these.
pub fn subscribed_to_each(connection: &mut PgConnection, submission_ids: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>> {
    if submission_ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(resident_subscriptions::table
        .filter(resident_subscriptions::submission_id.eq_any(submission_ids))
        .filter(resident_subscriptions::ended_at.is_null())
        .select((resident_subscriptions::submission_id, resident_subscriptions::id))
        .load(connection)?)
}

/// When what is written now goes out with others: at the time of the digest, or soon if that is over.
pub fn digest_due(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let digest_at = next_time(now, reach::policy(connection)?.digest_at);
    // Gathered before work begins; after a long outage nobody waits until the next day.
    Ok(if local_date(digest_at) == local_date(now) {
        digest_at
    } else {
        now + SOON
    })
}
