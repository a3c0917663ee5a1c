//! What every page handler needs, and what happens when it fails.

use std::{
    future::{Ready, ready},
    sync::Arc,
};

use actix_web::{
    Error, FromRequest, HttpRequest, HttpResponse, ResponseError as _,
    body::{BoxBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::{StatusCode, header},
    middleware::Next,
    web,
};
use askama::Template;
use minyi_gateways::clock::random_bytes;

use super::{
    assets::{Assets, Shelf},
    elder,
    layout::Layout,
    plain::{Link, MessageView},
};
use crate::{
    problem::{self, Problem, log},
    state::State,
};

/// A page that is being answered: its files, its mode, where it is.
pub struct Page {
    assets: Arc<Assets>,
    elder: bool,
    path: String,
}

impl Page {
    fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let state = request
            .app_data::<State>()
            .ok_or_else(|| Problem::internal("no state"))?;
        let shelf = request
            .app_data::<web::Data<Shelf>>()
            .ok_or_else(|| Problem::internal("no shelf"))?;
        Ok(Self {
            assets: shelf.assets(&state.settings.web_dir)?,
            elder: elder::is_elder(request),
            path: request.path().to_owned(),
        })
    }

    /// The frame of a page that is not for search engines.
    pub fn layout(&self, title: impl Into<String>) -> Layout {
        Layout {
            title: title.into(),
            elder: self.elder,
            back: self.path.clone(),
            noindex: true,
            assets: self.assets.clone(),
        }
    }

    /// The frame of a page that may be found by searching.
    pub fn public_layout(&self, title: impl Into<String>) -> Layout {
        Layout {
            noindex: false,
            ..self.layout(title)
        }
    }
}

impl FromRequest for Page {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

/// The rendered page. No page is kept by a cache: each carries somebody's matter, a key or the day's duty.
///
/// # Errors
/// [`Problem::Internal`] if the template fails: never for the templates here.
pub fn html(status: StatusCode, view: &impl Template) -> Result<HttpResponse, Problem> {
    let body = view.render().map_err(Problem::internal)?;
    Ok(HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(body))
}

/// An idempotency key for a form: what is sent twice from one page arrives once.
pub fn new_key() -> String {
    format!("{:032x}", u128::from_be_bytes(random_bytes()))
}

/// Sends the browser on with a GET.
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, path))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}

/// Middleware of the pages: a problem becomes a page, and who has to sign in is led there.
///
/// # Errors
/// Those of the inner service.
pub async fn problems_as_pages(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let answer = next.call(request).await?.map_into_boxed_body();
    let problem = answer.response().error().and_then(|error| error.as_error::<Problem>());
    let Some(problem) = problem else { return Ok(answer) };
    let request = answer.request();
    let page = match problem {
        Problem::NotSignedIn => Ok(see_other(&login_path(request, "/desk/login"))),
        Problem::StepNeeded(_) => Ok(see_other(&login_path(request, "/desk/login/step"))),
        problem => explain(request, problem),
    };
    match page {
        Ok(page) => {
            log(problem);
            Ok(answer.into_response(page))
        }
        // Without its styles a page says less than the plain problem does.
        Err(_) => Ok(answer),
    }
}

/// The answer to everything that no route takes: people read a page, programs (below `/api`) a problem.
///
/// # Errors
/// Those of [`problem::route_not_found`].
pub async fn route_not_found(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let answer = problem::route_not_found(request.clone()).await;
    let for_people = request.path() != "/api" && !request.path().starts_with("/api/");
    match answer {
        // Without its styles a page says less than the plain problem does.
        Err(Problem::NotFound) if for_people => explain(&request, &Problem::NotFound).map_err(|_| Problem::NotFound),
        answer => answer,
    }
}

fn login_path(request: &HttpRequest, form: &str) -> String {
    let next = if request.method().is_safe() {
        request.path()
    } else {
        "/desk"
    };
    format!("{form}?next={next}")
}

fn explain(request: &HttpRequest, problem: &Problem) -> Result<HttpResponse, Problem> {
    let link = |href, text| Link { href, text };
    let links = if request.path().starts_with("/desk") {
        vec![link("/desk", "回到办理台")]
    } else {
        vec![link("/c", "输入民意码"), link("/r", "查询回执")]
    };
    let view = MessageView {
        layout: Page::of(request)?.layout(problem.title()),
        heading: problem.title().to_owned(),
        text: problem.detail(),
        links,
    };
    let mut response = html(problem.status_code(), &view)?;
    if let Some(seconds) = problem.retry_after_seconds() {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    Ok(response)
}
