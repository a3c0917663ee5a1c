//! Terms of office (届次).

use actix_web::{HttpResponse, get, post, web::Path};
use chrono::NaiveDate;
use minyi_domain::{people::DeputyLevel, rights::Permission};
use minyi_store::{Advance, Advanced};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::check::Wrong;
use crate::{
    auth::SignedIn, contract::ServiceConfig, extract::JsonBody, openapi::words, problem::Problem, state::State,
};

/// As many ids as a body holds.
const MOST_LEAVING: usize = 3_000;
/// So many grids are named.
const MOST_NAMED: usize = 200;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_deputy_terms).service(advance_term);
}

/// A deputy's terms, the latest first.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [{"name": "第十八届", "valid_from": "2022-01-01", "valid_until": null}]}))]
pub struct DeputyTermsResponse {
    items: Vec<DeputyTermEntry>,
}

/// A term.
#[derive(Serialize, ToSchema)]
struct DeputyTermEntry {
    /// Empty: nobody wrote it down.
    name: String,
    valid_from: NaiveDate,
    valid_until: Option<NaiveDate>,
}

/// The move to the next term.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "level": "county", "region_code": "990102", "name": "第十九届", "from": "2027-01-10",
    "leaving": ["019aa000-0000-7000-8000-000000000002"], "commit": false
}))]
pub struct AdvanceRequest {
    #[schema(schema_with = words::deputy_level)]
    level: DeputyLevel,
    /// The deputies whom this division or one in it looks after.
    region_code: String,
    /// The new term's name.
    #[schema(max_length = 20)]
    name: String,
    /// Its first day; the old one ends there.
    from: NaiveDate,
    /// First day after the new term.
    #[serde(default)]
    until: Option<NaiveDate>,
    /// Whose service ends; all others go on.
    #[serde(default)]
    #[schema(max_items = 3000)]
    leaving: Vec<Uuid>,
    /// `false`: only tell what would be.
    #[serde(default)]
    commit: bool,
}

/// What the move did, or would do.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "committed": false, "staying": 240, "leaving": 12, "assignments_ended": 15, "duties_removed": 4,
    "grids_without_lead": 1, "grids": [{"code": "990102003001002", "name": "杏林社区第二网格"}]
}))]
pub struct AdvanceResponse {
    committed: bool,
    staying: i64,
    leaving: i64,
    /// Assignments to grids that end with their deputies' service.
    assignments_ended: i64,
    /// Days on rosters after that which are taken off.
    duties_removed: i64,
    /// Grids that have no responsible deputy from that day on because of this.
    grids_without_lead: usize,
    /// The first 200 of them.
    grids: Vec<NamedGrid>,
}

/// A grid's code and name.
#[derive(Serialize, ToSchema)]
struct NamedGrid {
    code: String,
    name: String,
}

impl AdvanceResponse {
    fn new(advanced: Advanced, committed: bool) -> Self {
        let grids_without_lead = advanced.grids_without_lead.len();
        let named = advanced.grids_without_lead.into_iter().take(MOST_NAMED);
        Self {
            committed,
            staying: advanced.staying,
            leaving: advanced.leaving,
            assignments_ended: advanced.assignments_ended,
            duties_removed: advanced.duties_removed,
            grids_without_lead,
            grids: named.map(|(code, name)| NamedGrid { code, name }).collect(),
        }
    }
}

/// A deputy's terms (届次)
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "the terms", body = DeputyTermsResponse),
    (status = 404, description = "`deputy_unknown`：没有这位代表，或者不归您管理"),
))]
#[get("/places/deputies/{id}/terms")]
async fn list_deputy_terms(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Places)?;
    let (scope, id) = (signed_in.actor.place_scope(), id.into_inner());
    let terms = state.ask(move |store| store.deputy_terms(&scope, id)).await?;
    let entry = |(name, valid_from, valid_until)| DeputyTermEntry {
        name,
        valid_from,
        valid_until,
    };
    let terms = terms.ok_or(Problem::DeputyUnknown)?;
    Ok(HttpResponse::Ok().json(DeputyTermsResponse {
        items: terms.into_iter().map(entry).collect(),
    }))
}

/// Move deputies to the next term (换届)
///
/// All deputies of one level whom a division looks after, in one step. Those who leave end with their assignments; nothing
/// of what was is lost.
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), request_body = AdvanceRequest, responses(
    (status = 200, description = "what was done, or would be", body = AdvanceResponse),
    (status = 409, description = "`target_unfit`：有代表的届次已经从这一天或者更晚开始"),
    (status = 422, description = "`invalid_fields`：有内容需要修改；`target_unknown`：要离任的人里有人不是这一级的现任代表"),
))]
#[post("/places/terms/advance")]
async fn advance_term(
    state: State,
    signed_in: SignedIn,
    JsonBody(body): JsonBody<AdvanceRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Places)?;
    let mut wrong = Wrong::default();
    wrong.ordered("until", Some(body.from), body.until);
    if body.leaving.len() > MOST_LEAVING {
        wrong.add("leaving", "too_many", format!("一次最多 {MOST_LEAVING} 人。"));
    }
    let advance = Advance {
        level: body.level,
        region_code: wrong.division("region_code", &body.region_code),
        name: wrong.required("name", &body.name, 20),
        from: body.from,
        until: body.until,
        leaving: body.leaving,
    };
    let advance = wrong.unless(advance)?;
    let (by, actor, commit, now) = (signed_in.by(), signed_in.actor, body.commit, state.now());
    let advanced = state
        .act(move |store| store.advance_term(&by, &actor, &advance, commit, now))
        .await?;
    Ok(HttpResponse::Ok().json(AdvanceResponse::new(advanced, commit)))
}
