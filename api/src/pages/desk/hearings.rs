//! Planning a hearing, and what came of it (答复活动).

pub(super) mod form;
mod view;

use actix_web::{HttpResponse, ResponseError as _, get, http::StatusCode, post, web};
use minyi_domain::rights::Permission;
use serde::Deserialize;
use uuid::Uuid;

use super::{meetings::line, person};
use crate::{
    auth::{SignedIn, SignedInForm},
    deputies::hearings::HearingChangeRequest,
    pages::page::{Page, html, see_other},
    paging::{read_cursor, write_cursor},
    problem::Problem,
    state::{AppState, State},
};
use form::Fields;
use view::{Choice, HearingView, HearingsView, NewHearingView};

/// Submissions that are offered to choose from.
const CANDIDATES: i64 = 50;
const PAGE_LENGTH: i64 = 20;

#[derive(Deserialize)]
struct Part {
    cursor: Option<String>,
}

#[derive(Deserialize)]
struct Wanted {
    /// The submission from whose page the person comes.
    case: Option<Uuid>,
}

#[get("/hearings/new")]
pub async fn show_plan(
    state: State,
    page: Page,
    signed_in: SignedIn,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Hold)?;
    let mut fields = Fields::default();
    if let Some(case) = wanted.case {
        fields.push("case", case.to_string());
    }
    plan_page(&state, &page, &signed_in, &fields, None).await
}

#[post("/hearings")]
pub async fn plan_form(
    state: State,
    page: Page,
    signed_in: SignedInForm,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::new(form.into_inner());
    let signed_in = signed_in.confirm(fields.text("csrf"))?;
    signed_in.must(Permission::Hold)?;
    let planned = match fields.hearing() {
        Ok(request) => {
            state
                .plan_hearing(signed_in.by(), signed_in.actor.clone(), request)
                .await
        }
        Err(problem) => Err(problem),
    };
    match planned {
        Ok(id) => Ok(see_other(&format!("/desk/hearings/{id}"))),
        Err(problem @ (Problem::Invalid(_) | Problem::Refused(_))) => {
            plan_page(&state, &page, &signed_in, &fields, Some(problem)).await
        }
        Err(problem) => Err(problem),
    }
}

async fn plan_page(
    state: &AppState,
    page: &Page,
    signed_in: &SignedIn,
    fields: &Fields,
    problem: Option<Problem>,
) -> Result<HttpResponse, Problem> {
    let (actor, today) = (signed_in.actor.clone(), state.today());
    let list = move |store: &minyi_store::Store| {
        let candidates = store.hearing_candidates(&actor.scope(), CANDIDATES)?;
        Ok((candidates, store.invitees(&actor, today)?))
    };
    let (candidates, invitees) = state.ask(list).await?;
    let chosen = |name, id: Uuid| fields.all(name).any(|value| value == id.to_string());
    let choice = |name, (id, text): (Uuid, String)| Choice {
        chosen: chosen(name, id),
        id,
        hard: false,
        text,
    };
    let case = |case: minyi_store::HearingCandidate| Choice {
        chosen: chosen("case", case.id),
        id: case.id,
        hard: case.urgency == minyi_domain::submission::Urgency::Hard,
        text: format!(
            "{} {}：{}",
            case.number,
            case.place,
            case.text.chars().take(60).collect::<String>()
        ),
    };
    let view = NewHearingView {
        layout: page.layout("安排答复活动 · 民意码办理台"),
        person: Some(person(signed_in, "/desk/meetings")),
        csrf: signed_in.csrf_token(),
        problem: problem.as_ref().map(Problem::detail),
        title: fields.text("title").to_owned(),
        joint: fields.text("kind") == "joint_reception",
        date: fields.text("date").to_owned(),
        from: fields.text("from").to_owned(),
        until: fields.text("until").to_owned(),
        place: fields.text("place").to_owned(),
        urgent_reason: fields.text("urgent_reason").to_owned(),
        cases: candidates.into_iter().map(case).collect(),
        offices: invitees.offices.into_iter().map(|row| choice("office", row)).collect(),
        deputies: invitees.deputies.into_iter().map(|row| choice("deputy", row)).collect(),
    };
    html(problem.map_or(StatusCode::OK, |problem| problem.status_code()), &view)
}

/// All hearings, for those who hold them and those who are invited.
#[get("/hearings")]
pub async fn show_hearings(
    state: State,
    page: Page,
    signed_in: SignedIn,
    part: web::Query<Part>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadCases)?;
    let (scope, today) = (signed_in.actor.scope(), state.today());
    let cursor = read_cursor(part.cursor.as_deref())?;
    let found = state
        .ask(move |store| store.hearings(&scope, None, cursor, PAGE_LENGTH))
        .await?;
    let view = HearingsView {
        layout: page.layout("答复活动 · 民意码办理台"),
        person: Some(person(&signed_in, tab(&signed_in))),
        may_hold: signed_in.actor.role.may(Permission::Hold),
        items: found.items.into_iter().map(|hearing| line(hearing, today)).collect(),
        next: found
            .next
            .map(|next| format!("/desk/hearings?cursor={}", write_cursor(next))),
    };
    html(StatusCode::OK, &view)
}

/// Who holds hearings comes from the week, an office from its own list.
fn tab(signed_in: &SignedIn) -> &'static str {
    if signed_in.actor.role.may(Permission::Hold) {
        "/desk/meetings"
    } else {
        "/desk/hearings"
    }
}

#[get("/hearings/{id}")]
pub async fn show_hearing(
    state: State,
    page: Page,
    signed_in: SignedIn,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadCases)?;
    let detail = state.find_hearing(&signed_in.actor, id.into_inner()).await?;
    let layout = page.layout(format!("{} · 民意码办理台", detail.hearing.title));
    let head = person(&signed_in, tab(&signed_in));
    html(
        StatusCode::OK,
        &HearingView::new(layout, head, signed_in.csrf_token(), detail, state.now()),
    )
}

/// Another time or place, or not at all.
#[post("/hearings/{id}")]
pub async fn change_form(
    state: State,
    signed_in: SignedInForm,
    id: web::Path<Uuid>,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::new(form.into_inner());
    let signed_in = signed_in.confirm(fields.text("csrf"))?;
    signed_in.must(Permission::Hold)?;
    let request = match fields.optional("cancel_reason") {
        Some(reason) => HearingChangeRequest {
            cancel_reason: Some(reason),
            ..HearingChangeRequest::default()
        },
        None => fields.change()?,
    };
    let id = id.into_inner();
    state
        .change_hearing(signed_in.by(), signed_in.actor, id, request)
        .await?;
    Ok(see_other(&format!("/desk/hearings/{id}")))
}

#[post("/hearings/{id}/minutes")]
pub async fn minutes_form(
    state: State,
    signed_in: SignedInForm,
    id: web::Path<Uuid>,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::new(form.into_inner());
    let signed_in = signed_in.confirm(fields.text("csrf"))?;
    signed_in.must(Permission::Hold)?;
    let id = id.into_inner();
    state
        .hold_hearing(signed_in.by(), signed_in.actor, id, fields.minutes()?)
        .await?;
    Ok(see_other(&format!("/desk/hearings/{id}")))
}
