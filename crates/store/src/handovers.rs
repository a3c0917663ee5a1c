//! Handing a matter over to the office that can act (交办). Every act locks all submissions of the handover by their
//! ids, then the handover, asks the handover's lifecycle, writes the event of each submission, and plans the clocks.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    dsl::sql,
    pg::Pg,
    sql_types::{Bool, Uuid as SqlUuid},
};
use minyi_domain::{
    calendar::Deadline,
    deadlines::{HandoverPolicies, Rules, prolong},
    handover::{self, Action, Channel, State},
    lifecycle::Party,
    people::Actor,
};
use serde_json::Value;
use uuid::Uuid;

mod act;
mod candidates;
mod clock;
mod give;
mod judge;
mod list;
mod office;
mod partners;
mod replan;
mod views;

pub use candidates::OfficeCandidate;
pub(crate) use clock::{needs, take};
pub use give::NewHandover;
pub(crate) use give::{Given, give, office};
pub use judge::Approval;
pub use list::{HandoverFilter, HandoverItem};
pub use office::{OfficeAnswer, OfficePromise};
pub(crate) use replan::replan;
pub(crate) use views::of_submission;
pub use views::{HandedSubmission, HandoverDetail, HandoverView, OfficeAnswerView, PartnerView};

use crate::{
    Result,
    casework::{Case, Refusal, Ruling},
    schema::{accounts, handovers, offices, submissions},
    scope::handovers_in,
    word::Word,
};

/// A handover under its lock.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = handovers, check_for_backend(Pg))]
pub struct Handover {
    pub id: Uuid,
    #[diesel(deserialize_as = Word<Channel>)]
    pub channel: Channel,
    pub lead_submission_id: Uuid,
    pub office_id: Uuid,
    pub handed_by_account_id: Uuid,
    #[diesel(deserialize_as = Word<State>)]
    pub state: State,
    pub clock: i16,
    pub answer_due_at: DateTime<Utc>,
    pub answer_due_provisional: bool,
    pub extended_at: Option<DateTime<Utc>>,
    pub redos: i16,
    #[diesel(select_expression = offices::name)]
    pub office_name: String,
}

/// A handover and all its submissions, locked; `cases` by their ids.
#[derive(Debug)]
pub struct Held {
    pub handover: Handover,
    pub cases: Vec<Case>,
    /// What is merged into one of the cases and is answered together with it.
    pub merged: Vec<Case>,
}

impl Held {
    /// Locks a handover that the person sees.
    pub fn lock(connection: &mut PgConnection, actor: &Actor, id: Uuid) -> Ruling<Self> {
        let seen: Option<Uuid> = handovers::table
            .find(id)
            .filter(handovers_in(&actor.scope()))
            .select(handovers::id)
            .first(connection)
            .optional()?;
        Self::lock_any(connection, seen.ok_or(Refusal::NotFound)?)
    }

    /// Locks a handover for the clock, or for whoever was let through before.
    pub fn lock_any(connection: &mut PgConnection, id: Uuid) -> Ruling<Self> {
        let family =
            sql::<Bool>("submissions.id IN (SELECT submission_id FROM handover_submissions WHERE handover_id = ")
                .bind::<SqlUuid, _>(id)
                .sql(
                    ") OR (submissions.state = 'merged' AND submissions.merged_into_id IN (
                SELECT submission_id FROM handover_submissions WHERE handover_id = ",
                )
                .bind::<SqlUuid, _>(id)
                .sql("))");
        let family: Vec<Case> = submissions::table
            .filter(family)
            .order(submissions::id)
            .select(Case::as_select())
            .for_update()
            .load(connection)?;
        let own: Vec<Uuid> = views::submission_ids(connection, id)?;
        let (cases, merged) = family.into_iter().partition(|case| own.contains(&case.id));
        handovers::table
            .find(id)
            .select(handovers::id)
            .for_update()
            .first::<Uuid>(connection)?;
        let handover = handovers::table
            .inner_join(offices::table)
            .filter(handovers::id.eq(id))
            .select(Handover::as_select())
            .first(connection)?;
        Ok(Self {
            handover,
            cases,
            merged,
        })
    }

    /// Where `action` of this person leads. What the answering office does, an invited one cannot; and only who sees
    /// every submission of it judges or withdraws.
    pub fn next_by(&self, connection: &mut PgConnection, actor: &Actor, action: Action) -> Ruling<State> {
        let party = Party::of(actor.role).ok_or(Refusal::Forbidden)?;
        if party == Party::Office && actor.office_id != Some(self.handover.office_id) {
            return Err(Refusal::Forbidden.into());
        }
        if !handover::TABLE
            .0
            .iter()
            .any(|(_, what, who, _)| (*what, *who) == (action, party))
        {
            return Err(Refusal::Forbidden.into());
        }
        if party == Party::Handler {
            for case in &self.cases {
                Case::lock(connection, actor, case.id)?;
            }
        }
        Ok(handover::TABLE
            .next(self.handover.state, action, party)
            .map_err(Refusal::HandoverNotNow)?)
    }

    /// The submission on which the clock and the messages hang.
    pub fn lead(&self) -> Ruling<&Case> {
        let lead = self
            .cases
            .iter()
            .find(|case| case.id == self.handover.lead_submission_id);
        lead.ok_or_else(|| crate::Error::Unknown("a handover without its lead submission".to_owned()).into())
    }

    /// The office's name with further data, for an event.
    pub fn data(&self, further: Value) -> Value {
        about(&self.handover.office_name, further)
    }

    /// Until when the residents are answered after the office is due at `answer_due`.
    pub fn resident_due(&self, rules: &Rules, answer_due: Deadline) -> Deadline {
        prolong(&rules.calendar, self.policies(rules).judge, answer_due)
    }

    pub fn policies<'r>(&self, rules: &'r Rules) -> &'r HandoverPolicies {
        rules.policies.handover(self.handover.channel)
    }
}

/// An office's name with further data of an event.
pub fn about(office_name: &str, mut further: Value) -> Value {
    if let Value::Object(fields) = &mut further {
        fields.insert("office".to_owned(), office_name.into());
    }
    further
}

/// The accounts that act for an office.
pub fn office_accounts(connection: &mut PgConnection, office_id: Uuid) -> Result<Vec<Uuid>> {
    Ok(accounts::table
        .filter(accounts::office_id.eq(office_id))
        .filter(accounts::disabled_at.is_null())
        .select(accounts::id)
        .load(connection)?)
}
