use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    ExpressionMethods, NullableExpressionMethods as _, OptionalExtension, PgConnection, QueryDsl, Queryable,
    RunQueryDsl, Selectable, SelectableHelper, pg::Pg,
};
use minyi_domain::{
    handover::{Channel, ResultClass, State},
    lifecycle,
    people::Scope,
    submission::Kind,
};
use uuid::Uuid;

use crate::{
    Result, Store,
    promises::PromiseView,
    schema::{
        grids, handover_answers, handover_partners, handover_submissions, handovers, offices, photos, promises,
        proposals, submissions,
    },
    scope::{handovers_in, submissions_in},
    submissions::PhotoView,
    word::Word,
};

/// A handover as everybody sees it who has to do with the matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandoverView {
    pub id: Uuid,
    pub channel: Channel,
    pub state: State,
    pub office_id: Uuid,
    pub office_name: String,
    pub handed_by_name: String,
    pub demand: String,
    pub is_hard: bool,
    pub handed_at: DateTime<Utc>,
    pub accept_due_at: DateTime<Utc>,
    pub answer_due_at: DateTime<Utc>,
    pub answer_due_provisional: bool,
    pub accepted_at: Option<DateTime<Utc>>,
    /// Who is responsible at the office.
    pub responsible_name: Option<String>,
    pub extended_at: Option<DateTime<Utc>>,
    pub extension_reason: Option<String>,
    pub refusal_reason: Option<String>,
    /// The answer was late, or is.
    pub overdue_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub proposal_id: Option<Uuid>,
    /// One for each round, the oldest first.
    pub answers: Vec<OfficeAnswerView>,
    pub partners: Vec<PartnerView>,
}

/// What an office answered, and what the deputy said of it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = handover_answers, check_for_backend(Pg))]
pub struct OfficeAnswerView {
    pub author_name: String,
    pub text: String,
    #[diesel(deserialize_as = Word<ResultClass>)]
    pub result: ResultClass,
    pub promise: Option<String>,
    pub promised_on: Option<NaiveDate>,
    pub answered_at: DateTime<Utc>,
    pub judge_due_at: DateTime<Utc>,
    pub satisfied: Option<bool>,
    pub judge_comment: Option<String>,
}

/// An office that helps (协办单位).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = handover_partners, check_for_backend(Pg))]
pub struct PartnerView {
    pub office_id: Uuid,
    #[diesel(select_expression = offices::name)]
    pub office_name: String,
    pub invited_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
    pub opinion: Option<String>,
    pub opined_at: Option<DateTime<Utc>>,
}

/// A handover with what was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandoverDetail {
    pub handover: HandoverView,
    /// What this person may see of it, the lead first.
    pub submissions: Vec<HandedSubmission>,
    /// One for all residents to whom the same was promised.
    pub promise: Option<PromiseView>,
    /// Title, number and text of the proposal by which it came.
    pub proposal: Option<(String, Option<String>, String)>,
}

/// A submission as an office reads it: without anything by which the resident could be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedSubmission {
    pub id: Uuid,
    pub number: String,
    pub kind: Kind,
    pub state: lifecycle::State,
    pub text: String,
    pub place: String,
    pub address: Option<String>,
    pub submitted_at: DateTime<Utc>,
    pub photos: Vec<PhotoView>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = handovers, check_for_backend(Pg))]
struct Record {
    id: Uuid,
    #[diesel(deserialize_as = Word<Channel>)]
    channel: Channel,
    #[diesel(deserialize_as = Word<State>)]
    state: State,
    office_id: Uuid,
    #[diesel(select_expression = offices::name)]
    office_name: String,
    handed_by_name: String,
    demand: String,
    is_hard: bool,
    handed_at: DateTime<Utc>,
    accept_due_at: DateTime<Utc>,
    answer_due_at: DateTime<Utc>,
    answer_due_provisional: bool,
    accepted_at: Option<DateTime<Utc>>,
    responsible_name: Option<String>,
    extended_at: Option<DateTime<Utc>>,
    extension_reason: Option<String>,
    refusal_reason: Option<String>,
    overdue_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
    proposal_id: Option<Uuid>,
}

impl Store {
    /// One handover with its submissions; `None` also when it lies outside the scope.
    pub fn handover(&self, scope: &Scope, id: Uuid) -> Result<Option<HandoverDetail>> {
        let mut connection = self.connection()?;
        let connection = &mut *connection;
        let record: Option<Record> = handovers::table
            .inner_join(offices::table)
            .filter(handovers::id.eq(id))
            .filter(handovers_in(scope))
            .select(Record::as_select())
            .first(connection)
            .optional()?;
        let Some(record) = record else { return Ok(None) };
        let proposal = match record.proposal_id {
            Some(proposal) => proposals::table
                .find(proposal)
                .select((proposals::title, proposals::number, proposals::text))
                .first(connection)
                .optional()?,
            None => None,
        };
        let promise = promises::table
            .filter(promises::handover_id.eq(id))
            .order(promises::id)
            .select(PromiseView::as_select())
            .first(connection)
            .optional()?;
        let submissions = handed(connection, scope, id)?;
        let handover = complete(connection, vec![record])?.pop();
        Ok(handover.map(|handover| HandoverDetail {
            handover,
            submissions,
            promise,
            proposal,
        }))
    }
}

