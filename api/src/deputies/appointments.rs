//! Meeting residents: proposing a slot, confirming, moving, recording (预约见面).

use actix_web::{HttpResponse, get, post, web::Path};
use chrono::{DateTime, Utc};
use minyi_domain::{
    appointment::{Action, Side, State as Stage, possible},
    people::Actor,
    rights::Permission,
    text::Note,
};
use minyi_store::{Appointment, AskedBy, FreeSlot, Settling};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    extract::JsonBody,
    openapi::words,
    problem::{FieldProblem, Problem},
    residents::meetings::{AskRequest, AskedResponse, SlotsResponse, optional_reason, read_slot},
    state::{AppState, State},
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_slots_of_submission)
        .service(list_appointments)
        .service(propose_appointment)
        .service(settle_appointment);
}

/// The appointments about a submission.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [{
    "id": "019aa000-0000-7000-8000-0000000000cc", "state": "asked", "state_name": "等对方确认", "asked_by": "resident",
    "deputy_name": "李春兰", "site_name": "杏林社区代表联络站", "site_address": "杏林路 12 号",
    "starts_at": "2026-11-26T01:00:00Z", "ends_at": "2026-11-26T01:30:00Z", "note": "想当面看看现场照片",
    "reason": null, "record": null, "possible": ["confirm", "decline", "move"]
}]}))]
pub struct AppointmentsResponse {
    /// The last first; at most one is `asked` or `confirmed`.
    items: Vec<AppointmentResponse>,
}

/// An appointment as those who receive see it.
#[derive(Serialize, ToSchema)]
pub struct AppointmentResponse {
    id: Uuid,
    #[schema(schema_with = words::appointment_state)]
    state: Stage,
    state_name: &'static str,
    #[schema(schema_with = words::appointment_side)]
    asked_by: Side,
    deputy_name: String,
    site_name: String,
    site_address: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    note: Option<String>,
    /// Why it was declined or cancelled.
    reason: Option<String>,
    /// What was said when they met.
    record: Option<String>,
    /// What you may do with it now.
    #[schema(schema_with = words::appointment_actions)]
    possible: Vec<Action>,
}

impl AppointmentResponse {
    fn new(appointment: Appointment, now: DateTime<Utc>) -> Self {
        let has_come = appointment.starts_at <= now;
        Self {
            possible: possible(appointment.state, Side::Handler, appointment.asked_by)
                .filter(|action| has_come || !action.tells_what_happened())
                .collect(),
            id: appointment.id,
            state: appointment.state,
            state_name: appointment.state.zh(),
            asked_by: appointment.asked_by,
            deputy_name: appointment.deputy_name,
            site_name: appointment.site_name,
            site_address: appointment.site_address,
            starts_at: appointment.starts_at,
            ends_at: appointment.ends_at,
            note: appointment.note,
            reason: appointment.reason,
            record: appointment.record,
        }
    }
}

/// What to do with an appointment.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"action": "hold", "record": "说好下周三前换灯，由城管办负责。"}))]
pub struct SettleRequest {
    #[schema(schema_with = words::appointment_action)]
    pub action: Action,
    /// Needed to decline.
    #[schema(min_length = 2, max_length = 500)]
    pub reason: Option<String>,
    /// What was said; needed for `hold`.
    #[schema(min_length = 2, max_length = 1000)]
    pub record: Option<String>,
    /// The new slot; needed for `move`.
    pub slot: Option<String>,
}

impl SettleRequest {
    fn read(&self) -> Result<Settling, Problem> {
        let reason = optional_reason(self.reason.as_deref(), "/reason")?;
        if self.action == Action::Decline && reason.is_none() {
            return Err(Problem::field("/reason", "required", "请写明为什么不能来。"));
        }
        let record = self.record.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let record = record
            .map(Note::parse)
            .transpose()
            .map_err(|error| Problem::Invalid(vec![FieldProblem::text("/record", error)]))?;
        if self.action == Action::Hold && record.is_none() {
            return Err(Problem::field("/record", "required", "请简要写下见面时说了什么。"));
        }
        let slot = self.slot.as_deref().map(read_slot).transpose()?;
        if self.action == Action::Move && slot.is_none() {
            return Err(Problem::field("/slot", "required", "请选一个新的时段。"));
        }
        Ok(Settling {
            action: self.action,
            reason,
            record,
            slot,
        })
    }
}

