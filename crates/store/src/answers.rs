//! Answering (答复).

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, Connection as _, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl,
    dsl::sql,
    sql_types::{Nullable, Timestamptz},
};
use minyi_domain::{
    lifecycle::{self, Action, Party, Refused, State},
    people::Actor,
    text::AnswerText,
};
use uuid::Uuid;

use crate::{
    Result, Store,
    events::NewEvent,
    ids, notifications,
    schema::{answers, photos, submissions},
    scope::submissions_in,
    steps,
    submissions::EventKind,
    word::Word,
};

/// An answer as its author sends it.
#[derive(Debug, Clone, Copy)]
pub struct NewAnswer<'a> {
    pub text: &'a AnswerText,
    /// In the order in which they are shown.
    pub photo_ids: &'a [Uuid],
    /// 8–128 characters, the author's own: who sends again with the same key has answered once.
    pub idempotency_key: Option<&'a str>,
}

/// What became of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerOutcome {
    Answered {
        answer_id: Uuid,
    },
    /// The same was sent before; nothing was written now.
    Repeated {
        answer_id: Uuid,
    },
    /// The key stands for another answer; nothing was written.
    KeyReused,
    /// No such submission in this person's scope.
    NotFound,
    /// This person's role answers nobody.
    Forbidden,
    /// Not in this state.
    Refused(Refused),
    /// This photo does not exist or belongs to something already; nothing was written.
    PhotoMissing(Uuid),
}

impl Store {
    /// As [`Store::answer_once`], without a key.
    pub fn answer(
        &self,
        actor: &Actor,
        id: Uuid,
        text: &AnswerText,
        photo_ids: &[Uuid],
        now: DateTime<Utc>,
        auto_close_at: DateTime<Utc>,
    ) -> Result<AnswerOutcome> {
        let new = NewAnswer {
            text,
            photo_ids,
            idempotency_key: None,
        };
        self.answer_once(actor, id, new, now, auto_close_at)
    }

    /// Writes an answer, stops the clock of the round, plans closing without a rating for `auto_close_at`, and tells
    /// the residents who asked for it.
    pub fn answer_once(
        &self,
        actor: &Actor,
        id: Uuid,
        new: NewAnswer<'_>,
        now: DateTime<Utc>,
        auto_close_at: DateTime<Utc>,
    ) -> Result<AnswerOutcome> {
        let Some(party) = Party::of(actor.role) else {
            return Ok(AnswerOutcome::Forbidden);
        };
        self.connection()?.transaction(|connection| {
            let found: Option<(Word<State>, i16)> = submissions::table
                .filter(submissions::id.eq(id))
                .filter(submissions_in(&actor.scope()))
                .select((submissions::state, submissions::round))
                .for_update()
                .first(connection)
                .optional()?;
            let Some((Word(state), round)) = found else {
                return Ok(AnswerOutcome::NotFound);
            };
            // Under the lock of the submission, so that of two sends at the same time one sees the other. Before the
            // state is asked: a repeated send is told the same when the matter is closed meanwhile.
            if let Some(outcome) = find_repeat(connection, actor, id, new)? {
                return Ok(outcome);
            }
            let to = match lifecycle::next(state, Action::Answer, party) {
                Ok(to) => to,
                Err(refused) => return Ok(AnswerOutcome::Refused(refused)),
            };
            if let Some(missing) = lock_photos(connection, new.photo_ids)? {
                return Ok(AnswerOutcome::PhotoMissing(missing));
            }
            let answer_id = write(connection, actor, id, new, now)?;
            attach_photos(connection, answer_id, new.photo_ids)?;
            move_on(connection, id, to, now)?;
            steps::plan_auto_close(connection, id, round, auto_close_at, now)?;
            tell(connection, actor, id, now)?;
            Ok(AnswerOutcome::Answered { answer_id })
        })
    }
}

/// What the same key has brought before.
fn find_repeat(
    connection: &mut PgConnection,
    actor: &Actor,
    submission_id: Uuid,
    new: NewAnswer<'_>,
) -> Result<Option<AnswerOutcome>> {
    let Some(key) = new.idempotency_key else {
        return Ok(None);
    };
    let before: Option<(Uuid, String)> = answers::table
        .filter(answers::submission_id.eq(submission_id))
        .filter(answers::author_account_id.eq(actor.account_id))
        .filter(answers::idempotency_key.eq(key))
        .select((answers::id, answers::text))
        .first(connection)
        .optional()?;
    let Some((answer_id, text)) = before else {
        return Ok(None);
    };
    let photo_ids: Vec<Uuid> = photos::table
        .filter(photos::answer_id.eq(answer_id))
        .order(photos::position)
        .select(photos::id)
        .load(connection)?;
    let same = text == new.text.as_str() && photo_ids == new.photo_ids;
    Ok(Some(if same {
        AnswerOutcome::Repeated { answer_id }
    } else {
        AnswerOutcome::KeyReused
    }))
}

fn write(
    connection: &mut PgConnection,
    actor: &Actor,
    submission_id: Uuid,
    new: NewAnswer<'_>,
    now: DateTime<Utc>,
) -> Result<Uuid> {
    let answer_id = ids::new(now);
    diesel::insert_into(answers::table)
        .values((
            answers::id.eq(answer_id),
            answers::submission_id.eq(submission_id),
            answers::author_account_id.eq(actor.account_id),
            answers::author_name.eq(&actor.display_name),
            answers::text.eq(new.text.as_str()),
            answers::answered_at.eq(now),
            answers::idempotency_key.eq(new.idempotency_key),
        ))
        .execute(connection)?;
    Ok(answer_id)
}

/// Writes the event and the messages to the residents who asked for them.
fn tell(connection: &mut PgConnection, actor: &Actor, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    let event = NewEvent::new(id, EventKind::Answered, now).by_account(actor.account_id);
    let event_id = event.insert(connection)?;
    notifications::queue_for_residents(connection, event_id, id, now)?;
    notifications::wake(connection)
}

/// Stops the clock of the round. In one statement, because a row that is no longer registered must have its first answer.
fn move_on(connection: &mut PgConnection, id: Uuid, to: State, now: DateTime<Utc>) -> Result<()> {
    let first = sql::<Nullable<Timestamptz>>("coalesce(first_answered_at, ")
        .bind::<Timestamptz, _>(now)
        .sql(")");
    diesel::update(submissions::table.find(id))
        .set((
            submissions::state.eq(to.as_str()),
            submissions::first_answered_at.eq(first),
        ))
        .execute(connection)?;
    steps::void_open(connection, id, now)
}

/// Locks the photos, by id so that nobody waits in a ring; tells the first that cannot be had.
fn lock_photos(connection: &mut PgConnection, photo_ids: &[Uuid]) -> Result<Option<Uuid>> {
    if photo_ids.is_empty() {
        return Ok(None);
    }
    let free: Vec<Uuid> = photos::table
        .filter(photos::id.eq_any(photo_ids))
        .filter(photos::submission_id.is_null().and(photos::answer_id.is_null()))
        .order(photos::id)
        .select(photos::id)
        .for_update()
        .load(connection)?;
    Ok(photo_ids.iter().find(|id| !free.contains(id)).copied())
}

fn attach_photos(connection: &mut PgConnection, answer_id: Uuid, photo_ids: &[Uuid]) -> Result<()> {
    for (position, photo_id) in (0_i16..).zip(photo_ids) {
        diesel::update(photos::table.find(photo_id))
            .set((photos::answer_id.eq(answer_id), photos::position.eq(position)))
            .execute(connection)?;
    }
    Ok(())
}
