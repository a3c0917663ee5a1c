//! Several matters in one submission.

use actix_web::{HttpResponse, post, web::Path};
use chrono::NaiveDate;
use minyi_domain::{
    people::Actor,
    rights::Permission,
    submission::Kind,
    text::SubmissionText,
    token::{ReceiptToken, SubmissionNumber},
};
use minyi_store::{MAX_PARTS, NewPart, Refusal, SplitPart, Store, SubmissionDetail};
use rand::rngs::StdRng;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    extract::JsonBody,
    openapi::words,
    problem::{FieldProblem, Problem},
    residents::submissions::{NAME_PURPOSE, PHONE_PURPOSE},
    state::{AppState, State},
};

/// A number is one of 148 million a day; the second collision in a row is a mistake elsewhere.
const ATTEMPTS: usize = 3;

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(split_submission);
}

/// The other matters.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"parts": [{"kind": "suggestion", "text": "建议在 3 号院装一个电动车充电棚。"}]}))]
pub struct SplitRequest {
    #[schema(min_items = 1, max_items = 5)]
    pub parts: Vec<PartRequest>,
}

/// One of them.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PartRequest {
    #[schema(schema_with = words::kind)]
    pub kind: Kind,
    #[schema(min_length = 5, max_length = 4000)]
    pub text: String,
}

/// What was split off.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"parts": [{"id": "019aa000-0000-7000-8000-0000000000cc", "number": "20261121-ACDE364"}]}))]
pub struct SplitResponse {
    parts: Vec<SplitPartResponse>,
}

/// A new submission; its receipt is shown to the resident on the original's page.
#[derive(Serialize, ToSchema)]
pub struct SplitPartResponse {
    id: Uuid,
    number: String,
}

/// Makes each part a submission of its own.
///
/// # Errors
/// [`Problem::Invalid`], [`Problem::SubmissionUnknown`], [`Problem::Refused`].
pub async fn split(
    state: &AppState,
    actor: Actor,
    id: Uuid,
    parts: Vec<PartRequest>,
) -> Result<Vec<SplitPart>, Problem> {
    let texts = check(parts)?;
    let detail = state.find_submission(&actor, id).await?;
    let (now, today, mut rng) = (state.now(), state.today(), state.rng());
    let mut new = Vec::with_capacity(texts.len());
    for (kind, text) in texts {
        new.push(compose(state, &detail, kind, text, &mut rng)?);
    }
    state
        .act(move |store| write(store, &actor, id, new, now, (rng, today)))
        .await
}

fn check(parts: Vec<PartRequest>) -> Result<Vec<(Kind, SubmissionText)>, Problem> {
    if parts.is_empty() || parts.len() > MAX_PARTS {
        let detail = format!("一次拆出 1 到 {MAX_PARTS} 件。");
        return Err(Problem::field("/parts", "wrong_number", detail));
    }
    let mut wrong = Vec::new();
    let mut texts = Vec::new();
    for (position, part) in parts.into_iter().enumerate() {
        match SubmissionText::parse(&part.text) {
            Ok(text) => texts.push((part.kind, text)),
            Err(error) => wrong.push(FieldProblem::text(&format!("/parts/{position}/text"), error)),
        }
    }
    if wrong.is_empty() {
        Ok(texts)
    } else {
        Err(Problem::Invalid(wrong))
    }
}

/// The contact data are sealed for their owner, so they are sealed anew. Nobody reads them on the way.
fn compose(
    state: &AppState,
    original: &SubmissionDetail,
    kind: Kind,
    text: SubmissionText,
    rng: &mut StdRng,
) -> Result<NewPart, Problem> {
    let id = state.clock.new_id();
    let reseal = |purpose, sealed: &Option<Vec<u8>>| -> Result<Option<Vec<u8>>, Problem> {
        let Some(sealed) = sealed else { return Ok(None) };
        let open = state.keys.contact.open(purpose, original.id, sealed)?;
        Ok(Some(state.keys.contact.seal(purpose, id, open.expose_secret())?))
    };
    Ok(NewPart {
        id,
        number: SubmissionNumber::random(state.today(), rng),
        receipt: ReceiptToken::random(rng),
        kind,
        text,
        contact_name_sealed: reseal(NAME_PURPOSE, &original.contact_name_sealed)?,
        contact_phone_sealed: reseal(PHONE_PURPOSE, &original.contact_phone_sealed)?,
    })
}

fn write(
    store: &Store,
    actor: &Actor,
    id: Uuid,
    mut parts: Vec<NewPart>,
    now: chrono::DateTime<chrono::Utc>,
    (mut rng, today): (StdRng, NaiveDate),
) -> minyi_store::Result<Result<Vec<SplitPart>, Refusal>> {
    for _ in 1..ATTEMPTS {
        match store.split(actor, id, &parts, now) {
            Err(minyi_store::Error::NumberTaken) => {
                for part in &mut parts {
                    part.number = SubmissionNumber::random(today, &mut rng);
                }
            }
            outcome => return outcome,
        }
    }
    store.split(actor, id, &parts, now)
}

/// Split off other matters (拆分)
///
/// Each becomes a registered submission with number and receipt of its own, in the same hands and with the same promise;
/// the original's receipt leads to them. The same parts sent again are the same submissions.
#[utoipa::path(tag = "办理", security(("bearer" = [])), request_body = SplitRequest, params(("id" = Uuid, Path)), responses(
    (status = 201, description = "split off", body = SplitResponse),
    (status = 404, description = "`submission_unknown`：没有这件民意，或者不归您办理"),
    (status = 409, description = "`not_now`：现在不能拆分"),
))]
#[post("/submissions/{id}/split")]
async fn split_submission(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<SplitRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Handle)?;
    let parts = split(&state, signed_in.actor, id.into_inner(), request.parts).await?;
    let part = |SplitPart { id, number, .. }| SplitPartResponse { id, number };
    Ok(HttpResponse::Created().json(SplitResponse {
        parts: parts.into_iter().map(part).collect(),
    }))
}
