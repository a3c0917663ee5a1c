//! Headers that keep a browser from being turned against its owner.

use actix_web::{
    body::BoxBody,
    dev::ServiceResponse,
    http::header::{HeaderMap, HeaderName, HeaderValue},
};

use crate::state::State;

/// Everything from our own address and nothing else; `blob:` and `data:` are the previews of photos.
const POLICY: &str = "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; \
                      form-action 'self'; frame-ancestors 'none'";
/// The documentation page sets styles by script.
const DOCS_POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; \
                           object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const ALWAYS: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    (
        "permissions-policy",
        "geolocation=(self), camera=(), microphone=(), payment=(), usb=()",
    ),
    ("cross-origin-opener-policy", "same-origin"),
];

/// Sets the headers of every answer; what a handler has set already stays.
pub fn secure(answer: &mut ServiceResponse<BoxBody>) {
    let docs = answer.request().path().starts_with("/docs");
    let https = answer
        .request()
        .app_data::<State>()
        .is_some_and(|state| state.settings.is_https());
    let headers = answer.headers_mut();
    for (name, value) in ALWAYS {
        set(headers, name, value);
    }
    set(
        headers,
        "content-security-policy",
        if docs { DOCS_POLICY } else { POLICY },
    );
    if https {
        set(headers, "strict-transport-security", "max-age=31536000");
    }
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &'static str) {
    let name = HeaderName::from_static(name);
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
