use actix_web::{HttpResponse, post};
use minyi_domain::{rights::Permission, text::Purpose, token::CodeToken};
use minyi_store::{AskedPurpose, MOST_CODES, MakeOutcome, Selection};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::SelectionRequest;
use crate::{auth::SignedIn, extract::JsonBody, problem::Problem, state::State};

/// So many purposes at once, and so many codes of one in a grid.
const MOST_PURPOSES: usize = 10;
const MOST_OF_A_PURPOSE: i16 = 50;

/// Which codes each chosen grid is to have.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "selection": {"site_id": "019aa000-0000-7000-8000-00000000000a"},
    "purposes": [{"purpose": "单元门", "count": 3}, {"purpose": "公告栏", "count": 1}], "dry_run": false
}))]
pub struct MakeCodesRequest {
    /// A grid, a station or a division.
    selection: SelectionRequest,
    /// 1 to 10.
    purposes: Vec<PurposeRequest>,
    /// Only counts what would be made.
    #[serde(default)]
    dry_run: bool,
}

/// Codes for one purpose.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PurposeRequest {
    /// Where in the grid: 单元门、电梯、公告栏; up to 20 characters.
    purpose: String,
    /// How many each grid has in the end, 1 to 50.
    count: i16,
}

/// What was made.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"grids": 20, "asked": 80, "missing": 75, "made": 75}))]
pub struct MadeCodesResponse {
    /// How many grids were chosen.
    grids: usize,
    /// How many codes they are to have.
    asked: usize,
    /// How many of these there were not yet.
    missing: usize,
    made: usize,
}

/// Make codes (制码)
///
/// Gives each chosen grid the codes that it lacks. Asking again makes none twice: a grid has at most one code in use for
/// each purpose and serial number.
#[utoipa::path(tag = "管理", security(("bearer" = [])), request_body = MakeCodesRequest, responses(
    (status = 200, description = "made, or counted with `dry_run`", body = MadeCodesResponse),
    (status = 403, description = "`forbidden`：没有制码的权限"),
    (status = 404, description = "`nothing_selected`：范围里没有您管理的网格"),
    (status = 422, description = "`invalid_fields`：内容不对；`too_many_rows`：一次最多 20,000 个"),
))]
#[post("/codes")]
pub(super) async fn make_codes(
    state: State,
    signed_in: SignedIn,
    body: JsonBody<MakeCodesRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Print)?;
    let MakeCodesRequest {
        selection,
        purposes,
        dry_run,
    } = body.0;
    let selection = selection.read("/selection")?;
    if matches!(selection, Selection::Codes(_)) {
        return Err(Problem::field("/selection", "one_of", "请选网格、站点或者行政区划。"));
    }
    let asked = read_purposes(purposes)?;
    let (by, actor, mut rng, now) = (signed_in.by(), signed_in.actor, state.rng(), state.now());
    let outcome = state
        .ask(move |store| {
            let mut token = || CodeToken::random(&mut rng);
            let token: Option<&mut dyn FnMut() -> CodeToken> = if dry_run { None } else { Some(&mut token) };
            store.make_codes(&by, &actor, &selection, &asked, token, now)
        })
        .await?;
    match outcome {
        MakeOutcome::NoGrids => Err(Problem::NothingSelected),
        MakeOutcome::TooMany { asked } => Err(Problem::too_many_rows(asked, MOST_CODES)),
        MakeOutcome::Made {
            grids,
            asked,
            missing,
            made,
        } => Ok(HttpResponse::Ok().json(MadeCodesResponse {
            grids,
            asked,
            missing,
            made,
        })),
    }
}

fn read_purposes(purposes: Vec<PurposeRequest>) -> Result<Vec<AskedPurpose>, Problem> {
    if purposes.is_empty() || purposes.len() > MOST_PURPOSES {
        let detail = format!("要有 1 到 {MOST_PURPOSES} 种用途。");
        return Err(Problem::field("/purposes", "out_of_range", detail));
    }
    let mut asked: Vec<AskedPurpose> = Vec::new();
    for PurposeRequest { purpose, count } in purposes {
        let purpose = Purpose::parse(&purpose).map_err(Problem::text("/purposes"))?;
        if !(1..=MOST_OF_A_PURPOSE).contains(&count) {
            let detail = format!("每个网格每种用途 1 到 {MOST_OF_A_PURPOSE} 个。");
            return Err(Problem::field("/purposes", "out_of_range", detail));
        }
        if asked.iter().any(|other| other.purpose == purpose) {
            return Err(Problem::field("/purposes", "repeated", "同一种用途写了两次。"));
        }
        asked.push(AskedPurpose { purpose, count });
    }
    Ok(asked)
}
