//! The resident's side: whoever holds the receipt (回执码) sees the submission and rates its answer.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    dsl::sql,
    expression::SqlLiteral,
    pg::Pg,
    sql_types::{Bool, Nullable, Text},
};
use minyi_domain::{
    lifecycle::{self, Action, Party, State},
    routing::RouteReason,
    submission::{Kind, Satisfaction},
    token::{CaseToken, ReceiptToken, SubmissionNumber},
};
use uuid::Uuid;

use crate::{
    AnswerView, EventView, HandoverView, PhotoView, PromiseView, RatingView, Result, SitePublic, Store,
    casework::{DeclineKind, InfoRequest, Kin, split_into},
    meetings::Meetings,
    prepared::Constant,
    schema::{decline_kinds, grids, sites, submissions},
    submissions::{Holds, Parts, if_there},
    word::{Word, words},
};

mod rate;

pub use rate::RateOutcome;
pub(crate) use rate::{by_receipt, close, reopen};

/// What the holder of a receipt sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptView {
    pub submission_id: Uuid,
    pub number: String,
    pub receipt: ReceiptToken,
    pub state: State,
    /// Reopenings so far.
    pub round: i16,
    pub kind: Kind,
    pub text: String,
    pub place: String,
    pub grid_name: String,
    pub site: SitePublic,
    pub submitted_at: DateTime<Utc>,
    pub answer_due_at: DateTime<Utc>,
    pub answer_due_provisional: bool,
    pub closed_at: Option<DateTime<Utc>>,
    pub photos: Vec<PhotoView>,
    pub answers: Vec<AnswerView>,
    /// The public events.
    pub timeline: Vec<EventView>,
    pub ratings: Vec<RatingView>,
    pub info_requests: Vec<InfoRequest>,
    pub meetings: Meetings,
    /// Which office has it, or had it.
    pub handovers: Vec<HandoverView>,
    pub promises: Vec<PromiseView>,
    /// The resident agrees that it may be published (公开的单独同意).
    pub publish_consented: bool,
    /// It is published under this token.
    pub public_token: Option<CaseToken>,
    /// Somebody who held the receipt wants to be told on WeChat how it goes on.
    pub subscribed: bool,
    /// There is an answer that waits for the resident's rating.
    pub may_rate: bool,
    /// With whom it lies.
    pub route_reason: RouteReason,
    /// The level above answers.
    pub handled_above: bool,
    /// Why it is closed.
    pub close_reason: Option<CloseReason>,
    /// The kind under which it was not taken, if it was not.
    pub declined_as: Option<DeclineKind>,
    pub review_asked_at: Option<DateTime<Utc>>,
    /// It was not taken, and no review was asked for yet.
    pub may_ask_review: bool,
    /// What was split off from it, each with a receipt of its own.
    pub split_into: Vec<Kin>,
}

words! {
    /// Why a submission is closed.
    CloseReason {
        Rated = "rated",
        NoRating = "no_rating",
        /// Not taken, and nobody asked for a review.
        Declined = "declined",
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = submissions, check_for_backend(Pg))]
struct Record {
    id: Uuid,
    number: String,
    #[diesel(deserialize_as = Word<ReceiptToken>)]
    receipt: ReceiptToken,
    #[diesel(deserialize_as = Word<State>)]
    state: State,
    round: i16,
    #[diesel(deserialize_as = Word<Kind>)]
    kind: Kind,
    text: String,
    #[diesel(select_expression = grids::place)]
    place: String,
    #[diesel(select_expression = grids::name)]
    grid_name: String,
    submitted_at: DateTime<Utc>,
    answer_due_at: DateTime<Utc>,
    answer_due_provisional: bool,
    closed_at: Option<DateTime<Utc>>,
    #[diesel(deserialize_as = Word<RouteReason>)]
    route_reason: RouteReason,
    handled_above: bool,
    close_reason: Option<Word<CloseReason>>,
    decline_kind: Option<String>,
    review_asked_at: Option<DateTime<Utc>>,
    publish_consent_at: Option<DateTime<Utc>>,
    #[diesel(select_expression = sql::<Nullable<Text>>(LIVE_RELEASE))]
    #[diesel(select_expression_type = SqlLiteral<Nullable<Text>>)]
    public_token: Option<Word<CaseToken>>,
    #[diesel(select_expression = sql::<Bool>(SUBSCRIBED), select_expression_type = SqlLiteral<Bool>)]
    subscribed: bool,
}

