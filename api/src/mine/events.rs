//! The stream of hints for an open page (server-sent events).

use std::{convert::Infallible, time::Duration};

use actix_web::{HttpResponse, get, http::header::ContentEncoding, web::Bytes};
use futures_util::{Stream, stream};
use minyi_domain::rights::Permission;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::NO_STORE;
use crate::{auth::SignedIn, events::Subscription, problem::Problem, state::State};

/// How long proxies and phones are left without a sign of life.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// After that the client opens a new stream, and whoever was signed out meanwhile gets none.
const LIFE: Duration = Duration::from_secs(600);
/// How long a client that was refused, or whose stream ended, waits.
const RETRY_SECONDS: u32 = 5;

/// No hint comes sooner after another: whoever sees a whole county reads its lists anew no more often.
const PAUSE: Duration = Duration::from_secs(1);

/// Hints that there is something new (有新消息的提示)
///
/// Server-sent events, for instance `id: 1`, `event: news`, `data: {"kind":"arrived"}` and an empty line: read what is
/// shown again. `arrived`: a submission came to where the person looks; `changed`: something else there, or a message. It
/// carries nothing else, and nothing is kept for those who were away: read once more whenever a stream opens (so
/// `Last-Event-ID` means nothing here). Lines that begin with a colon are signs of life. A stream ends after ten minutes
/// or when the program stops; open a new one. At most forty streams for one account.
#[utoipa::path(tag = "我的", security(("bearer" = [])), responses(
    (status = 200, description = "a stream of lines", body = String, content_type = "text/event-stream"),
    (status = 429, description = "`rate_limited`：打开的页面太多"),
))]
#[get("/me/events")]
pub async fn watch_events(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadCases)?;
    let subscription = state.events.subscribe(&signed_in.actor);
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

/// What was told last, and when.
struct Told {
    arrivals: u64,
    at: Instant,
}

fn lines(subscription: Subscription) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let end = Instant::now() + LIFE;
    stream::unfold((subscription, None), move |(mut subscription, told)| async move {
        let Some(Told { arrivals, at }) = told else {
            let line = format!("retry: {}\n\n", RETRY_SECONDS * 1000);
            let (arrivals, at) = (subscription.seen().arrivals, Instant::now());
            return Some((Ok(line.into()), (subscription, Some(Told { arrivals, at }))));
        };
        sleep_until(end.min(at + PAUSE)).await;
        let now = Instant::now();
        if now >= end {
            return None;
        }
        let (line, told) = match timeout_at(end.min(now + KEEP_ALIVE), subscription.next()).await {
            Ok(Some(hints)) => {
                let kind = if hints.arrivals > arrivals {
                    "arrived"
                } else {
                    "changed"
                };
                let line = format!("id: {}\nevent: news\ndata: {{\"kind\":\"{kind}\"}}\n\n", hints.all);
                let (arrivals, at) = (hints.arrivals, Instant::now());
                (line, Told { arrivals, at })
            }
            Ok(None) => return None,
            Err(_) => (": still here\n\n".to_owned(), Told { arrivals, at }),
        };
        Some((Ok(line.into()), (subscription, Some(told))))
    })
}
