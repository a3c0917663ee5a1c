//! Handling together what several residents said of one thing (并案).

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl};
use minyi_domain::{
    deadlines::Rules,
    lifecycle::{Action, State},
    people::Actor,
    token::SubmissionNumber,
};
use serde_json::json;
use uuid::Uuid;

use super::{Case, Refusal, remainder};
use crate::{
    Result, Store, answers::merged_into, calendar, schema::submissions, scope::submissions_in, submissions::EventKind,
};

/// Which one a submission is merged into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MergeTarget {
    Id(Uuid),
    Number(SubmissionNumber),
}

impl Store {
    /// Lets a submission go on with an earlier one: its clock stops, and it is answered when that one is. Nobody waits
    /// longer for it: the earlier one takes over the nearer date.
    pub fn merge(
        &self,
        actor: &Actor,
        id: Uuid,
        into: &MergeTarget,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<(), Refusal>> {
        const UNFIT: Refusal = Refusal::TargetUnfit("submission");
        self.act(|connection| {
            let own = find(connection, actor, &MergeTarget::Id(id))?.ok_or(Refusal::NotFound)?;
            let target = find(connection, actor, into)?.ok_or(Refusal::TargetUnknown("submission"))?;
            // The earlier one is locked first, as when it is answered; so it is asked before the locks who that is.
            if target >= own {
                return Err(UNFIT.into());
            }
            let (_, target_id) = target;
            let mut primary = Case::lock(connection, actor, target_id)?;
            let mut case = Case::lock(connection, actor, id)?;
            let to = case.next_by(actor, Action::Merge)?;
            let hidden_alike = primary.confidential_region == case.confidential_region;
            // What went to the level above is not answered by those below.
            let high_enough = primary.handled_above || !case.handled_above;
            if !primary.state.awaits_answer() || !hidden_alike || !high_enough {
                return Err(UNFIT.into());
            }
            let rules = calendar::rules(connection, target_id, now)?;
            take_over_date(connection, &mut primary, &case, &rules, now)?;
            remainder::keep(connection, id, rules.left(case.promised(), now))?;
            for mut follower in merged_into(connection, id)? {
                go_with(connection, &mut follower, &primary, State::Merged, actor, now)?;
            }
            go_with(connection, &mut case, &primary, to, actor, now)?;
            share_date(connection, &primary)?;
            let event = primary.event(EventKind::Merged, actor, now).internal();
            let event = event.with_data(json!({ "joined": case.number, "answer_due_at": primary.answer_due_at }));
            Ok(primary.tell_handlers(connection, event, Some(actor), now)?)
        })
    }

    /// Takes a submission out again: the promised date stands; if it has passed meanwhile, the clock goes on with the
    /// days that were left. Returns the date.
    pub fn unmerge(
        &self,
        actor: &Actor,
        id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<DateTime<Utc>, Refusal>> {
        self.act(|connection| {
            let mut case = Case::lock(connection, actor, id)?;
            let to = case.next_by(actor, Action::Unmerge)?;
            let left = remainder::kept(connection, id)?;
            diesel::update(submissions::table.find(id))
                .set((
                    submissions::merged_into_id.eq(None::<Uuid>),
                    submissions::state.eq(to.as_str()),
                ))
                .execute(connection)?;
            case.state = to;
            let rules = calendar::rules(connection, id, now)?;
            let due = Some(case.promised())
                .filter(|due| due.at > now)
                .unwrap_or_else(|| rules.resume(left, now).answer_due);
            case.start_clock_until(connection, &rules, due, now)?;
            let event = case
                .event(EventKind::Unmerged, actor, now)
                .with_data(json!({ "answer_due_at": case.answer_due_at }));
            case.tell_handlers(connection, event, Some(actor), now)?;
            Ok(case.answer_due_at)
        })
    }
}

/// When it came, and its id: the order in which submissions came.
fn find(connection: &mut PgConnection, actor: &Actor, which: &MergeTarget) -> Result<Option<(DateTime<Utc>, Uuid)>> {
    let query = submissions::table
        .filter(submissions_in(&actor.scope()))
        .select((submissions::submitted_at, submissions::id))
        .into_boxed();
    let query = match which {
        MergeTarget::Id(id) => query.filter(submissions::id.eq(*id)),
        MergeTarget::Number(number) => query.filter(submissions::number.eq(number.as_str().to_owned())),
    };
    Ok(query.first(connection).optional()?)
}

/// No promise is broken by merging. A date that has passed is broken already; one that stands still goes on by itself.
fn take_over_date(
    connection: &mut PgConnection,
    primary: &mut Case,
    case: &Case,
    rules: &Rules,
    now: DateTime<Utc>,
) -> Result<()> {
    let due = case.promised();
    let runs = matches!(primary.state, State::Registered | State::Accepted | State::Reopened);
    if runs && due.at > now && due.at < primary.answer_due_at {
        primary.start_clock_until(connection, rules, due, now)?;
    }
    Ok(())
}

fn go_with(
    connection: &mut PgConnection,
    case: &mut Case,
    primary: &Case,
    to: State,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    case.stop_clock(connection, now)?;
    diesel::update(submissions::table.find(case.id))
        .set((
            submissions::state.eq(to.as_str()),
            submissions::merged_into_id.eq(primary.id),
        ))
        .execute(connection)?;
    case.state = to;
    let event = case
        .event(EventKind::Merged, actor, now)
        .with_data(json!({ "number": primary.number }));
    case.tell_residents(connection, event, now)
}

/// Whoever goes with it is promised what it is promised; who came only after that date had passed keeps the own promise.
fn share_date(connection: &mut PgConnection, primary: &Case) -> Result<()> {
    let followers = submissions::table
        .filter(submissions::merged_into_id.eq(primary.id))
        .filter(submissions::state.eq(State::Merged.as_str()))
        .filter(submissions::submitted_at.lt(primary.answer_due_at));
    diesel::update(followers)
        .set((
            submissions::answer_due_at.eq(primary.answer_due_at),
            submissions::answer_due_provisional.eq(primary.answer_due_provisional),
        ))
        .execute(connection)?;
    Ok(())
}
