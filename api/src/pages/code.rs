//! The page behind a code (民意码), and typing one by hand.

pub mod sent;
mod submit;
pub mod view;

use actix_web::{HttpRequest, HttpResponse, ResponseError, get, http::StatusCode, web};
use chrono::TimeDelta;
use futures_util::future::join;
use minyi_domain::{calendar::local_date, token::CodeToken};
use minyi_store::{CodePage, CodeState};
use serde::Deserialize;

use super::{
    page::{Page, html, new_key, see_other},
    words::promise,
};
use crate::{
    address::ClientAddress,
    problem::{Problem, position_of},
    state::{AppState, State},
};
use view::{ClosedView, CodeView, EntryView, FormView, kind_choices};

/// Older ones are no news from the neighbours.
const RECENT: TimeDelta = TimeDelta::days(180);

/// Registers the routes under `/c`.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(enter_code).service(show_code).service(submit::submit_form);
}

#[derive(Deserialize)]
struct Typed {
    code: Option<String>,
}

#[get("")]
async fn enter_code(page: Page, typed: web::Query<Typed>) -> Result<HttpResponse, Problem> {
    let typed = typed.into_inner().code.unwrap_or_default();
    if typed.is_empty() {
        return entry(&page, typed, None);
    }
    match CodeToken::parse(&typed) {
        Ok(token) => Ok(see_other(&format!("/c/{token}"))),
        Err(error) => entry(
            &page,
            typed,
            Some(&Problem::CodeMistyped {
                position: position_of(error),
            }),
        ),
    }
}

fn entry(page: &Page, typed: String, problem: Option<&Problem>) -> Result<HttpResponse, Problem> {
    let view = EntryView {
        layout: page.public_layout("输入民意码"),
        typed,
        problem: problem.map(|problem| format!("{}。{}", problem.title(), problem.detail())),
    };
    html(problem.map_or(StatusCode::OK, ResponseError::status_code), &view)
}

#[derive(Deserialize)]
struct Arrival {
    /// The person scanned a code that has been replaced.
    #[serde(default)]
    replaced: bool,
}

#[get("/{token}")]
async fn show_code(
    state: State,
    page: Page,
    request: HttpRequest,
    token: web::Path<String>,
    arrival: web::Query<Arrival>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    let found = match state.find_code(&token, address).await {
        Err(problem @ (Problem::CodeMistyped { .. } | Problem::CodeUnknown)) => {
            return entry(&page, token.into_inner(), Some(&problem));
        }
        found => found?,
    };
    let code_id = found.code_id;
    let counting = async {
        // One scan of a replaced code is one scan, though two pages are asked for.
        if !arrival.replaced {
            state.count_scan(code_id, &request).await;
        }
    };
    let ((), answer) = join(counting, answer(&state, &page, found, arrival.replaced)).await;
    answer
}

/// What a code in this state has to say.
async fn answer(state: &AppState, page: &Page, found: CodePage, replaced: bool) -> Result<HttpResponse, Problem> {
    match (&found.successor, found.state) {
        (Some(successor), _) => Ok(HttpResponse::Found()
            .insert_header(("location", format!("/c/{successor}?replaced=true")))
            .insert_header(("cache-control", "no-store"))
            .finish()),
        (None, CodeState::Suspended | CodeState::Retired | CodeState::Replaced) => closed(page, found),
        (None, CodeState::Active) => {
            let form = FormView {
                kinds: kind_choices(""),
                idempotency_key: new_key(),
                ..FormView::default()
            };
            open(state, page, found, form, replaced, StatusCode::OK).await
        }
    }
}

fn closed(page: &Page, found: CodePage) -> Result<HttpResponse, Problem> {
    let retired = found.state != CodeState::Suspended;
    let view = ClosedView {
        layout: page.layout(format!("{} · 民意码", found.place)),
        place: found.place,
        station: found.site,
        retired,
    };
    html(if retired { StatusCode::GONE } else { StatusCode::OK }, &view)
}

/// The page of an active code with its form, empty or as it was sent.
async fn open(
    state: &AppState,
    page: &Page,
    found: CodePage,
    form: FormView,
    replaced: bool,
    status: StatusCode,
) -> Result<HttpResponse, Problem> {
    let now = state.now();
    let (within, due) = state.rules_in_force().await?.promise(&found.region_code, now);
    let (site_id, region, since) = (found.site.id, found.region_code.clone(), now - RECENT);
    let near = (site_id, region.clone());
    let recent = state
        .recent
        .ask(&state.store, near, move |store, _| {
            store.recent_cases(site_id, &region, since)
        })
        .await?;
    let view = CodeView {
        layout: page.layout(format!("{} · 民意码", found.place)),
        promise: promise(within, due, local_date(now)),
        answerer: if found.deputies.is_empty() {
            "联络站工作人员"
        } else {
            "代表"
        },
        people: found.deputies.into_iter().map(Into::into).collect(),
        token: found.token,
        place: found.place,
        station: found.site,
        recent: recent
            .into_iter()
            .map(|(token, title)| (token.to_string(), title))
            .collect(),
        replaced,
        form,
    };
    html(status, &view)
}
