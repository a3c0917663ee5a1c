//! The clocks of handovers that were planned through a year whose holidays were not announced yet.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl};
use minyi_domain::{
    calendar::{Deadline, end_of_day, local_date},
    deadlines::{AnswerPlan, Rules, Step, plan_handover, plan_until, prolong},
    handover::State,
    lifecycle,
};
use uuid::Uuid;

use super::Held;
use crate::{
    Result,
    calendar::{self, Hear, Heard},
    casework::{Case, Ruling},
    schema::{deadline_steps, handover_answers, handovers, submissions},
};

/// Plans the provisional clocks that run anew with the calendar that is known now, and the residents' dates with them.
/// Returns how many offices have another date.
pub fn replan(connection: &mut PgConnection, now: DateTime<Utc>, hear: &mut Hear<'_>) -> Ruling<usize> {
    let running = [State::Offered, State::Accepted, State::Redo].map(State::as_str);
    let ids: Vec<Uuid> = handovers::table
        .filter(handovers::answer_due_provisional)
        .filter(handovers::state.eq_any(running))
        .order(handovers::id)
        .select(handovers::id)
        .load(connection)?;
    let mut moved = 0;
    // Each takes several statements.
    for some in ids.chunks(20) {
        for &id in some {
            let mut held = Held::lock_any(connection, id)?;
            // Between the list and the lock the office may have answered.
            if held.handover.state.waits_for_office() {
                moved += usize::from(again(connection, &mut held, now)?);
            }
        }
        hear(Heard::Did(some.len()))?;
    }
    Ok(moved)
}

fn again(connection: &mut PgConnection, held: &mut Held, now: DateTime<Utc>) -> Ruling<bool> {
    let (began_at, is_hard, overdue_at): (DateTime<Utc>, bool, Option<DateTime<Utc>>) = handovers::table
        .find(held.handover.id)
        .select((handovers::handed_at, handovers::is_hard, handovers::overdue_at))
        .first(connection)?;
    let sent_back_at: Option<Option<DateTime<Utc>>> = handover_answers::table
        .filter(handover_answers::handover_id.eq(held.handover.id))
        .filter(handover_answers::satisfied.eq(false))
        .order(handover_answers::redo.desc())
        .select(handover_answers::judged_at)
        .first(connection)
        .optional()?;
    let began_at = sent_back_at.flatten().unwrap_or(began_at);
    let rules = calendar::rules(connection, held.handover.lead_submission_id, began_at)?;
    let policies = *held.policies(&rules);
    let planned = match held.handover.state {
        State::Redo => policies.redo.after(&rules.calendar, began_at),
        _ => {
            plan_handover(&rules.calendar, &policies, is_hard, began_at)
                .answer
                .answer_due
        }
    };
    let planned = match held.handover.extended_at {
        Some(_) if held.handover.state != State::Redo => prolong(&rules.calendar, policies.extend, planned),
        _ => planned,
    };
    let due = fair(planned, held.handover.answer_due_at, overdue_at.is_some(), now);
    let moved = due.at != held.handover.answer_due_at;
    diesel::update(handovers::table.find(held.handover.id))
        .set((
            handovers::answer_due_at.eq(due.at),
            handovers::answer_due_provisional.eq(due.provisional),
        ))
        .execute(connection)?;
    held.handover.answer_due_at = due.at;
    held.handover.answer_due_provisional = due.provisional;
    let unit = match held.handover.state {
        State::Redo => policies.redo.unit,
        _ => policies.answer.unit,
    };
    let plan = plan_until(&rules.calendar, &policies.around, unit, due, began_at);
    for (step, at) in plan.handover_steps() {
        let steps = deadline_steps::table
            .filter(deadline_steps::handover_id.eq(held.handover.id))
            .filter(deadline_steps::clock.eq(held.handover.clock));
        put_off(connection, steps.into_boxed(), step, at)?;
    }
    let resident_due = held.resident_due(&rules, due);
    for case in held.cases.iter_mut().filter(|case| case.answer_due_provisional) {
        if case.state == lifecycle::State::HandedOver {
            put_off_case(connection, case, &rules, resident_due, now)?;
        }
    }
    Ok(moved)
}

/// A date that everybody was told has passed stays; one that would lie in the past now is today.
fn fair(planned: Deadline, promised: DateTime<Utc>, is_overdue: bool, now: DateTime<Utc>) -> Deadline {
    let at = if is_overdue {
        promised
    } else if planned.at < now {
        promised.max(end_of_day(local_date(now)))
    } else {
        planned.at
    };
    Deadline { at, ..planned }
}

fn put_off_case(
    connection: &mut PgConnection,
    case: &mut Case,
    rules: &Rules,
    due: Deadline,
    now: DateTime<Utc>,
) -> Result<()> {
    let overdue_at: Option<DateTime<Utc>> = submissions::table
        .find(case.id)
        .select(submissions::overdue_at)
        .first(connection)?;
    let due = fair(due, case.answer_due_at, overdue_at.is_some(), now);
    case.answer_due_at = due.at;
    case.answer_due_provisional = due.provisional;
    diesel::update(submissions::table.find(case.id))
        .set((
            submissions::answer_due_at.eq(due.at),
            submissions::answer_due_provisional.eq(due.provisional),
        ))
        .execute(connection)?;
    let plan: AnswerPlan = rules.plan_until(due, case.clock_started_at);
    for (step, at) in plan.steps() {
        let own = deadline_steps::table
            .filter(deadline_steps::submission_id.eq(case.id))
            .filter(deadline_steps::handover_id.is_null())
            .filter(deadline_steps::promise_id.is_null())
            .filter(deadline_steps::clock.eq(case.clock));
        put_off(connection, own.into_boxed(), step, at)?;
    }
    Ok(())
}

/// Gives a step that is still to be taken another time; its new time brings it again.
fn put_off(
    connection: &mut PgConnection,
    steps: deadline_steps::BoxedQuery<'_, diesel::pg::Pg>,
    step: Step,
    at: Option<DateTime<Utc>>,
) -> Result<()> {
    let Some(at) = at else { return Ok(()) };
    let open: Vec<Uuid> = steps
        .filter(deadline_steps::step.eq(step.as_str()))
        .filter(deadline_steps::done_at.is_null())
        .filter(deadline_steps::due_at.ne(at))
        .select(deadline_steps::id)
        .load(connection)?;
    diesel::update(deadline_steps::table.filter(deadline_steps::id.eq_any(open)))
        .set((
            deadline_steps::due_at.eq(at),
            deadline_steps::published_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(connection)?;
    Ok(())
}
