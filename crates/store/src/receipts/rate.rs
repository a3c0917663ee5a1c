use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper, pg::Pg,
};
use minyi_domain::{
    deadlines::AnswerPlan,
    lifecycle::{self, Party, Refused, State},
    submission::Satisfaction,
    text::RatingComment,
    token::ReceiptToken,
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Result, Store, Template,
    events::NewEvent,
    ids, notifications,
    schema::{ratings, submissions},
    steps,
    submissions::EventKind,
    word::Word,
};

/// What became of a rating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RateOutcome {
    /// Rated and done (已办结).
    Closed,
    /// Dissatisfied: back to the handler, who has until then (重新办理).
    Reopened { answer_due_at: DateTime<Utc> },
    /// No such receipt.
    NotFound,
    /// Not in this state: no answer yet, or rated already.
    Refused(Refused),
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = submissions, check_for_backend(Pg))]
struct Record {
    id: Uuid,
    #[diesel(deserialize_as = Word<State>)]
    state: State,
    round: i16,
    assignee_deputy_id: Option<Uuid>,
    site_id: Uuid,
    region_code: String,
}

impl Store {
    /// Writes the resident's rating (评价); the lifecycle decides whether it closes or reopens, with `reopen_plan` as
    /// the clock of the new round.
    pub fn rate(
        &self,
        receipt: &ReceiptToken,
        solved: bool,
        satisfaction: Satisfaction,
        comment: Option<&RatingComment>,
        now: DateTime<Utc>,
        reopen_plan: &AnswerPlan,
    ) -> Result<RateOutcome> {
        self.connection()?.transaction(|connection| {
            let found: Option<Record> = submissions::table
                .filter(submissions::receipt.eq(receipt.as_str()))
                .select(Record::as_select())
                .for_update()
                .first(connection)
                .optional()?;
            let Some(record) = found else {
                return Ok(RateOutcome::NotFound);
            };
            let round = u8::try_from(record.round).unwrap_or(u8::MAX);
            let action = lifecycle::rating_action(satisfaction, round);
            let to = match lifecycle::next(record.state, action, Party::Resident) {
                Ok(to) => to,
                Err(refused) => return Ok(RateOutcome::Refused(refused)),
            };
            let (rated, followed) = ids::pair(now);
            let rating = (solved, satisfaction, comment);
            write(connection, &record, rating, rated, now)?;
            steps::void_open(connection, record.id, now)?;
            if to == State::Reopened {
                reopen(connection, &record, followed, reopen_plan, now)
            } else {
                close(connection, record.id, followed, "rated", now)?;
                Ok(RateOutcome::Closed)
            }
        })
    }
}

fn write(
    connection: &mut PgConnection,
    record: &Record,
    (solved, satisfaction, comment): (bool, Satisfaction, Option<&RatingComment>),
    event_id: Uuid,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::insert_into(ratings::table)
        .values((
            ratings::submission_id.eq(record.id),
            ratings::round.eq(record.round),
            ratings::solved.eq(solved),
            ratings::satisfaction.eq(satisfaction.as_str()),
            ratings::comment.eq(comment.map(RatingComment::as_str)),
            ratings::rated_at.eq(now),
        ))
        .execute(connection)?;
    NewEvent::new(record.id, EventKind::Rated, now)
        .with_id(event_id)
        .by_resident()
        .with_data(json!({ "solved": solved, "satisfaction": satisfaction }))
        .insert(connection)?;
    Ok(())
}

/// Ends a submission for `reason`, `rated` or `no_rating`.
pub fn close(
    connection: &mut PgConnection,
    id: Uuid,
    event_id: Uuid,
    reason: &'static str,
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
        .with_data(json!({ "reason": reason }))
        .insert(connection)?;
    Ok(())
}

fn reopen(
    connection: &mut PgConnection,
    record: &Record,
    event_id: Uuid,
    plan: &AnswerPlan,
    now: DateTime<Utc>,
) -> Result<RateOutcome> {
    let round = record.round + 1;
    let answer_due_at = plan.answer_due.at;
    // The marks belong to the round; what happened before stands in the timeline.
    diesel::update(submissions::table.find(record.id))
        .set((
            submissions::state.eq(State::Reopened.as_str()),
            submissions::round.eq(round),
            submissions::answer_due_at.eq(answer_due_at),
            submissions::answer_due_provisional.eq(plan.answer_due.provisional),
            submissions::overdue_at.eq(None::<DateTime<Utc>>),
            submissions::escalated_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(connection)?;
    NewEvent::new(record.id, EventKind::Reopened, now)
        .with_id(event_id)
        .with_data(json!({ "reason": "dissatisfied", "answer_due_at": answer_due_at }))
        .insert(connection)?;
    steps::plan_answer(connection, record.id, round, plan, now)?;
    let accounts = notifications::responsible(
        connection,
        record.assignee_deputy_id,
        record.site_id,
        &record.region_code,
    )?;
    let template = Template::DeputyNew;
    notifications::queue_for_accounts(connection, event_id, record.id, template, &accounts, now)?;
    notifications::wake(connection)?;
    Ok(RateOutcome::Reopened { answer_due_at })
}
