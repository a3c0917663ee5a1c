use chrono::{DateTime, Utc};
use diesel::{
    Insertable, IntoSql, PgConnection, QueryResult, RunQueryDsl,
    sql_types::{Array, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    ids,
    prepared::{Prepared, each},
    schema::events,
    submissions::{EventActor, EventKind},
};

/// A row to be written to the timeline.
#[derive(Insertable)]
// A column that is left out would make another statement, which is not prepared.
#[diesel(table_name = events, treat_none_as_default_value = false)]
pub struct NewEvent {
    pub id: Uuid,
    pub submission_id: Uuid,
    kind: &'static str,
    actor: &'static str,
    actor_account_id: Option<Uuid>,
    is_public: bool,
    data: Value,
    occurred_at: DateTime<Utc>,
}

impl NewEvent {
    /// Whether it says that something is late.
    pub fn is_late(&self) -> bool {
        [EventKind::Overdue, EventKind::Escalated]
            .map(|kind| kind.as_str())
            .contains(&self.kind)
    }

    /// A public event that the clock or the program itself made happen, without data.
    pub fn new(submission_id: Uuid, kind: EventKind, now: DateTime<Utc>) -> Self {
        Self {
            id: ids::new(now),
            submission_id,
            kind: kind.as_str(),
            actor: EventActor::Clock.as_str(),
            actor_account_id: None,
            is_public: true,
            data: json!({}),
            occurred_at: now,
        }
    }

    pub fn by_resident(self) -> Self {
        Self {
            actor: EventActor::Resident.as_str(),
            ..self
        }
    }

    pub fn by_account(self, account_id: Uuid) -> Self {
        Self {
            actor: EventActor::Account.as_str(),
            actor_account_id: Some(account_id),
            ..self
        }
    }

    pub fn internal(self) -> Self {
        Self {
            is_public: false,
            ..self
        }
    }

    pub fn with_id(self, id: Uuid) -> Self {
        Self { id, ..self }
    }

    pub fn with_data(self, data: Value) -> Self {
        Self { data, ..self }
    }

    /// Writes it; returns its id.
    pub fn insert(self, connection: &mut PgConnection) -> QueryResult<Uuid> {
        diesel::insert_into(events::table).values(&self).execute(connection)?;
        Ok(self.id)
    }

    /// Writes these in their order, with one statement.
    pub fn insert_all(events: &[Self], connection: &mut PgConnection) -> QueryResult<()> {
        if events.is_empty() {
            return Ok(());
        }
        let binds = (
            each(events, |event| event.id).into_sql::<Array<SqlUuid>>(),
            each(events, |event| event.submission_id).into_sql::<Array<SqlUuid>>(),
            each(events, |event| event.kind).into_sql::<Array<Text>>(),
            each(events, |event| event.actor).into_sql::<Array<Text>>(),
            each(events, |event| event.actor_account_id).into_sql::<Array<Nullable<SqlUuid>>>(),
            each(events, |event| event.is_public).into_sql::<Array<Bool>>(),
            each(events, |event| event.occurred_at).into_sql::<Array<Timestamptz>>(),
            each(events, |event| event.data.clone()).into_sql::<Array<Jsonb>>(),
        );
        Prepared::<(), _>::new(
            "INSERT INTO events (id, submission_id, kind, actor, actor_account_id, is_public, occurred_at, data)
            SELECT id, submission_id, kind, actor, actor_account_id, is_public, occurred_at, data FROM unnest(",
            binds,
            ") WITH ORDINALITY AS written (
                id, submission_id, kind, actor, actor_account_id, is_public, occurred_at, data, place)
            ORDER BY place",
        )
        .execute(connection)?;
        Ok(())
    }
}
