//! The last hand on every answer: problems get the request's id, causes are logged, headers and figures are set.

use std::{error::Error as StdError, fmt::Write as _, time::Instant};

use actix_web::{
    Error, HttpMessage as _, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{CONTENT_TYPE, HeaderName, HeaderValue},
    },
    middleware::Next,
};
use tracing_actix_web::RequestId;

use super::Problem;
use crate::{headers, telemetry};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Marks a request that was HEAD: somebody asks for the head only, nobody looks at the page.
pub struct OnlyHead;

/// Middleware around everything else.
///
/// # Errors
/// Only what the server itself cannot turn into an answer.
pub async fn finish(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    // Answered like GET by the same handlers; the connection leaves the body out.
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
        request.extensions_mut().insert(OnlyHead);
    }
    let id = request.extensions().get::<RequestId>().map(ToString::to_string);
    let answer = next.call(request).await?.map_into_boxed_body();
    let mut answer = match problem_of(answer.response(), id.as_deref()) {
        Some(response) => answer.into_response(response),
        None => answer,
    };
    if let Some(id) = id.and_then(|id| HeaderValue::from_str(&id).ok()) {
        answer.headers_mut().insert(REQUEST_ID, id);
    }
    headers::secure(&mut answer);
    telemetry::count(&answer, started.elapsed());
    Ok(answer)
}

/// The answer that belongs to the error inside this one; `None` if there is no error, or if a page already says
/// it in words of its own.
fn problem_of(answer: &HttpResponse, id: Option<&str>) -> Option<HttpResponse> {
    let error = answer.error()?;
    if let Some(problem) = error.as_error::<Problem>() {
        log(problem);
        return Some(problem.response(id));
    }
    let is_page = answer
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    if is_page {
        return None;
    }
    let problem = Problem::from_actix(error);
    log(&problem);
    Some(problem.response(id))
}

/// Logs what went wrong on our side, with all its causes. Also for pages that show a problem themselves.
pub fn log(problem: &Problem) {
    match problem {
        Problem::Internal(cause) => tracing::error!(cause = chain(cause.as_ref()), "request failed"),
        Problem::Unavailable(cause) => tracing::warn!(cause = chain(cause.as_ref()), "request postponed"),
        _ => {}
    }
}

fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        // Writing to a String cannot fail.
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}
