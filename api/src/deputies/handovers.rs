//! Handing over to an office, judging its answer, and keeping promises (交办、评价、承诺).

use actix_web::{HttpResponse, get, post, web::Path};
use chrono::{DateTime, Utc};
use minyi_domain::{
    handover::Channel,
    people::Actor,
    rights::Permission,
    text::{AnswerText, Demand, Note},
};
use minyi_store::{Approval, NewHandover, OfficeCandidate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    extract::JsonBody,
    offices::acts::DueResponse,
    openapi::words,
    problem::Problem,
    state::{AppState, State},
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(create_handover)
        .service(list_offices)
        .service(approve_handover)
        .service(send_back_handover)
        .service(withdraw_handover)
        .service(keep_promise);
}

/// What is handed over to whom.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"office_id": "019aa000-0000-7000-8000-0000000000ab", "demand": "请到现场查看，修好路灯。", "is_hard": false}))]
pub struct HandoverRequest {
    /// A street or town office within the county; those of higher levels are asked by a proposal.
    pub office_id: Uuid,
    /// What is asked of the office.
    #[schema(min_length = 2, max_length = 4000)]
    pub demand: String,
    /// 疑难事项: the longer limit applies from the start.
    #[serde(default)]
    pub is_hard: bool,
}

/// It is handed over.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "019aa000-0000-7000-8000-0000000000aa"}))]
pub struct HandoverCreatedResponse {
    id: Uuid,
}

/// The offices that could act.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [{
    "id": "019aa000-0000-7000-8000-0000000000ab", "name": "石桥街道办事处", "channel": "office", "channel_name": "镇街承办单位",
    "is_local": true, "like_matters": 3, "hint": "就在本镇街；办过 3 件相近的事"
}]}))]
pub struct OfficesResponse {
    items: Vec<OfficeEntry>,
}

/// An office that could act.
#[derive(Serialize, ToSchema)]
pub struct OfficeEntry {
    id: Uuid,
    name: String,
    /// `office`: hand over directly; otherwise by a proposal.
    #[schema(schema_with = words::handover_channel)]
    channel: Channel,
    channel_name: &'static str,
    is_local: bool,
    like_matters: usize,
    /// Why this one.
    hint: String,
}

/// The deputy is content.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(example = json!({"answer_text": "路灯已经修好，谢谢您提醒。"}))]
pub struct ApproveRequest {
    /// What the deputy says of the answer.
    #[schema(min_length = 2, max_length = 1000)]
    pub comment: Option<String>,
    /// The answer to the residents of all submissions; without it, it is given later with `POST …/answers`.
    #[schema(min_length = 2, max_length = 4000)]
    pub answer_text: Option<String>,
}

/// What is missing.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"comment": "没有到现场看过，请再办。"}))]
pub struct SendBackRequest {
    #[schema(min_length = 2, max_length = 1000)]
    pub comment: String,
}

/// How a promise was kept.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"note": "整条街的路灯已经换完。"}))]
pub struct KeptRequest {
    #[schema(min_length = 2, max_length = 1000)]
    pub note: String,
}

/// Why this office could be the right one, for people.
pub fn hint(office: &OfficeCandidate) -> String {
    let mut reasons = Vec::new();
    if office.is_local {
        reasons.push("就在本镇街".to_owned());
    }
    if office.like_matters > 0 {
        reasons.push(format!("办过 {} 件相近的事", office.like_matters));
    }
    if office.channel != Channel::Office {
        reasons.push(format!("用“{}”提出", office.channel.zh()));
    }
    reasons.join("；")
}

impl AppState {
    /// Hands a submission over.
    ///
    /// # Errors
    /// [`Problem::Forbidden`], [`Problem::Invalid`], [`Problem::Refused`].
    pub async fn hand_over(&self, actor: Actor, id: Uuid, request: HandoverRequest) -> Result<Uuid, Problem> {
        must_handle(&actor)?;
        let demand = Demand::parse(&request.demand).map_err(Problem::text("/demand"))?;
        let now = self.now();
        self.act(move |store| {
            let new = NewHandover {
                office_id: request.office_id,
                demand: &demand,
                is_hard: request.is_hard,
            };
            store.hand_over(&actor, id, new, now)
        })
        .await
    }

