//! Messages to people (the transactional outbox): written together with the event that they tell of, kept as the
//! record of delivery.
//!
//! ```text
//! waiting ─claim→ published ─begin→ sending ─finish→ sent
//!    ↑               ↑                 ├─ definite failure, again later → waiting
//!    │               │                 ├─ definite failure, for good   → dead
//!    │               └──── claim ──────┴─ outcome unknown              → unknown → dead
//!    └──────────────────────────────────── (at its time)
//! ```
//!
//! What is sent may turn dead, or `passed`, all the same: when WeChat says afterwards that it failed.
//!
//! By which channel an account is told, and when, is decided at the moment of sending ([`minyi_domain::delivery`]). A
//! channel that refuses, or whose outcome stays unknown, leaves its row `passed`, and a further row of the same event and
//! account goes out on the next one. With no channel left the row is dead, and of what must be answered the station is
//! told instead. Rows `in_digest` wait for each other and go out as one message.
//!
//! A message whose outcome is unknown may have reached the person, so it is sent again at most twice, and not at all
//! when the person has acted since. A message to a handler about a submission that was answered meanwhile is void.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    ExpressionMethods, IntoSql, PgConnection, RunQueryDsl,
    sql_types::{Text, Uuid as SqlUuid},
};
use uuid::Uuid;

use crate::{
    Result, ids,
    prepared::{Prepared, each},
    schema::notifications,
    word::words,
};

mod arrived;
mod begin;
mod claim;
mod dead;
mod delivery_policy;
mod digest;
mod finish;
mod health;
mod hold;
mod letter;
mod outgoing;
mod pass_on;
mod reach;
mod resend;
mod told;
mod unreachable;
mod way;
mod wishes;

pub use begin::BeginSending;
pub use claim::Republished;
pub use dead::DeadNotification;
pub use delivery_policy::DeliveryPolicy;
pub use digest::DigestEntry;
pub(crate) use finish::failed_afterwards;
pub use finish::{FailedMessage, SendResult};
pub(crate) use health::backlog;
pub use health::{ChannelError, ChannelNumbers, DeliveryHealth, DeliveryStage, LATENCY_BOUNDS, Latency};
pub use letter::{DeadLetter, Letter};
pub use outgoing::{Attempt, Outgoing, Recipient};
pub use reach::{Address, PHONE_SEALED_FOR, ROBOT_SEALED_FOR, sealed_for};
pub use resend::Correction;
pub(crate) use told::{
    Told, Whom, digest_due, handling_each, heads_of_each, queue_told, subscribed_to_each, supervising_each, with_robot,
};
pub use unreachable::Unreachable;
pub(crate) use wishes::write_address;
pub use wishes::{ANNOUNCE_EVERY, NewWishes, WishesView};

words! {
    /// What a message is about, and so which WeChat template it uses.
    Template {
        /// To those who have to act: a new or reopened submission.
        DeputyNew = "deputy_new",
        /// To those who have to act or supervise: reminder, overdue, escalated.
        DeputyDeadline = "deputy_deadline",
        /// To the resident who asked for it: answered, overdue, escalated.
        ResidentProgress = "resident_progress",
    }
}

/// Long enough for all that falls due together to be gathered.
const SOON: TimeDelta = TimeDelta::minutes(10);
/// How often a message may be sent again although an earlier attempt may have arrived.
const MAX_REPEATS_OF_UNKNOWN: i16 = 2;

/// Lets whoever listens know that there is work, once the transaction commits.
pub fn wake(connection: &mut PgConnection) -> Result<()> {
    diesel::select(pg_notify("minyi_work", "")).execute(connection)?;
    Ok(())
}

diesel::define_sql_function! {
    /// Announces on a channel.
    fn pg_notify(channel: Text, payload: Text) -> diesel::sql_types::Text;
}

/// The accounts that have to act on a submission now; the database function says who.
pub fn handling(connection: &mut PgConnection, submission_id: Uuid) -> Result<Vec<Uuid>> {
    let bind = submission_id.into_sql::<SqlUuid>();
    let query = Prepared::<SqlUuid, _>::new("SELECT * FROM handling_accounts(", bind, ")");
    Ok(query.load(connection)?)
}

