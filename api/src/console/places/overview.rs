//! What is there and what is missing.

use actix_web::{HttpResponse, get};
use minyi_domain::rights::Permission;
use minyi_store::Overview;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{auth::SignedIn, problem::Problem, state::State};

/// Counts of what is in force today in the person's own division.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "regions": 419, "sites": 429, "offices": 12, "grids": 400, "deputies": 1000, "codes": 400, "grids_without_lead": 3,
    "grids_without_boundary": 400, "deputies_without_site": 7, "sites_with_few_deputies": 2, "calendar_known": true,
    "wechat_bound": false
}))]
pub struct OverviewResponse {
    regions: i64,
    sites: i64,
    offices: i64,
    grids: i64,
    deputies: i64,
    /// Codes that can be scanned.
    codes: i64,
    grids_without_lead: i64,
    grids_without_boundary: i64,
    deputies_without_site: i64,
    /// Centres, homes and stations with fewer than three deputies.
    sites_with_few_deputies: i64,
    /// The holidays of this year are known.
    calendar_known: bool,
    /// The person's own account has a WeChat user.
    wechat_bound: bool,
}

impl From<Overview> for OverviewResponse {
    fn from(found: Overview) -> Self {
        Self {
            regions: found.regions,
            sites: found.sites,
            offices: found.offices,
            grids: found.grids,
            deputies: found.deputies,
            codes: found.codes,
            grids_without_lead: found.grids_without_lead,
            grids_without_boundary: found.grids_without_boundary,
            deputies_without_site: found.deputies_without_site,
            sites_with_few_deputies: found.sites_with_few_deputies,
            calendar_known: found.calendar_known,
            wechat_bound: found.wechat_bound,
        }
    }
}

/// What is there and what is missing (建立情况和缺口)
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), responses(
    (status = 200, description = "counts", body = OverviewResponse),
))]
#[get("/places/overview")]
pub(super) async fn get_places_overview(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Places)?;
    let (actor, now) = (signed_in.actor, state.now());
    let found = state.ask(move |store| store.places_overview(&actor, now)).await?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(OverviewResponse::from(found)))
}
