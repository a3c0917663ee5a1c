use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl};
use minyi_domain::{
    deadlines::AnswerPlan,
    lifecycle::{self, Action, Party, Refused, State},
    submission::Satisfaction,
    text::RatingComment,
    token::ReceiptToken,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Result, Store, calendar,
    casework::{Case, Refusal, Ruling},
    events::NewEvent,
    ids, revisits,
    schema::{ratings, submissions},
    submissions::EventKind,
};

/// What became of a rating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RateOutcome {
    /// Rated and done (已办结).
    Closed,
    /// Dissatisfied: back to the handler, dissatisfied once more to the level above, who has until then (重新办理).
    Reopened { answer_due_at: DateTime<Utc> },
    /// No such receipt.
    NotFound,
    /// Not in this state: no answer yet, or rated already.
    Refused(Refused),
}

impl Store {
    /// Writes the resident's rating (评价); the lifecycle decides whether it closes, reopens or goes to the level above,
    /// where the new round has the clock that holds for the matter now.
    pub fn rate(
        &self,
        receipt: &ReceiptToken,
        solved: bool,
        satisfaction: Satisfaction,
        comment: Option<&RatingComment>,
        now: DateTime<Utc>,
    ) -> Result<RateOutcome> {
        let rated = self.act(|connection| {
            let mut case = by_receipt(connection, receipt)?;
            let action = lifecycle::rating_action(satisfaction, u8::try_from(case.round).unwrap_or(u8::MAX));
            let to = case.next(Party::Resident, action)?;
            let (rated, followed) = ids::pair(now);
            write(connection, &case, (solved, satisfaction, comment), rated, now)?;
            if to == State::Reopened {
                let plan = calendar::rules(connection, case.id, now)?.plan(now);
                let answer_due_at = plan.answer_due.at;
                let data = json!({ "reason": "dissatisfied", "answer_due_at": answer_due_at });
                case.handled_above |= action == Action::RateAndRaise;
                reopen(connection, &mut case, followed, data, &plan, now)?;
                return Ok(RateOutcome::Reopened { answer_due_at });
            }
            case.stop_clock(connection, now)?;
            let data = json!({ "reason": "rated", "satisfaction": satisfaction });
            close(connection, case.id, followed, "rated", data, now)?;
            Ok(RateOutcome::Closed)
        })?;
        Ok(match rated {
            Ok(outcome) => outcome,
            Err(Refusal::NotNow(refused)) => RateOutcome::Refused(refused),
            Err(_) => RateOutcome::NotFound,
        })
    }
}

/// Locks the submission of a receipt.
pub fn by_receipt(connection: &mut PgConnection, receipt: &ReceiptToken) -> Ruling<Case> {
    let id: Option<Uuid> = submissions::table
        .filter(submissions::receipt.eq(receipt.as_str()))
        .select(submissions::id)
        .first(connection)
        .optional()?;
    Case::lock_any(connection, id.ok_or(Refusal::NotFound)?)
}

fn write(
    connection: &mut PgConnection,
    case: &Case,
    (solved, satisfaction, comment): (bool, Satisfaction, Option<&RatingComment>),
    event_id: Uuid,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::insert_into(ratings::table)
        .values((
            ratings::submission_id.eq(case.id),
            ratings::round.eq(case.round),
            ratings::solved.eq(solved),
            ratings::satisfaction.eq(satisfaction.as_str()),
            ratings::comment.eq(comment.map(RatingComment::as_str)),
            ratings::rated_at.eq(now),
        ))
        .execute(connection)?;
    diesel::update(submissions::table.find(case.id))
        .set((
            submissions::rated_solved.eq(solved),
            submissions::rated_satisfaction.eq(satisfaction.as_str()),
        ))
        .execute(connection)?;
    NewEvent::new(case.id, EventKind::Rated, now)
        .with_id(event_id)
        .by_resident()
        .with_data(json!({ "solved": solved, "satisfaction": satisfaction }))
        .insert(connection)?;
    Ok(())
}

/// Begins the next round, with the level above if `case.handled_above` says so, and tells whoever has to act.
pub fn reopen(
    connection: &mut PgConnection,
    case: &mut Case,
    event_id: Uuid,
    data: Value,
    plan: &AnswerPlan,
    now: DateTime<Utc>,
) -> Result<()> {
    case.round += 1;
    case.state = State::Reopened;
    diesel::update(submissions::table.find(case.id))
        .set((
            submissions::state.eq(case.state.as_str()),
            submissions::round.eq(case.round),
            submissions::handled_above.eq(case.handled_above),
        ))
        .execute(connection)?;
    case.start_clock(connection, plan, None, now)?;
    let event = NewEvent::new(case.id, EventKind::Reopened, now)
        .with_id(event_id)
        .with_data(data);
    case.tell_handlers(connection, event, None, now)
}

/// Ends a submission for `reason`, `rated`, `no_rating` or `declined`, and plans asking again if the rules want it; `data`
/// is the event's.
pub fn close(
    connection: &mut PgConnection,
    id: Uuid,
    event_id: Uuid,
    reason: &'static str,
    data: Value,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::update(submissions::table.find(id))
        .set((
            submissions::state.eq(State::Closed.as_str()),
            submissions::closed_at.eq(now),
            submissions::close_reason.eq(reason),
        ))
        .execute(connection)?;
    NewEvent::new(id, EventKind::Closed, now)
        .with_id(event_id)
        .with_data(data)
        .insert(connection)?;
    revisits::plan(connection, id, now)
}
