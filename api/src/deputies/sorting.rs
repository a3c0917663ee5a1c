//! Sorting (分类): the category, what the program suggests, and what is like a submission.

use actix_web::{HttpResponse, get, post, web::Path};
use chrono::{DateTime, Utc};
use minyi_domain::{lifecycle::State as Stage, rights::Permission};
use minyi_store::{Like, Sorting, Suggestion};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    auth::SignedIn, contract::ServiceConfig, extract::JsonBody, openapi::words, problem::Problem, state::State,
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(classify).service(list_like);
}

/// A place of the scheme.
#[derive(Serialize, ToSchema)]
pub struct CategoryName {
    id: Uuid,
    /// The names from level 1 down, joined by `/`.
    path: String,
}

impl CategoryName {
    fn new((id, path): (Uuid, String)) -> Self {
        Self { id, path }
    }
}

/// Where a submission stands in the scheme, and what is suggested.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"category": null, "suggestion": {"category": "城乡建设", "confidence": 0.82, "reason": ["路灯", "门口"],
    "candidates": [{"id": "019aa000-0000-7000-8000-0000000000c2", "path": "城乡建设/市政设施"}], "danger": []}}))]
pub struct SortingResponse {
    /// What a person chose.
    category: Option<CategoryName>,
    /// `null`: the program has not read it yet.
    suggestion: Option<SuggestionResponse>,
}

/// A suggestion of the program; a person decides.
#[derive(Serialize, ToSchema)]
pub struct SuggestionResponse {
    /// Name of a category of level 1; `null`: the program does not know.
    category: Option<String>,
    /// Between 0 and 1.
    confidence: Option<f64>,
    /// The words of the text that spoke most for the category.
    reason: Vec<String>,
    /// Fitting places of the scheme, the best first.
    candidates: Vec<CategoryName>,
    /// Words of danger in the text: it may be urgent.
    danger: Vec<String>,
}

impl From<Sorting> for SortingResponse {
    fn from(sorting: Sorting) -> Self {
        let suggestion = |suggestion: Suggestion| SuggestionResponse {
            category: suggestion.category,
            confidence: suggestion.confidence,
            reason: suggestion.reason,
            candidates: suggestion.candidates.into_iter().map(CategoryName::new).collect(),
            danger: suggestion.danger,
        };
        Self {
            category: sorting.category.map(CategoryName::new),
            suggestion: sorting.suggestion.map(suggestion),
        }
    }
}

/// The chosen category.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"category_id": "019aa000-0000-7000-8000-0000000000c1"}))]
struct ClassifyRequest {
    /// From `GET /api/v1/categories`; of any level.
    category_id: Uuid,
}

/// Put into a category (分类)
///
/// Repeating it changes nothing; another category replaces the first. Stands in the timeline, not for residents.
#[utoipa::path(tag = "办理", security(("bearer" = [])), request_body = ClassifyRequest, params(("id" = Uuid, Path)), responses(
    (status = 204, description = "it stands there"),
    (status = 404, description = "`submission_unknown`：没有这件民意，或者不归您办理"),
    (status = 409, description = "`target_unfit`：这个分类已停用"),
    (status = 422, description = "`target_unknown`：没有这个分类；`invalid_fields`：字段不对"),
))]
#[post("/submissions/{id}/category")]
async fn classify(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<ClassifyRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Handle)?;
    let (actor, id, now) = (signed_in.actor, id.into_inner(), state.now());
    state
        .act(move |store| store.classify(&actor, id, request.category_id, now))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What is like a submission, the most similar first.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [{
    "id": "019aa000-0000-7000-8000-0000000000ab", "number": "20261120-ACDE346", "state": "accepted",
    "state_name": "已受理，办理中", "text": "3 号院的路灯晚上不亮。", "place": "杏林社区 3 号院",
    "submitted_at": "2026-11-20T01:00:00Z", "likeness": 0.61, "shared": ["路灯", "号院"], "same": true
}]}))]
pub struct LikeResponse {
    items: Vec<LikeEntry>,
}

/// A submission that is like another.
#[derive(Serialize, ToSchema)]
struct LikeEntry {
    id: Uuid,
    number: String,
    #[schema(schema_with = words::state)]
    state: Stage,
    state_name: &'static str,
    text: String,
    place: String,
    submitted_at: DateTime<Utc>,
    /// From 0 (nothing in common) to 1 (the same words).
    likeness: f64,
    /// The words that both have, the most telling first.
    shared: Vec<String>,
    /// They speak of the same thing: merging may be right.
    same: bool,
}

impl From<Like> for LikeEntry {
    fn from(like: Like) -> Self {
        Self {
            state_name: like.state.zh(),
            id: like.id,
            number: like.number,
            state: like.state,
            text: like.text,
            place: like.place,
            submitted_at: like.submitted_at,
            likeness: like.likeness,
            shared: like.shared,
            same: like.same,
        }
    }
}

/// What is like it (相似民意)
///
/// At most five of the last 180 days in the same county, those that you see. Reports on officials are never among them.
#[utoipa::path(tag = "办理", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "the most similar first", body = LikeResponse),
    (status = 404, description = "`submission_unknown`：没有这件民意，或者不归您办理"),
))]
#[get("/submissions/{id}/like")]
async fn list_like(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadCases)?;
    let (scope, id, now) = (signed_in.actor.scope(), id.into_inner(), state.now());
    let found = state.ask(move |store| store.like(&scope, id, now)).await?;
    let items = found
        .ok_or(Problem::SubmissionUnknown)?
        .into_iter()
        .map(Into::into)
        .collect();
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(LikeResponse { items }))
}
