//! The stream of hints for an open page (server-sent events).

use std::{convert::Infallible, time::Duration};

use actix_web::{HttpResponse, get, http::header::ContentEncoding, web::Bytes};
use futures_util::{Stream, stream};
use minyi_domain::rights::Permission;
use tokio::time::{Instant, timeout_at};

use super::NO_STORE;
use crate::{auth::SignedIn, events::Subscription, problem::Problem, state::State};

/// How long proxies and phones are left without a sign of life.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// After that the client opens a new stream, and whoever was signed out meanwhile gets none.
const LIFE: Duration = Duration::from_secs(600);
/// How long a client that was refused, or whose stream ended, waits.
const RETRY_SECONDS: u32 = 5;

/// Hints that there is something new (有新消息的提示)
///
/// Server-sent events, for instance `id: 1`, `event: told`, `data: {"kind":"messages"}` and an empty line: read
/// `/api/v1/me/messages` and what is shown again. It carries nothing else, and nothing is kept for those who were
/// away: read once more whenever a stream opens (so `Last-Event-ID` means nothing here). Lines that begin with a
/// colon are signs of life. A stream ends after ten minutes or when the program stops; open a new one. At most six
/// streams for one account.
#[utoipa::path(tag = "我的", security(("bearer" = [])), responses(
    (status = 200, description = "a stream of lines", body = String, content_type = "text/event-stream"),
    (status = 429, description = "`rate_limited`：打开的页面太多"),
))]
#[get("/me/events")]
pub async fn watch_events(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadCases)?;
    let subscription = state.events.subscribe(signed_in.actor.account_id);
    let subscription = subscription.ok_or(Problem::RateLimited {
        retry_after_seconds: RETRY_SECONDS,
    })?;
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header(NO_STORE)
        // Neither we nor a proxy may gather what must arrive at once.
        .insert_header(ContentEncoding::Identity)
        .insert_header(("x-accel-buffering", "no"))
        .streaming(lines(subscription)))
}

enum Next {
    Opened,
    Waiting,
}

fn lines(subscription: Subscription) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let end = Instant::now() + LIFE;
    stream::unfold(
        (subscription, Next::Opened),
        move |(mut subscription, next)| async move {
            if matches!(next, Next::Opened) {
                let line = format!("retry: {}\n\n", RETRY_SECONDS * 1000);
                return Some((Ok(line.into()), (subscription, Next::Waiting)));
            }
            let now = Instant::now();
            if now >= end {
                return None;
            }
            let line = match timeout_at(end.min(now + KEEP_ALIVE), subscription.next()).await {
                Ok(Some(hint)) => format!("id: {hint}\nevent: told\ndata: {{\"kind\":\"messages\"}}\n\n"),
                Ok(None) => return None,
                Err(_) => ": still here\n\n".to_owned(),
            };
            Some((Ok(line.into()), (subscription, Next::Waiting)))
        },
    )
}
