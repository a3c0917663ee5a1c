//! Taking a submission on, and asking the resident for more (受理、请居民补充).

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    dsl::count_star, pg::Pg,
};
use minyi_domain::{
    deadlines::{Rules, Step},
    lifecycle::{Action, Party},
    people::Actor,
    text::{InfoReply, Question},
    token::ReceiptToken,
};
use serde_json::json;
use uuid::Uuid;

use super::{Case, Refusal, Ruling, remainder};
use crate::{
    Result, Store, calendar,
    events::NewEvent,
    ids,
    photos::{is_free, lock_photos},
    receipts::by_receipt,
    schema::{info_requests, photos},
    steps,
    submissions::EventKind,
};

/// How often a resident may be asked about one submission: whoever needs more should call.
pub const MAX_QUESTIONS: i64 = 3;

/// A question to the resident, with what came back (补充情况).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = info_requests, check_for_backend(Pg))]
pub struct InfoRequest {
    pub id: Uuid,
    pub asked_by_name: String,
    pub question: String,
    pub asked_at: DateTime<Utc>,
    /// Until then the clock stands still.
    pub due_at: DateTime<Utc>,
    pub reply: Option<String>,
    /// When it was answered, lapsed, or was no longer needed.
    pub ended_at: Option<DateTime<Utc>>,
}

impl Store {
    /// Takes a submission on (受理); the clock goes on as it is.
    pub fn accept(&self, actor: &Actor, id: Uuid, now: DateTime<Utc>) -> Result<std::result::Result<(), Refusal>> {
        self.act(|connection| {
            let mut case = Case::lock(connection, actor, id)?;
            let to = case.next_by(actor, Action::Accept)?;
            case.enter(connection, to)?;
            let event = case.event(EventKind::Accepted, actor, now);
            Ok(event.insert(connection).map(drop)?)
        })
    }

    /// Asks the resident for more: the clock stands still until the reply, or until the time for it is over. Returns
    /// when that is.
    pub fn ask_resident(
        &self,
        actor: &Actor,
        id: Uuid,
        question: &Question,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<DateTime<Utc>, Refusal>> {
        self.act(|connection| {
            let mut case = Case::lock(connection, actor, id)?;
            let to = case.next_by(actor, Action::AskResident)?;
            let asked: i64 = info_requests::table
                .filter(info_requests::submission_id.eq(id))
                .select(count_star())
                .first(connection)?;
            if asked >= MAX_QUESTIONS {
                return Err(Refusal::TooOften.into());
            }
            let rules = calendar::rules(connection, id, now)?;
            let due_at = rules.policies.give_info.after(&rules.calendar, now).at;
            diesel::insert_into(info_requests::table)
                .values((
                    info_requests::id.eq(ids::new(now)),
                    info_requests::submission_id.eq(id),
                    info_requests::asked_by_account_id.eq(actor.account_id),
                    info_requests::asked_by_name.eq(&actor.display_name),
                    info_requests::question.eq(question.as_str()),
                    info_requests::asked_at.eq(now),
                    info_requests::due_at.eq(due_at),
                ))
                .execute(connection)?;
            pause(connection, &mut case, &rules, now)?;
            case.enter(connection, to)?;
            let owner = steps::Owner::submission(id, case.clock);
            steps::plan(connection, owner, &[(Step::InfoLapse, Some(due_at))], now)?;
            let event = case
                .event(EventKind::InfoAsked, actor, now)
                .with_data(json!({ "question": question.as_str(), "due_at": due_at }));
            case.tell_residents(connection, event, now)?;
            Ok(due_at)
        })
    }

    /// The resident's reply to the open question; the clock goes on with the days that were left. Returns the new date.
    pub fn give_info(
        &self,
        receipt: &ReceiptToken,
        reply: &InfoReply,
        photo_ids: &[Uuid],
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<DateTime<Utc>, Refusal>> {
        self.act(|connection| {
            let mut case = by_receipt(connection, receipt)?;
            let to = case.next(Party::Resident, Action::GiveInfo)?;
            let request_id: Uuid = open_request(connection, case.id)?.ok_or(Refusal::NotFound)?;
            if let Some(missing) = lock_photos(connection, photo_ids)? {
                return Err(Refusal::PhotoMissing(missing).into());
            }
            diesel::update(info_requests::table.find(request_id))
                .set((info_requests::reply.eq(reply.as_str()), info_requests::ended_at.eq(now)))
                .execute(connection)?;
            for (position, photo_id) in (0_i16..).zip(photo_ids) {
                diesel::update(photos::table.find(photo_id).filter(is_free()))
                    .set((photos::info_request_id.eq(request_id), photos::position.eq(position)))
                    .execute(connection)?;
            }
            case.enter(connection, to)?;
            let kind = EventKind::InfoGiven;
            resume(connection, &mut case, kind, now)?;
            Ok(case.answer_due_at)
        })
    }
}

/// The time for the reply is over: the handler goes on with what there is.
pub fn lapse(connection: &mut PgConnection, case: &mut Case, now: DateTime<Utc>) -> Ruling<()> {
    let to = case.next(Party::Clock, Action::LapseInfo)?;
    end_request(connection, case.id, now)?;
    case.enter(connection, to)?;
    resume(connection, case, EventKind::InfoLapsed, now)
}

/// Ends an open question without a reply, if there is one.
pub fn end_request(connection: &mut PgConnection, submission_id: Uuid, now: DateTime<Utc>) -> Result<()> {
    let open = info_requests::table
        .filter(info_requests::submission_id.eq(submission_id))
        .filter(info_requests::ended_at.is_null());
    diesel::update(open)
        .set(info_requests::ended_at.eq(now))
        .execute(connection)?;
    Ok(())
}

/// The questions of a submission, oldest first.
pub fn requests(connection: &mut PgConnection, submission_id: Uuid) -> Result<Vec<InfoRequest>> {
    Ok(info_requests::table
        .filter(info_requests::submission_id.eq(submission_id))
        .order((info_requests::asked_at, info_requests::id))
        .select(InfoRequest::as_select())
        .load(connection)?)
}

fn open_request(connection: &mut PgConnection, submission_id: Uuid) -> Result<Option<Uuid>> {
    Ok(info_requests::table
        .filter(info_requests::submission_id.eq(submission_id))
        .filter(info_requests::ended_at.is_null())
        .select(info_requests::id)
        .first(connection)
        .optional()?)
}

/// Stops the clock and remembers what is left of it.
fn pause(connection: &mut PgConnection, case: &mut Case, rules: &Rules, now: DateTime<Utc>) -> Ruling<()> {
    case.stop_clock(connection, now)?;
    Ok(remainder::keep(connection, case.id, rules.left(case.promised(), now))?)
}

/// Lets the clock go on with the days that were left.
fn resume(connection: &mut PgConnection, case: &mut Case, kind: EventKind, now: DateTime<Utc>) -> Ruling<()> {
    let left = remainder::kept(connection, case.id)?;
    let plan = calendar::rules(connection, case.id, now)?.resume(left, now);
    case.start_clock(connection, &plan, Some(left), now)?;
    let mut event = NewEvent::new(case.id, kind, now).with_data(json!({ "answer_due_at": case.answer_due_at }));
    if kind == EventKind::InfoGiven {
        event = event.by_resident();
    }
    Ok(case.tell_handlers(connection, event, None, now)?)
}
