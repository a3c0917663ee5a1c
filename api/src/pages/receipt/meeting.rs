//! Meeting the deputy: choosing a slot, and saying yes or no (约代表当面说).

use actix_web::{HttpRequest, HttpResponse, ResponseError as _, get, http::StatusCode, post, web};
use askama::Template;
use minyi_domain::appointment::{Action, Side};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    address::ClientAddress,
    auth::csrf::same_origin,
    pages::{
        layout::Layout,
        meetings::{Meeting, MeetingsView, SlotDay, by_day},
        page::{Page, html, see_other},
    },
    problem::Problem,
    residents::meetings::{AskRequest, ReplyRequest},
    state::{AppState, State},
};

/// The page with the free slots.
#[derive(Template)]
#[template(path = "resident/meeting.html")]
struct MeetingPage {
    layout: Layout,
    receipt: String,
    number: String,
    active: Option<Meeting>,
    days: Vec<SlotDay>,
    chosen: String,
    note: String,
    problem: Option<String>,
}

#[get("/{receipt}/meeting")]
pub async fn show_meeting(
    state: State,
    page: Page,
    receipt: web::Path<String>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    render(&state, &page, &receipt, address, Asked::default(), None).await
}

#[derive(Default, Deserialize)]
struct Asked {
    slot: Option<String>,
    note: Option<String>,
}

#[post("/{receipt}/meeting")]
pub async fn ask_form(
    state: State,
    page: Page,
    request: HttpRequest,
    receipt: web::Path<String>,
    form: web::Form<Asked>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    same_origin(request.headers(), &state.settings.public_url)?;
    let asked = form.into_inner();
    let request = AskRequest {
        slot: asked.slot.clone().unwrap_or_default(),
        note: asked.note.clone(),
    };
    match state.ask_as_resident(&receipt, &request, address).await {
        Ok(_) => Ok(see_other(&format!("/r/{receipt}#meetings"))),
        Err(problem @ (Problem::Invalid(_) | Problem::Refused(_))) => {
            render(&state, &page, &receipt, address, asked, Some(problem)).await
        }
        Err(problem) => Err(problem),
    }
}

#[derive(Deserialize)]
struct Reply {
    action: String,
    reason: Option<String>,
}

#[post("/{receipt}/meeting/{id}")]
pub async fn reply_form(
    state: State,
    request: HttpRequest,
    path: web::Path<(String, Uuid)>,
    form: web::Form<Reply>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    same_origin(request.headers(), &state.settings.public_url)?;
    let (receipt, id) = path.into_inner();
    let Reply { action, reason } = form.into_inner();
    let action: Action = action
        .parse()
        .map_err(|_| Problem::field("/action", "unknown_action", "请按页面上的按钮操作。"))?;
    let request = ReplyRequest { action, reason };
    state.reply_as_resident(&receipt, id, &request, address).await?;
    Ok(see_other(&format!("/r/{receipt}#meetings")))
}

async fn render(
    state: &AppState,
    page: &Page,
    receipt: &str,
    address: ClientAddress,
    asked: Asked,
    problem: Option<Problem>,
) -> Result<HttpResponse, Problem> {
    let found = state.find_by_receipt(receipt, address).await?;
    let slots = state.slots_of_receipt(receipt, address).await?;
    let meetings = MeetingsView::new(found.meetings, Side::Resident, state.now());
    let view = MeetingPage {
        layout: page.layout(format!("约代表当面说 · {} · 民意码", found.number)),
        receipt: found.receipt.to_string(),
        number: found.number,
        active: meetings.active,
        days: by_day(slots, state.today()),
        chosen: asked.slot.unwrap_or_default(),
        note: asked.note.unwrap_or_default(),
        problem: problem.as_ref().map(Problem::detail),
    };
    html(problem.map_or(StatusCode::OK, |problem| problem.status_code()), &view)
}
