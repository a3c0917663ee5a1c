//! Hearings: planning, changing, holding (居民诉求答复活动、联动接访).

mod request;
mod response;

use actix_web::{HttpResponse, get, patch, post, web::Path, web::Query};
use minyi_domain::{hearing, people::Actor, rights::Permission};
use minyi_store::{By, HearingDetail};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    extract::JsonBody,
    paging::{read_cursor, read_limit, write_cursor},
    problem::Problem,
    state::{AppState, State},
};
pub use request::{HearingChangeRequest, HearingRequest, MinutesRequest, PromiseRequest};
use response::{HearingDetailResponse, HearingPlannedResponse, HearingsResponse};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_hearings)
        .service(plan_hearing)
        .service(get_hearing)
        .service(change_hearing)
        .service(hold_hearing);
}

/// Which part of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct HearingsQuery {
    /// `planned`, `held` or `cancelled`; without it all.
    state: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

impl AppState {
    /// One hearing in this person's scope.
    ///
    /// # Errors
    /// [`Problem::HearingUnknown`], also when it lies outside the scope.
    pub async fn find_hearing(&self, actor: &Actor, id: Uuid) -> Result<HearingDetail, Problem> {
        let scope = actor.scope();
        self.ask(move |store| store.hearing(&scope, id))
            .await?
            .ok_or(Problem::HearingUnknown)
    }

    /// Plans a hearing.
    ///
    /// # Errors
    /// [`Problem::Invalid`], [`Problem::Refused`].
    pub async fn plan_hearing(&self, by: By, actor: Actor, request: HearingRequest) -> Result<Uuid, Problem> {
        let (new, now) = (request.read()?, self.now());
        self.act(move |store| store.plan_hearing(&by, &actor, &new, now)).await
    }

    /// Changes or cancels a planned hearing.
    ///
    /// # Errors
    /// [`Problem::Invalid`], [`Problem::Refused`], [`Problem::HearingUnknown`].
    pub async fn change_hearing(
        &self,
        by: By,
        actor: Actor,
        id: Uuid,
        request: HearingChangeRequest,
    ) -> Result<(), Problem> {
        let (change, now) = (request.read()?, self.now());
        let done = self
            .act(move |store| store.change_hearing(&by, &actor, id, &change, now))
            .await;
        done.map_err(unknown)
    }

    /// Writes the minutes of a hearing.
    ///
    /// # Errors
    /// [`Problem::Invalid`], [`Problem::Refused`], [`Problem::HearingUnknown`].
    pub async fn hold_hearing(&self, by: By, actor: Actor, id: Uuid, request: MinutesRequest) -> Result<(), Problem> {
        let (minutes, now) = (request.read()?, self.now());
        let done = self
            .act(move |store| store.hold_hearing(&by, &actor, id, &minutes, now))
            .await;
        done.map_err(unknown)
    }
}

/// What is not found is the hearing.
fn unknown(problem: Problem) -> Problem {
    match problem {
        Problem::Refused(minyi_store::Refusal::NotFound) => Problem::HearingUnknown,
        problem => problem,
    }
}

/// Hearings (答复活动)
///
/// Those of the station, or of the division of an administrator; a deputy's and an office's are those they are invited to.
#[utoipa::path(tag = "接待", security(("bearer" = [])), params(HearingsQuery), responses(
    (status = 200, description = "a page, the latest first", body = HearingsResponse),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 422, description = "`invalid_fields`：state、cursor 或 limit 不对"),
))]
#[get("/hearings")]
async fn list_hearings(
    state: State,
    signed_in: SignedIn,
    query: Query<HearingsQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadCases)?;
    let stage = query.state.as_deref().map(str::parse::<hearing::State>).transpose();
    let stage =
        stage.map_err(|_| Problem::field("state", "unknown_state", "state 只能是 planned、held 或 cancelled。"))?;
    let (cursor, limit) = (read_cursor(query.cursor.as_deref())?, read_limit(query.limit)?);
    let scope = signed_in.actor.scope();
    let page = state
        .ask(move |store| store.hearings(&scope, stage, cursor, limit))
        .await?;
    let next_cursor = page.next.map(write_cursor);
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(HearingsResponse::new(page.items, next_cursor)))
}

/// Plan a hearing (安排答复活动)
///
/// The residents of the submissions are told. People must know three calendar days before, unless a reason says why not.
#[utoipa::path(tag = "接待", security(("bearer" = [])), request_body = HearingRequest, responses(
    (status = 201, description = "planned; the same plan again is the same hearing", body = HearingPlannedResponse),
    (status = 409, description = "`target_unfit`：日期不到三天又没有写紧急理由，或者民意已经办结、属于保密件"),
    (status = 422, description = "`target_unknown`：所选的民意、站点、单位或代表不在范围内；`invalid_fields`：字段不对，见 `errors`"),
))]
#[post("/hearings")]
async fn plan_hearing(
    state: State,
    signed_in: SignedIn,
    JsonBody(request): JsonBody<HearingRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Hold)?;
    let id = state.plan_hearing(signed_in.by(), signed_in.actor, request).await?;
    Ok(HttpResponse::Created().json(HearingPlannedResponse { id }))
}

/// One hearing (查看答复活动)
#[utoipa::path(tag = "接待", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "the hearing with submissions, people invited and promises", body = HearingDetailResponse),
    (status = 404, description = "`hearing_unknown`：没有这场活动，或者没有邀请您"),
))]
#[get("/hearings/{id}")]
async fn get_hearing(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadCases)?;
    let detail = state.find_hearing(&signed_in.actor, id.into_inner()).await?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(HearingDetailResponse::from(detail)))
}

/// Change or cancel a hearing (调整或取消答复活动)
///
/// Whoever was told of it is told of the change.
#[utoipa::path(tag = "接待", security(("bearer" = [])), request_body = HearingChangeRequest, params(("id" = Uuid, Path)), responses(
    (status = 204, description = "changed; doing it twice changes nothing"),
    (status = 404, description = "`hearing_unknown`：没有这场活动，或者不归您组织"),
    (status = 409, description = "`only_once`：活动已经举行或取消；`target_unfit`：日期不到三天又没有写紧急理由，或者民意不合适"),
    (status = 422, description = "`target_unknown`：所选的民意、单位或代表不在范围内；`invalid_fields`：字段不对，见 `errors`"),
))]
#[patch("/hearings/{id}")]
async fn change_hearing(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<HearingChangeRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Hold)?;
    state
        .change_hearing(signed_in.by(), signed_in.actor, id.into_inner(), request)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Write the minutes (登记答复活动结果)
///
/// The promises have a clock of their own from now on; the residents are told.
#[utoipa::path(tag = "接待", security(("bearer" = [])), request_body = MinutesRequest, params(("id" = Uuid, Path)), responses(
    (status = 204, description = "held; the same minutes again change nothing"),
    (status = 404, description = "`hearing_unknown`：没有这场活动，或者不归您组织"),
    (status = 409, description = "`only_once`：已经登记过别的结果，或者已经取消；`target_unfit`：还没有到时间，或者承诺的民意不在这场活动里"),
    (status = 422, description = "`target_unknown`：单位或代表不在范围内；`invalid_fields`：字段不对，见 `errors`"),
))]
#[post("/hearings/{id}/minutes")]
async fn hold_hearing(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<MinutesRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Hold)?;
    state
        .hold_hearing(signed_in.by(), signed_in.actor, id.into_inner(), request)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