const LIVE_RELEASE: &str =
    "(SELECT public_token FROM releases WHERE submission_id = submissions.id AND withdrawn_at IS NULL)";

/// What was forgotten after its time (erased) tells nobody anything more.
const SUBSCRIBED: &str = "EXISTS (SELECT FROM resident_subscriptions WHERE submission_id = submissions.id
    AND NOT starts_with(wechat_openid, 'erased:'))";

impl Store {
    /// The receipt's page.
    pub fn receipt(&self, receipt: &ReceiptToken) -> Result<Option<ReceiptView>> {
        let mut connection = self.connection()?;
        let query = submissions::table
            .inner_join(grids::table)
            .inner_join(sites::table)
            .filter(submissions::receipt.eq(receipt.as_str()))
            .select((Record::as_select(), SitePublic::as_select(), Holds::as_select()));
        let found: Option<(Record, SitePublic, Holds)> = Constant(query).get_result(&mut *connection).optional()?;
        let Some((record, site, holds)) = found else {
            return Ok(None);
        };
        let parts = Parts::load(&mut connection, record.id, holds, false)?;
        let meetings = Meetings::load(&mut connection, record.id, holds)?;
        let declined_as: Option<DeclineKind> = match &record.decline_kind {
            None => None,
            Some(code) => decline_kinds::table
                .find(code)
                .select(DeclineKind::as_select())
                .first(&mut *connection)
                .optional()?,
        };
        let split_into = if_there(holds.split_off, || split_into(&mut connection, record.id))?;
        let mut view = view(record, site, parts, meetings);
        (view.declined_as, view.split_into) = (declined_as, split_into);
        Ok(Some(view))
    }

    /// Finds a lost receipt: the number alone opens nothing, number and phone together do.
    pub fn find_receipt(&self, number: &SubmissionNumber, phone_index: &[u8; 32]) -> Result<Option<ReceiptToken>> {
        let found: Option<Word<ReceiptToken>> = submissions::table
            .filter(submissions::number.eq(number.as_str()))
            .filter(submissions::phone_index.eq(phone_index.as_slice()))
            .select(submissions::receipt)
            .first(&mut *self.connection()?)
            .optional()?;
        Ok(found.map(|word| word.0))
    }
}

fn view(record: Record, site: SitePublic, parts: Parts, meetings: Meetings) -> ReceiptView {
    ReceiptView {
        may_rate: may_rate(record.state, record.round),
        may_ask_review: record.review_asked_at.is_none()
            && lifecycle::TABLE
                .next(record.state, Action::RequestReview, Party::Resident)
                .is_ok(),
        route_reason: record.route_reason,
        handled_above: record.handled_above,
        close_reason: record.close_reason.map(|word| word.0),
        review_asked_at: record.review_asked_at,
        declined_as: None,
        split_into: Vec::new(),
        submission_id: record.id,
        number: record.number,
        receipt: record.receipt,
        state: record.state,
        round: record.round,
        kind: record.kind,
        text: record.text,
        place: record.place,
        grid_name: record.grid_name,
        site,
        submitted_at: record.submitted_at,
        answer_due_at: record.answer_due_at,
        answer_due_provisional: record.answer_due_provisional,
        closed_at: record.closed_at,
        photos: parts.photos,
        answers: parts.answers,
        timeline: parts.events,
        ratings: parts.ratings,
        info_requests: parts.info_requests,
        meetings,
        handovers: parts.handovers,
        promises: parts.promises,
        publish_consented: record.publish_consent_at.is_some(),
        public_token: record.public_token.map(|Word(token)| token),
        subscribed: record.subscribed,
    }
}

fn may_rate(state: State, round: i16) -> bool {
    let round = u8::try_from(round).unwrap_or(u8::MAX);
    let action = lifecycle::rating_action(Satisfaction::Satisfied, round);
    lifecycle::TABLE.next(state, action, Party::Resident).is_ok()
}
