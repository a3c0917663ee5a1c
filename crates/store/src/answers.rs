//! Answering (答复).

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl, SelectableHelper,
    dsl::{exists, sql},
    sql_types::{Nullable, Timestamptz},
};
use minyi_domain::{
    lifecycle::{Action, Party, Refused, State},
    people::Actor,
    text::AnswerText,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    Result, Store, calendar,
    casework::{Case, Refusal, Ruling, end_request},
    ids,
    photos::lock_photos,
    schema::{answers, handover_submissions, handovers, photos, submissions},
    steps,
    submissions::{AnswerKind, EventKind},
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
    /// An office still owes its answer, or its answer was not yet judged.
    OfficeOwes,
    /// The level above answers this one.
    HandledAbove,
    /// This photo does not exist or belongs to something already; nothing was written.
    PhotoMissing(Uuid),
}

impl Store {
    /// As [`Store::answer_once`], without a key, and closing without a rating at a time that the caller knows.
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
        self.answer_until(actor, id, new, now, Some(auto_close_at))
    }

    /// Writes an answer, stops the clock of the round, plans closing without a rating, and tells the residents who asked
    /// for it.
    pub fn answer_once(
        &self,
        actor: &Actor,
        id: Uuid,
        new: NewAnswer<'_>,
        now: DateTime<Utc>,
    ) -> Result<AnswerOutcome> {
        self.answer_until(actor, id, new, now, None)
    }

    fn answer_until(
        &self,
        actor: &Actor,
        id: Uuid,
        new: NewAnswer<'_>,
        now: DateTime<Utc>,
        auto_close_at: Option<DateTime<Utc>>,
    ) -> Result<AnswerOutcome> {
        if Party::of(actor.role) != Some(Party::Handler) {
            return Ok(AnswerOutcome::Forbidden);
        }
        let answered = self.act(|connection| {
            let mut case = Case::lock(connection, actor, id)?;
            // Under the lock of the submission, so that of two sends at the same time one sees the other. Before the
            // state is asked: a repeated send is told the same when the matter is closed meanwhile.
            if let Some(outcome) = find_repeat(connection, actor, id, new)? {
                return Ok(outcome);
            }
            let answer_id = give(connection, actor, &mut case, new, now, auto_close_at)?;
            Ok(AnswerOutcome::Answered { answer_id })
        })?;
        Ok(match answered {
            Ok(outcome) => outcome,
            Err(Refusal::NotNow(refused)) => AnswerOutcome::Refused(refused),
            Err(Refusal::PhotoMissing(photo)) => AnswerOutcome::PhotoMissing(photo),
            Err(Refusal::OfficeOwes) => AnswerOutcome::OfficeOwes,
            Err(Refusal::HandledAbove) => AnswerOutcome::HandledAbove,
            Err(Refusal::Forbidden) => AnswerOutcome::Forbidden,
            Err(_) => AnswerOutcome::NotFound,
        })
    }
}

/// Answers a locked case, and with it all that was merged into it. Without `auto_close_at` it closes as the policies say.
pub fn give(
    connection: &mut PgConnection,
    actor: &Actor,
    case: &mut Case,
    new: NewAnswer<'_>,
    now: DateTime<Utc>,
    auto_close_at: Option<DateTime<Utc>>,
) -> Ruling<Uuid> {
    let to = case.next_by(actor, Action::Answer)?;
    if case.state == State::HandedOver && office_owes(connection, case.id)? {
        return Err(Refusal::OfficeOwes.into());
    }
    if let Some(missing) = lock_photos(connection, new.photo_ids)? {
        return Err(Refusal::PhotoMissing(missing).into());
    }
    end_request(connection, case.id, now)?;
    let answer_id = write(connection, actor, case.id, new, AnswerKind::Answer, now)?;
    attach_photos(connection, answer_id, new.photo_ids)?;
    let given = Given {
        answer_id,
        text: new.text.as_str(),
        ends_at: match auto_close_at {
            Some(at) => at,
            None => calendar::rules(connection, case.id, now)?.auto_close_at(now),
        },
    };
    settle(connection, case, to, actor, EventKind::Answered, given, now)?;
    for mut merged in merged_into(connection, case.id)? {
        let to = merged.next(Party::Handler, Action::AnswerTogether)?;
        let answer_id = copy(connection, merged.id, answer_id, now)?;
        let given = Given { answer_id, ..given };
        settle(connection, &mut merged, to, actor, EventKind::Answered, given, now)?;
    }
    Ok(answer_id)
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

/// Writes an answer, or a refusal with guidance.
pub fn write(
    connection: &mut PgConnection,
    actor: &Actor,
    submission_id: Uuid,
    new: NewAnswer<'_>,
    kind: AnswerKind,
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
            answers::kind.eq(kind.as_str()),
            answers::answered_at.eq(now),
            answers::idempotency_key.eq(new.idempotency_key),
        ))
        .execute(connection)?;
    Ok(answer_id)
}

