//! A message with all that its text needs, and where it stands.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, JoinOnDsl, NullableExpressionMethods, PgConnection, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper, dsl::exists, pg::Pg,
};
use minyi_domain::{
    delivery::{Channel, Kind, Pressing},
    lifecycle::State,
    submission::{self, Urgency},
    token::ReceiptToken,
};
use uuid::Uuid;

use super::{Address, DigestEntry, Letter, Template};
use crate::{
    EventKind, Result,
    schema::{events, grids, group_robots, notifications, resident_subscriptions, submissions},
    word::Word,
};

/// Who gets a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    Account(Uuid),
    /// A resident, known only by the subscription to one submission.
    Resident(Uuid),
    /// The group of this site or office.
    Group(Uuid),
}

/// A message with all that its text needs, read at the moment of sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    pub id: Uuid,
    pub template: Template,
    /// What it tells of.
    pub event: EventKind,
    pub event_at: DateTime<Utc>,
    pub recipient: Recipient,
    pub channel: Channel,
    pub address: Address,
    pub submission_id: Uuid,
    pub number: String,
    pub receipt: ReceiptToken,
    pub kind: submission::Kind,
    pub text: String,
    pub state: State,
    pub place: String,
    pub grid_name: String,
    pub submitted_at: DateTime<Utc>,
    pub answer_due_at: DateTime<Utc>,
    pub answer_due_provisional: bool,
    /// This attempt included.
    pub attempts: i16,
    pub created_at: DateTime<Utc>,
    /// Somebody had it sent again.
    pub resent_at: Option<DateTime<Utc>>,
    /// What it says.
    pub letter: Letter,
    /// What this installation says on the channel instead of the usual words.
    pub wording: Option<String>,
    /// What goes out with it in one message; empty unless it is a digest of several.
    pub others: Vec<DigestEntry>,
}

/// One attempt to send a message, by which its outcome is recorded: meanwhile the same row may have begun another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub id: Uuid,
    /// From 1.
    pub number: i16,
    /// The rows that are in the message as well.
    pub others: Vec<Uuid>,
}

impl Attempt {
    /// All rows of the message, each with the one with which it went out.
    pub(super) fn rows(&self) -> impl Iterator<Item = (Uuid, Option<Uuid>)> {
        let carried = self.others.iter().map(|id| (*id, Some(self.id)));
        std::iter::once((self.id, None)).chain(carried)
    }
}

impl Outgoing {
    /// By what a platform knows the same message again: a digest of other rows is another message.
    #[must_use]
    pub fn key(&self) -> Uuid {
        let others = self.others.iter().map(|entry| entry.id.as_u128());
        Uuid::from_u128(others.fold(self.id.as_u128(), |key, id| key ^ id))
    }

    /// The attempt that this is.
    #[must_use]
    pub fn attempt(&self) -> Attempt {
        Attempt {
            id: self.id,
            number: self.attempts,
            others: self.others.iter().map(|entry| entry.id).collect(),
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = notifications, check_for_backend(Pg))]
pub(super) struct Message {
    pub id: Uuid,
    pub event_id: Uuid,
    pub submission_id: Uuid,
    pub account_id: Option<Uuid>,
    pub subscription_id: Option<Uuid>,
    pub robot_id: Option<Uuid>,
    #[diesel(select_expression = group_robots::key_sealed.nullable())]
    pub robot_key: Option<Vec<u8>>,
    #[diesel(deserialize_as = Word<Channel>)]
    pub channel: Channel,
    #[diesel(deserialize_as = Word<Template>)]
    pub template: Template,
    pub attempts: i16,
    pub unknown_attempts: i16,
    pub sending_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub resent_at: Option<DateTime<Utc>>,
    pub in_digest: bool,
    #[diesel(select_expression = resident_subscriptions::wechat_openid.nullable())]
    pub resident_openid: Option<String>,
    /// Since then the resident wants no more messages.
    #[diesel(select_expression = resident_subscriptions::ended_at.nullable())]
    pub resident_ended_at: Option<DateTime<Utc>>,
    #[diesel(select_expression = events::kind)]
    #[diesel(deserialize_as = Word<EventKind>)]
    pub event: EventKind,
    #[diesel(select_expression = events::occurred_at)]
    pub event_at: DateTime<Utc>,
    #[diesel(select_expression = events::data)]
    pub event_data: serde_json::Value,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = submissions, check_for_backend(Pg))]
