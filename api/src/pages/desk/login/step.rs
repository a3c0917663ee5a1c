//! The second step of a login at the desk.

use actix_web::{HttpResponse, ResponseError as _, get, http::StatusCode, post, web};
use minyi_domain::access::Need;
use serde::Deserialize;

use super::{Wanted, local_desk};
use crate::{
    auth::{PartlySignedIn, SignedIn, SignedInForm},
    pages::{
        desk::view::StepView,
        page::{Page, html, see_other},
    },
    problem::Problem,
    state::State,
};

#[get("/login/step")]
pub async fn show_step(
    page: Page,
    PartlySignedIn(signed_in): PartlySignedIn,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, Problem> {
    let next = wanted.into_inner().next.unwrap_or_default();
    render(&page, &signed_in, next, None, StatusCode::OK)
}

fn render(
    page: &Page,
    signed_in: &SignedIn,
    next: String,
    problem: Option<String>,
    status: StatusCode,
) -> Result<HttpResponse, Problem> {
    let Some(need) = signed_in.needs().first() else {
        return Ok(see_other(local_desk(&next)));
    };
    let step = Problem::StepNeeded(*need);
    html(
        status,
        &StepView {
            layout: page.layout("登录 · 民意码办理台"),
            person: None,
            heading: step.title(),
            text: step.detail(),
            asks_code: *need == Need::SecondFactor,
            problem,
            csrf: signed_in.csrf_token(),
            next,
        },
    )
}

#[derive(Deserialize)]
struct Step {
    csrf: String,
    code: String,
    next: Option<String>,
}

#[post("/login/step")]
pub async fn take_step(
    state: State,
    page: Page,
    signed_in: SignedInForm,
    form: web::Form<Step>,
) -> Result<HttpResponse, Problem> {
    let Step { csrf, code, next } = form.into_inner();
    let signed_in = signed_in.confirm_partly(&csrf)?;
    let next = next.unwrap_or_default();
    match state.take_second_step(&signed_in, &code).await {
        Ok(()) => Ok(see_other(local_desk(&next))),
        Err(problem @ (Problem::SecondFactorInvalid | Problem::RateLimited { .. })) => {
            render(&page, &signed_in, next, Some(problem.detail()), problem.status_code())
        }
        Err(problem) => Err(problem),
    }
}
