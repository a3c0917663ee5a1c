//! Answering by form, photos included.

use actix_multipart::Multipart;
use actix_web::{HttpResponse, ResponseError as _, post, web};
use uuid::Uuid;

use super::{contact, view};
use crate::{
    address::ClientAddress,
    auth::{SignedIn, SignedInForm, csrf},
    deputies::answers::{AnswerRequest, answer},
    pages::page::{Page, html, new_key, see_other},
    problem::Problem,
    residents::multipart::{PHOTO_LIMIT_BYTES, next_field, read_field},
    state::{AppState, State},
};

const FIELD_LIMIT_BYTES: usize = 256 * 1024;
const MAX_FIELDS: usize = 20;

#[post("/submissions/{id}/answers")]
pub async fn answer_form(
    state: State,
    page: Page,
    signed_in: SignedInForm,
    id: web::Path<Uuid>,
    address: ClientAddress,
    parts: Multipart,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let (signed_in, key, request) = read(&state, signed_in, parts, address).await?;
    let text = request.text.clone();
    let problem = match answer(&state, signed_in.actor.clone(), id, key.clone(), request).await {
        Ok(_) => return Ok(see_other(&format!("/desk/submissions/{id}?answered=1"))),
        Err(
            problem @ (Problem::Invalid(_)
            | Problem::AnswerRefused
            | Problem::Refused(_)
            | Problem::IdempotencyKeyReused),
        ) => problem,
        Err(problem) => return Err(problem),
    };
    let detail = state.find_submission(&signed_in.actor, id).await?;
    let contact = contact(&signed_in.actor, &detail);
    let mut view = view(&state, &page, &signed_in, detail, contact).await?;
    view.draft = text;
    let reused = matches!(problem, Problem::IdempotencyKeyReused);
    view.answer_key = key.filter(|_| !reused).unwrap_or_else(new_key);
    view.answer_error = Some(match problem.errors() {
        _ if reused => {
            "前一次的答复已经发出。要把改过的内容再发一次，请再按“发出答复”；有照片的，请重新选。".to_owned()
        }
        [first, ..] => first.detail.clone(),
        [] => problem.detail(),
    });
    html(problem.status_code(), &view)
}

/// Reads the form. The token is its first field: nothing of a form from elsewhere is kept. The key stands before the
/// photos.
async fn read(
    state: &AppState,
    signed_in: SignedInForm,
    mut parts: Multipart,
    address: ClientAddress,
) -> Result<(SignedIn, Option<String>, AnswerRequest), Problem> {
    let mut token = next_field(&mut parts)
        .await?
        .filter(|field| field.name() == Some(csrf::FIELD));
    let claimed = match &mut token {
        Some(field) => read_field(field, FIELD_LIMIT_BYTES).await?,
        None => return Err(Problem::CrossSite),
    };
    drop(token);
    let signed_in = signed_in.confirm(&String::from_utf8_lossy(&claimed))?;
    let mut request = AnswerRequest {
        text: String::new(),
        photo_ids: Vec::new(),
    };
    let mut key: Option<String> = None;
    for _ in 0..MAX_FIELDS {
        let Some(mut field) = next_field(&mut parts).await? else {
            break;
        };
        if field.name() == Some("text") {
            let text = read_field(&mut field, FIELD_LIMIT_BYTES).await?;
            request.text = String::from_utf8_lossy(&text).into_owned();
        } else if field.name() == Some("idempotency_key") {
            let value = read_field(&mut field, FIELD_LIMIT_BYTES).await?;
            key = Some(String::from_utf8_lossy(&value).into_owned());
        } else if field.name() == Some("photos") {
            let bytes = read_field(&mut field, PHOTO_LIMIT_BYTES).await?;
            if !bytes.is_empty() {
                let id = match &key {
                    Some(key) => state.keep_photo_once(key, bytes, address).await?,
                    None => state.keep_photo(bytes, address).await?,
                };
                // The same picture chosen twice is shown once.
                if !request.photo_ids.contains(&id) {
                    request.photo_ids.push(id);
                }
            }
        }
    }
    Ok((signed_in, key, request))
}
