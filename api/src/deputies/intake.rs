//! Registering for a resident (代为登记): who comes to the station, phones or writes a letter gets the same receipt as
//! who scans the code.

mod slip;

use actix_web::{HttpRequest, HttpResponse, get, post};
use chrono::{DateTime, Utc};
use minyi_domain::{
    people::Actor,
    rights::Permission,
    routing::route,
    submission::{Channel, Kind},
};
use minyi_store::{GridRow, Refusal, SubmitReceipt};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub use slip::slip;

use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    extract::JsonBody,
    openapi::words,
    problem::Problem,
    residents::submissions::{
        Accepted, ContactRequest, LocationRequest, Origin, SubmissionRequest, check_key, digest, key_of, take_in,
    },
    state::{AppState, State},
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(create_intake)
        .service(list_intake_grids)
        .service(slip::get_slip);
}

/// What the staff enter from the paper form.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({
    "grid_id": "019aa000-0000-7000-8000-0000000000dd", "channel": "visit", "kind": "problem",
    "text": "3 号院门口的路灯坏了半个多月，晚上老人出门看不清台阶。",
    "contact": {"name": "王阿姨", "phone": "13800001234"}
}))]
pub struct IntakeRequest {
    /// One of the station's grids: where the matter lies.
    pub grid_id: Uuid,
    /// `visit`, `phone` or `letter`.
    #[schema(schema_with = words::submission_channel)]
    pub channel: Channel,
    #[schema(schema_with = words::kind)]
    pub kind: Kind,
    /// As the resident said it.
    #[schema(min_length = 5, max_length = 4000)]
    pub text: String,
    /// From `POST /api/v1/photos`, in the order in which they are shown.
    #[serde(default)]
    #[schema(max_items = 9)]
    pub photo_ids: Vec<Uuid>,
    pub location: Option<LocationRequest>,
    pub contact: Option<ContactRequest>,
}

/// What the resident is given.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "019aa000-0000-7000-8000-0000000000aa", "number": "20261121-ACDE347", "receipt": "ACDE3467KMNPRTVWXY34",
    "receipt_url": "https://my.example.gov.cn/r/ACDE3467KMNPRTVWXY34",
    "slip_url": "https://my.example.gov.cn/api/v1/intake/019aa000-0000-7000-8000-0000000000aa/slip.pdf",
    "answer_due_at": "2026-11-27T15:59:59Z", "answer_due_provisional": false
}))]
pub struct IntakeResponse {
    id: Uuid,
    number: String,
    receipt: String,
    receipt_url: String,
    /// To be printed and handed over.
    slip_url: String,
    answer_due_at: DateTime<Utc>,
    answer_due_provisional: bool,
}

/// What became of an entry.
pub struct Entered {
    /// The submission.
    pub id: Uuid,
    /// What the resident keeps.
    pub receipt: SubmitReceipt,
    /// The same was entered before.
    pub repeated: bool,
}

/// Enters a submission for a resident; the clock starts now.
///
/// # Errors
/// Whatever is wrong with it; nothing has been written then.
pub async fn enter(state: &AppState, actor: &Actor, key: &str, request: IntakeRequest) -> Result<Entered, Problem> {
    check_key(key)?;
    if request.channel == Channel::Code {
        let detail = "代为登记的来源只能是 visit（到站）、phone（电话）、letter（来信）。";
        return Err(Problem::field("/channel", "unknown_value", detail));
    }
    let (scope, grid_id, today) = (actor.scope(), request.grid_id, state.today());
    let found = state
        .ask(move |store| store.intake_grid(&scope, grid_id, today))
        .await?;
    let found = found.ok_or(Problem::Refused(Refusal::TargetUnknown("grid")))?;
    let origin = Origin {
        channel: request.channel,
        code_id: None,
        entered_by: Some(actor.account_id),
        grid_id,
        site_id: found.site.id,
        region_code: found.grid.region_code,
        route: route(&found.candidates),
    };
    let sent_to = format!("intake {} {grid_id} {}", actor.account_id, request.channel);
    let request = SubmissionRequest {
        kind: request.kind,
        text: request.text,
        photo_ids: request.photo_ids,
        location: request.location,
        contact: request.contact,
        // Who enters it has read it; a report on an official is restricted afterwards.
        confidential: false,
        // Given by the resident alone, on the receipt page.
        publish_consent: false,
    };
    let request_digest = digest(&sent_to, &request)?;
    let Accepted { receipt, repeated } = take_in(state, origin, key, request_digest, request).await?;
    let token = receipt.receipt.clone();
    let view = state.ask(move |store| store.receipt(&token)).await?;
    let id = view
        .ok_or_else(|| Problem::internal("an entry without a receipt"))?
        .submission_id;
    Ok(Entered { id, receipt, repeated })
}

