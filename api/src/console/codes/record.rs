use actix_web::{HttpResponse, get, web::Path};
use chrono::{DateTime, NaiveDate, Utc};
use minyi_domain::{rights::Permission, sheet::Template};
use minyi_store::{CodeEventKind, CodeRecord};
use serde::Serialize;
use utoipa::ToSchema;

use super::{list::CodeEntry, selection::read_token};
use crate::{
    auth::SignedIn,
    openapi::words,
    problem::Problem,
    residents::photos::PhotoLinks,
    state::{AppState, State},
};

/// All that is known of a code.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "code": {"token": "ACDE3467KMNF", "typed_token": "ACDE-3467-KMNF", "state": "active", "purpose": "电梯", "serial": 2,
             "grid_code": "990102001001002", "grid_name": "杏林社区第二网格", "place": "杏林社区 3 号院",
             "region_code": "990102001001", "site_id": "019aa000-0000-7000-8000-00000000000a",
             "site_name": "杏林社区代表联络站", "made_on": "2026-11-01", "hung_on": "2026-11-03", "hung_by": "李春兰",
             "hung_note": "电梯左侧", "hung_photo": null, "scans_30_days": 12, "last_scan_on": "2026-11-20"},
    "predecessor": null, "successor": null, "page_url": "https://my.example.gov.cn/c/ACDE3467KMNF",
    "events": [{"kind": "made", "reason": null, "account_name": "李春兰", "occurred_at": "2026-11-01T04:00:00Z"}],
    "installations": [{"hung_on": "2026-11-03", "hung_by": "李春兰", "note": "电梯左侧", "recorded_by": "李春兰",
                       "removed_on": null, "photo": null}],
    "scans": [{"on_date": "2026-11-20", "scans": 3}],
    "prints": [{"asked_at": "2026-11-02T04:00:00Z", "template": "a4"}]
}))]
pub struct CodeRecordResponse {
    code: CodeEntry,
    /// The code that hung in its place before.
    predecessor: Option<String>,
    /// The code that hangs in its place now.
    successor: Option<String>,
    /// What the code says.
    page_url: String,
    /// The oldest first.
    events: Vec<CodeEventEntry>,
    /// The present one first.
    installations: Vec<InstallationEntry>,
    /// The latest 90 days; days without scans are left out.
    scans: Vec<ScansEntry>,
    /// The latest first.
    prints: Vec<PrintEntry>,
}

/// What happened to a code.
#[derive(Serialize, ToSchema)]
pub struct CodeEventEntry {
    /// `made`, `suspended`, `resumed`, `replaced`, `retired`, `hung` or `taken_down`.
    #[schema(value_type = String)]
    kind: CodeEventKind,
    reason: Option<String>,
    account_name: String,
    occurred_at: DateTime<Utc>,
}

/// Where a code hangs, or hung.
#[derive(Serialize, ToSchema)]
pub struct InstallationEntry {
    hung_on: NaiveDate,
    hung_by: String,
    note: String,
    recorded_by: String,
    removed_on: Option<NaiveDate>,
    photo: Option<PhotoLinks>,
}

/// The scans of a day.
#[derive(Serialize, ToSchema)]
pub struct ScansEntry {
    on_date: NaiveDate,
    scans: i32,
}

/// When it was printed.
#[derive(Serialize, ToSchema)]
pub struct PrintEntry {
    asked_at: DateTime<Utc>,
    #[schema(schema_with = words::template)]
    template: Template,
}

impl CodeRecordResponse {
    fn new(record: CodeRecord, state: &AppState) -> Self {
        let url = state.code_url(&record.row.token);
        let installation =
            |(installation, photo): (minyi_store::Installation, Option<minyi_store::PhotoView>)| InstallationEntry {
                hung_on: installation.hung_on,
                hung_by: installation.hung_by,
                note: installation.note,
                recorded_by: installation.recorded_by,
                removed_on: installation.removed_on,
                photo: state.photo_links(photo.as_slice()).pop(),
            };
        Self {
            page_url: url,
            predecessor: record.predecessor.map(|token| token.to_string()),
            successor: record.successor.map(|token| token.to_string()),
            installations: record.installations.into_iter().map(installation).collect(),
            events: record
                .events
                .into_iter()
                .map(|event| CodeEventEntry {
                    kind: event.kind,
                    reason: event.reason,
                    account_name: event.account_name,
                    occurred_at: event.occurred_at,
                })
                .collect(),
            scans: record
                .scans
                .into_iter()
                .map(|(on_date, scans)| ScansEntry { on_date, scans })
                .collect(),
            prints: record
                .prints
                .into_iter()
                .map(|(asked_at, template)| PrintEntry { asked_at, template })
                .collect(),
            code: CodeEntry::new(record.row, state),
        }
    }
}

/// All that is known of a code (民意码档案)
///
/// Its history, where it hangs and hung, its scans, when it was printed.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(("token" = String, Path)), responses(
    (status = 200, description = "the code", body = CodeRecordResponse),
    (status = 400, description = "`code_mistyped`：编号输错了"),
    (status = 403, description = "`forbidden`：代表和承办人员不管民意码"),
    (status = 404, description = "`code_unknown`：没有这个码，或者不归您管理"),
))]
#[get("/codes/{token}/record")]
pub(super) async fn get_code_record(
    state: State,
    signed_in: SignedIn,
    token: Path<String>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Upkeep)?;
    let token = read_token(&token)?;
    let (scope, today) = (signed_in.actor.scope(), state.today());
    let record = state.ask(move |store| store.code_record(&scope, &token, today)).await?;
    let record = record.ok_or(Problem::CodeUnknown)?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(CodeRecordResponse::new(record, &state)))
}
