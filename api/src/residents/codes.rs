//! Looking at a code: whose it is, and its picture.

mod image;

use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, get, web::Path};
use minyi_domain::{deadlines::Policy, people::DeputyLevel, token::CodeToken};
use minyi_store::{CodePage, CodeState, DeputyInGrid, SitePublic};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub use image::printable;

use crate::{
    address::ClientAddress,
    contract::ServiceConfig,
    limits::Guess,
    openapi::words,
    problem::{OnlyHead, Problem, log, position_of},
    state::{AppState, State},
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_code)
        .service(image::get_code_svg)
        .service(image::get_code_png);
}

/// Whose code this is and what one can do with it.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "token": "ACDE3467KMNF", "typed_token": "ACDE-3467-KMNF", "state": "active", "successor": null, "notice": null,
    "place": "青禾街道杏林社区 3 号院", "grid_name": "杏林社区第二网格",
    "site": {"id": "019aa000-0000-7000-8000-00000000000a", "kind": "station", "name": "杏林社区代表联络站",
             "address": "杏林路 12 号", "hotline": "0000-12345678", "opening_hours": "工作日 9:00—17:00"},
    "deputies": [{"public_token": "k3v9", "name": "李春兰", "level": "county", "level_name": "县(市、区)人大代表",
                  "workplace": null, "title": null, "lead": true, "on_duty": true}],
    "answer_within": {"amount": 5, "unit": "working_days", "text": "5个工作日"},
    "page_url": "https://my.example.gov.cn/c/ACDE3467KMNF"
}))]
pub struct CodeResponse {
    token: String,
    /// In groups, as printed.
    typed_token: String,
    #[schema(value_type = CodeStateWord)]
    state: &'static str,
    /// The code that hangs there now, if this one was replaced.
    successor: Option<String>,
    /// What to do instead, if the code takes no submissions.
    notice: Option<String>,
    place: String,
    grid_name: String,
    site: SiteResponse,
    /// The grid's deputies today, the responsible one first.
    deputies: Vec<DeputyResponse>,
    answer_within: WithinResponse,
    page_url: String,
}

/// `active` 使用中；`suspended` 暂停；`replaced` 已更换；`retired` 已停用
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "describes the words in the contract")]
enum CodeStateWord {
    Active,
    Suspended,
    Replaced,
    Retired,
}

/// A station as everybody may know it.
#[derive(Serialize, ToSchema)]
pub struct SiteResponse {
    id: Uuid,
    /// `center`, `home`, `station`, `point`, `studio`, `mobile` or `online`.
    kind: String,
    name: String,
    address: String,
    hotline: Option<String>,
    opening_hours: String,
}

/// A deputy, as far as published.
#[derive(Serialize, ToSchema)]
pub struct DeputyResponse {
    /// Stands in the address of the deputy's page: `/d/{public_token}`.
    public_token: String,
    name: Option<String>,
    #[schema(schema_with = words::deputy_level)]
    level: DeputyLevel,
    level_name: &'static str,
    workplace: Option<String>,
    title: Option<String>,
    /// 责任代表; otherwise 协助代表.
    lead: bool,
    /// On duty at the station today.
    on_duty: bool,
}

/// How soon an answer is promised.
#[derive(Serialize, ToSchema)]
pub struct WithinResponse {
    amount: u16,
    /// `working_days` or `calendar_days`.
    #[schema(value_type = String)]
    unit: &'static str,
    text: String,
}

impl From<SitePublic> for SiteResponse {
    fn from(site: SitePublic) -> Self {
        let SitePublic {
            id,
            name,
            kind,
            address,
            hotline,
            opening_hours,
        } = site;
        Self {
            id,
            kind,
            name,
            address,
            hotline,
            opening_hours,
        }
    }
}

