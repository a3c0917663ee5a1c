use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, Connection as _, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension,
    PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    dsl::{exists, sql},
    pg::Pg,
    sql_types::Bool,
};
use minyi_domain::{lifecycle::State, submission::Kind, token::ReceiptToken};
use uuid::Uuid;

use super::Template;
use crate::{
    EventKind, Result, Store,
    schema::{accounts, events, grids, notifications, resident_subscriptions, submissions},
    word::Word,
};

/// Who gets a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    Account(Uuid),
    /// A resident, known only by the subscription to one submission.
    Resident(Uuid),
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
    /// WeChat's id of the person for this mini-program.
    pub openid: String,
    pub submission_id: Uuid,
    pub number: String,
    pub receipt: ReceiptToken,
    pub kind: Kind,
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
    /// Of an event about a hearing: when it begins, and where.
    pub meeting: Option<(DateTime<Utc>, String)>,
    /// The event is about an office's work.
    pub is_for_office: bool,
}

/// Whether a message is to be sent now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BeginSending {
    Send(Box<Outgoing>),
    /// It is finished, waits for its next time, or another worker has it: nothing to do.
    AlreadyDone,
    /// The recipient has bound no WeChat account; the message is dead now.
    NoAddress,
    /// What it tells of is over: the answer was given, or an earlier attempt of unknown outcome may have arrived and the
    /// recipient has acted since. The message is void now.
    NoLongerNeeded,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = notifications, check_for_backend(Pg))]
struct Message {
    id: Uuid,
    submission_id: Uuid,
    account_id: Option<Uuid>,
    subscription_id: Option<Uuid>,
    #[diesel(deserialize_as = Word<Template>)]
    template: Template,
    attempts: i16,
    unknown_attempts: i16,
    created_at: DateTime<Utc>,
    #[diesel(select_expression = accounts::wechat_openid.nullable())]
    account_openid: Option<String>,
    #[diesel(select_expression = resident_subscriptions::wechat_openid.nullable())]
    resident_openid: Option<String>,
    #[diesel(select_expression = events::kind)]
    #[diesel(deserialize_as = Word<EventKind>)]
    event: EventKind,
    #[diesel(select_expression = events::occurred_at)]
    event_at: DateTime<Utc>,
    #[diesel(select_expression = events::data)]
    event_data: serde_json::Value,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = submissions, check_for_backend(Pg))]
struct About {
    number: String,
    #[diesel(deserialize_as = Word<ReceiptToken>)]
    receipt: ReceiptToken,
    #[diesel(deserialize_as = Word<Kind>)]
    kind: Kind,
    text: String,
    #[diesel(deserialize_as = Word<State>)]
    state: State,
    #[diesel(select_expression = grids::place)]
    place: String,
    #[diesel(select_expression = grids::name)]
    grid_name: String,
    submitted_at: DateTime<Utc>,
    answer_due_at: DateTime<Utc>,
    answer_due_provisional: bool,
}

impl Store {
    /// Whose message this is, as the id of the account or of the subscription: two messages to one person must not be on
    /// their way at once. `None`: no such message.
    pub fn recipient_of(&self, id: Uuid) -> Result<Option<Uuid>> {
        let row: Option<(Option<Uuid>, Option<Uuid>)> = notifications::table
            .find(id)
            .select((notifications::account_id, notifications::subscription_id))
            .first(&mut *self.connection()?)
            .optional()?;
        Ok(row.and_then(|(account, subscription)| account.or(subscription)))
    }

