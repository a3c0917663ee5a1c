//! Forms that another site cannot send for a signed-in person.
//!
//! Two locks: the browser says where a request comes from (`Sec-Fetch-Site`, `Origin`), and the form carries a
//! token that is an HMAC under the session's own secret, which no page can read.

use actix_web::http::header::{HeaderMap, ORIGIN};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::problem::Problem;

/// Name of the form's field.
pub const FIELD: &str = "csrf";
/// Name of the header for requests by script.
pub const HEADER: &str = "x-csrf-token";

fn mac(session: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(session.as_bytes()).ok()?;
    mac.update(b"minyi csrf");
    Some(mac)
}

/// The token for the forms of the session whose cookie is `session`.
pub fn token(session: &str) -> String {
    mac(session)
        .map(|mac| URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
        .unwrap_or_default()
}

/// Checks a form's token, in constant time.
///
/// # Errors
/// [`Problem::CrossSite`].
pub fn verify(session: &str, claimed: &str) -> Result<(), Problem> {
    let claimed = URL_SAFE_NO_PAD.decode(claimed).map_err(|_| Problem::CrossSite)?;
    let mac = mac(session).ok_or(Problem::CrossSite)?;
    mac.verify_slice(&claimed).map_err(|_| Problem::CrossSite)
}

/// Checks that the browser does not name another site as the sender. Old browsers name none; then the token alone
/// decides.
///
/// # Errors
/// [`Problem::CrossSite`].
pub fn same_origin(headers: &HeaderMap, public_url: &str) -> Result<(), Problem> {
    if let Some(site) = headers.get("sec-fetch-site") {
        let ours = matches!(site.as_bytes(), b"same-origin" | b"none");
        return if ours { Ok(()) } else { Err(Problem::CrossSite) };
    }
    match headers.get(ORIGIN) {
        Some(origin) if origin.as_bytes() != public_url.as_bytes() => Err(Problem::CrossSite),
        _ => Ok(()),
    }
}
