use chrono::{DateTime, Utc};
use diesel::{Insertable, PgConnection, QueryResult, RunQueryDsl};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    ids,
    schema::events,
    submissions::{EventActor, EventKind},
};

/// A row to be written to the timeline.
#[derive(Insertable)]
#[diesel(table_name = events)]
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
}
