use actix_web::{HttpResponse, get, web::Query};
use chrono::NaiveDate;
use minyi_domain::rights::Permission;
use minyi_store::{CodeCursor, CodeFilter, CodeRow, CodeState};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    paging::{read_limit, read_text_cursor, write_text_cursor},
    problem::Problem,
    residents::photos::PhotoLinks,
    state::{AppState, State},
};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CodesQuery {
    /// How the number begins, from four characters on; or a part of the place, of the grid's or the station's name.
    q: Option<String>,
    /// What lies within this division, by its code without trailing zeros.
    region_code: Option<String>,
    site_id: Option<Uuid>,
    /// `active`, `suspended`, `replaced` or `retired`.
    #[param(value_type = Option<String>)]
    state: Option<CodeState>,
    /// What they are for.
    purpose: Option<String>,
    /// Whether somebody said that it hangs.
    hung: Option<bool>,
    /// `true`: in use for 30 days, and not scanned for as long.
    #[serde(default)]
    unscanned: bool,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// A page of codes.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "items": [{
        "token": "ACDE3467KMNF", "typed_token": "ACDE-3467-KMNF", "state": "active", "purpose": "电梯", "serial": 2,
        "grid_code": "990102001001002", "grid_name": "杏林社区第二网格", "place": "杏林社区 3 号院",
        "region_code": "990102001001", "site_id": "019aa000-0000-7000-8000-00000000000a",
        "site_name": "杏林社区代表联络站", "made_on": "2026-11-01", "hung_on": "2026-11-03", "hung_by": "李春兰",
        "hung_note": "电梯左侧", "hung_photo": null, "scans_30_days": 12, "last_scan_on": "2026-11-20"
    }],
    "next_cursor": null
}))]
pub(super) struct CodesResponse {
    items: Vec<CodeEntry>,
    next_cursor: Option<String>,
}

/// A code in a list.
#[derive(Serialize, ToSchema)]
pub(super) struct CodeEntry {
    token: String,
    /// In groups, as printed.
    typed_token: String,
    /// `active`, `suspended`, `replaced` or `retired`.
    #[schema(value_type = String)]
    state: CodeState,
    /// What it is for; codes from before have none.
    purpose: Option<String>,
    /// Which one of its purpose in its grid.
    serial: Option<i16>,
    /// 15 digits.
    grid_code: String,
    grid_name: String,
    place: String,
    region_code: String,
    site_id: Uuid,
    site_name: String,
    made_on: NaiveDate,
    /// Since when it hangs; `null`: nobody said that it does.
    hung_on: Option<NaiveDate>,
    hung_by: Option<String>,
    /// Where exactly.
    hung_note: Option<String>,
    hung_photo: Option<PhotoLinks>,
    scans_30_days: i64,
    last_scan_on: Option<NaiveDate>,
}

impl CodeEntry {
    pub(super) fn new(row: CodeRow, state: &AppState) -> Self {
        Self {
            typed_token: row.token.grouped(),
            token: row.token.to_string(),
            state: row.state,
            purpose: row.purpose,
            serial: row.serial,
            grid_code: row.grid_code,
            grid_name: row.grid_name,
            place: row.place,
            region_code: row.region_code,
            site_id: row.site_id,
            site_name: row.site_name,
            made_on: minyi_domain::calendar::local_date(row.created_at),
            hung_on: row.hung_on,
            hung_by: row.hung_by,
            hung_note: row.hung_note,
            hung_photo: state.photo_links(row.hung_photo.as_slice()).pop(),
            scans_30_days: row.scans_30_days,
            last_scan_on: row.last_scan_on,
        }
    }
}

/// The codes of a place (民意码列表)
///
/// By grid and number; with where they hang and their scans of the last 30 days.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(CodesQuery), responses(
    (status = 200, description = "a page", body = CodesResponse),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 403, description = "`forbidden`：代表和承办人员不管民意码"),
    (status = 422, description = "`invalid_fields`：cursor 或 limit 不对"),
))]
#[get("/codes")]
pub(super) async fn list_codes(
    state: State,
    signed_in: SignedIn,
    query: Query<CodesQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Upkeep)?;
    let query = query.into_inner();
    let cursor = read_text_cursor(query.cursor.as_deref())?;
    let cursor = cursor.as_deref().and_then(|text| text.split_once('.'));
    let cursor = cursor.map(|(grid_code, token)| CodeCursor {
        grid_code: grid_code.to_owned(),
        token: token.to_owned(),
    });
    let limit = read_limit(query.limit)?;
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let filter = CodeFilter {
        token: None,
        text: given(query.q),
        region_code: given(query.region_code),
        site_id: query.site_id,
        state: query.state,
        purpose: given(query.purpose),
        hung: query.hung,
        unscanned: query.unscanned,
    };
    let (scope, today) = (signed_in.actor.scope(), state.today());
    let list = move |store: &minyi_store::Store| store.codes_in(&scope, &filter, today, cursor.as_ref(), limit);
    let page = state.ask(list).await?;
    let body = CodesResponse {
        items: page.items.into_iter().map(|row| CodeEntry::new(row, &state)).collect(),
        next_cursor: page
            .next
            .map(|next| write_text_cursor(&format!("{}.{}", next.grid_code, next.token))),
    };
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body))
}
