//! The slip that is printed and handed to the resident.

use actix_web::{HttpResponse, get, web::Path};
use minyi_domain::{calendar::local_date, people::Actor, rights::Permission};
use minyi_print::sheet::{Slip, slip_pdf};
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    pages::words::day,
    problem::Problem,
    state::{AppState, State},
};

/// The slip as an answer, for the API and for the desk.
///
/// # Errors
/// [`Problem::SubmissionUnknown`] also for what a resident sent alone: nobody else has that receipt.
pub async fn slip(state: &AppState, actor: &Actor, id: Uuid) -> Result<HttpResponse, Problem> {
    let scope = actor.scope();
    let found = state.ask(move |store| store.intake_slip(&scope, id)).await?;
    let found = found.ok_or(Problem::SubmissionUnknown)?;
    let today = state.today();
    let say = |instant| day(local_date(instant), today);
    let (registered_on, mut answer_by) = (say(found.submitted_at), say(found.answer_due_at));
    if found.answer_due_provisional {
        answer_by.push_str("，暂定");
    }
    let (font, url) = (state.font.clone(), state.receipt_url(&found.receipt));
    let host = state.settings.public_url.split_once("://").map_or("", |(_, host)| host);
    let typed_address = format!("{host}/r");
    let name = format!("inline; filename=\"huizhi-{}.pdf\"", found.number);
    let draw = move || {
        let slip = Slip {
            number: &found.number,
            receipt: &found.receipt.grouped(),
            url: &url,
            typed_address: &typed_address,
            registered_on: &registered_on,
            answer_by: &answer_by,
            place: &found.place,
            station: &found.site.name,
            hotline: found.site.hotline.as_deref(),
        };
        slip_pdf(&slip, &font)
    };
    let pdf = state.draw(draw).await??;
    Ok(HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header(("cache-control", "no-store"))
        .insert_header(("content-disposition", name))
        .body(pdf))
}

/// The printed receipt (登记回执单)
///
/// A6, with the receipt's code. Only for what the station's staff entered.
#[utoipa::path(tag = "办理", security(("bearer" = [])), params(("id" = Uuid, Path, description = "the submission")), responses(
    (status = 200, description = "a page of 105 × 148 mm", body = crate::openapi::File, content_type = "application/pdf"),
    (status = 403, description = "`forbidden`：只有联络站工作人员可以打印"),
    (status = 404, description = "`submission_unknown`：没有这件民意，不归本站，或者是居民自己扫码提交的"),
    (status = 422, description = "`code_image_refused`：文字印不下，或者字体里没有这个字"),
))]
#[get("/intake/{id}/slip.pdf")]
pub(super) async fn get_slip(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::EnterForResident)?;
    slip(&state, &signed_in.actor, id.into_inner()).await
}
