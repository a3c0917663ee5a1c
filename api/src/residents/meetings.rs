//! Meeting a deputy: free slots, asking for one, saying yes or no (预约见面).

use actix_web::{HttpResponse, get, post, web::Path};
use chrono::{DateTime, Utc};
use minyi_domain::{
    appointment::{Action, Side, State as Stage},
    hearing,
    text::Reason,
};
use minyi_store::{Appointment, AskedBy, FreeSlot, HearingNotice, Refusal, Settling, SlotKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    address::ClientAddress,
    contract::ServiceConfig,
    extract::JsonBody,
    limits::Guess,
    openapi::words,
    problem::{FieldProblem, Problem},
    state::{AppState, State},
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_slots_of_code)
        .service(list_slots_of_receipt)
        .service(list_meetings_of_receipt)
        .service(ask_as_resident)
        .service(settle_as_resident);
}

/// The free slots of the next 30 days.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [{
    "slot": "1795654800.Kq3vT9", "deputy_name": "李春兰",
    "starts_at": "2026-11-26T01:00:00Z", "ends_at": "2026-11-26T01:30:00Z"
}]}))]
pub struct SlotsResponse {
    items: Vec<SlotEntry>,
}

/// A free slot.
#[derive(Serialize, ToSchema)]
pub struct SlotEntry {
    /// Names the slot when asking for it.
    slot: String,
    /// `null`: the deputy does not publish the name.
    deputy_name: Option<String>,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
}

impl SlotsResponse {
    /// The slots in their order.
    pub fn new(slots: Vec<FreeSlot>) -> Self {
        let entry = |slot: FreeSlot| SlotEntry {
            slot: slot.key.to_string(),
            deputy_name: slot.deputy_name,
            starts_at: slot.starts_at,
            ends_at: slot.ends_at,
        };
        Self {
            items: slots.into_iter().map(entry).collect(),
        }
    }
}

/// Which slot is wanted.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"slot": "1795654800.Kq3vT9", "note": "想当面看看现场照片"}))]
pub struct AskRequest {
    /// From the list of free slots.
    pub slot: String,
    /// What it is about, if more is to be said.
    #[schema(min_length = 2, max_length = 500)]
    pub note: Option<String>,
}

impl AskRequest {
    /// Reads slot and note.
    ///
    /// # Errors
    /// [`Problem::Invalid`].
    pub fn read(&self) -> Result<(SlotKey, Option<Reason>), Problem> {
        Ok((read_slot(&self.slot)?, optional_reason(self.note.as_deref(), "/note")?))
    }
}

/// The slot that a request names.
///
/// # Errors
/// [`Problem::Invalid`].
pub fn read_slot(slot: &str) -> Result<SlotKey, Problem> {
    SlotKey::parse(slot).ok_or_else(|| Problem::field("/slot", "slot_invalid", "请从列出的时段里选一个。"))
}

/// A reason that may be left out; blank is left out.
///
/// # Errors
/// [`Problem::Invalid`].
pub fn optional_reason(text: Option<&str>, pointer: &str) -> Result<Option<Reason>, Problem> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    text.map(Reason::parse)
        .transpose()
        .map_err(|error| Problem::Invalid(vec![FieldProblem::text(pointer, error)]))
}

/// The appointment that was asked for.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "019aa000-0000-7000-8000-0000000000cc"}))]
pub struct AskedResponse {
    pub id: Uuid,
}

/// What the resident says to an appointment.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"action": "confirm", "reason": null}))]
pub struct ReplyRequest {
    /// `confirm` or `decline` what was proposed; `cancel` what was asked for or confirmed.
    #[schema(schema_with = words::appointment_action)]
    pub action: Action,
    #[schema(min_length = 2, max_length = 500)]
    pub reason: Option<String>,
}

/// The meetings about a submission, as the resident sees them.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"appointments": [{
    "id": "019aa000-0000-7000-8000-0000000000cc", "state": "confirmed", "state_name": "已约定", "asked_by": "resident",
    "deputy_name": "李春兰", "site_name": "杏林社区代表联络站", "site_address": "杏林路 12 号",
    "starts_at": "2026-11-26T01:00:00Z", "ends_at": "2026-11-26T01:30:00Z", "note": null, "reason": null
}], "hearings": [{
    "title": "路灯问题答复会", "kind": "answering", "state": "planned", "place": "社区活动室",
    "starts_at": "2026-11-28T06:00:00Z", "ends_at": "2026-11-28T08:00:00Z"
}]}))]
pub struct MeetingsResponse {
    /// The last first; at most one is `asked` or `confirmed`.
    appointments: Vec<ResidentAppointment>,
    hearings: Vec<ResidentHearing>,
}

