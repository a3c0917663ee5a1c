//! Proposals (代表建议, 闭会期间代表建议): drafting, submitting, and the form.

mod acts;
pub mod form;
pub mod views;

use actix_web::{
    HttpResponse, get, patch, post, put,
    web::{Path, Query},
};
use minyi_domain::{people::DeputyLevel, rights::Permission};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    extract::JsonBody,
    openapi::words,
    paging::{read_cursor, read_limit, write_cursor},
    problem::Problem,
    state::State,
};
use acts::must_propose;
use views::{CosignersResponse, ProposalResponse, ProposalsResponse};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(create_proposal)
        .service(list_proposals)
        .service(get_proposal)
        .service(change_proposal)
        .service(put_proposal_text)
        .service(submit_proposal)
        .service(list_cosigners)
        .service(form::get_proposal_form);
}

/// A proposal as it is begun.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({
    "level": "county", "title": "关于更换老旧路灯的建议", "text": "全县老旧路灯较多，建议分批更换。",
    "submission_ids": ["019aa000-0000-7000-8000-0000000000aa"], "cosigner_ids": []
}))]
pub struct ProposalRequest {
    /// To whose congress: `county` (闭会期间代表建议), `city` or `provincial` (代表建议).
    #[schema(schema_with = words::deputy_level)]
    pub level: DeputyLevel,
    #[schema(min_length = 2, max_length = 100)]
    pub title: String,
    #[schema(min_length = 2, max_length = 8000)]
    pub text: String,
    #[schema(min_items = 1, max_items = 200)]
    pub submission_ids: Vec<Uuid>,
    /// Who brings it in; a deputy's own are the deputy's.
    pub lead_deputy_id: Option<Uuid>,
    #[serde(default)]
    #[schema(max_items = 100)]
    pub cosigner_ids: Vec<Uuid>,
}

/// What is changed of a draft; what is not named stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(example = json!({"title": "关于分批更换老旧路灯的建议"}))]
pub struct ProposalChangeRequest {
    #[schema(min_length = 2, max_length = 100)]
    pub title: Option<String>,
    #[schema(min_length = 2, max_length = 8000)]
    pub text: Option<String>,
    /// All of them, anew.
    #[schema(min_items = 1, max_items = 200)]
    pub submission_ids: Option<Vec<Uuid>>,
    /// All of them, anew.
    #[schema(max_items = 100)]
    pub cosigner_ids: Option<Vec<Uuid>>,
}

/// The words of a draft, anew.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"title": "关于分批更换老旧路灯的建议", "text": "全县老旧路灯较多，建议三年内分批更换。"}))]
pub struct ProposalTextRequest {
    #[schema(min_length = 2, max_length = 100)]
    pub title: String,
    #[schema(min_length = 2, max_length = 8000)]
    pub text: String,
}

/// To whom it is submitted.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"office_id": "019aa000-0000-7000-8000-0000000000ab", "is_hard": false}))]
pub struct SubmitProposalRequest {
    /// An office of the proposal's level.
    pub office_id: Uuid,
    /// 疑难事项: six months instead of three.
    #[serde(default)]
    pub is_hard: bool,
}

/// The new proposal.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "019aa000-0000-7000-8000-0000000000aa"}))]
pub struct ProposalCreatedResponse {
    id: Uuid,
}

/// The handover by which the office has it.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"handover_id": "019aa000-0000-7000-8000-0000000000aa"}))]
pub struct ProposalSubmittedResponse {
    handover_id: Uuid,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ProposalsQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// Begin a proposal (起草建议)
///
/// From one or more submissions of the deputy, the station or the division. It may be changed until it is submitted.
#[utoipa::path(tag = "建议", security(("bearer" = [])), request_body = ProposalRequest, responses(
    (status = 201, description = "the draft", body = ProposalCreatedResponse),
    (status = 409, description = "`target_unfit`：民意不在同一个区域，或者是保密件"),
    (status = 422, description = "`target_unknown`：没有这件民意，或者没有这位代表；`invalid_fields`：字段不对"),
))]
#[post("/proposals")]
async fn create_proposal(
    state: State,
    signed_in: SignedIn,
    JsonBody(request): JsonBody<ProposalRequest>,
) -> Result<HttpResponse, Problem> {
    let id = state.draft_proposal(signed_in.actor, request).await?;
    Ok(HttpResponse::Created().json(ProposalCreatedResponse { id }))
}

