//! What the answering office does: sign for it, send it back, ask for more time, answer (签收、退回、延期、回复).

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use minyi_domain::{
    calendar::Deadline,
    deadlines::{Step, plan_until, prolong},
    handover::{Action, ResultClass},
    lifecycle,
    people::Actor,
    text::{ContactName, Note, OfficeText, Reason},
};
use serde_json::json;
use uuid::Uuid;

use super::Held;
use crate::{
    Result, Store, Template, calendar,
    casework::{Refusal, Ruling},
    ids,
    schema::{handover_answers, handovers},
    submissions::EventKind,
};

/// What the office promises to do, and by when.
#[derive(Debug, Clone, Copy)]
pub struct OfficePromise<'a> {
    pub text: &'a Note,
    pub due_on: NaiveDate,
}

/// An office's answer to the deputy.
#[derive(Debug, Clone, Copy)]
pub struct OfficeAnswer<'a> {
    pub text: &'a OfficeText,
    pub result: ResultClass,
    /// Stands exactly when the result needs one.
    pub promise: Option<OfficePromise<'a>>,
}

type Done = Result<std::result::Result<(), Refusal>>;

impl Store {
    /// The office takes it on and names who is responsible (签收).
    pub fn accept_handover(&self, actor: &Actor, id: Uuid, responsible: &ContactName, now: DateTime<Utc>) -> Done {
        self.act(|connection| {
            let mut held = Held::lock(connection, actor, id)?;
            let to = held.next_by(connection, actor, Action::Accept)?;
            diesel::update(handovers::table.find(id))
                .set((
                    handovers::state.eq(to.as_str()),
                    handovers::accepted_at.eq(now),
                    handovers::responsible_name.eq(responsible.as_str()),
                ))
                .execute(connection)?;
            held.handover.state = to;
            let data = held.data(json!({}));
            let event = held.tell(connection, EventKind::HandoverAccepted, Some(actor), &data, now)?;
            let judges = held.judges(connection)?;
            Ok(held.message(connection, event, Template::DeputyNew, judges, Some(actor), now)?)
        })
    }

    /// The office sends it back with the reason (退回). What no other office has goes back to its handler, and its clock
    /// goes on with the days that were left.
    pub fn refuse_handover(&self, actor: &Actor, id: Uuid, reason: &Reason, now: DateTime<Utc>) -> Done {
        self.act(|connection| {
            let mut held = Held::lock(connection, actor, id)?;
            let to = held.next_by(connection, actor, Action::Refuse)?;
            diesel::update(handovers::table.find(id))
                .set((
                    handovers::state.eq(to.as_str()),
                    handovers::finished_at.eq(now),
                    handovers::refusal_reason.eq(reason.as_str()),
                ))
                .execute(connection)?;
            held.void_steps(connection, now)?;
            held.give_back(connection, lifecycle::Action::ReturnHandover, actor, now)?;
            let data = held.data(json!({ "reason": reason.as_str() }));
            let event = held.tell(connection, EventKind::HandoverRefused, Some(actor), &data, now)?;
            let judges = held.judges(connection)?;
            Ok(held.message(connection, event, Template::DeputyNew, judges, Some(actor), now)?)
        })
    }

    /// The office asks for more time, once; the residents' date goes with it (延期). Returns the office's new date.
    pub fn extend_handover(
        &self,
        actor: &Actor,
        id: Uuid,
        reason: &Reason,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<DateTime<Utc>, Refusal>> {
        self.act(|connection| {
            let mut held = Held::lock(connection, actor, id)?;
            held.next_by(connection, actor, Action::Extend)?;
            if held.handover.extended_at.is_some() {
                return Err(Refusal::Once.into());
            }
            let rules = calendar::rules(connection, held.handover.lead_submission_id, now)?;
            let policies = *held.policies(&rules);
            let due = Deadline {
                at: held.handover.answer_due_at,
                provisional: held.handover.answer_due_provisional,
            };
            let due = prolong(&rules.calendar, policies.extend, due);
            if due.at <= now {
                return Err(Refusal::TargetUnfit("date").into());
            }
            diesel::update(handovers::table.find(id))
                .set((
                    handovers::extended_at.eq(now),
                    handovers::extension_reason.eq(reason.as_str()),
                ))
                .execute(connection)?;
            let plan = plan_until(&rules.calendar, &policies.around, policies.answer.unit, due, now);
            held.begin_until(connection, &plan, now)?;
            let resident_due = held.resident_due(&rules, due);
            let latest = held.put_off(connection, &rules, resident_due, now)?;
            let data = held.data(json!({ "reason": reason.as_str(), "answer_due_at": latest }));
            let event = held.tell(connection, EventKind::HandoverExtended, Some(actor), &data, now)?;
            let judges = held.judges(connection)?;
            held.message(connection, event, Template::DeputyNew, judges, Some(actor), now)?;
            Ok(due.at)
        })
    }

    /// The office answers the deputy, who judges it (回复代表).
    pub fn answer_handover(&self, actor: &Actor, id: Uuid, answer: OfficeAnswer<'_>, now: DateTime<Utc>) -> Done {
        self.act(|connection| {
            let mut held = Held::lock(connection, actor, id)?;
            let to = held.next_by(connection, actor, Action::Answer)?;
            if answer.promise.is_some() != answer.result.needs_promise() {
                return Err(Refusal::TargetUnfit("date").into());
            }
            let judge_due_at = write_answer(connection, &held, actor, answer, now)?;
            held.enter(connection, to, now)?;
            held.restart(connection, &[(Step::Judge, Some(judge_due_at))], now)?;
            let data = held.data(json!({ "result": answer.result.as_str() }));
            let event = held.tell(connection, EventKind::HandoverAnswered, Some(actor), &data, now)?;
            let judges = held.judges(connection)?;
            Ok(held.message(connection, event, Template::DeputyNew, judges, Some(actor), now)?)
        })
    }
}

/// Writes the answer of this redo; returns until when it is to be judged.
fn write_answer(
    connection: &mut PgConnection,
    held: &Held,
    actor: &Actor,
    answer: OfficeAnswer<'_>,
    now: DateTime<Utc>,
) -> Ruling<DateTime<Utc>> {
    let rules = calendar::rules(connection, held.handover.lead_submission_id, now)?;
    let judge_due_at = held.policies(&rules).judge.after(&rules.calendar, now).at;
    diesel::insert_into(handover_answers::table)
        .values((
            handover_answers::id.eq(ids::new(now)),
            handover_answers::handover_id.eq(held.handover.id),
            handover_answers::redo.eq(held.handover.redos),
            handover_answers::author_account_id.eq(actor.account_id),
            handover_answers::author_name.eq(&actor.display_name),
            handover_answers::text.eq(answer.text.as_str()),
            handover_answers::result.eq(answer.result.as_str()),
            handover_answers::promised_on.eq(answer.promise.map(|promise| promise.due_on)),
            handover_answers::promise.eq(answer.promise.map(|promise| promise.text.as_str())),
            handover_answers::answered_at.eq(now),
            handover_answers::judge_due_at.eq(judge_due_at),
        ))
        .execute(connection)?;
    Ok(judge_due_at)
}