pub(super) struct About {
    pub number: String,
    #[diesel(deserialize_as = Word<ReceiptToken>)]
    pub receipt: ReceiptToken,
    #[diesel(deserialize_as = Word<submission::Kind>)]
    pub kind: submission::Kind,
    pub text: String,
    #[diesel(deserialize_as = Word<State>)]
    pub state: State,
    #[diesel(deserialize_as = Word<Urgency>)]
    pub urgency: Urgency,
    pub site_id: Uuid,
    pub region_code: String,
    pub confidential_region: Option<String>,
    #[diesel(select_expression = grids::place)]
    pub place: String,
    #[diesel(select_expression = grids::name)]
    pub grid_name: String,
    pub submitted_at: DateTime<Utc>,
    pub answer_due_at: DateTime<Utc>,
    pub answer_due_provisional: bool,
}

pub(super) fn load(connection: &mut PgConnection, id: Uuid) -> Result<(Message, About)> {
    let found = load_all(connection, &[id])?.pop();
    Ok(found.ok_or(diesel::result::Error::NotFound)?)
}

/// In no order.
pub(super) fn load_all(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<(Message, About)>> {
    Ok(notifications::table
        .inner_join(events::table.on(events::id.eq(notifications::event_id)))
        .inner_join(submissions::table.on(submissions::id.eq(notifications::submission_id)))
        .inner_join(grids::table.on(grids::id.eq(submissions::grid_id)))
        .left_join(
            resident_subscriptions::table.on(resident_subscriptions::id.nullable().eq(notifications::subscription_id)),
        )
        .left_join(group_robots::table)
        .filter(notifications::id.eq_any(ids))
        .select((Message::as_select(), About::as_select()))
        .load(connection)?)
}

impl Message {
    /// What it is about, for the recipient's wishes.
    pub fn kind(&self) -> Kind {
        match (self.template, self.event) {
            (Template::DeputyDeadline, _) => Kind::Deadline,
            (
                _,
                EventKind::HandoverAccepted
                | EventKind::HandoverExtended
                | EventKind::HandoverPartnerOpined
                | EventKind::AppointmentSettled
                | EventKind::HearingPlanned
                | EventKind::PromiseKept,
            ) => Kind::News,
            _ => Kind::NewWork,
        }
    }

    /// What stands in the event's data under this key.
    pub fn said(&self, key: &str) -> Option<&serde_json::Value> {
        self.event_data.get(key)
    }

    /// How pressing it is.
    pub fn pressing(&self, about: &About) -> Pressing {
        match self.kind() {
            Kind::News => Pressing::CanWait,
            _ if self.said("half").is_some() => Pressing::CanWait,
            _ if about.urgency == Urgency::Urgent => Pressing::Emergency,
            _ => Pressing::Usual,
        }
    }

    /// A call to answer is over once somebody has answered; what offices and promises are told of is not. For a resident
    /// it is over with the wish to be told.
    pub fn is_over(&self, about: &About) -> bool {
        let calls = self.subscription_id.is_none() && self.event.calls_for_answer() && !about.state.awaits_answer();
        // A reminder of a promise is still needed when the answer was given.
        let is_about_promise = self.said("due_on").is_some_and(|day| !day.is_null());
        self.resident_ended_at.is_some() || calls && !is_about_promise
    }

    /// Whether the recipient did anything with the submission since the message was written.
    pub fn has_acted(&self, connection: &mut PgConnection) -> Result<bool> {
        let since = events::table
            .filter(events::submission_id.eq(self.submission_id))
            .filter(events::occurred_at.gt(self.created_at));
        Ok(match self.account_id {
            Some(account) => {
                diesel::select(exists(since.filter(events::actor_account_id.eq(account)))).get_result(connection)?
            }
            None => diesel::select(exists(since.filter(events::actor.eq("resident")))).get_result(connection)?,
        })
    }

    /// Puts it together for the sender.
    pub fn outgoing(
        self,
        about: About,
        recipient: Recipient,
        (channel, address): (Channel, Address),
        others: Vec<DigestEntry>,
    ) -> Outgoing {
        Outgoing {
            letter: Letter::of(&self, &about, others.len()),
            id: self.id,
            template: self.template,
            event: self.event,
            event_at: self.event_at,
            recipient,
            channel,
            address,
            submission_id: self.submission_id,
            number: about.number,
            receipt: about.receipt,
            kind: about.kind,
            text: about.text,
            state: about.state,
            place: about.place,
            grid_name: about.grid_name,
            submitted_at: about.submitted_at,
            answer_due_at: about.answer_due_at,
            answer_due_provisional: about.answer_due_provisional,
            attempts: self.attempts + 1,
            created_at: self.created_at,
            resent_at: self.resent_at,
            wording: None,
            others,
        }
    }
}