/// The grids of a station.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [{"id": "019aa000-0000-7000-8000-0000000000dd", "name": "杏林社区第二网格", "place": "杏林社区 3 号院"}]}))]
pub struct IntakeGridsResponse {
    /// By their codes.
    items: Vec<IntakeGridEntry>,
}

/// A grid that a matter may lie in.
#[derive(Serialize, ToSchema)]
pub struct IntakeGridEntry {
    id: Uuid,
    name: String,
    place: String,
}

/// Grids to register for (可登记的网格)
#[utoipa::path(tag = "办理", security(("bearer" = [])), responses(
    (status = 200, description = "the station's grids", body = IntakeGridsResponse),
    (status = 403, description = "`forbidden`：只有联络站工作人员可以代为登记"),
))]
#[get("/intake/grids")]
async fn list_intake_grids(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::EnterForResident)?;
    let (scope, today) = (signed_in.actor.scope(), state.today());
    let found = state.ask(move |store| store.intake_grids(&scope, today)).await?;
    let entry = |grid: GridRow| IntakeGridEntry {
        id: grid.id,
        name: grid.name,
        place: grid.place,
    };
    let items = found.into_iter().map(entry).collect();
    Ok(HttpResponse::Ok().json(IntakeGridsResponse { items }))
}

/// Register for a resident (代为登记)
///
/// For who comes to the station, phones, or sends a letter. Rules, routing, clock and receipt are those of a scanned
/// code; the timeline says that the station entered it. The same key with the same body is one submission.
#[utoipa::path(tag = "办理", security(("bearer" = [])), request_body = IntakeRequest, params(
    ("Idempotency-Key" = String, Header, description = "8–128 visible ASCII characters, new for every entry", example = "0c7d3f1e-3c1f-4a6b-9a52-5b8d7d0f9d11")
), responses(
    (status = 201, description = "registered; a repeated send carries `Idempotency-Replayed: true`", body = IntakeResponse,
        headers(("Idempotency-Replayed" = String, description = "`true` if this request was sent before"))),
    (status = 400, description = "`idempotency_key_required`：缺少幂等键；`malformed_request`：请求体读不出来"),
    (status = 403, description = "`forbidden`：只有联络站工作人员可以代为登记；`csrf_failed`：用 Cookie 时缺少 `X-CSRF-Token`"),
    (status = 422, description = "`invalid_fields`：字段不对，见 `errors`；`target_unknown`：没有这个网格，或者不归本站；`idempotency_key_reused`：同一个键发过别的内容"),
))]
#[post("/intake")]
async fn create_intake(
    state: State,
    signed_in: SignedIn,
    http: HttpRequest,
    JsonBody(request): JsonBody<IntakeRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::EnterForResident)?;
    let Entered { id, receipt, repeated } = enter(&state, &signed_in.actor, key_of(&http), request).await?;
    let mut response = HttpResponse::Created();
    response.insert_header(("cache-control", "no-store"));
    if repeated {
        response.insert_header(("idempotency-replayed", "true"));
    }
    Ok(response.json(IntakeResponse {
        id,
        receipt_url: state.receipt_url(&receipt.receipt),
        slip_url: state.url(&format!("/api/v1/intake/{id}/slip.pdf")),
        number: receipt.number,
        receipt: receipt.receipt.to_string(),
        answer_due_at: receipt.answer_due_at,
        answer_due_provisional: receipt.answer_due_provisional,
    }))
}
