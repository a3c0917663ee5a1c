//! The form on paper (代表建议专用纸).

use actix_web::{
    HttpResponse, get,
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION},
    web::Path,
};
use minyi_domain::{
    calendar::local_date,
    handover::{Channel, State as Stage},
    rights::Permission,
};
use minyi_print::sheet::form::{Form, form_pdf};
use minyi_store::ProposalDetail;
use uuid::Uuid;

use crate::{auth::SignedIn, problem::Problem, state::State};

/// The proposal's form (建议专用纸)
///
/// A4, to be printed and signed; with more than one page for a long text.
#[utoipa::path(tag = "建议", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "the form", body = crate::openapi::File, content_type = "application/pdf"),
    (status = 404, description = "`proposal_unknown`：没有这件建议，或者不在您的范围内"),
    (status = 422, description = "`code_image_refused`：文字印不下，或者字体里没有这个字"),
))]
#[get("/proposals/{id}/form.pdf")]
pub(super) async fn get_proposal_form(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadCases)?;
    let detail = state.find_proposal(&signed_in.actor, id.into_inner()).await?;
    let name = format!("proposal-{}", detail.id);
    let (form, font) = (form(detail), state.font.clone());
    let pdf = state.draw(move || form_pdf(&form, &font)).await??;
    Ok(HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("inline; filename=\"{name}.pdf\"")))
        .body(pdf))
}

fn form(detail: ProposalDetail) -> Form {
    let heading = match detail.channel {
        Channel::Intersession => "闭会期间代表建议、批评和意见专用纸",
        Channel::Office | Channel::Proposal => "代表建议、批评和意见专用纸",
    };
    let day = |at| local_date(at).format("%Y年%-m月%-d日").to_string();
    let gone = |state: Stage| matches!(state, Stage::Refused | Stage::Withdrawn);
    let office = detail.handovers.iter().rev().find(|(_, _, state)| !gone(*state));
    let (station, address, telephone) = detail.station.unwrap_or_default();
    Form {
        congress: format!("{}人民代表大会", detail.region_name),
        heading: heading.to_owned(),
        number: detail.number.unwrap_or_default(),
        title: detail.title,
        lead: detail.lead.name,
        level: detail.lead.level.zh().to_owned(),
        workplace: detail.lead.workplace,
        cosigners: detail.cosigners.into_iter().map(|deputy| deputy.name).collect(),
        station,
        station_contact: [address, telephone.unwrap_or_default()].join(" ").trim().to_owned(),
        text: detail.text,
        sources: detail.submissions.into_iter().map(|(_, number)| number).collect(),
        office: office.map(|(_, name, _)| name.clone()).unwrap_or_default(),
        drafted_on: day(detail.drafted_at),
        submitted_on: detail.submitted_at.map(day).unwrap_or_default(),
    }
}
