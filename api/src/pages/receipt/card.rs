//! The receipt as a picture for the phone's album.

use actix_web::{HttpResponse, get, web};
use minyi_domain::calendar::local_date;
use minyi_print::card::Card;

use crate::{address::ClientAddress, pages::words::day, problem::Problem, state::State};

#[get("/{receipt}/card.png")]
pub async fn save_card(
    state: State,
    receipt: web::Path<String>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    let found = state.find_by_receipt(&receipt, address).await?;
    let due = day(local_date(found.answer_due_at), state.today());
    let name = format!("inline; filename=\"huizhi-{}.png\"", found.number);
    state.limit_drawing(address).await?;
    let (font, url) = (state.font.clone(), state.receipt_url(&found.receipt));
    let draw = move || {
        Card {
            number: &found.number,
            receipt: &found.receipt.grouped(),
            url: &url,
            answer_by: found.state.awaits_answer().then_some(due.as_str()),
            place: &found.place,
            station: &found.site.name,
            hotline: found.site.hotline.as_deref(),
        }
        .png(&font)
    };
    let png = state.draw(draw).await??;
    Ok(HttpResponse::Ok()
        .content_type("image/png")
        .insert_header(("cache-control", "no-store"))
        .insert_header(("content-disposition", name))
        .body(png))
}
