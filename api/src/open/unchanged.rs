//! Answers that a cache may keep as long as it asks each time whether they still hold: what is withdrawn is gone at
//! once.

use actix_web::{HttpRequest, HttpResponse, http::header};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::problem::Problem;

/// A JSON answer with an `ETag`, or 304 if the caller has it already.
///
/// # Errors
/// If it cannot be written: never.
pub fn revalidated(request: &HttpRequest, body: &impl Serialize) -> Result<HttpResponse, Problem> {
    let body = serde_json::to_string(body).map_err(Problem::internal)?;
    Ok(tagged(request, "application/json", body))
}

/// An answer with an `ETag` over its body, or 304 if the caller has it already.
pub fn tagged(request: &HttpRequest, content_type: &'static str, body: String) -> HttpResponse {
    let digest = Sha256::digest(body.as_bytes());
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    // Weak, because the body may be sent compressed.
    let tag = format!("W/\"{hex}\"");
    let known = request.headers().get_all(header::IF_NONE_MATCH);
    let known = known
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains(&hex));
    let mut answer = if known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    answer
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, "public, no-cache"))
        // 长辈版 stands in a cookie.
        .insert_header((header::VARY, "Cookie"));
    if known {
        answer.finish()
    } else {
        answer.content_type(content_type).body(body)
    }
}
