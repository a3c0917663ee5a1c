//! Everything that can be answered instead of what was asked for, in one place (RFC 9457).
//!
//! A handler returns `Result<_, Problem>`. The `code` is stable and meant for programs, the title and detail are
//! Chinese and meant for people. What went wrong inside is never shown: [`finish`] logs it once under the id
//! that stands in `instance`.

mod catalogue;
mod extractors;
mod finish;
mod sources;

use actix_web::{HttpResponse, ResponseError, http::StatusCode, http::header};
use serde::Serialize;

pub use catalogue::Problem;
pub use extractors::{KnownRoutes, configure_extractors, route_not_found};
pub use finish::{OnlyHead, finish, log};
pub use sources::position_of;

/// One thing that is wrong in a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldProblem {
    /// Where it is: a JSON pointer into the body, or the name of a header or parameter.
    #[schema(example = "/text")]
    pub pointer: String,
    /// What is wrong, for programs.
    #[schema(value_type = String, example = "too_short")]
    pub code: &'static str,
    /// What is wrong, for people.
    #[schema(example = "至少写 5 个字，现在有 3 个字。")]
    pub detail: String,
}

impl FieldProblem {
    /// A mistake at `pointer`.
    pub fn new(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            code,
            detail: detail.into(),
        }
    }
}

/// The body of an error answer (`application/problem+json`).
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody<'a> {
    /// Names the kind of problem: `about:blank#` and the code.
    #[serde(rename = "type")]
    #[schema(example = "about:blank#code_unknown")]
    kind: String,
    /// The kind of problem in a few words.
    #[schema(example = "没有这个民意码")]
    title: &'a str,
    /// The HTTP status.
    #[schema(example = 404)]
    status: u16,
    /// What to do about it.
    #[schema(example = "请核对墙上的编号，或者重新扫码。")]
    detail: String,
    /// The kind of problem for programs; never changes.
    #[schema(example = "code_unknown")]
    code: &'a str,
    /// What is wrong where, if the request has several parts.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    errors: &'a [FieldProblem],
    /// The id of this request; quote it when asking for help.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<&'a str>,
}

impl Problem {
    /// The answer, with the request's id if it is known.
    pub fn response(&self, request_id: Option<&str>) -> HttpResponse {
        let entry = self.entry();
        let body = ProblemBody {
            kind: format!("about:blank#{}", entry.code),
            title: entry.title,
            status: entry.status.as_u16(),
            detail: self.detail(),
            code: entry.code,
            errors: self.errors(),
            instance: request_id,
        };
        let mut response = HttpResponse::build(entry.status);
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        if let Some(seconds) = self.retry_after_seconds() {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        if entry.status == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        if let Self::MethodNotAllowed { allowed } = self {
            response.insert_header((header::ALLOW, allowed.as_str()));
        }
        let body = serde_json::to_string(&body).unwrap_or_default();
        response.content_type("application/problem+json").body(body)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.entry().status
    }

    fn error_response(&self) -> HttpResponse {
        self.response(None)
    }
}