/// An appointment as the resident sees it.
#[derive(Serialize, ToSchema)]
pub struct ResidentAppointment {
    id: Uuid,
    #[schema(schema_with = words::appointment_state)]
    state: Stage,
    state_name: &'static str,
    #[schema(schema_with = words::appointment_side)]
    asked_by: Side,
    deputy_name: Option<String>,
    site_name: String,
    site_address: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    note: Option<String>,
    /// Why it was declined or cancelled.
    reason: Option<String>,
}

impl From<Appointment> for ResidentAppointment {
    fn from(appointment: Appointment) -> Self {
        Self {
            deputy_name: appointment.public_deputy().map(str::to_owned),
            state_name: appointment.state.zh(),
            id: appointment.id,
            state: appointment.state,
            asked_by: appointment.asked_by,
            site_name: appointment.site_name,
            site_address: appointment.site_address,
            starts_at: appointment.starts_at,
            ends_at: appointment.ends_at,
            note: appointment.note,
            reason: appointment.reason,
        }
    }
}

/// A hearing at which the submission is answered.
#[derive(Serialize, ToSchema)]
pub struct ResidentHearing {
    title: String,
    #[schema(schema_with = words::hearing_kind)]
    kind: hearing::Kind,
    #[schema(schema_with = words::hearing_state)]
    state: hearing::State,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    place: String,
}

impl From<HearingNotice> for ResidentHearing {
    fn from(notice: HearingNotice) -> Self {
        Self {
            title: notice.title,
            kind: notice.kind,
            state: notice.state,
            starts_at: notice.starts_at,
            ends_at: notice.ends_at,
            place: notice.place,
        }
    }
}

impl AppState {
    /// The free slots for whoever holds this receipt.
    ///
    /// # Errors
    /// Those of finding the receipt.
    pub async fn slots_of_receipt(&self, typed: &str, address: ClientAddress) -> Result<Vec<FreeSlot>, Problem> {
        let (receipt, now) = (self.read_receipt(typed).await?, self.now());
        match self
            .ask(move |store| store.free_slots_of_receipt(&receipt, now))
            .await?
        {
            Some(slots) => Ok(slots),
            None => Err(self.wrong_guess(Guess::Receipt, address, Problem::ReceiptUnknown).await),
        }
    }

    /// Asks for a slot as the resident. Asking again for the same one is the same appointment.
    ///
    /// # Errors
    /// [`Problem::Invalid`], [`Problem::Refused`], and those of finding the receipt.
    pub async fn ask_as_resident(
        &self,
        typed: &str,
        request: &AskRequest,
        address: ClientAddress,
    ) -> Result<Uuid, Problem> {
        let (key, note) = request.read()?;
        let (receipt, now) = (self.read_receipt(typed).await?, self.now());
        let ask = move |store: &minyi_store::Store| {
            store.ask_appointment(AskedBy::Resident(&receipt), &key, note.as_ref(), now)
        };
        match self.act(ask).await {
            Err(Problem::Refused(Refusal::NotFound)) => {
                Err(self.wrong_guess(Guess::Receipt, address, Problem::ReceiptUnknown).await)
            }
            asked => asked,
        }
    }

    /// What the resident says to an appointment.
    ///
    /// # Errors
    /// [`Problem::Invalid`], [`Problem::Refused`], and those of finding the receipt.
    pub async fn reply_as_resident(
        &self,
        typed: &str,
        id: Uuid,
        request: &ReplyRequest,
        address: ClientAddress,
    ) -> Result<(), Problem> {
        let settling = Settling {
            action: request.action,
            reason: optional_reason(request.reason.as_deref(), "/reason")?,
            record: None,
            slot: None,
        };
        let (receipt, now) = (self.read_receipt(typed).await?, self.now());
        let settle =
            move |store: &minyi_store::Store| store.settle_appointment_as_resident(&receipt, id, &settling, now);
        match self.act(settle).await {
            Err(Problem::Refused(Refusal::NotFound)) => {
                Err(self.wrong_guess(Guess::Receipt, address, Problem::ReceiptUnknown).await)
            }
            settled => settled,
        }
    }
}

