//! The message centre (消息): what an account was told, whether WeChat brought it or not.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, PgConnection, QueryDsl,
    RunQueryDsl, SelectableHelper,
    dsl::{count_star, sql},
    sql_types::{Bool, Nullable, Uuid as SqlUuid},
};
use minyi_domain::people::Actor;
use uuid::Uuid;

use crate::{
    Cursor, EventView, Page, Result, Store, Template,
    page::one_more,
    schema::{accounts, events, grids, notifications, submissions},
    scope::submissions_in,
    word::Word,
};

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxMessage {
    pub id: Uuid,
    pub template: Template,
    /// What it tells of.
    pub event: EventView,
    pub submission_id: Uuid,
    pub number: String,
    pub place: String,
    /// The last handover, if it is about one.
    pub handover_id: Option<Uuid>,
    pub at: DateTime<Utc>,
    pub read: bool,
}

type Row = (
    Uuid,
    Word<Template>,
    EventView,
    Uuid,
    String,
    String,
    Option<Uuid>,
    DateTime<Utc>,
    bool,
);

/// Not yet seen, as a condition on the account's row beside the message's.
const UNREAD: &str = "notifications.created_at > coalesce(accounts.messages_read_until, '-infinity')";
/// One of the rows of an event, whatever came of it; also where the person wants no message of its kind.
const TOLD: &str = "notifications.state <> 'passed'
    AND (notifications.state <> 'void' OR notifications.error IS NOT DISTINCT FROM 'switched off')";
const HANDOVER: &str =
    "CASE WHEN events.kind LIKE 'handover%' OR events.kind IN ('handed_over', 'judgement_overdue') THEN (
    SELECT handovers.id FROM handovers JOIN handover_submissions ON handover_id = handovers.id
    WHERE handover_submissions.submission_id = submissions.id ORDER BY handed_at DESC, handovers.id DESC LIMIT 1) END";

impl Store {
    /// The messages of an account about what the person still sees, newest first. What was over before it could be
    /// told is not among them.
    pub fn messages(&self, actor: &Actor, cursor: Option<Cursor>, limit: i64) -> Result<Page<InboxMessage>> {
        let mut query = notifications::table
            .inner_join(events::table.on(events::id.eq(notifications::event_id)))
            .inner_join(submissions::table.on(submissions::id.eq(notifications::submission_id)))
            .inner_join(grids::table.on(grids::id.eq(submissions::grid_id)))
            .inner_join(accounts::table.on(notifications::account_id.eq(accounts::id.nullable())))
            .filter(accounts::id.eq(actor.account_id))
            .filter(sql::<Bool>(TOLD))
            .filter(submissions_in(&actor.scope()))
            .order((notifications::created_at.desc(), notifications::id.desc()))
            .limit(one_more(limit))
            .select((
                notifications::id,
                notifications::template,
                EventView::as_select(),
                submissions::id,
                submissions::number,
                grids::place,
                sql::<Nullable<SqlUuid>>(HANDOVER),
                notifications::created_at,
                sql::<Bool>("NOT (").sql(UNREAD).sql(")"),
            ))
            .into_boxed();
        if let Some(Cursor { at, id }) = cursor {
            let same = notifications::created_at.eq(at).and(notifications::id.lt(id));
            query = query.filter(notifications::created_at.lt(at).or(same));
        }
        let rows: Vec<Row> = query.load(&mut *self.connection()?)?;
        let items = rows.into_iter().map(message).collect();
        Ok(Page::cut(items, limit, |message: &InboxMessage| Cursor {
            at: message.at,
            id: message.id,
        }))
    }

    /// How many messages were not yet seen.
    pub fn unread_messages(&self, actor: &Actor) -> Result<i64> {
        unread(&mut *self.connection()?, actor)
    }

    /// Everything until then was seen; an earlier time changes nothing.
    pub fn read_messages(&self, account: Uuid, until: DateTime<Utc>) -> Result<()> {
        let behind = accounts::messages_read_until
            .is_null()
            .or(accounts::messages_read_until.lt(until));
        diesel::update(accounts::table.find(account).filter(behind))
            .set(accounts::messages_read_until.eq(until))
            .execute(&mut *self.connection()?)?;
        Ok(())
    }
}

pub(crate) fn unread(connection: &mut PgConnection, actor: &Actor) -> Result<i64> {
    Ok(notifications::table
        .inner_join(submissions::table.on(submissions::id.eq(notifications::submission_id)))
        .inner_join(accounts::table.on(notifications::account_id.eq(accounts::id.nullable())))
        .filter(accounts::id.eq(actor.account_id))
        .filter(sql::<Bool>(TOLD))
        .filter(submissions_in(&actor.scope()))
        .filter(sql::<Bool>(UNREAD))
        .select(count_star())
        .get_result(connection)?)
}

fn message(row: Row) -> InboxMessage {
    let (id, Word(template), event, submission_id, number, place, handover_id, at, read) = row;
    InboxMessage {
        id,
        template,
        event,
        submission_id,
        number,
        place,
        handover_id,
        at,
        read,
    }
}