    /// The offices that could act on a submission.
    ///
    /// # Errors
    /// [`Problem::SubmissionUnknown`].
    pub async fn office_candidates(&self, actor: &Actor, id: Uuid) -> Result<Vec<OfficeCandidate>, Problem> {
        let scope = actor.scope();
        self.ask(move |store| store.office_candidates(&scope, id))
            .await?
            .ok_or(Problem::SubmissionUnknown)
    }

    /// Approves an office's answer.
    ///
    /// # Errors
    /// [`Problem::Forbidden`], [`Problem::Invalid`], [`Problem::HandoverUnknown`], [`Problem::Refused`].
    pub async fn approve_handover(&self, actor: Actor, id: Uuid, request: ApproveRequest) -> Result<(), Problem> {
        must_handle(&actor)?;
        let comment = request.comment.as_deref().map(Note::parse).transpose();
        let comment = comment.map_err(Problem::text("/comment"))?;
        let answer = request.answer_text.as_deref().map(AnswerText::parse).transpose();
        let answer = answer.map_err(Problem::text("/answer_text"))?;
        let now = self.now();
        let act = move |store: &minyi_store::Store| {
            let approval = Approval {
                comment: comment.as_ref(),
                answer: answer.as_ref(),
            };
            store.approve_handover(&actor, id, approval, now)
        };
        self.act(act).await.map_err(unknown)
    }

    /// Sends an office's answer back; returns until when it is to answer again.
    ///
    /// # Errors
    /// As [`AppState::approve_handover`].
    pub async fn send_back_handover(
        &self,
        actor: Actor,
        id: Uuid,
        request: SendBackRequest,
    ) -> Result<DateTime<Utc>, Problem> {
        must_handle(&actor)?;
        let comment = Note::parse(&request.comment).map_err(Problem::text("/comment"))?;
        let now = self.now();
        let act = move |store: &minyi_store::Store| store.send_back_handover(&actor, id, &comment, now);
        self.act(act).await.map_err(unknown)
    }

    /// Takes a matter back from an office.
    ///
    /// # Errors
    /// As [`AppState::approve_handover`].
    pub async fn withdraw_handover(&self, actor: Actor, id: Uuid) -> Result<(), Problem> {
        must_handle(&actor)?;
        let now = self.now();
        let act = move |store: &minyi_store::Store| store.withdraw_handover(&actor, id, now);
        self.act(act).await.map_err(unknown)
    }

    /// Says that a promise was kept.
    ///
    /// # Errors
    /// [`Problem::Forbidden`], [`Problem::Invalid`], [`Problem::PromiseUnknown`], [`Problem::Refused`].
    pub async fn keep_promise(&self, actor: Actor, id: Uuid, request: KeptRequest) -> Result<(), Problem> {
        let note = Note::parse(&request.note).map_err(Problem::text("/note"))?;
        let now = self.now();
        let act = move |store: &minyi_store::Store| store.keep_promise(&actor, id, &note, now);
        let kept = self.act(act).await;
        kept.map_err(|problem| problem.unknown_as(Problem::PromiseUnknown))
    }
}

fn must_handle(actor: &Actor) -> Result<(), Problem> {
    if actor.role.may(Permission::Handle) {
        Ok(())
    } else {
        Err(Problem::Forbidden)
    }
}

fn unknown(problem: Problem) -> Problem {
    problem.unknown_as(Problem::HandoverUnknown)
}

