use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    dsl::exists, pg::Pg,
};
use minyi_domain::{
    deadlines::{Step, plan_handover},
    handover::{Channel, State as Stage},
    lifecycle::{Action, State},
    people::Actor,
    submission::Urgency,
    text::Demand,
};
use serde_json::json;
use uuid::Uuid;

use super::{Held, about, act::put_off, office_accounts};
use crate::{
    Result, Store, Template, calendar,
    casework::{Case, Refusal, Ruling},
    ids,
    schema::{handover_submissions, handovers, offices},
    submissions::EventKind,
};

/// What a deputy, the station or an administrator hands to an office.
#[derive(Debug, Clone, Copy)]
pub struct NewHandover<'a> {
    pub office_id: Uuid,
    pub demand: &'a Demand,
    /// The longer limit applies from the start; so it does for a submission that is marked as hard.
    pub is_hard: bool,
}

/// An office (承办单位).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = offices, check_for_backend(Pg))]
pub struct Office {
    pub id: Uuid,
    pub name: String,
    pub region_code: String,
}

/// What a handover begins with, by whichever way.
pub struct Given<'a> {
    pub office: &'a Office,
    pub channel: Channel,
    pub proposal_id: Option<Uuid>,
    pub demand: &'a str,
    pub is_hard: bool,
}

impl Store {
    /// Hands one submission to a street or town office within its county (镇街承办单位). The resident's date becomes
    /// that of the office's answer and its judgement. Returns the handover's id.
    pub fn hand_over(
        &self,
        actor: &Actor,
        submission_id: Uuid,
        new: NewHandover<'_>,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<Uuid, Refusal>> {
        self.act(|connection| {
            let case = Case::lock(connection, actor, submission_id)?;
            let office = office(connection, new.office_id)?.ok_or(Refusal::TargetUnknown("office"))?;
            let county = case.region_code.get(..6).unwrap_or(&case.region_code);
            if Channel::to_office_of(&office.region_code) != Channel::Office || !office.region_code.starts_with(county)
            {
                return Err(Refusal::TargetUnfit("office").into());
            }
            let given = Given {
                office: &office,
                channel: Channel::Office,
                proposal_id: None,
                demand: new.demand.as_str(),
                is_hard: new.is_hard || case.urgency == Urgency::Hard,
            };
            give(connection, actor, vec![case], &given, now)
        })
    }
}

/// An office by its id.
pub fn office(connection: &mut PgConnection, id: Uuid) -> Result<Option<Office>> {
    let office = offices::table.find(id).select(Office::as_select());
    Ok(office.first(connection).optional()?)
}

/// Hands locked submissions to an office; the first is the lead. A confidential one leaves its region's
/// administrators never.
pub fn give(
    connection: &mut PgConnection,
    actor: &Actor,
    mut cases: Vec<Case>,
    given: &Given<'_>,
    now: DateTime<Utc>,
) -> Ruling<Uuid> {
    let lead = cases
        .first()
        .map(|case| case.id)
        .ok_or(Refusal::TargetUnknown("submission"))?;
    let rules = calendar::rules(connection, lead, now)?;
    let policies = rules.policies.handover(given.channel);
    let plan = plan_handover(&rules.calendar, policies, given.is_hard, now);
    for case in &mut cases {
        let to = case.next_by(actor, Action::HandOver)?;
        if case.confidential_region.is_some() {
            return Err(Refusal::TargetUnfit("submission").into());
        }
        if has_it(connection, case.id, given.office.id)? {
            return Err(Refusal::TargetUnfit("office").into());
        }
        if case.state == State::HandedOver {
            put_off(connection, case, &rules, plan.resident_due, now)?;
            continue;
        }
        // What was left of the submission's own clock is kept for the case that it comes back.
        let left = rules.left(case.promised(), now);
        case.start_clock(connection, &rules.plan_until(plan.resident_due, now), Some(left), now)?;
        case.enter(connection, to)?;
    }
    let id = ids::new(now);
    diesel::insert_into(handovers::table)
        .values((
            handovers::id.eq(id),
            handovers::channel.eq(given.channel.as_str()),
            handovers::lead_submission_id.eq(lead),
            handovers::proposal_id.eq(given.proposal_id),
            handovers::office_id.eq(given.office.id),
            handovers::handed_by_account_id.eq(actor.account_id),
            handovers::handed_by_name.eq(&actor.display_name),
            handovers::demand.eq(given.demand),
            handovers::is_hard.eq(given.is_hard),
            handovers::state.eq(Stage::Offered.as_str()),
            handovers::handed_at.eq(now),
            handovers::accept_due_at.eq(plan.accept_due.at),
            handovers::answer_due_at.eq(plan.answer.answer_due.at),
            handovers::answer_due_provisional.eq(plan.answer.answer_due.provisional),
        ))
        .execute(connection)?;
    let rows: Vec<_> = cases
        .iter()
        .map(|case| {
            (
                handover_submissions::handover_id.eq(id),
                handover_submissions::submission_id.eq(case.id),
            )
        })
        .collect();
    diesel::insert_into(handover_submissions::table)
        .values(rows)
        .execute(connection)?;
    let held = Held::lock_any(connection, id)?;
    held.plan(connection, &[(Step::HandoverAccept, Some(plan.accept_due.at))], now)?;
    held.plan(connection, &plan.answer.handover_steps(), now)?;
    announce(connection, &held, actor, given, now)?;
    Ok(id)
}

/// The residents learn who has it and until when they are answered; the office learns that there is something.
fn announce(
    connection: &mut PgConnection,
    held: &Held,
    actor: &Actor,
    given: &Given<'_>,
    now: DateTime<Utc>,
) -> Ruling<()> {
    let data = |case: &Case| {
        about(
            &given.office.name,
            json!({ "channel": given.channel.as_str(), "answer_due_at": case.answer_due_at }),
        )
    };
    for case in &held.cases {
        let event = case.event(EventKind::HandedOver, actor, now).with_data(data(case));
        if case.id == held.handover.lead_submission_id {
            let accounts = office_accounts(connection, given.office.id)?;
            let event_id = event.id;
            case.tell_residents(connection, event, now)?;
            held.message(connection, event_id, Template::DeputyNew, accounts, Some(actor), now)?;
        } else {
            case.tell_residents(connection, event, now)?;
        }
    }
    Ok(())
}

/// Whether this office has the submission already.
fn has_it(connection: &mut PgConnection, submission_id: Uuid, office_id: Uuid) -> Result<bool> {
    let open = handover_submissions::table
        .inner_join(handovers::table)
        .filter(handover_submissions::submission_id.eq(submission_id))
        .filter(handovers::office_id.eq(office_id))
        .filter(handovers::finished_at.is_null());
    Ok(diesel::select(exists(open)).get_result(connection)?)
}
