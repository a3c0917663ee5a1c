//! Acts that a client may send again (Idempotency-Key): the same key and the same request is the same answer. Answering a
//! submission has its own rule, which stands in the answer's row.

use std::pin::Pin;

use actix_web::{
    Error, FromRequest as _, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody, to_bytes},
    dev::{Payload, ServiceRequest, ServiceResponse},
    error::PayloadError,
    http::{Method, StatusCode, header::CONTENT_TYPE},
    middleware::Next,
    web::Bytes,
};
use futures_util::stream;
use minyi_store::{KeptAnswer, Keyed};
use sha2::{Digest as _, Sha256};

use crate::{auth::SignedIn, problem::Problem, residents::submissions::check_key, state::State};

/// The header.
pub const HEADER: &str = "idempotency-key";

/// Whether an operation takes the header: `path` as called or as it stands in the contract.
pub fn applies(path: &str) -> bool {
    let Some(rest) = path.strip_prefix("/api/v1/") else {
        return false;
    };
    match rest.split('/').collect::<Vec<_>>().as_slice() {
        ["proposals"] | ["proposals", _, "submit"] => true,
        ["submissions", _, act] => matches!(
            *act,
            "accept" | "info-requests" | "decline" | "handovers" | "transfer" | "merge" | "unmerge" | "split"
        ),
        ["handovers", _, act] => matches!(*act, "approve" | "send-back" | "withdraw"),
        _ => false,
    }
}

/// Middleware: lets an act with a key through once.
///
/// # Errors
/// Those of the inner service.
pub async fn answer_once(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let key = request.headers().get(HEADER).cloned();
    let Some(key) = key.filter(|_| request.method() == Method::POST && applies(request.path())) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let (http, payload) = request.into_parts();
    let key = key.to_str().unwrap_or_default().to_owned();
    match begin(&http, payload, key).await {
        Err(problem) => {
            let answer = HttpResponse::from_error(problem);
            Ok(ServiceResponse::new(http, answer))
        }
        Ok(Begun::Answered(answer)) => Ok(ServiceResponse::new(http, answer)),
        Ok(Begun::Act(act, body)) => {
            let body = stream::iter([Ok::<_, PayloadError>(body)]);
            let body: BoxedPayloadStream = Box::pin(body);
            let payload = Payload::Stream { payload: body };
            let done = next.call(ServiceRequest::from_parts(http, payload)).await;
            match done {
                Ok(response) => act.keep(response.map_into_boxed_body()).await,
                Err(error) => {
                    act.write(None).await;
                    Err(error)
                }
            }
        }
    }
}

/// A body that was read, given out again.
type BoxedPayloadStream = Pin<Box<dyn stream::Stream<Item = Result<Bytes, PayloadError>>>>;

enum Begun {
    /// What was answered the first time.
    Answered(HttpResponse),
    /// To be done, with the body that was read.
    Act(Act, Bytes),
}

/// An act that holds its key.
struct Act {
    state: State,
    account: uuid::Uuid,
    key: String,
}

async fn begin(http: &HttpRequest, mut payload: Payload, key: String) -> Result<Begun, Problem> {
    check_key(&key)?;
    let state = http
        .app_data::<State>()
        .ok_or_else(|| Problem::internal("no state"))?
        .clone();
    let account = SignedIn::from_request(http, &mut payload).await?.actor.account_id;
    let body = Bytes::from_request(http, &mut payload)
        .await
        .map_err(|error| Problem::from_actix(&error))?;
    let digest = Sha256::new()
        .chain_update(http.path())
        .chain_update([0])
        .chain_update(&body)
        .finalize()
        .into();
    let (now, taken) = (state.now(), key.clone());
    let found = state
        .ask(move |store| store.take_key(account, &taken, digest, now))
        .await?;
    match found {
        Keyed::Fresh => Ok(Begun::Act(Act { state, account, key }, body)),
        Keyed::Done(kept) => Ok(Begun::Answered(replay(kept))),
        Keyed::Running => Err(Problem::StillRunning),
        Keyed::Reused => Err(Problem::IdempotencyKeyReused),
    }
}

fn replay(kept: KeptAnswer) -> HttpResponse {
    let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
    let mut answer = HttpResponse::build(status);
    answer.insert_header(("idempotency-replayed", "true"));
    answer.insert_header(("cache-control", "no-store"));
    if !kept.content_type.is_empty() {
        answer.content_type(kept.content_type);
    }
    answer.body(kept.body)
}

impl Act {
    /// Keeps what was done. What was refused has changed nothing, so it is decided anew when it comes again.
    async fn keep(self, response: ServiceResponse<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
        if !response.status().is_success() {
            self.write(None).await;
            return Ok(response);
        }
        let (http, response) = response.into_parts();
        let (head, body) = response.into_parts();
        let Ok(body) = to_bytes(body).await else {
            return Err(Problem::internal("an answer that could not be read").into());
        };
        let content_type = head.headers().get(CONTENT_TYPE);
        let kept = KeptAnswer {
            status: head.status().as_u16(),
            content_type: content_type
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
                .to_owned(),
            body: body.to_vec(),
        };
        self.write(Some(kept)).await;
        Ok(ServiceResponse::new(http, head.set_body(BoxBody::new(body))))
    }

    /// The act is done whether or not this can be written: if not, its own rules meet the next one.
    async fn write(self, kept: Option<KeptAnswer>) {
        let Self { state, account, key } = self;
        let written = state
            .ask(move |store| store.keep_answer(account, &key, kept.as_ref()))
            .await;
        if let Err(problem) = written {
            tracing::warn!(%problem, "an answer could not be kept for a repeated request");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::applies;

    #[test]
    fn only_acts_that_may_come_twice_take_a_key() {
        for path in [
            "/api/v1/proposals",
            "/api/v1/submissions/{id}/decline",
            "/api/v1/submissions/1/transfer",
            "/api/v1/handovers/1/approve",
            "/api/v1/proposals/1/submit",
        ] {
            assert!(applies(path), "{path}");
        }
        for path in [
            "/api/v1/submissions/1/answers",
            "/api/v1/handovers/1/answers",
            "/api/v1/me",
            "/desk/proposals",
        ] {
            assert!(!applies(path), "{path}");
        }
    }
}