    /// Begins an attempt: from now on the outcome is unknown until [`Store::finish_sending`] tells it.
    pub fn begin_sending(&self, id: Uuid, now: DateTime<Utc>) -> Result<BeginSending> {
        self.connection()?.transaction(|connection| {
            let locked: Option<String> = notifications::table
                .find(id)
                .select(notifications::state)
                .for_update()
                .first(connection)
                .optional()?;
            if locked.as_deref() != Some("published") {
                return Ok(BeginSending::AlreadyDone);
            }
            let (message, about) = load(connection, id)?;
            // A call to answer is over once somebody has answered; what offices and promises are told of is not.
            let is_over = message.account_id.is_some()
                && message.event.calls_for_answer()
                && !about.state.awaits_answer()
                && !is_about_promise(connection, id)?;
            if is_over || message.unknown_attempts > 0 && has_acted(connection, &message)? {
                finish(connection, id, "void", None, now)?;
                return Ok(BeginSending::NoLongerNeeded);
            }
            let openid = message
                .account_openid
                .clone()
                .or_else(|| message.resident_openid.clone());
            let recipient = match (message.account_id, message.subscription_id) {
                (Some(account), _) => Some(Recipient::Account(account)),
                (None, subscription) => subscription.map(Recipient::Resident),
            };
            let (Some(openid), Some(recipient)) = (openid, recipient) else {
                finish(connection, id, "dead", Some("no WeChat account bound"), now)?;
                return Ok(BeginSending::NoAddress);
            };
            diesel::update(notifications::table.find(id))
                .set((
                    notifications::state.eq("sending"),
                    notifications::sending_at.eq(now),
                    notifications::attempts.eq(notifications::attempts + 1),
                ))
                .execute(connection)?;
            Ok(BeginSending::Send(Box::new(outgoing(
                message, about, openid, recipient,
            ))))
        })
    }
}

fn load(connection: &mut PgConnection, id: Uuid) -> Result<(Message, About)> {
    Ok(notifications::table
        .inner_join(events::table.on(events::id.eq(notifications::event_id)))
        .inner_join(submissions::table.on(submissions::id.eq(notifications::submission_id)))
        .inner_join(grids::table.on(grids::id.eq(submissions::grid_id)))
        // Who lost the office reads nothing more.
        .left_join(
            accounts::table.on(accounts::id
                .nullable()
                .eq(notifications::account_id)
                .and(accounts::disabled_at.is_null())),
        )
        .left_join(
            resident_subscriptions::table.on(resident_subscriptions::id.nullable().eq(notifications::subscription_id)),
        )
        .filter(notifications::id.eq(id))
        .select((Message::as_select(), About::as_select()))
        .first(connection)?)
}

/// A reminder of a promise is still needed when the answer was given.
fn is_about_promise(connection: &mut PgConnection, id: Uuid) -> Result<bool> {
    let of_promise = notifications::table
        .inner_join(events::table.on(events::id.eq(notifications::event_id)))
        .filter(notifications::id.eq(id))
        .filter(sql::<Bool>("events.data ->> 'due_on' IS NOT NULL"));
    Ok(diesel::select(exists(of_promise)).get_result(connection)?)
}

/// Whether the recipient did anything with the submission since the message was written.
fn has_acted(connection: &mut PgConnection, message: &Message) -> Result<bool> {
    let since = events::table
        .filter(events::submission_id.eq(message.submission_id))
        .filter(events::occurred_at.gt(message.created_at));
    Ok(match message.account_id {
        Some(account) => {
            diesel::select(exists(since.filter(events::actor_account_id.eq(account)))).get_result(connection)?
        }
        None => diesel::select(exists(since.filter(events::actor.eq("resident")))).get_result(connection)?,
    })
}

fn finish(connection: &mut PgConnection, id: Uuid, state: &str, error: Option<&str>, now: DateTime<Utc>) -> Result<()> {
    diesel::update(notifications::table.find(id))
        .set((
            notifications::state.eq(state),
            notifications::finished_at.eq(now),
            notifications::error.eq(error),
        ))
        .execute(connection)?;
    Ok(())
}

fn outgoing(message: Message, about: About, openid: String, recipient: Recipient) -> Outgoing {
    let said = |key: &str| message.event_data.get(key).and_then(serde_json::Value::as_str);
    let starts_at = said("starts_at").and_then(|at| at.parse().ok());
    Outgoing {
        meeting: starts_at.zip(said("place").map(str::to_owned)),
        is_for_office: said("office").is_some(),
        id: message.id,
        template: message.template,
        event: message.event,
        event_at: message.event_at,
        recipient,
        openid,
        submission_id: message.submission_id,
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
        attempts: message.attempts + 1,
        created_at: message.created_at,
    }
}