/// Free slots at the station of a code (可约时段)
#[utoipa::path(tag = "群众", params(("token" = String, Path)), responses(
    (status = 200, description = "the free slots of the next 30 days, by time", body = SlotsResponse),
    (status = 400, description = "`code_mistyped`：编号输错了"),
    (status = 404, description = "`code_unknown`：没有这个码"),
))]
#[get("/codes/{token}/slots")]
async fn list_slots_of_code(
    state: State,
    token: Path<String>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    let (page, now) = (state.find_code(&token, address).await?, state.now());
    let slots = state.ask(move |store| store.free_slots(page.site.id, now)).await?;
    Ok(HttpResponse::Ok().json(SlotsResponse::new(slots)))
}

/// Free slots for a submission (可约时段)
///
/// Those of its deputy if the deputy is on the roster, otherwise all of its station. None for what is closed.
#[utoipa::path(tag = "群众", params(("receipt" = String, Path)), responses(
    (status = 200, description = "the free slots of the next 30 days, by time", body = SlotsResponse),
    (status = 400, description = "`receipt_mistyped`：回执码输错了"),
    (status = 404, description = "`receipt_unknown`：没有这个回执"),
))]
#[get("/receipts/{receipt}/slots")]
async fn list_slots_of_receipt(
    state: State,
    receipt: Path<String>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    let slots = state.slots_of_receipt(&receipt, address).await?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(SlotsResponse::new(slots)))
}

/// Appointments and hearings of a submission (见面和答复活动)
#[utoipa::path(tag = "群众", params(("receipt" = String, Path)), responses(
    (status = 200, description = "the meetings about this submission", body = MeetingsResponse),
    (status = 400, description = "`receipt_mistyped`：回执码输错了"),
    (status = 404, description = "`receipt_unknown`：没有这个回执"),
))]
#[get("/receipts/{receipt}/meetings")]
async fn list_meetings_of_receipt(
    state: State,
    receipt: Path<String>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    let meetings = state.find_by_receipt(&receipt, address).await?.meetings;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(MeetingsResponse {
            appointments: meetings.appointments.into_iter().map(Into::into).collect(),
            hearings: meetings.hearings.into_iter().map(Into::into).collect(),
        }))
}

/// Ask for a meeting (预约见面)
///
/// Bound to the submission, so nothing more about the person is needed. The deputy confirms or declines.
#[utoipa::path(tag = "群众", request_body = AskRequest, params(("receipt" = String, Path)), responses(
    (status = 201, description = "asked; the same slot asked for again is the same appointment", body = AskedResponse),
    (status = 400, description = "`receipt_mistyped`：回执码输错了；`malformed_request`：请求体读不出来"),
    (status = 404, description = "`receipt_unknown`：没有这个回执"),
    (status = 409, description = "`target_unfit`：这个时段刚刚被别人约走，或者这件民意不能约；`only_once`：已经约了一次，先取消再约"),
    (status = 422, description = "`target_unknown`：没有这个时段；`invalid_fields`：字段不对，见 `errors`"),
))]
#[post("/receipts/{receipt}/appointments")]
async fn ask_as_resident(
    state: State,
    receipt: Path<String>,
    address: ClientAddress,
    JsonBody(request): JsonBody<AskRequest>,
) -> Result<HttpResponse, Problem> {
    let id = state.ask_as_resident(&receipt, &request, address).await?;
    Ok(HttpResponse::Created().json(AskedResponse { id }))
}

/// Say yes or no to a meeting (回应预约)
#[utoipa::path(tag = "群众", request_body = ReplyRequest, params(("receipt" = String, Path), ("id" = Uuid, Path)), responses(
    (status = 204, description = "done; doing it twice changes nothing"),
    (status = 400, description = "`receipt_mistyped`：回执码输错了；`malformed_request`：请求体读不出来"),
    (status = 404, description = "`receipt_unknown`：没有这个回执或者这个预约"),
    (status = 409, description = "`not_now`：这个预约现在不能这样做"),
))]
#[post("/receipts/{receipt}/appointments/{id}")]
async fn settle_as_resident(
    state: State,
    path: Path<(String, Uuid)>,
    address: ClientAddress,
    JsonBody(request): JsonBody<ReplyRequest>,
) -> Result<HttpResponse, Problem> {
    let (receipt, id) = path.into_inner();
    state.reply_as_resident(&receipt, id, &request, address).await?;
    Ok(HttpResponse::NoContent().finish())
}
