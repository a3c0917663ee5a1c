//! One submission as those see it whose work it is.

use actix_web::{HttpResponse, get, post, web::Path};
use chrono::{DateTime, Utc};
use minyi_domain::{
    beside::{self, Beside},
    calendar::WorkCalendar,
    lifecycle::{Action, State as Stage},
    people::{Actor, Role},
    rights::Permission,
    routing::RouteReason,
    submission::{CoordinateSystem, Kind, Urgency},
    time_left::time_left,
};
use minyi_store::{EventView, SubmissionDetail};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::casework::{InfoRequestResponse, KinResponse, TransferResponse, possible};
use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    deputies::content::ContentCheckResponse,
    deputies::inbox::TimeLeftResponse,
    deputies::proposals::views::ProposalLineResponse,
    deputies::sorting::SortingResponse,
    offices::views::{HandoverResponse, PromiseResponse},
    openapi::words,
    problem::Problem,
    residents::{
        photos::PhotoLinks,
        receipts::{AnswerResponse, RatingResponse, TimelineEntry},
        submissions::{NAME_PURPOSE, PHONE_PURPOSE},
    },
    state::{AppState, State},
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_submission).service(open_contact);
}

/// A submission with all that hangs on it.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "019aa000-0000-7000-8000-0000000000aa", "number": "20261121-ACDE347", "kind": "problem",
    "state": "registered", "state_name": "已登记，待答复", "round": 0, "text": "3 号院门口的路灯坏了半个多月。",
    "location": {"longitude": 126.642, "latitude": 45.757, "coordinate_system": "gcj02"}, "address": "杏林路 3 号院门口",
    "has_contact": true, "place": "杏林社区 3 号院", "grid_name": "杏林社区第二网格",
    "site_name": "杏林社区代表联络站", "assignee_name": "李春兰", "route_reason": "on_duty",
    "submitted_at": "2026-11-21T01:00:00Z", "answer_due_at": "2026-11-27T15:59:59Z", "answer_due_provisional": false,
    "overdue_at": null, "escalated_at": null, "closed_at": null, "photos": [], "answers": [],
    "timeline": [{"kind": "registered", "text": "已登记", "data": {}, "by": null, "occurred_at": "2026-11-21T01:00:00Z"}], "ratings": [],
    "urgency": "normal", "confidential": false, "handled_above": false, "decline_kind": null, "info_requests": [],
    "kin": [], "transfers": [], "possible": ["accept", "ask_resident", "transfer", "answer", "propose", "meet"],
    "handovers": [], "promises": [], "proposals": [],
    "sorting": {}, "content_checks": [], "time_left": {"working_days": 2, "words": "还有 2 个工作日", "provisional": false, "paused": false}
}))]
pub struct SubmissionDetailResponse {
    id: Uuid,
    number: String,
    #[schema(schema_with = words::kind)]
    kind: Kind,
    #[schema(schema_with = words::state)]
    state: Stage,
    state_name: &'static str,
    /// Reopenings so far.
    round: i16,
    text: String,
    location: Option<PositionResponse>,
    /// Where it is, in words.
    address: Option<String>,
    /// The resident left a name or a phone: `POST …/contact` opens them.
    has_contact: bool,
    place: String,
    grid_name: String,
    site_name: String,
    /// `null`: the station's staff answer.
    assignee_name: Option<String>,
    #[schema(schema_with = words::route_reason)]
    route_reason: RouteReason,
    submitted_at: DateTime<Utc>,
    answer_due_at: DateTime<Utc>,
    answer_due_provisional: bool,
    overdue_at: Option<DateTime<Utc>>,
    escalated_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
    photos: Vec<PhotoLinks>,
    answers: Vec<AnswerResponse>,
    /// The whole timeline, internal steps included.
    timeline: Vec<TimelineEntry>,
    ratings: Vec<RatingResponse>,
    #[schema(schema_with = words::urgency)]
    urgency: Urgency,
    /// A report on an official: only administrators above see it.
    confidential: bool,
    /// The level above answers.
    handled_above: bool,
    /// The kind under which it was not taken, if it was not.
    decline_kind: Option<String>,
    info_requests: Vec<InfoRequestResponse>,
    /// What was merged with it or split, as far as you see it.
    kin: Vec<KinResponse>,
    /// The chain of transfers, the oldest first.
    transfers: Vec<TransferResponse>,
    /// What you may do with it now.
    #[schema(schema_with = words::deeds)]
    possible: Vec<Deed>,
    handovers: Vec<HandoverResponse>,
    promises: Vec<PromiseResponse>,
    /// Into what it went.
    proposals: Vec<ProposalLineResponse>,
    /// Category and suggestion.
    sorting: SortingResponse,
    /// What the check of text and photos says.
    content_checks: Vec<ContentCheckResponse>,
    /// `null`: nothing runs.
    time_left: Option<TimeLeftResponse>,
}

