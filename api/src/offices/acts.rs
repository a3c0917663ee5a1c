//! Signing, sending back, asking for time, inviting, answering (签收、退回、延期、协办、回复).

use actix_web::{HttpResponse, post, web::Path};
use chrono::{DateTime, NaiveDate, Utc};
use minyi_domain::{
    calendar::end_of_day,
    handover::ResultClass,
    people::Actor,
    rights::Permission,
    text::{ContactName, Demand, Note, OfficeText, Reason},
};
use minyi_store::{OfficeAnswer, OfficePromise};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    extract::JsonBody,
    openapi::words,
    problem::Problem,
    state::{AppState, State},
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(accept_handover)
        .service(refuse_handover)
        .service(extend_handover)
        .service(invite_partner)
        .service(give_opinion)
        .service(answer_handover);
}

/// Signing for it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"responsible_name": "赵科长"}))]
pub struct AcceptHandoverRequest {
    /// Who is responsible at the office.
    #[schema(min_length = 1, max_length = 30)]
    pub responsible_name: String,
}

/// Why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"reason": "需要等材料到货。"}))]
pub struct ReasonRequest {
    #[schema(min_length = 2, max_length = 500)]
    pub reason: String,
}

/// Whom to invite.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"office_id": "019aa000-0000-7000-8000-0000000000ab"}))]
pub struct PartnerRequest {
    pub office_id: Uuid,
}

/// What a partner says.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"opinion": "供电线路由我们负责，本周派人配合。"}))]
pub struct OpinionRequest {
    #[schema(min_length = 2, max_length = 4000)]
    pub opinion: String,
}

/// An office's answer to the deputy.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"text": "灯头已经更换，整条街的路灯列入计划。", "result": "c", "promise": "三月底前换完整条街的路灯", "promised_on": "2027-03-31"}))]
pub struct OfficeAnswerRequest {
    #[schema(min_length = 2, max_length = 8000)]
    pub text: String,
    #[schema(schema_with = words::result_class)]
    pub result: ResultClass,
    /// For the results b and c: what is promised.
    #[schema(min_length = 2, max_length = 1000)]
    pub promise: Option<String>,
    /// For the results b and c: the last day for it, not before today.
    pub promised_on: Option<NaiveDate>,
}

/// A new date.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"due_at": "2026-12-18T15:59:59Z"}))]
pub struct DueResponse {
    pub due_at: DateTime<Utc>,
}

/// An act of an office, with all that it needs.
pub enum OfficeAct {
    Accept(AcceptHandoverRequest),
    Refuse(ReasonRequest),
    Extend(ReasonRequest),
    Invite(PartnerRequest),
    Opine(OpinionRequest),
    Answer(OfficeAnswerRequest),
}

impl AppState {
    /// Checks and does what somebody of an office wants; `Some`: a new date.
    ///
    /// # Errors
    /// [`Problem::Forbidden`], [`Problem::Invalid`], [`Problem::HandoverUnknown`], [`Problem::Refused`].
    pub async fn act_for_office(
        &self,
        actor: Actor,
        id: Uuid,
        act: OfficeAct,
    ) -> Result<Option<DateTime<Utc>>, Problem> {
        if !actor.role.may(Permission::ActForOffice) {
            return Err(Problem::Forbidden);
        }
        let now = self.now();
        let done = match act {
            OfficeAct::Accept(request) => {
                let name = ContactName::parse(&request.responsible_name).map_err(Problem::text("/responsible_name"))?;
                let act = move |store: &minyi_store::Store| store.accept_handover(&actor, id, &name, now);
                self.act(act).await.map(|()| None)
            }
            OfficeAct::Refuse(request) => {
                let reason = Reason::parse(&request.reason).map_err(Problem::text("/reason"))?;
                let act = move |store: &minyi_store::Store| store.refuse_handover(&actor, id, &reason, now);
                self.act(act).await.map(|()| None)
            }
            OfficeAct::Extend(request) => {
                let reason = Reason::parse(&request.reason).map_err(Problem::text("/reason"))?;
                let act = move |store: &minyi_store::Store| store.extend_handover(&actor, id, &reason, now);
                self.act(act).await.map(Some)
            }
            OfficeAct::Invite(PartnerRequest { office_id }) => {
                let act = move |store: &minyi_store::Store| store.invite_partner(&actor, id, office_id, now);
                self.act(act).await.map(Some)
            }
            OfficeAct::Opine(request) => {
                let opinion = Demand::parse(&request.opinion).map_err(Problem::text("/opinion"))?;
                let act = move |store: &minyi_store::Store| store.opine(&actor, id, &opinion, now);
                self.act(act).await.map(|()| None)
            }
            OfficeAct::Answer(request) => {
                let (text, promise) = self.read_office_answer(&request)?;
                let act = move |store: &minyi_store::Store| {
                    let promise = promise
                        .as_ref()
                        .map(|(text, due_on)| OfficePromise { text, due_on: *due_on });
                    let answer = OfficeAnswer {
                        text: &text,
                        result: request.result,
                        promise,
                    };
                    store.answer_handover(&actor, id, answer, now)
                };
                self.act(act).await.map(|()| None)
            }
        };
        done.map_err(|problem| problem.unknown_as(Problem::HandoverUnknown))
    }

