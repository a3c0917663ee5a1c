//! Signing in to the desk and out of it.

mod step;

use actix_web::{
    HttpRequest, HttpResponse, ResponseError as _, get,
    http::{StatusCode, header::HeaderValue},
    post, web,
};
use minyi_domain::access::Way;
use serde::Deserialize;
use uuid::Uuid;

pub use step::{show_step, take_step};

use super::view::{LoginView, OpenView};
use crate::{
    address::ClientAddress,
    auth::{SignedInForm, csrf::same_origin},
    pages::{
        elder::is_local,
        page::{Page, html, see_other},
    },
    problem::Problem,
    state::State,
};

#[derive(Deserialize)]
struct Wanted {
    next: Option<String>,
}

#[get("/login")]
pub async fn show_login(page: Page, wanted: web::Query<Wanted>) -> Result<HttpResponse, Problem> {
    let next = wanted.into_inner().next.unwrap_or_default();
    render(&page, String::new(), next, None, StatusCode::OK)
}

fn render(
    page: &Page,
    username: String,
    next: String,
    problem: Option<String>,
    status: StatusCode,
) -> Result<HttpResponse, Problem> {
    let layout = page.layout("登录 · 民意码办理台");
    html(
        status,
        &LoginView {
            layout,
            person: None,
            username,
            next,
            problem,
        },
    )
}

#[derive(Deserialize)]
struct Login {
    username: String,
    password: String,
    next: Option<String>,
}

#[post("/login")]
pub async fn login(
    state: State,
    page: Page,
    request: HttpRequest,
    form: web::Form<Login>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    same_origin(request.headers(), &state.settings.public_url)?;
    let Login {
        username,
        password,
        next,
    } = form.into_inner();
    let next = next.unwrap_or_default();
    match state.sign_in_by_password(&username, password, address).await {
        Ok(account) => enter(&state, account.id, Way::Password, address, &next).await,
        Err(problem @ (Problem::LoginFailed | Problem::Invalid(_) | Problem::RateLimited { .. })) => {
            render(&page, username, next, Some(problem.detail()), problem.status_code())
        }
        Err(problem) => Err(problem),
    }
}

/// Where the person wanted to be, if that is here.
fn local_desk(next: &str) -> &str {
    if is_local(next) && next.starts_with("/desk") {
        next
    } else {
        "/desk"
    }
}

/// Opens the session and goes on to where the person wanted to be.
async fn enter(
    state: &State,
    account: Uuid,
    way: Way,
    address: ClientAddress,
    next: &str,
) -> Result<HttpResponse, Problem> {
    let mut response = see_other(local_desk(next));
    let cookie = state.open_cookie(account, way, address).await?;
    response.add_cookie(&cookie).map_err(Problem::internal)?;
    Ok(response)
}

#[derive(Deserialize)]
struct FromWechat {
    js_code: String,
    /// The message's page: `pages/case/index?id=…`.
    page: Option<String>,
}

/// Where the message leads. Opens nothing by itself: a link of somebody else's must not sign anybody in as somebody
/// else without a tap.
#[get("/open")]
pub async fn open_from_wechat(
    page: Page,
    request: HttpRequest,
    query: web::Query<FromWechat>,
) -> Result<HttpResponse, Problem> {
    let from = request.headers().get("sec-fetch-site").map(HeaderValue::as_bytes);
    let FromWechat { js_code, page: case } = query.into_inner();
    let view = OpenView {
        layout: page.layout("进入 · 民意码办理台"),
        person: None,
        js_code,
        case: case.unwrap_or_default(),
        by_itself: matches!(from, Some(b"none" | b"same-origin" | b"same-site")),
    };
    html(StatusCode::OK, &view)
}

#[post("/open")]
pub async fn enter_from_wechat(
    state: State,
    request: HttpRequest,
    form: web::Form<FromWechat>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    same_origin(request.headers(), &state.settings.public_url)?;
    let account = state.sign_in_by_wechat(&form.js_code, address).await?;
    let case = form.page.as_deref().and_then(case_of);
    let next = case.map_or_else(|| "/desk".to_owned(), |id| format!("/desk/submissions/{id}"));
    enter(&state, account.id, Way::Wechat, address, &next).await
}

/// The submission that a message is about.
fn case_of(page: &str) -> Option<Uuid> {
    page.trim_start_matches('/')
        .strip_prefix("pages/case/index?id=")?
        .parse()
        .ok()
}

#[derive(Deserialize)]
struct Logout {
    csrf: String,
}

#[post("/logout")]
pub async fn logout(state: State, signed_in: SignedInForm, form: web::Form<Logout>) -> Result<HttpResponse, Problem> {
    let signed_in = signed_in.confirm_partly(&form.csrf)?;
    state.end_session(&signed_in).await?;
    let mut response = see_other("/desk/login");
    response
        .add_cookie(&state.removal_cookie())
        .map_err(Problem::internal)?;
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_leads_to_its_submission() {
        let id = Uuid::from_u128(7);
        assert_eq!(case_of(&format!("pages/case/index?id={id}")), Some(id));
        assert_eq!(case_of(&format!("/pages/case/index?id={id}")), Some(id));
        assert_eq!(case_of("pages/receipt/index?receipt=ACDE"), None);
        assert_eq!(case_of("https://evil.example/"), None);
    }
}