/// A step of the lifecycle, or what is done beside it.
#[derive(Serialize)]
#[serde(untagged)]
enum Deed {
    Step(Action),
    Beside(Beside),
}

/// A position on the map.
#[derive(Serialize, ToSchema)]
pub struct PositionResponse {
    /// Degrees.
    longitude: f64,
    /// Degrees.
    latitude: f64,
    #[schema(schema_with = words::coordinate_system)]
    coordinate_system: CoordinateSystem,
}

/// How to reach the resident; what was not left is `null`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({"name": "王阿姨", "phone": "13800001234"}))]
pub struct ContactResponse {
    pub name: Option<String>,
    pub phone: Option<String>,
}

impl AppState {
    /// One submission in this person's scope.
    ///
    /// # Errors
    /// [`Problem::Forbidden`] for roles that have nothing to do with cases, [`Problem::SubmissionUnknown`], also when it
    /// lies outside the scope.
    pub async fn find_submission(&self, actor: &Actor, id: Uuid) -> Result<SubmissionDetail, Problem> {
        if !actor.role.may(Permission::ReadCases) {
            return Err(Problem::Forbidden);
        }
        let scope = actor.scope();
        self.ask(move |store| store.submission(&scope, id))
            .await?
            .ok_or(Problem::SubmissionUnknown)
    }

    /// Opens the contact data of a submission and records who did it; `None` if the resident left none.
    ///
    /// # Errors
    /// [`Problem::Forbidden`], [`Problem::SubmissionUnknown`].
    pub async fn open_contact(
        &self,
        actor: &Actor,
        detail: &SubmissionDetail,
    ) -> Result<Option<ContactResponse>, Problem> {
        if !actor.role.may_see_contact(detail.standing()) {
            return Err(Problem::Forbidden);
        }
        if !has_contact(detail) {
            return Ok(None);
        }
        let (scope, id, account, now) = (actor.scope(), detail.id, actor.account_id, self.now());
        let recorded = self
            .ask(move |store| store.record_contact_view(&scope, id, account, now))
            .await?;
        if !recorded {
            return Err(Problem::SubmissionUnknown);
        }
        let open = |purpose, sealed: &Option<Vec<u8>>| {
            let open = |sealed: &Vec<u8>| self.keys.contact.open(purpose, id, sealed);
            sealed
                .as_ref()
                .map(open)
                .transpose()
                .map(|text| text.map(|text| text.expose_secret().to_owned()))
        };
        let name = open(NAME_PURPOSE, &detail.contact_name_sealed)?;
        let phone = open(PHONE_PURPOSE, &detail.contact_phone_sealed)?;
        Ok(Some(ContactResponse { name, phone }))
    }
}

/// Whether the resident left a name or a phone.
pub fn has_contact(detail: &SubmissionDetail) -> bool {
    detail.contact_name_sealed.is_some() || detail.contact_phone_sealed.is_some()
}

fn deeds(detail: &SubmissionDetail, role: Role) -> Vec<Deed> {
    let steps = possible(detail, role).into_iter().map(Deed::Step);
    let beside = beside::possible(role, detail.circumstances()).map(Deed::Beside);
    steps.chain(beside).collect()
}