/// What was said to the resident, and when the matter closes if nobody says anything more.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    pub answer_id: Uuid,
    pub text: &'a str,
    pub ends_at: DateTime<Utc>,
}

/// Stops the clock, plans the end, and tells the residents. The event carries the digest of what was said, so that the
/// chain of the timeline covers the answers too.
pub fn settle(
    connection: &mut PgConnection,
    case: &mut Case,
    to: State,
    actor: &Actor,
    kind: EventKind,
    given: Given<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    // In one statement, because a row that is answered must have its first answer.
    let first = sql::<Nullable<Timestamptz>>("coalesce(first_answered_at, ")
        .bind::<Timestamptz, _>(now)
        .sql(")");
    let promised = sql::<Nullable<Timestamptz>>("coalesce(first_due_at, answer_due_at)");
    diesel::update(submissions::table.find(case.id))
        .set((
            submissions::state.eq(to.as_str()),
            submissions::first_answered_at.eq(first),
            submissions::first_due_at.eq(promised),
        ))
        .execute(connection)?;
    case.state = to;
    case.stop_clock(connection, now)?;
    steps::plan_auto_close(connection, case.id, case.clock, given.ends_at, now)?;
    let mut data = json!({ "answer_id": given.answer_id, "answer_digest": digest(given.text) });
    if let (EventKind::Declined, Some(data)) = (kind, data.as_object_mut()) {
        let declined_as: Option<String> = submissions::table
            .find(case.id)
            .select(submissions::decline_kind)
            .first(connection)?;
        data.insert("kind".to_owned(), json!(declined_as));
    }
    let event = case.event(kind, actor, now).with_data(data);
    case.tell_residents(connection, event, now)
}

/// SHA-256 of an answer's text, in hex.
pub fn digest(text: &str) -> String {
    let bytes = Sha256::digest(text.as_bytes());
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What goes on together with this submission, locked.
pub fn merged_into(connection: &mut PgConnection, id: Uuid) -> Result<Vec<Case>> {
    Ok(submissions::table
        .filter(submissions::merged_into_id.eq(id))
        .filter(submissions::state.eq(State::Merged.as_str()))
        .order(submissions::id)
        .select(Case::as_select())
        .for_update()
        .load(connection)?)
}

/// The same answer for a submission that was merged; it shows the photos of the first.
pub fn copy(connection: &mut PgConnection, submission_id: Uuid, same_as: Uuid, now: DateTime<Utc>) -> Result<Uuid> {
    let id = ids::new(now);
    let first: (Uuid, String, String, String, DateTime<Utc>) = answers::table
        .find(same_as)
        .select((
            answers::author_account_id,
            answers::author_name,
            answers::text,
            answers::kind,
            answers::answered_at,
        ))
        .first(connection)?;
    diesel::insert_into(answers::table)
        .values((
            answers::id.eq(id),
            answers::submission_id.eq(submission_id),
            answers::author_account_id.eq(first.0),
            answers::author_name.eq(first.1),
            answers::text.eq(first.2),
            answers::kind.eq(first.3),
            answers::answered_at.eq(first.4),
            answers::same_as_id.eq(same_as),
        ))
        .execute(connection)?;
    Ok(id)
}

/// An office has not yet answered, or the deputy has not yet judged its answer.
fn office_owes(connection: &mut PgConnection, id: Uuid) -> Result<bool> {
    let open = handover_submissions::table
        .inner_join(handovers::table)
        .filter(handover_submissions::submission_id.eq(id))
        .filter(handovers::finished_at.is_null());
    Ok(diesel::select(exists(open)).get_result(connection)?)
}

fn attach_photos(connection: &mut PgConnection, answer_id: Uuid, photo_ids: &[Uuid]) -> Result<()> {
    for (position, photo_id) in (0_i16..).zip(photo_ids) {
        diesel::update(photos::table.find(photo_id))
            .set((photos::answer_id.eq(answer_id), photos::position.eq(position)))
            .execute(connection)?;
    }
    Ok(())
}
