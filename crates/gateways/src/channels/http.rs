//! One way to call a platform by HTTP and to say what a failure means.
//!
//! | what happened | outcome |
//! |---|---|
//! | no connection was made | [`Outcome::Retry`] |
//! | HTTP 502 or 503: the front end did not get the request handled; 3xx or 4xx: it did not accept it, unless the body says more | [`Outcome::Retry`] |
//! | HTTP 500, 504 or another 5xx; time-out or lost connection after the request began; unreadable reply | [`Outcome::Unknown`] |

use std::time::Duration;

use serde::de::DeserializeOwned;
use url::Url;

use super::outcome::{NEXT_MINUTE, Outcome, SHORTLY};
use crate::Result;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// One call in all, the body of the reply included.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(8);

/// Redirects are not followed: secrets stand in the addresses.
pub(crate) fn client(timeout: Duration) -> Result<reqwest::Client> {
    Ok(reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(timeout)
        // A connection that the platform closes while we write to it leaves an unknown outcome.
        .pool_idle_timeout(Duration::from_secs(15))
        .build()?)
}

/// `path` begins with a slash.
pub(crate) fn endpoint(base: &Url, path: &str) -> String {
    format!("{}{path}", base.as_str().trim_end_matches('/'))
}

/// Sends something that must not be sent twice, and reads the platform's reply.
pub(crate) async fn call<T: DeserializeOwned>(request: reqwest::RequestBuilder) -> std::result::Result<T, Outcome> {
    let response = request.send().await.map_err(|error| lost(&error))?;
    let status = response.status().as_u16();
    match status {
        502 | 503 => return Err(Outcome::retry(SHORTLY, "unavailable")),
        500.. => return Err(Outcome::Unknown { reason: "server_error" }),
        _ => {}
    }
    let bytes = response.bytes().await.map_err(|error| lost(&error))?;
    // Some platforms tell their reason in the body of a 4xx.
    serde_json::from_slice(&bytes).map_err(|_| match status {
        200..=299 => Outcome::Unknown {
            reason: "unreadable_reply",
        },
        _ => Outcome::retry(NEXT_MINUTE, "http_refused"),
    })
}

fn lost(error: &reqwest::Error) -> Outcome {
    if error.is_connect() || error.is_builder() {
        Outcome::retry(SHORTLY, "no_connection")
    } else if error.is_timeout() {
        Outcome::Unknown { reason: "timeout" }
    } else {
        Outcome::Unknown {
            reason: "connection_lost",
        }
    }
}
