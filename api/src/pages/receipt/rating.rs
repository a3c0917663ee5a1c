//! Rating an answer by form.

use actix_web::{HttpRequest, HttpResponse, ResponseError as _, post, web};
use serde::Deserialize;

use super::{Moment, show};
use crate::{
    address::ClientAddress,
    auth::csrf::same_origin,
    pages::page::{Page, see_other},
    problem::Problem,
    residents::receipts::{RatingRequest, rate},
    state::State,
};

#[derive(Deserialize)]
struct Sent {
    solved: Option<String>,
    satisfaction: Option<String>,
    comment: Option<String>,
}

impl Sent {
    fn request(self) -> Result<RatingRequest, Problem> {
        let missing = || Problem::field("/satisfaction", "required", "请把两项都选上，再提交。");
        let solved = self
            .solved
            .as_deref()
            .and_then(|word| word.parse().ok())
            .ok_or_else(missing)?;
        let satisfaction = self
            .satisfaction
            .as_deref()
            .and_then(|word| word.parse().ok())
            .ok_or_else(missing)?;
        Ok(RatingRequest {
            solved,
            satisfaction,
            comment: self.comment,
        })
    }
}

#[post("/{receipt}/rating")]
pub async fn rate_form(
    state: State,
    page: Page,
    request: HttpRequest,
    receipt: web::Path<String>,
    form: web::Form<Sent>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    same_origin(request.headers(), &state.settings.public_url)?;
    let rated = match form.into_inner().request() {
        Ok(rating) => rate(&state, &receipt, rating, address).await,
        Err(problem) => Err(problem),
    };
    match rated {
        Ok(_) => Ok(see_other(&format!("/r/{receipt}?rated=1"))),
        Err(problem @ (Problem::Invalid(_) | Problem::RatingRefused)) => {
            let found = state.find_by_receipt(&receipt, address).await?;
            show(
                &state,
                &page,
                found,
                Moment::RatingRefused(problem.detail()),
                problem.status_code(),
            )
        }
        Err(problem) => Err(problem),
    }
}