/// The handovers of a submission, oldest first.
pub fn of_submission(connection: &mut PgConnection, submission_id: Uuid) -> Result<Vec<HandoverView>> {
    let records = handovers::table
        .inner_join(offices::table)
        .inner_join(handover_submissions::table)
        .filter(handover_submissions::submission_id.eq(submission_id))
        .order((handovers::handed_at, handovers::id))
        .select(Record::as_select())
        .load(connection)?;
    complete(connection, records)
}

/// The submissions of a handover.
pub fn submission_ids(connection: &mut PgConnection, handover: Uuid) -> Result<Vec<Uuid>> {
    Ok(handover_submissions::table
        .filter(handover_submissions::handover_id.eq(handover))
        .select(handover_submissions::submission_id)
        .load(connection)?)
}

fn handed(connection: &mut PgConnection, scope: &Scope, handover: Uuid) -> Result<Vec<HandedSubmission>> {
    type Row = (
        (Uuid, String, Word<Kind>, Word<lifecycle::State>, String),
        (String, Option<String>, DateTime<Utc>),
    );
    let rows: Vec<Row> = submissions::table
        .inner_join(grids::table)
        .inner_join(handover_submissions::table)
        .filter(handover_submissions::handover_id.eq(handover))
        .filter(submissions_in(scope))
        .order((submissions::submitted_at, submissions::id))
        .select((
            (
                submissions::id,
                submissions::number,
                submissions::kind,
                submissions::state,
                submissions::text,
            ),
            (grids::place, submissions::address, submissions::submitted_at),
        ))
        .load(connection)?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.0.0).collect();
    let pictures: Vec<(Option<Uuid>, PhotoView)> = photos::table
        .filter(photos::submission_id.eq_any(ids.iter().map(|id| Some(*id))))
        .order(photos::position)
        .select((photos::submission_id.nullable(), PhotoView::as_select()))
        .load(connection)?;
    let mut photos: HashMap<Option<Uuid>, Vec<PhotoView>> = HashMap::new();
    for (submission, photo) in pictures {
        photos.entry(submission).or_default().push(photo);
    }
    let handed = |((id, number, kind, state, text), (place, address, submitted_at)): Row| HandedSubmission {
        photos: photos.remove(&Some(id)).unwrap_or_default(),
        id,
        number,
        kind: kind.0,
        state: state.0,
        text,
        place,
        address,
        submitted_at,
    };
    Ok(rows.into_iter().map(handed).collect())
}

fn complete(connection: &mut PgConnection, records: Vec<Record>) -> Result<Vec<HandoverView>> {
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = records.iter().map(|record| record.id).collect();
    let answers: Vec<(Uuid, OfficeAnswerView)> = handover_answers::table
        .filter(handover_answers::handover_id.eq_any(&ids))
        .order((handover_answers::handover_id, handover_answers::redo))
        .select((handover_answers::handover_id, OfficeAnswerView::as_select()))
        .load(connection)?;
    let partners: Vec<(Uuid, PartnerView)> = handover_partners::table
        .inner_join(offices::table)
        .filter(handover_partners::handover_id.eq_any(&ids))
        .order((handover_partners::invited_at, handover_partners::office_id))
        .select((handover_partners::handover_id, PartnerView::as_select()))
        .load(connection)?;
    let mut views: Vec<HandoverView> = records.into_iter().map(view).collect();
    for view in &mut views {
        let own = |id: &Uuid| *id == view.id;
        view.answers = answers
            .iter()
            .filter(|(id, _)| own(id))
            .map(|(_, answer)| answer.clone())
            .collect();
        view.partners = partners
            .iter()
            .filter(|(id, _)| own(id))
            .map(|(_, partner)| partner.clone())
            .collect();
    }
    Ok(views)
}

fn view(record: Record) -> HandoverView {
    HandoverView {
        id: record.id,
        channel: record.channel,
        state: record.state,
        office_id: record.office_id,
        office_name: record.office_name,
        handed_by_name: record.handed_by_name,
        demand: record.demand,
        is_hard: record.is_hard,
        handed_at: record.handed_at,
        accept_due_at: record.accept_due_at,
        answer_due_at: record.answer_due_at,
        answer_due_provisional: record.answer_due_provisional,
        accepted_at: record.accepted_at,
        responsible_name: record.responsible_name,
        extended_at: record.extended_at,
        extension_reason: record.extension_reason,
        refusal_reason: record.refusal_reason,
        overdue_at: record.overdue_at,
        finished_at: record.finished_at,
        proposal_id: record.proposal_id,
        answers: Vec::new(),
        partners: Vec::new(),
    }
}
