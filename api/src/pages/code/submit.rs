//! Sending without a script: the whole form in one request; whatever is wrong, nothing typed is lost.

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, post, web};

use super::{open, sent, view::FormView};
use crate::{
    address::ClientAddress,
    auth::csrf::same_origin,
    pages::page::{Page, new_key, see_other},
    problem::Problem,
    residents::submissions::accept,
    state::{AppState, State},
};

#[post("/{token}")]
pub async fn submit_form(
    state: State,
    page: Page,
    request: HttpRequest,
    token: web::Path<String>,
    address: ClientAddress,
    parts: Multipart,
) -> Result<HttpResponse, Problem> {
    same_origin(request.headers(), &state.settings.public_url)?;
    let (mut form, kind) = sent::read(&state, parts, address).await?;
    if form.idempotency_key.is_empty() {
        form.idempotency_key = new_key();
    }
    let problem = match form.request(&kind) {
        Some(request) if form.errors.is_empty() => {
            match accept(&state, &token, &form.idempotency_key, request, address).await {
                Ok(accepted) => return Ok(see_other(&format!("/r/{}?new=1", accepted.receipt.receipt))),
                Err(problem) => problem,
            }
        }
        _ => Problem::Invalid(Vec::new()),
    };
    again(&state, &page, &token, form, problem, address).await
}

/// The form once more, with what is wrong; a code that takes nothing says so itself.
async fn again(
    state: &AppState,
    page: &Page,
    token: &str,
    mut form: FormView,
    problem: Problem,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    match &problem {
        Problem::Invalid(errors) if errors.is_empty() => {}
        Problem::IdempotencyKeyReused => {
            form.idempotency_key = new_key();
            // They belong to what has arrived.
            form.photo_ids.clear();
            form.add_error(
                "send",
                "前一次的内容已经收到。要把改过的内容作为另一件事提交，请再按一次“提交”；有照片的，请重新选。"
                    .to_owned(),
            );
        }
        Problem::Invalid(_) | Problem::RateLimited { .. } | Problem::Unavailable(_) => form.add_problem(&problem),
        _ => return Err(problem),
    }
    let found = state.find_code(token, address).await?;
    open(state, page, found, form, false, problem.status_code()).await
}
