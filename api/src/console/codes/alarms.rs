use actix_web::{HttpResponse, get, web::Query};
use chrono::{Days, NaiveDate};
use minyi_domain::rights::Permission;
use minyi_store::{AlarmCursor, CodeAlarm};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    auth::SignedIn,
    paging::{read_limit, read_text_cursor, write_text_cursor},
    problem::Problem,
    state::State,
};

/// Alarms of so many days are shown.
pub const SHOWN_DAYS: u64 = 30;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AlarmsQuery {
    /// Of so many of the last days.
    #[param(minimum = 1, maximum = 30, default = 30)]
    days: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// A page of alarms.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "items": [{
        "token": "ACDE3467KMNF", "typed_token": "ACDE-3467-KMNF", "grid_name": "杏林社区第二网格",
        "place": "杏林社区 3 号院", "site_name": "杏林社区代表联络站", "on_date": "2026-11-20", "scans": 640, "usual": 3
    }],
    "total": 1, "next_cursor": null
}))]
pub struct CodeAlarmsResponse {
    items: Vec<CodeAlarmEntry>,
    /// On all pages.
    total: i64,
    next_cursor: Option<String>,
}

/// A day with far more scans than usual.
#[derive(Serialize, ToSchema)]
pub struct CodeAlarmEntry {
    token: String,
    typed_token: String,
    grid_name: String,
    place: String,
    site_name: String,
    on_date: NaiveDate,
    scans: i32,
    /// The median of the 28 days before.
    usual: i32,
}

impl From<CodeAlarm> for CodeAlarmEntry {
    fn from(alarm: CodeAlarm) -> Self {
        Self {
            typed_token: alarm.token.grouped(),
            token: alarm.token.to_string(),
            grid_name: alarm.grid_name,
            place: alarm.place,
            site_name: alarm.site_name,
            on_date: alarm.on_date,
            scans: alarm.scans,
            usual: alarm.usual,
        }
    }
}

/// Codes that were scanned unusually often (扫码异常)
///
/// A day with more than 50 scans and more than ten times the median of the 28 days before; of the last 30 days, or fewer.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(AlarmsQuery), responses(
    (status = 200, description = "a page, the latest first", body = CodeAlarmsResponse),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 403, description = "`forbidden`：代表和承办人员不管民意码"),
    (status = 422, description = "`invalid_fields`：days、cursor 或 limit 不对"),
))]
#[get("/code-alarms")]
pub(super) async fn list_code_alarms(
    state: State,
    signed_in: SignedIn,
    query: Query<AlarmsQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Upkeep)?;
    let cursor = read_text_cursor(query.cursor.as_deref())?;
    let cursor = cursor.as_deref().and_then(|text| text.split_once('.'));
    let cursor = cursor.and_then(|(day, token)| {
        Some(AlarmCursor {
            on_date: day.parse().ok()?,
            token: token.to_owned(),
        })
    });
    let limit = read_limit(query.limit)?;
    let days = query.days.map_or(SHOWN_DAYS, u64::from);
    if !(1..=SHOWN_DAYS).contains(&days) {
        let detail = format!("天数要在 1 到 {SHOWN_DAYS} 之间。");
        return Err(Problem::field("days", "out_of_range", detail));
    }
    let (scope, since) = (signed_in.actor.scope(), state.today() - Days::new(days));
    let list = move |store: &minyi_store::Store| {
        let total = store.count_code_alarms(&scope, since)?;
        Ok((store.code_alarms(&scope, since, cursor.as_ref(), limit)?, total))
    };
    let (page, total) = state.ask(list).await?;
    let body = CodeAlarmsResponse {
        total,
        items: page.items.into_iter().map(Into::into).collect(),
        next_cursor: page
            .next
            .map(|next| write_text_cursor(&format!("{}.{}", next.on_date, next.token))),
    };
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body))
}
