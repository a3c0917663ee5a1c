//! Agreeing to publishing by form, and taking it back.

use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::Deserialize;

use crate::{
    address::ClientAddress, auth::csrf::same_origin, pages::page::see_other, problem::Problem,
    residents::receipts::set_consent, state::State,
};

#[derive(Deserialize)]
struct Choice {
    given: String,
}

#[post("/{receipt}/publish-consent")]
pub async fn consent_form(
    state: State,
    request: HttpRequest,
    receipt: web::Path<String>,
    form: web::Form<Choice>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    same_origin(request.headers(), &state.settings.public_url)?;
    set_consent(&state, &receipt, form.given == "yes", address).await?;
    Ok(see_other(&format!("/r/{receipt}?consent=1#publish")))
}
