//! What the deputy does with an office's answer: approve it, send it back; or take the matter back before (满意、
//! 不满意重新办理、撤回).

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper, pg::Pg};
use minyi_domain::{
    calendar::Deadline,
    deadlines::plan_until,
    handover::{Action, ResultClass},
    lifecycle,
    people::Actor,
    text::{AnswerText, Note},
};
use serde_json::json;
use uuid::Uuid;

use super::{Held, office_accounts};
use crate::{
    NewAnswer, Result, Store, Template, answers, calendar,
    casework::{Refusal, Ruling},
    promises::{self, NewPromise},
    schema::{handover_answers, handovers},
    submissions::EventKind,
    word::Word,
};

/// The deputy is content.
#[derive(Debug, Clone, Copy, Default)]
pub struct Approval<'a> {
    /// What the deputy says of the answer.
    pub comment: Option<&'a Note>,
    /// The answer to the residents of all submissions; without it, it is given later.
    pub answer: Option<&'a AnswerText>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = handover_answers, check_for_backend(Pg))]
struct Last {
    id: Uuid,
    #[diesel(deserialize_as = Word<ResultClass>)]
    result: ResultClass,
    promise: Option<String>,
    promised_on: Option<chrono::NaiveDate>,
}

type Done = Result<std::result::Result<(), Refusal>>;

impl Store {
    /// Approves the office's answer (代表满意): what was promised becomes a promise to each resident, and with
    /// [`Approval::answer`] the residents are answered at once.
    pub fn approve_handover(&self, actor: &Actor, id: Uuid, approval: Approval<'_>, now: DateTime<Utc>) -> Done {
        self.act(|connection| {
            let mut held = Held::lock(connection, actor, id)?;
            let to = held.next_by(connection, actor, Action::Approve)?;
            let last = judge(connection, &held, actor, true, approval.comment, now)?;
            held.enter(connection, to, now)?;
            let data = held.data(json!({ "result": last.result.as_str() }));
            held.tell(connection, EventKind::HandoverDone, Some(actor), &data, now)?;
            if let (Some(text), Some(due_on)) = (&last.promise, last.promised_on) {
                let rules = calendar::rules(connection, held.handover.lead_submission_id, now)?;
                let promise = NewPromise {
                    handover_id: Some(id),
                    hearing_id: None,
                    text,
                    by: &held.handover.office_name,
                    due_on,
                    remind: held.policies(&rules).around.remind,
                };
                for case in held.cases.iter().chain(&held.merged) {
                    promises::make(connection, case.id, &promise, actor, &rules, now)?;
                }
            }
            if let Some(text) = approval.answer {
                answer_all(connection, &mut held, actor, text, now)?;
            }
            Ok(())
        })
    }

    /// Sends the answer back with what is missing (代表不满意); the redo has its own clock. Returns the new date.
    pub fn send_back_handover(
        &self,
        actor: &Actor,
        id: Uuid,
        comment: &Note,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<DateTime<Utc>, Refusal>> {
        self.act(|connection| {
            let mut held = Held::lock(connection, actor, id)?;
            let to = held.next_by(connection, actor, Action::SendBack)?;
            judge(connection, &held, actor, false, Some(comment), now)?;
            let rules = calendar::rules(connection, held.handover.lead_submission_id, now)?;
            let policies = *held.policies(&rules);
            let due: Deadline = policies.redo.after(&rules.calendar, now);
            held.handover.redos += 1;
            diesel::update(handovers::table.find(id))
                .set(handovers::redos.eq(held.handover.redos))
                .execute(connection)?;
            held.enter(connection, to, now)?;
            let plan = plan_until(&rules.calendar, &policies.around, policies.redo.unit, due, now);
            held.begin_until(connection, &plan, now)?;
            let resident_due = held.resident_due(&rules, due);
            let latest = held.put_off(connection, &rules, resident_due, now)?;
            let data = held.data(json!({ "answer_due_at": latest }));
            let event = held.tell(connection, EventKind::HandoverRedo, Some(actor), &data, now)?;
            let accounts = office_accounts(connection, held.handover.office_id)?;
            held.message(connection, event, Template::DeputyNew, accounts, Some(actor), now)?;
            Ok(due.at)
        })
    }

    /// Takes the matter back before the office has answered (撤回). What no other office has goes on with its handler.
    pub fn withdraw_handover(&self, actor: &Actor, id: Uuid, now: DateTime<Utc>) -> Done {
        self.act(|connection| {
            let mut held = Held::lock(connection, actor, id)?;
            let to = held.next_by(connection, actor, Action::Withdraw)?;
            held.enter(connection, to, now)?;
            held.give_back(connection, lifecycle::Action::TakeBack, actor, now)?;
            let data = held.data(json!({}));
            held.tell(connection, EventKind::HandoverWithdrawn, Some(actor), &data, now)?;
            Ok(())
        })
    }
}

/// Writes the judgement of the last answer.
fn judge(
    connection: &mut PgConnection,
    held: &Held,
    actor: &Actor,
    satisfied: bool,
    comment: Option<&Note>,
    now: DateTime<Utc>,
) -> Ruling<Last> {
    let last: Last = handover_answers::table
        .filter(handover_answers::handover_id.eq(held.handover.id))
        .filter(handover_answers::redo.eq(held.handover.redos))
        .select(Last::as_select())
        .first(connection)?;
    diesel::update(handover_answers::table.find(last.id))
        .set((
            handover_answers::satisfied.eq(satisfied),
            handover_answers::judge_comment.eq(comment.map(Note::as_str)),
            handover_answers::judged_by_account_id.eq(actor.account_id),
            handover_answers::judged_at.eq(now),
        ))
        .execute(connection)?;
    Ok(last)
}

/// The same answer for every submission of the handover, and for what is merged into them.
fn answer_all(
    connection: &mut PgConnection,
    held: &mut Held,
    actor: &Actor,
    text: &AnswerText,
    now: DateTime<Utc>,
) -> Ruling<()> {
    let answer = NewAnswer {
        text,
        photo_ids: &[],
        idempotency_key: None,
    };
    for case in &mut held.cases {
        answers::give(connection, actor, case, answer, now, None)?;
    }
    Ok(())
}
