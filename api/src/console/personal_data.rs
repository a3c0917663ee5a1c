//! Personal-information requests: look up by phone number, hand out a copy, correct, delete or freeze.

mod body;
mod copy;
mod correct;

use actix_web::{
    HttpResponse, get, post,
    web::{Path, Query},
};
use minyi_domain::{rights::Permission, submission::Phone};
use minyi_store::{DataDecision, DataRefusal, NewDataRequest, PersonalRecord, SealedCorrection, new_id};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use body::{
    DataDecisionRequest, DataRequestEntry, DataRequestRequest, DataRequestsResponse, HeldEntry, HeldResponse,
    PhoneRequest,
};

use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    extract::JsonBody,
    paging::{read_cursor, read_limit, write_cursor},
    problem::Problem,
    state::{AppState, State},
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(search_personal_data)
        .service(copy::copy_personal_data)
        .service(copy::copy_personal_data_pdf)
        .service(copy::copy_personal_data_xlsx)
        .service(create_data_request)
        .service(list_data_requests)
        .service(get_data_request)
        .service(decide_data_request);
}

fn read_phone(typed: &str) -> Result<Phone, Problem> {
    Phone::parse(typed).ok_or_else(|| Problem::field("/phone", "phone_invalid", "请填写手机号或者带区号的电话。"))
}

fn json(body: impl serde::Serialize) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body)
}

impl AppState {
    async fn personal_data(
        &self,
        signed_in: &SignedIn,
        typed: &str,
        copied: Option<&'static str>,
    ) -> Result<Vec<PersonalRecord>, Problem> {
        signed_in.must(Permission::PersonalData)?;
        let index = self.keys.index.phone(read_phone(typed)?.as_str());
        let (by, scope, now) = (signed_in.by(), signed_in.actor.scope(), self.now());
        self.ask(move |store| store.personal_data(&by, &scope, index, copied, now))
            .await
    }
}

/// What is kept of a person (查找个人信息)
///
/// By phone number, within the own division. The search stands in the audit log, without the number.
#[utoipa::path(tag = "个人信息", security(("bearer" = [])), request_body = PhoneRequest, responses(
    (status = 200, description = "the submissions of this number, and what is kept with each", body = HeldResponse),
))]
#[post("/personal-data/search")]
async fn search_personal_data(
    state: State,
    signed_in: SignedIn,
    JsonBody(request): JsonBody<PhoneRequest>,
) -> Result<HttpResponse, Problem> {
    let held = state.personal_data(&signed_in, &request.phone, None).await?;
    let items = held.into_iter().map(HeldEntry::from).collect();
    Ok(json(HeldResponse { items }))
}

/// Ask for correction, deletion or freezing (提出个人信息请求)
///
/// Somebody else decides. A correction names what is to stand there: a name, a phone or both. What is not done yet is frozen instead of deleted (个人信息保护法第四十七条).
#[utoipa::path(tag = "个人信息", security(("bearer" = [])), request_body = DataRequestRequest, responses(
    (status = 201, description = "waits for a decision", body = DataRequestEntry),
    (status = 422, description = "`invalid_fields`：电话或者理由不对；`nothing_held`：没有这个人的信息"),
))]
#[post("/personal-data/requests")]
async fn create_data_request(
    state: State,
    signed_in: SignedIn,
    JsonBody(request): JsonBody<DataRequestRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::PersonalData)?;
    let now = state.now();
    let id = new_id(now);
    let correction = body::read_correction(&request)?;
    let correction = correction
        .map(|contact| state.seal_correction(id, &contact))
        .transpose()?;
    let new = NewDataRequest {
        id,
        kind: request.kind,
        phone_index: state.keys.index.phone(read_phone(&request.phone)?.as_str()),
        reason: body::read_reason(&request.reason)?,
        correction,
        account_id: signed_in.actor.account_id,
        now,
    };
    let (by, scope) = (signed_in.by(), signed_in.actor.scope());
    let made = state
        .ask(move |store| match store.ask_data_request(&by, &scope, &new)? {
            Ok(()) => Ok(store.data_request(&scope, id)?.ok_or(DataRefusal::NotFound)),
            Err(refusal) => Ok(Err(refusal)),
        })
        .await?;
    let made = made.map_err(Problem::DataRefused)?;
    Ok(HttpResponse::Created()
        .insert_header(("cache-control", "no-store"))
        .json(state.request_entry(made, signed_in.actor.account_id)?))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DataRequestsQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// Personal-information requests (个人信息请求)
///
/// Those all of whose submissions lie in the own division; newest first.
#[utoipa::path(tag = "个人信息", security(("bearer" = [])), params(DataRequestsQuery), responses(
    (status = 200, description = "a page", body = DataRequestsResponse),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 422, description = "`invalid_fields`：cursor 或 limit 不对"),
))]
#[get("/personal-data/requests")]
async fn list_data_requests(
    state: State,
    signed_in: SignedIn,
    query: Query<DataRequestsQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::PersonalData)?;
    let (cursor, limit) = (read_cursor(query.cursor.as_deref())?, read_limit(query.limit)?);
    let (scope, own) = (signed_in.actor.scope(), signed_in.actor.account_id);
    let page = state
        .ask(move |store| store.data_requests(&scope, cursor, limit))
        .await?;
    let items = page.items.into_iter().map(|request| state.request_entry(request, own));
    Ok(json(DataRequestsResponse {
        items: items.collect::<Result<_, _>>()?,
        next_cursor: page.next.map(write_cursor),
    }))
}

/// One request (个人信息请求详情)
///
/// With the decision, as the record that proves it.
#[utoipa::path(tag = "个人信息", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "as it stands", body = DataRequestEntry),
    (status = 404, description = "`data_request_unknown`：没有这个请求，或者不在您的范围内"),
))]
#[get("/personal-data/requests/{id}")]
async fn get_data_request(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::PersonalData)?;
    let (scope, own, id) = (signed_in.actor.scope(), signed_in.actor.account_id, id.into_inner());
    let found = state.ask(move |store| store.data_request(&scope, id)).await?;
    let found = found.ok_or(Problem::DataRefused(DataRefusal::NotFound))?;
    Ok(json(state.request_entry(found, own)?))
}

/// Decide a request (决定个人信息请求)
///
/// What is granted is done at once. Whoever asked does not decide.
#[utoipa::path(tag = "个人信息", security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = DataDecisionRequest, responses(
    (status = 204, description = "decided, and done"),
    (status = 404, description = "`data_request_unknown`：没有这个请求，或者不在您的范围内"),
    (status = 409, description = "`own_request`：要由另一个人决定；`request_decided`：已经决定过；`still_published`：先停止公开"),
    (status = 422, description = "`invalid_fields`：理由是 2 到 500 个字"),
))]
#[post("/personal-data/requests/{id}/decision")]
async fn decide_data_request(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<DataDecisionRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::PersonalData)?;
    let decision = DataDecision {
        granted: request.granted,
        reason: body::read_reason(&request.reason)?,
        account_id: signed_in.actor.account_id,
        now: state.now(),
    };
    let (by, scope, id) = (signed_in.by(), signed_in.actor.scope(), id.into_inner());
    let keys = state.clone();
    let reseal = move |request, new: &SealedCorrection, submission| {
        let corrected = keys.reseal(request, new, submission);
        corrected.map_err(|error| minyi_store::Error::Unknown(error.to_string()))
    };
    let decided = state
        .ask(move |store| store.decide_data_request(&by, &scope, id, &decision, reseal))
        .await?;
    decided.map_err(Problem::DataRefused)?;
    Ok(HttpResponse::NoContent().finish())
}