/// Proposals (建议列表)
#[utoipa::path(tag = "建议", security(("bearer" = [])), params(ProposalsQuery), responses(
    (status = 200, description = "a page, the latest draft first", body = ProposalsResponse),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 422, description = "`invalid_fields`：cursor 或 limit 不对"),
))]
#[get("/proposals")]
async fn list_proposals(
    state: State,
    signed_in: SignedIn,
    query: Query<ProposalsQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadCases)?;
    let cursor = read_cursor(query.cursor.as_deref())?;
    let limit = read_limit(query.limit)?;
    let scope = signed_in.actor.scope();
    let page = state.ask(move |store| store.proposals(&scope, cursor, limit)).await?;
    let next = page.next.map(write_cursor);
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(ProposalsResponse::new(page.items, next)))
}

/// One proposal (查看建议)
///
/// With the submissions that it came from, as far as this person sees them.
#[utoipa::path(tag = "建议", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "the proposal", body = ProposalResponse),
    (status = 404, description = "`proposal_unknown`：没有这件建议，或者不在您的范围内"),
))]
#[get("/proposals/{id}")]
async fn get_proposal(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadCases)?;
    let detail = state.find_proposal(&signed_in.actor, id.into_inner()).await?;
    let offices = state.proposal_offices(&signed_in.actor, &detail).await?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(ProposalResponse::new(detail, offices)))
}

/// Change a draft (修改建议)
#[utoipa::path(tag = "建议", security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = ProposalChangeRequest, responses(
    (status = 204, description = "changed"),
    (status = 404, description = "`proposal_unknown`：没有这件建议，或者不在您的范围内"),
    (status = 409, description = "`only_once`：已经提交，不能再改；`target_unfit`：民意不在同一个区域，或者是保密件"),
    (status = 422, description = "`target_unknown`：没有这件民意，或者没有这位代表；`invalid_fields`：字段不对"),
))]
#[patch("/proposals/{id}")]
async fn change_proposal(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<ProposalChangeRequest>,
) -> Result<HttpResponse, Problem> {
    state.change_proposal(signed_in.actor, id.into_inner(), request).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Write a draft anew (改写建议)
///
/// Title and text in the place of the former ones: what a mini-program can send, whose requests know no PATCH.
#[utoipa::path(tag = "建议", security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = ProposalTextRequest, responses(
    (status = 204, description = "written; doing it twice changes nothing"),
    (status = 404, description = "`proposal_unknown`：没有这件建议，或者不在您的范围内"),
    (status = 409, description = "`only_once`：已经提交，不能再改"),
    (status = 422, description = "`invalid_fields`：字段不对"),
))]
#[put("/proposals/{id}/text")]
async fn put_proposal_text(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(ProposalTextRequest { title, text }): JsonBody<ProposalTextRequest>,
) -> Result<HttpResponse, Problem> {
    let request = ProposalChangeRequest {
        title: Some(title),
        text: Some(text),
        ..ProposalChangeRequest::default()
    };
    state.change_proposal(signed_in.actor, id.into_inner(), request).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Submit a proposal (提交建议)
///
/// It gets its number, and all its submissions are handed over to the office together. One that came back may be submitted
/// to another office under the same number.
#[utoipa::path(tag = "建议", security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = SubmitProposalRequest, responses(
    (status = 201, description = "the office has it", body = ProposalSubmittedResponse),
    (status = 404, description = "`proposal_unknown`：没有这件建议，或者其中的民意不都归您办理"),
    (status = 409, description = "`only_once`：已经提交；`not_now`：其中有民意现在不能交办；`target_unfit`：不是这一级的单位"),
    (status = 422, description = "`target_unknown`：没有这个单位"),
))]
#[post("/proposals/{id}/submit")]
async fn submit_proposal(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<SubmitProposalRequest>,
) -> Result<HttpResponse, Problem> {
    let handover_id = state.submit_proposal(signed_in.actor, id.into_inner(), request).await?;
    Ok(HttpResponse::Created().json(ProposalSubmittedResponse { handover_id }))
}

/// Who could sign (可以附议的代表)
#[utoipa::path(tag = "建议", security(("bearer" = [])), params(("id" = Uuid, Path, description = "a submission")), responses(
    (status = 200, description = "the deputies of the county", body = CosignersResponse),
    (status = 404, description = "`submission_unknown`：没有这件民意，或者不归您办理"),
))]
#[get("/submissions/{id}/cosigners")]
async fn list_cosigners(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    must_propose(&signed_in.actor)?;
    let (scope, id) = (signed_in.actor.scope(), id.into_inner());
    let deputies = state.ask(move |store| store.possible_cosigners(&scope, id)).await?;
    let deputies = deputies.ok_or(Problem::SubmissionUnknown)?;
    Ok(HttpResponse::Ok().json(CosignersResponse::new(deputies)))
}