impl AppState {
    /// The free slots that a handler may propose.
    ///
    /// # Errors
    /// [`Problem::SubmissionUnknown`].
    pub async fn slots_of_submission(&self, actor: &Actor, id: Uuid) -> Result<Vec<FreeSlot>, Problem> {
        let (actor, now) = (actor.clone(), self.now());
        self.ask(move |store| store.free_slots_of_case(&actor, id, now))
            .await?
            .ok_or(Problem::SubmissionUnknown)
    }

    /// Proposes a slot to the resident.
    ///
    /// # Errors
    /// [`Problem::Invalid`], [`Problem::Refused`].
    pub async fn propose_appointment(&self, actor: Actor, id: Uuid, request: &AskRequest) -> Result<Uuid, Problem> {
        let ((key, note), now) = (request.read()?, self.now());
        self.act(move |store| store.ask_appointment(AskedBy::Handler(&actor, id), &key, note.as_ref(), now))
            .await
    }

    /// Confirms, declines, moves, cancels or records an appointment.
    ///
    /// # Errors
    /// [`Problem::Invalid`], [`Problem::Refused`].
    pub async fn settle_appointment(&self, actor: Actor, id: Uuid, request: &SettleRequest) -> Result<(), Problem> {
        let (settling, now) = (request.read()?, self.now());
        self.act(move |store| store.settle_appointment(&actor, id, &settling, now))
            .await
    }
}

/// Free slots to propose (可约时段)
#[utoipa::path(tag = "接待", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "the free slots of the next 30 days, by time", body = SlotsResponse),
    (status = 404, description = "`submission_unknown`：没有这件民意，或者不归您办理"),
))]
#[get("/submissions/{id}/slots")]
async fn list_slots_of_submission(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Hold)?;
    let slots = state.slots_of_submission(&signed_in.actor, id.into_inner()).await?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(SlotsResponse::new(slots)))
}

/// The appointments about a submission (预约情况)
#[utoipa::path(tag = "接待", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "all of them, the last first", body = AppointmentsResponse),
    (status = 404, description = "`submission_unknown`：没有这件民意，或者不归您办理"),
))]
#[get("/submissions/{id}/appointments")]
async fn list_appointments(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Hold)?;
    let detail = state.find_submission(&signed_in.actor, id.into_inner()).await?;
    let (appointments, now) = (detail.meetings.appointments, state.now());
    let items = appointments
        .into_iter()
        .map(|appointment| AppointmentResponse::new(appointment, now));
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(AppointmentsResponse { items: items.collect() }))
}

/// Propose a meeting to the resident (约居民见面)
///
/// The resident is told and confirms or declines on the page of the receipt.
#[utoipa::path(tag = "接待", security(("bearer" = [])), request_body = AskRequest, params(("id" = Uuid, Path)), responses(
    (status = 201, description = "proposed; the same slot again is the same appointment", body = AskedResponse),
    (status = 404, description = "`submission_unknown`：没有这件民意，或者不归您办理"),
    (status = 409, description = "`target_unfit`：时段刚刚被约走，或者这件民意不能约；`only_once`：已经有一个预约"),
    (status = 422, description = "`target_unknown`：没有这个时段；`invalid_fields`：字段不对，见 `errors`"),
))]
#[post("/submissions/{id}/appointments")]
async fn propose_appointment(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<AskRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Hold)?;
    let id = state
        .propose_appointment(signed_in.actor, id.into_inner(), &request)
        .await?;
    Ok(HttpResponse::Created().json(AskedResponse { id }))
}

/// Confirm, decline, move, cancel or record a meeting (处理预约)
///
/// Moving asks the resident anew. `hold` and `miss` are possible once the time has come.
#[utoipa::path(tag = "接待", security(("bearer" = [])), request_body = SettleRequest, params(("id" = Uuid, Path)), responses(
    (status = 204, description = "done; doing it twice changes nothing"),
    (status = 404, description = "`submission_unknown`：没有这个预约，或者不归您接待"),
    (status = 409, description = "`not_now`：这个预约现在不能这样做；`target_unfit`：时段已被约走，或者还没到时间"),
    (status = 422, description = "`target_unknown`：没有这个时段；`invalid_fields`：字段不对，见 `errors`"),
))]
#[post("/appointments/{id}")]
async fn settle_appointment(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<SettleRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Hold)?;
    state
        .settle_appointment(signed_in.actor, id.into_inner(), &request)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