/// Hand over to an office (交办)
///
/// The residents' date becomes that of the office's answer and the deputy's judgement, and they are told. Several offices
/// at once are possible.
#[utoipa::path(tag = "承办", security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = HandoverRequest, responses(
    (status = 201, description = "the office is told", body = HandoverCreatedResponse),
    (status = 404, description = "`submission_unknown`：没有这件民意，或者不归您办理"),
    (status = 409, description = "`not_now`：现在不能交办；`target_unfit`：不是本县的镇街单位，已经交给它，或者是保密件"),
    (status = 422, description = "`target_unknown`：没有这个单位；`invalid_fields`：字段不对"),
))]
#[post("/submissions/{id}/handovers")]
async fn create_handover(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<HandoverRequest>,
) -> Result<HttpResponse, Problem> {
    let id = state.hand_over(signed_in.actor, id.into_inner(), request).await?;
    Ok(HttpResponse::Created().json(HandoverCreatedResponse { id }))
}

/// Which offices could act (承办单位建议)
#[utoipa::path(tag = "承办", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "the likely ones first", body = OfficesResponse),
    (status = 404, description = "`submission_unknown`：没有这件民意，或者不归您办理"),
))]
#[get("/submissions/{id}/offices")]
async fn list_offices(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    must_handle(&signed_in.actor)?;
    let candidates = state.office_candidates(&signed_in.actor, id.into_inner()).await?;
    let entry = |office: OfficeCandidate| OfficeEntry {
        hint: hint(&office),
        channel_name: office.channel.zh(),
        id: office.id,
        name: office.name,
        channel: office.channel,
        is_local: office.is_local,
        like_matters: office.like_matters,
    };
    let items = candidates.into_iter().map(entry).collect();
    Ok(HttpResponse::Ok().json(OfficesResponse { items }))
}

/// Approve an office's answer (代表满意)
///
/// What the office promised becomes a promise to each resident. With `answer_text` the residents of all its submissions are
/// answered at once.
#[utoipa::path(tag = "承办", security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = ApproveRequest, responses(
    (status = 204, description = "done"),
    (status = 404, description = "`handover_unknown`：没有这次交办，或者不归您办理"),
    (status = 409, description = "`not_now`：承办单位还没有回复，或者已经评价；`office_owes`：另有单位还没有办完，不能同时答复居民"),
))]
#[post("/handovers/{id}/approve")]
async fn approve_handover(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<ApproveRequest>,
) -> Result<HttpResponse, Problem> {
    state
        .approve_handover(signed_in.actor, id.into_inner(), request)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Send an office's answer back (代表不满意)
///
/// The office does it again within a clock of its own; the residents' date is put off with it.
#[utoipa::path(tag = "承办", security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = SendBackRequest, responses(
    (status = 200, description = "until when the office answers again", body = DueResponse),
    (status = 404, description = "`handover_unknown`：没有这次交办，或者不归您办理"),
    (status = 409, description = "`not_now`：承办单位还没有回复，或者已经评价"),
))]
#[post("/handovers/{id}/send-back")]
async fn send_back_handover(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<SendBackRequest>,
) -> Result<HttpResponse, Problem> {
    let due_at = state
        .send_back_handover(signed_in.actor, id.into_inner(), request)
        .await?;
    Ok(HttpResponse::Ok().json(DueResponse { due_at }))
}

/// Take a matter back (撤回交办)
#[utoipa::path(tag = "承办", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "what no other office has goes on with its handler"),
    (status = 404, description = "`handover_unknown`：没有这次交办，或者不归您办理"),
    (status = 409, description = "`not_now`：承办单位已经回复"),
))]
#[post("/handovers/{id}/withdraw")]
async fn withdraw_handover(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    state.withdraw_handover(signed_in.actor, id.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Say that a promise was kept (承诺兑现)
///
/// By the office that made it, or by the deputy or the station. All residents to whom the same was promised are told,
/// also after closing.
#[utoipa::path(tag = "承办", security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = KeptRequest, responses(
    (status = 204, description = "the residents are told"),
    (status = 404, description = "`promise_unknown`：没有这项承诺，或者不归您办理"),
    (status = 409, description = "`only_once`：已经兑现过"),
))]
#[post("/promises/{id}/kept")]
async fn keep_promise(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<KeptRequest>,
) -> Result<HttpResponse, Problem> {
    state.keep_promise(signed_in.actor, id.into_inner(), request).await?;
    Ok(HttpResponse::NoContent().finish())
}
