//! Ending the messages about a submission by form.

use actix_web::{HttpRequest, HttpResponse, post, web};

use crate::{
    address::ClientAddress, auth::csrf::same_origin, pages::page::see_other, problem::Problem,
    residents::receipts::end_messages, state::State,
};

#[post("/{receipt}/end-messages")]
pub async fn end_form(
    state: State,
    request: HttpRequest,
    receipt: web::Path<String>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    same_origin(request.headers(), &state.settings.public_url)?;
    end_messages(&state, &receipt, address).await?;
    Ok(see_other(&format!("/r/{receipt}?ended=1#messages")))
}