/// The administrators of the nearest division upward; the database function says who.
pub fn supervising(connection: &mut PgConnection, region: &str) -> Result<Vec<Uuid>> {
    let bind = region.into_sql::<Text>();
    let query = Prepared::<SqlUuid, _>::new("SELECT * FROM supervising_accounts(", bind, ")");
    Ok(query.load(connection)?)
}

/// The heads of a site (站长).
pub fn station_heads(connection: &mut PgConnection, site: Uuid) -> Result<Vec<Uuid>> {
    let heads = heads_of_each(connection, &[site])?;
    Ok(heads.into_iter().map(|(_, account)| account).collect())
}

/// Writes one message for each account, to be sent at once.
pub fn queue_for_accounts(
    connection: &mut PgConnection,
    event_id: Uuid,
    submission_id: Uuid,
    template: Template,
    account_ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<()> {
    // The channel is settled when the message is begun; WeChat stands for "the first".
    let rows: Vec<_> = account_ids
        .iter()
        .map(|account_id| {
            (
                notifications::id.eq(ids::new(now)),
                notifications::event_id.eq(event_id),
                notifications::submission_id.eq(submission_id),
                notifications::account_id.eq(*account_id),
                notifications::channel.eq("wechat"),
                notifications::template.eq(template.as_str()),
                notifications::state.eq("waiting"),
                notifications::due_at.eq(now),
                notifications::created_at.eq(now),
            )
        })
        .collect();
    diesel::insert_into(notifications::table)
        .values(rows)
        .execute(connection)?;
    Ok(())
}

/// Writes one message for the group of a site or an office, if it has a robot; at night a group is disturbed by an emergency
/// only.
pub fn queue_for_robot(
    connection: &mut PgConnection,
    event_id: Uuid,
    submission_id: Uuid,
    place: Uuid,
    now: DateTime<Utc>,
) -> Result<()> {
    if with_robot(connection, &[place])?.is_empty() {
        return Ok(());
    }
    let told = Told {
        event_id,
        submission_id,
        whom: Whom::Group(place),
        due_at: now,
        in_digest: false,
    };
    queue_told(connection, &[told], now)?;
    wake(connection)
}

/// Writes one message for each account that goes out with others of the day: at the time of the digest, or soon if that is
/// over.
pub fn queue_for_digest(
    connection: &mut PgConnection,
    event_id: Uuid,
    submission_id: Uuid,
    mut account_ids: Vec<Uuid>,
    now: DateTime<Utc>,
) -> Result<()> {
    account_ids.sort_unstable();
    account_ids.dedup();
    let due_at = digest_due(connection, now)?;
    let told = each(&account_ids, |account| Told {
        event_id,
        submission_id,
        whom: Whom::Account(*account),
        due_at,
        in_digest: true,
    });
    queue_told(connection, &told, now)
}

/// What accounts were to be told of a submission and is not yet on its way is no longer for them. `accounts`: these;
/// none: all.
pub fn void_for_accounts(
    connection: &mut PgConnection,
    submission_id: Uuid,
    accounts: Option<&[Uuid]>,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut query = diesel::update(notifications::table)
        .filter(notifications::submission_id.eq(submission_id))
        .filter(notifications::account_id.is_not_null())
        .filter(notifications::state.eq_any(["waiting", "published", "unknown"]))
        .set((notifications::state.eq("void"), notifications::finished_at.eq(now)))
        .into_boxed();
    if let Some(accounts) = accounts {
        query = query.filter(notifications::account_id.eq_any(accounts.to_vec()));
    }
    query.execute(connection)?;
    Ok(())
}

/// Writes one message for each resident who asked to be told about this submission.
pub fn queue_for_residents(
    connection: &mut PgConnection,
    event_id: Uuid,
    submission_id: Uuid,
    now: DateTime<Utc>,
) -> Result<()> {
    let subscriptions = subscribed_to_each(connection, &[submission_id])?;
    let told = each(&subscriptions, |(_, subscription)| Told {
        event_id,
        submission_id,
        whom: Whom::Resident(*subscription),
        due_at: now,
        in_digest: false,
    });
    queue_told(connection, &told, now)
}
