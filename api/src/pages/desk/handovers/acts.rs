//! The forms of a handover. Each leads back to its page.

use actix_web::{HttpResponse, post, web};
use chrono::NaiveDate;
use minyi_domain::handover::ResultClass;
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    auth::SignedInForm,
    deputies::handovers::{ApproveRequest, HandoverRequest, KeptRequest, SendBackRequest},
    offices::acts::{
        AcceptHandoverRequest, OfficeAct, OfficeAnswerRequest, OpinionRequest, PartnerRequest, ReasonRequest,
    },
    pages::page::see_other,
    problem::Problem,
    state::State,
};

#[derive(Deserialize)]
pub struct HandOverForm {
    csrf: String,
    office_id: Uuid,
    demand: String,
    is_hard: Option<String>,
}

/// Hands a submission over.
#[post("/submissions/{id}/handovers")]
pub async fn hand_over_form(
    state: State,
    signed_in: SignedInForm,
    id: web::Path<Uuid>,
    form: web::Form<HandOverForm>,
) -> Result<HttpResponse, Problem> {
    let signed_in = signed_in.confirm(&form.csrf)?;
    let form = form.into_inner();
    let request = HandoverRequest {
        office_id: form.office_id,
        demand: form.demand,
        is_hard: form.is_hard.is_some(),
    };
    let handover = state.hand_over(signed_in.actor, id.into_inner(), request).await?;
    Ok(see_other(&format!("/desk/handovers/{handover}?done=hand-over")))
}

/// The fields of all forms of a handover; each sends its own.
#[derive(Deserialize)]
pub struct ActForm {
    csrf: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    answer_text: String,
    office_id: Option<Uuid>,
    result: Option<ResultClass>,
    #[serde(default)]
    promise: String,
    #[serde(default)]
    promised_on: String,
}

/// Does what the last part of the path says.
#[post("/handovers/{id}/{act}")]
pub async fn act_form(
    state: State,
    signed_in: SignedInForm,
    path: web::Path<(Uuid, String)>,
    form: web::Form<ActForm>,
) -> Result<HttpResponse, Problem> {
    let actor = signed_in.confirm(&form.csrf)?.actor;
    let ((id, act), form) = (path.into_inner(), form.into_inner());
    let given = |text: String| Some(text).filter(|text| !text.trim().is_empty());
    let office_act = match act.as_str() {
        "accept" => OfficeAct::Accept(AcceptHandoverRequest {
            responsible_name: form.text,
        }),
        "refuse" => OfficeAct::Refuse(ReasonRequest { reason: form.text }),
        "extend" => OfficeAct::Extend(ReasonRequest { reason: form.text }),
        "partners" => OfficeAct::Invite(PartnerRequest {
            office_id: form.office_id.unwrap_or_default(),
        }),
        "opinion" => OfficeAct::Opine(OpinionRequest { opinion: form.text }),
        "answer" => OfficeAct::Answer(OfficeAnswerRequest {
            text: form.text,
            result: form.result.unwrap_or(ResultClass::A),
            promise: given(form.promise),
            promised_on: read_day(&form.promised_on)?,
        }),
        "approve" => {
            let request = ApproveRequest {
                comment: given(form.text),
                answer_text: given(form.answer_text),
            };
            state.approve_handover(actor, id, request).await?;
            return Ok(back(id, &act));
        }
        "send-back" => {
            let request = SendBackRequest { comment: form.text };
            state.send_back_handover(actor, id, request).await?;
            return Ok(back(id, &act));
        }
        "withdraw" => {
            state.withdraw_handover(actor, id).await?;
            return Ok(back(id, &act));
        }
        _ => return Err(Problem::NotFound),
    };
    state.act_for_office(actor, id, office_act).await?;
    // What was sent back is not the office's any more, but the office still sees that it was.
    Ok(back(id, &act))
}

fn back(id: Uuid, act: &str) -> HttpResponse {
    see_other(&format!("/desk/handovers/{id}?done={act}"))
}

fn read_day(text: &str) -> Result<Option<NaiveDate>, Problem> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let wrong = |_| Problem::field("/promised_on", "wrong_type", "日期请写成 2026-12-31 的样子。");
    text.trim().parse().map(Some).map_err(wrong)
}

#[derive(Deserialize)]
pub struct KeptForm {
    csrf: String,
    note: String,
    handover: Uuid,
}

/// Says that a promise was kept.
#[post("/promises/{id}/kept")]
pub async fn keep_promise_form(
    state: State,
    signed_in: SignedInForm,
    id: web::Path<Uuid>,
    form: web::Form<KeptForm>,
) -> Result<HttpResponse, Problem> {
    let actor = signed_in.confirm(&form.csrf)?.actor;
    let KeptForm { note, handover, .. } = form.into_inner();
    state.keep_promise(actor, id.into_inner(), KeptRequest { note }).await?;
    Ok(back(handover, "kept"))
}
