use actix_web::{HttpResponse, post, web::Path};
use chrono::NaiveDate;
use minyi_domain::{
    rights::Permission,
    text::{InstallationNote, Installer, Reason},
};
use minyi_store::{NewInstallation, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::selection::read_token;
use crate::{auth::SignedIn, extract::JsonBody, problem::Problem, state::State};

/// Where and since when a code hangs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "hung_on": "2026-11-20", "hung_by": "李春兰", "note": "3 单元电梯内左侧", "photo_id": "7c0d6f0e-5b1c-4a53-9d55-0a4f0c1f2b3a"
}))]
pub struct HangCodeRequest {
    /// Not after today.
    hung_on: NaiveDate,
    /// Up to 30 characters.
    hung_by: String,
    /// Where exactly; up to 200 characters.
    #[serde(default)]
    note: String,
    /// Of an uploaded photo that belongs to nothing yet.
    photo_id: Option<Uuid>,
}

/// The new entry.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "019aa000-0000-7000-8000-0000000000aa"}))]
pub struct InstallationResponse {
    id: Uuid,
}

/// When a code was taken down, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"removed_on": "2026-11-20", "reason": "墙面翻新，先取下来"}))]
pub struct TakeDownRequest {
    /// Not after today, and not before it was hung up.
    removed_on: NaiveDate,
    /// 2 to 500 characters.
    reason: String,
}

/// Record that a code hangs (登记张贴)
///
/// What was recorded before counts as taken down on that day: a code hangs once.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(("token" = String, Path)), request_body = HangCodeRequest, responses(
    (status = 201, description = "recorded", body = InstallationResponse),
    (status = 400, description = "`code_mistyped`：编号输错了"),
    (status = 403, description = "`forbidden`：没有这项权限"),
    (status = 404, description = "`code_unknown`：没有这个码，或者不归您管理；`photo_unknown`：照片不存在或者已经用过"),
    (status = 409, description = "`target_unfit`：这个码已经不用了，或者日期早于上一次张贴"),
    (status = 422, description = "`invalid_fields`：内容不对"),
))]
#[post("/codes/{token}/installations")]
pub(super) async fn hang_code(
    state: State,
    signed_in: SignedIn,
    token: Path<String>,
    body: JsonBody<HangCodeRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Print)?;
    let token = read_token(&token)?;
    let body = body.0;
    let new = NewInstallation {
        hung_on: not_later(body.hung_on, state.today(), "/hung_on")?,
        hung_by: Installer::parse(&body.hung_by).map_err(Problem::text("/hung_by"))?,
        note: InstallationNote::parse(&body.note).map_err(Problem::text("/note"))?,
        photo_id: body.photo_id,
    };
    let (by, actor, now) = (signed_in.by(), signed_in.actor, state.now());
    let done = state
        .ask(move |store| store.hang_code(&by, &actor, &token, &new, now))
        .await?;
    let id = done.map_err(refused)?;
    Ok(HttpResponse::Created().json(InstallationResponse { id }))
}

/// Record that a code was taken down (登记摘除)
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(("token" = String, Path)), request_body = TakeDownRequest, responses(
    (status = 204, description = "recorded, or it hung nowhere"),
    (status = 400, description = "`code_mistyped`：编号输错了"),
    (status = 403, description = "`forbidden`：没有这项权限"),
    (status = 404, description = "`code_unknown`：没有这个码，或者不归您管理"),
    (status = 409, description = "`target_unfit`：日期早于张贴"),
    (status = 422, description = "`invalid_fields`：内容不对"),
))]
#[post("/codes/{token}/removal")]
pub(super) async fn take_code_down(
    state: State,
    signed_in: SignedIn,
    token: Path<String>,
    body: JsonBody<TakeDownRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Print)?;
    let token = read_token(&token)?;
    let TakeDownRequest { removed_on, reason } = body.0;
    let on = not_later(removed_on, state.today(), "/removed_on")?;
    let reason = Reason::parse(&reason).map_err(Problem::text("/reason"))?;
    let (by, actor, now) = (signed_in.by(), signed_in.actor, state.now());
    let done = state
        .ask(move |store| store.take_code_down(&by, &actor, &token, (on, &reason), now))
        .await?;
    done.map_err(refused)?;
    Ok(HttpResponse::NoContent().finish())
}

fn not_later(day: NaiveDate, today: NaiveDate, pointer: &str) -> Result<NaiveDate, Problem> {
    if day > today {
        return Err(Problem::field(pointer, "in_the_future", "日期不能晚于今天。"));
    }
    Ok(day)
}

fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotFound => Problem::CodeUnknown,
        other => Problem::Refused(other),
    }
}