    fn read_office_answer(
        &self,
        request: &OfficeAnswerRequest,
    ) -> Result<(OfficeText, Option<(Note, NaiveDate)>), Problem> {
        let text = OfficeText::parse(&request.text).map_err(Problem::text("/text"))?;
        if !request.result.needs_promise() {
            if request.promise.is_some() || request.promised_on.is_some() {
                let detail = "只有 B 类、C 类结果要写承诺。";
                return Err(Problem::field("/promised_on", "not_expected", detail));
            }
            return Ok((text, None));
        }
        let required = |pointer| Problem::field(pointer, "required", "B 类、C 类结果要写明承诺的事和期限。");
        let promise = request.promise.as_deref().ok_or_else(|| required("/promise"))?;
        let promise = Note::parse(promise).map_err(Problem::text("/promise"))?;
        let due_on = request.promised_on.ok_or_else(|| required("/promised_on"))?;
        if end_of_day(due_on) < self.now() {
            return Err(Problem::field(
                "/promised_on",
                "in_the_past",
                "承诺的日期不能早于今天。",
            ));
        }
        Ok((text, Some((promise, due_on))))
    }
}

fn done(due_at: Option<DateTime<Utc>>) -> HttpResponse {
    match due_at {
        Some(due_at) => HttpResponse::Ok().json(DueResponse { due_at }),
        None => HttpResponse::NoContent().finish(),
    }
}

/// Sign for a handover (签收)
#[utoipa::path(tag = "承办", security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = AcceptHandoverRequest, responses(
    (status = 204, description = "the office has it now"),
    (status = 404, description = "`handover_unknown`：没有这次交办，或者没有交给您办理"),
    (status = 409, description = "`not_now`：已经签收或者退回"),
))]
#[post("/handovers/{id}/accept")]
async fn accept_handover(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<AcceptHandoverRequest>,
) -> Result<HttpResponse, Problem> {
    let act = OfficeAct::Accept(request);
    Ok(done(state.act_for_office(signed_in.actor, id.into_inner(), act).await?))
}

/// Send a handover back (退回)
///
/// What no other office has goes back to the deputy, and its clock goes on with the days that were left.
#[utoipa::path(tag = "承办", security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = ReasonRequest, responses(
    (status = 204, description = "it went back"),
    (status = 404, description = "`handover_unknown`：没有这次交办，或者没有交给您办理"),
    (status = 409, description = "`not_now`：已经签收，不能再退回"),
))]
#[post("/handovers/{id}/refuse")]
async fn refuse_handover(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<ReasonRequest>,
) -> Result<HttpResponse, Problem> {
    let act = OfficeAct::Refuse(request);
    Ok(done(state.act_for_office(signed_in.actor, id.into_inner(), act).await?))
}

/// Ask for more time (延期)
///
/// Granted once; the residents' date goes with it, and they are told.
#[utoipa::path(tag = "承办", security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = ReasonRequest, responses(
    (status = 200, description = "the new date", body = DueResponse),
    (status = 404, description = "`handover_unknown`：没有这次交办，或者没有交给您办理"),
    (status = 409, description = "`not_now`：现在不能延期；`only_once`：已经延过一次；`target_unfit`：延期以后也已经过期"),
))]
#[post("/handovers/{id}/extend")]
async fn extend_handover(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<ReasonRequest>,
) -> Result<HttpResponse, Problem> {
    let act = OfficeAct::Extend(request);
    Ok(done(state.act_for_office(signed_in.actor, id.into_inner(), act).await?))
}

/// Invite an office to help (邀请协办)
#[utoipa::path(tag = "承办", security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = PartnerRequest, responses(
    (status = 200, description = "until when it says something", body = DueResponse),
    (status = 404, description = "`handover_unknown`：没有这次交办，或者没有交给您办理"),
    (status = 409, description = "`not_now`：还没有签收；`only_once`：已经邀请过；`target_unfit`：不是本地的单位；`too_often`：协办单位已满"),
    (status = 422, description = "`target_unknown`：没有这个单位"),
))]
#[post("/handovers/{id}/partners")]
async fn invite_partner(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<PartnerRequest>,
) -> Result<HttpResponse, Problem> {
    let act = OfficeAct::Invite(request);
    Ok(done(state.act_for_office(signed_in.actor, id.into_inner(), act).await?))
}

/// Say what a partner can do (协办意见)
#[utoipa::path(tag = "承办", security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = OpinionRequest, responses(
    (status = 204, description = "the answering office reads it"),
    (status = 403, description = "`forbidden`：您的单位没有受邀协办"),
    (status = 404, description = "`handover_unknown`：没有这次交办，或者没有交给您办理"),
    (status = 409, description = "`not_now`：已经回复；`only_once`：已经提过意见"),
))]
#[post("/handovers/{id}/opinion")]
async fn give_opinion(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<OpinionRequest>,
) -> Result<HttpResponse, Problem> {
    let act = OfficeAct::Opine(request);
    Ok(done(state.act_for_office(signed_in.actor, id.into_inner(), act).await?))
}

/// Answer the deputy (回复代表)
#[utoipa::path(tag = "承办", security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = OfficeAnswerRequest, responses(
    (status = 204, description = "the deputy is to judge it"),
    (status = 404, description = "`handover_unknown`：没有这次交办，或者没有交给您办理"),
    (status = 409, description = "`not_now`：还没有签收，或者已经回复"),
))]
#[post("/handovers/{id}/answer")]
async fn answer_handover(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<OfficeAnswerRequest>,
) -> Result<HttpResponse, Problem> {
    let act = OfficeAct::Answer(request);
    Ok(done(state.act_for_office(signed_in.actor, id.into_inner(), act).await?))
}