impl SubmissionDetailResponse {
    fn new(state: &AppState, mut detail: SubmissionDetail, actor: &Actor, calendar: &WorkCalendar) -> Self {
        let provisional = detail.answer_due_provisional;
        let left = time_left(detail.state, detail.answer_due_at, provisional, state.now(), calendar);
        let names = std::mem::take(&mut detail.names);
        let entry = |event: EventView| {
            let by = event.actor_account_id.and_then(|account| names.get(&account).cloned());
            TimelineEntry::from(event).by(by)
        };
        Self {
            time_left: left.map(Into::into),
            possible: deeds(&detail, actor.role),
            has_contact: has_contact(&detail),
            urgency: detail.urgency,
            confidential: detail.confidential_region.is_some(),
            handled_above: detail.handled_above,
            decline_kind: detail.decline_kind,
            info_requests: detail.info_requests.into_iter().map(Into::into).collect(),
            kin: detail.kin.into_iter().map(Into::into).collect(),
            transfers: detail.transfers.into_iter().map(Into::into).collect(),
            state_name: detail.state.zh(),
            photos: state.photo_links(&detail.photos),
            answers: detail
                .answers
                .into_iter()
                .map(|answer| AnswerResponse::new(state, answer))
                .collect(),
            timeline: detail.events.into_iter().map(entry).collect(),
            ratings: detail.ratings.into_iter().map(Into::into).collect(),
            handovers: detail
                .handovers
                .into_iter()
                .map(|handover| HandoverResponse::new(handover, actor))
                .collect(),
            promises: detail.promises.into_iter().map(Into::into).collect(),
            proposals: detail.proposals.into_iter().map(Into::into).collect(),
            sorting: detail.sorting.into(),
            content_checks: detail.checks.into_iter().map(Into::into).collect(),
            location: detail.location.map(|place| PositionResponse {
                longitude: place.longitude,
                latitude: place.latitude,
                coordinate_system: place.coordinate_system,
            }),
            id: detail.id,
            number: detail.number,
            kind: detail.kind,
            state: detail.state,
            round: detail.round,
            text: detail.text,
            address: detail.address,
            place: detail.place,
            grid_name: detail.grid_name,
            site_name: detail.site_name,
            assignee_name: detail.assignee_name,
            route_reason: detail.route_reason,
            submitted_at: detail.submitted_at,
            answer_due_at: detail.answer_due_at,
            answer_due_provisional: detail.answer_due_provisional,
            overdue_at: detail.overdue_at,
            escalated_at: detail.escalated_at,
            closed_at: detail.closed_at,
        }
    }
}

/// One submission (查看民意)
#[utoipa::path(tag = "办理", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "the submission; photos are links for some minutes", body = SubmissionDetailResponse),
    (status = 404, description = "`submission_unknown`：没有这件民意，或者不归您办理"),
))]
#[get("/submissions/{id}")]
async fn get_submission(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let detail = state.find_submission(&signed_in.actor, id.into_inner()).await?;
    let rules = state.rules_in_force().await?;
    let body = SubmissionDetailResponse::new(&state, detail, &signed_in.actor, &rules.calendar);
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body))
}

/// Open the contact data (查看联系方式)
///
/// Only for the deputy and the station, and for administrators whom the matter came to (confidential, or raised to the
/// level above); who did it stands in the timeline.
#[utoipa::path(tag = "办理", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "the contact data", body = ContactResponse),
    (status = 403, description = "`forbidden`：您的角色不能看联系方式"),
    (status = 404, description = "`submission_unknown`：没有这件民意，或者不归您办理"),
))]
#[post("/submissions/{id}/contact")]
async fn open_contact(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let detail = state.find_submission(&signed_in.actor, id.into_inner()).await?;
    let contact = state.open_contact(&signed_in.actor, &detail).await?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(contact.unwrap_or_default()))
}
