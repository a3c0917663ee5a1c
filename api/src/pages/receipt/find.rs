//! Finding a receipt: by its code, or by number and phone.

use actix_web::{HttpRequest, HttpResponse, ResponseError, get, http::StatusCode, post, web};
use minyi_domain::token::ReceiptToken;
use serde::Deserialize;

use super::view::FindView;
use crate::{
    address::ClientAddress,
    auth::csrf::same_origin,
    pages::page::{Page, html, see_other},
    problem::{Problem, position_of},
    state::State,
};

#[derive(Deserialize)]
struct Typed {
    receipt: Option<String>,
}

#[get("")]
pub async fn enter_receipt(page: Page, typed: web::Query<Typed>) -> Result<HttpResponse, Problem> {
    let typed = typed.into_inner().receipt.unwrap_or_default();
    if typed.is_empty() {
        return find(&page, typed, String::new(), None);
    }
    match ReceiptToken::parse(&typed) {
        Ok(receipt) => Ok(see_other(&format!("/r/{receipt}"))),
        Err(error) => again(
            &page,
            typed,
            String::new(),
            &Problem::ReceiptMistyped {
                position: position_of(error),
            },
        ),
    }
}

#[derive(Deserialize)]
struct Lookup {
    number: String,
    phone: String,
}

#[post("")]
pub async fn lookup(
    state: State,
    page: Page,
    request: HttpRequest,
    form: web::Form<Lookup>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    same_origin(request.headers(), &state.settings.public_url)?;
    let Lookup { number, phone } = form.into_inner();
    match state.lookup_receipt(&number, &phone, address).await {
        Ok(receipt) => Ok(see_other(&format!("/r/{receipt}"))),
        Err(problem @ (Problem::ReceiptUnknown | Problem::Invalid(_))) => again(&page, String::new(), number, &problem),
        Err(problem) => Err(problem),
    }
}

/// The page once more with what was typed and what is wrong with it. The phone is not shown again.
pub fn again(page: &Page, receipt: String, number: String, problem: &Problem) -> Result<HttpResponse, Problem> {
    find(page, receipt, number, Some(problem))
}

fn find(page: &Page, receipt: String, number: String, problem: Option<&Problem>) -> Result<HttpResponse, Problem> {
    let words = |problem: &Problem| match problem.errors() {
        [] => format!("{}。{}", problem.title(), problem.detail()),
        errors => errors.iter().map(|error| error.detail.as_str()).collect(),
    };
    let view = FindView {
        layout: page.public_layout("查询回执 · 民意码"),
        receipt,
        number,
        problem: problem.map(words),
    };
    html(problem.map_or(StatusCode::OK, ResponseError::status_code), &view)
}