impl From<DeputyInGrid> for DeputyResponse {
    fn from(deputy: DeputyInGrid) -> Self {
        let DeputyInGrid {
            public, lead, on_duty, ..
        } = deputy;
        Self {
            public_token: public.public_token,
            name: public.name,
            level: public.level,
            level_name: public.level.zh(),
            workplace: public.workplace,
            title: public.title,
            lead,
            on_duty,
        }
    }
}

impl From<Policy> for WithinResponse {
    fn from(policy: Policy) -> Self {
        let Policy { amount, unit } = policy;
        Self {
            amount,
            unit: unit.as_str(),
            text: format!("{amount}{}", unit.zh()),
        }
    }
}

/// What to do when a code takes no submissions; `None` for one that does.
pub fn refusal(state: CodeState) -> Option<Problem> {
    match state {
        CodeState::Active | CodeState::Replaced => None,
        CodeState::Suspended => Some(Problem::CodeSuspended),
        CodeState::Retired => Some(Problem::CodeRetired),
    }
}

impl AppState {
    /// Finds a code by what was scanned or typed, in whatever state it is.
    ///
    /// # Errors
    /// [`Problem::CodeMistyped`], [`Problem::CodeUnknown`], [`Problem::RateLimited`].
    pub async fn find_code(&self, typed: &str, address: ClientAddress) -> Result<CodePage, Problem> {
        let token = CodeToken::parse(typed).map_err(|error| Problem::CodeMistyped {
            position: position_of(error),
        })?;
        let today = self.today();
        let wanted = token.clone();
        let found = self.codes.ask(&self.store, (token, today), move |store, _| {
            store.code_page(&wanted, today)
        });
        match found.await? {
            Some(page) => Ok(page),
            None => Err(self.wrong_guess(Guess::Code, address, Problem::CodeUnknown).await),
        }
    }

    /// Counts a scan. A figure that is missing is no reason to keep the page from anybody.
    pub async fn count_scan(&self, code_id: Uuid, request: &HttpRequest) {
        if request.extensions().get::<OnlyHead>().is_some() {
            return;
        }
        let today = self.today();
        let counted = self.scans.ask(&self.store, (code_id, today), move |store, scans| {
            store.count_scans(code_id, today, scans)
        });
        if let Err(problem) = counted.await {
            tracing::warn!(code = problem.code(), "a scan was not counted");
            log(&problem);
        }
    }

    /// What the code on the wall says.
    pub fn code_url(&self, token: &CodeToken) -> String {
        self.url(&format!("/c/{token}"))
    }
}

/// Whose code this is (查看民意码)
///
/// Counted as a scan of the code, unless it is asked for with HEAD.
#[utoipa::path(tag = "群众", params(("token" = String, Path, description = "as scanned or typed; spaces, dashes and case do not matter")), responses(
    (status = 200, description = "the code in whatever state; `notice` says what to do if it takes no submissions", body = CodeResponse),
    (status = 400, description = "`code_mistyped`：编号输错了"),
    (status = 404, description = "`code_unknown`：没有这个码"),
))]
#[get("/codes/{token}")]
async fn get_code(
    state: State,
    token: Path<String>,
    request: HttpRequest,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    let page = state.find_code(&token, address).await?;
    // Who is led to a successor asks again, and is counted there.
    if page.successor.is_none() {
        state.count_scan(page.code_id, &request).await;
    }
    let (within, _) = state.rules_in_force().await?.promise(&page.region_code, state.now());
    Ok(HttpResponse::Ok().json(CodeResponse {
        typed_token: page.token.grouped(),
        state: page.state.as_str(),
        successor: page.successor.as_ref().map(ToString::to_string),
        notice: refusal(page.state).map(|problem| problem.detail()),
        place: page.place,
        grid_name: page.grid_name,
        site: page.site.into(),
        deputies: page.deputies.into_iter().map(Into::into).collect(),
        answer_within: within.into(),
        page_url: state.code_url(page.successor.as_ref().unwrap_or(&page.token)),
        token: page.token.to_string(),
    }))
}
