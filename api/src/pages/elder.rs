//! 长辈版: everything larger. A cookie remembers it, so that it works without a script.

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration},
    get,
    http::header::{CACHE_CONTROL, LOCATION},
    web::Query,
};
use serde::Deserialize;

use crate::state::State;

const COOKIE: &str = "elder";

/// Whether this browser has chosen the large mode.
pub fn is_elder(request: &HttpRequest) -> bool {
    request.cookie(COOKIE).is_some_and(|cookie| cookie.value() == "1")
}

#[derive(Deserialize)]
struct Choice {
    on: String,
    back: Option<String>,
}

#[get("/elder")]
pub async fn switch_elder(state: State, choice: Query<Choice>) -> HttpResponse {
    let on = choice.on == "1";
    let mut cookie = Cookie::build(COOKIE, if on { "1" } else { "" })
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(state.settings.is_https())
        .max_age(Duration::days(365))
        .finish();
    if !on {
        cookie.make_removal();
    }
    let back = choice
        .back
        .as_deref()
        .filter(|path| is_local(path))
        .unwrap_or("/c")
        .to_owned();
    HttpResponse::SeeOther()
        .cookie(cookie)
        .insert_header((LOCATION, back))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish()
}

/// Whether a path stays on this site: `//host` and `/\host` would not.
pub fn is_local(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn only_paths_of_this_site_are_followed() {
        for path in ["/c", "/r/ACDE?new=1"] {
            assert!(is_local(path), "{path}");
        }
        for path in [
            "",
            "c",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/c\r\nX: y",
        ] {
            assert!(!is_local(path), "{path}");
        }
    }
}
