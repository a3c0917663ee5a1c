//! What is not taken (不予受理): registered and answered all the same, with guidance to the right channel.

use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, ExpressionMethods, Insertable, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper, pg::Pg,
};
use minyi_domain::{
    audit::{Action as Audited, ObjectKind},
    lifecycle::{Action, Party},
    people::Actor,
    text::{AnswerText, Guidance, KindName, RightChannel},
};
use serde_json::json;
use uuid::Uuid;

use super::{Case, Refusal, Ruling};
use crate::{
    Act, By, Result, Store,
    answers::{Given, NewAnswer, copy, merged_into, settle, write},
    audit, calendar,
    schema::{decline_kinds, submissions},
    submissions::{AnswerKind, EventKind},
};

/// A kind of matter that is not taken (不予受理的情形; 北京市接诉即办工作条例 Art. 11).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = decline_kinds, check_for_backend(Pg))]
pub struct DeclineKind {
    /// Small letters and `_`; never changes.
    pub code: String,
    /// In the list.
    pub position: i16,
    pub name: String,
    /// What the resident is told; the handler may edit it.
    pub guidance: String,
    /// Where the resident can go instead.
    pub right_channel: String,
    /// Whether it may still be chosen.
    pub is_active: bool,
}

impl DeclineKind {
    /// A kind whose texts were checked.
    #[must_use]
    pub fn new(
        code: String,
        position: i16,
        name: &KindName,
        guidance: &Guidance,
        right_channel: &RightChannel,
        is_active: bool,
    ) -> Self {
        Self {
            code,
            position,
            name: name.as_str().to_owned(),
            guidance: guidance.as_str().to_owned(),
            right_channel: right_channel.as_str().to_owned(),
            is_active,
        }
    }
}

impl Store {
    /// All kinds in their order, those that may no longer be chosen included.
    pub fn decline_kinds(&self) -> Result<Vec<DeclineKind>> {
        Ok(decline_kinds::table
            .order((decline_kinds::position, decline_kinds::code))
            .select(DeclineKind::as_select())
            .load(&mut *self.connection()?)?)
    }

    /// Makes or changes a kind. It is never removed: what was declined under it still names it.
    pub fn put_decline_kind(&self, by: &By, kind: &DeclineKind, now: DateTime<Utc>) -> Result<()> {
        self.connection()?.transaction(|connection| {
            diesel::insert_into(decline_kinds::table)
                .values(kind)
                .on_conflict(decline_kinds::code)
                .do_update()
                .set((
                    decline_kinds::position.eq(kind.position),
                    decline_kinds::name.eq(&kind.name),
                    decline_kinds::guidance.eq(&kind.guidance),
                    decline_kinds::right_channel.eq(&kind.right_channel),
                    decline_kinds::is_active.eq(kind.is_active),
                ))
                .execute(connection)?;
            let act = Act::done(Audited::DeclineKindSet, ObjectKind::DeclineKind, &kind.code);
            let detail = json!({"name": kind.name, "is_active": kind.is_active});
            audit::record(connection, by, &act.with(detail), now)
        })
    }

    /// Tells the resident that it is not taken, why, and where to go instead; so also those that were merged into it.
    /// It closes by itself unless the resident asks for a review.
    pub fn decline(
        &self,
        actor: &Actor,
        id: Uuid,
        kind: &str,
        text: &AnswerText,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<(), Refusal>> {
        self.act(|connection| {
            let mut case = Case::lock(connection, actor, id)?;
            let to = case.next_by(actor, Action::Decline)?;
            if !is_open_kind(connection, kind)? {
                return Err(Refusal::TargetUnknown("kind").into());
            }
            let new = NewAnswer {
                text,
                photo_ids: &[],
                idempotency_key: None,
            };
            let answer_id = write(connection, actor, id, new, AnswerKind::Decline, now)?;
            let given = Given {
                answer_id,
                text: text.as_str(),
                ends_at: calendar::rules(connection, id, now)?.auto_close_at(now),
            };
            name_kind(connection, id, kind)?;
            settle(connection, &mut case, to, actor, EventKind::Declined, given, now)?;
            for mut merged in merged_into(connection, id)? {
                let to = merged.next(Party::Handler, Action::DeclineTogether)?;
                let answer_id = copy(connection, merged.id, answer_id, now)?;
                let given = Given { answer_id, ..given };
                name_kind(connection, merged.id, kind)?;
                settle(connection, &mut merged, to, actor, EventKind::Declined, given, now)?;
            }
            Ok(())
        })
    }
}

fn is_open_kind(connection: &mut PgConnection, kind: &str) -> Ruling<bool> {
    let found: Option<bool> = decline_kinds::table
        .find(kind)
        .select(decline_kinds::is_active)
        .first(connection)
        .optional()?;
    Ok(found == Some(true))
}

/// Before the state, because a row that is declined must name its kind.
fn name_kind(connection: &mut PgConnection, id: Uuid, kind: &str) -> Result<()> {
    diesel::update(submissions::table.find(id))
        .set(submissions::decline_kind.eq(kind))
        .execute(connection)?;
    Ok(())
}
