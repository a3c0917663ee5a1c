//! Robots in the DingTalk groups of stations and offices (群机器人): setting a key, trying it, taking it away.

use actix_web::{HttpResponse, delete, get, post, put, web::Path};
use chrono::{DateTime, Utc};
use minyi_domain::rights::Permission;
use minyi_gateways::{
    channels::{Notice, NoticeKind, Outcome},
    dingtalk::RobotKey,
};
use minyi_store::{GroupRobot, ROBOT_SEALED_FOR, RobotDelivery, RobotPlace};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    extract::JsonBody,
    problem::{FieldProblem, Problem},
    state::{AppState, State},
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_group_robot)
        .service(set_group_robot)
        .service(remove_group_robot)
        .service(try_group_robot);
}

/// The robot of a site's or an office's group. Its key is never shown.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "place_name": "杏林社区代表联络站", "robot": {"set_at": "2026-11-26T02:00:00Z", "set_by": "赵敏",
    "last": {"sent": false, "at": "2026-11-26T03:00:00Z", "error_code": 310_000, "error": "configuration"}}
}))]
pub struct GroupRobotResponse {
    place_name: String,
    /// `null`: there is none.
    robot: Option<RobotEntry>,
}

/// A robot that has a key.
#[derive(Serialize, ToSchema)]
pub struct RobotEntry {
    set_at: DateTime<Utc>,
    set_by: String,
    /// What came of its last message; `null`: it had none yet.
    last: Option<LastEntry>,
}

/// What came of a message.
#[derive(Serialize, ToSchema)]
#[schema(as = RobotLastEntry)]
pub struct LastEntry {
    sent: bool,
    at: DateTime<Utc>,
    /// DingTalk's number for the reason.
    error_code: Option<i32>,
    error: Option<String>,
}

/// What a person copies from the robot's settings in DingTalk.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"webhook": "https://oapi.dingtalk.com/robot/send?access_token=0123abcd", "secret": "SEC0123abcd"}))]
pub struct GroupRobotRequest {
    /// The robot's address (Webhook), or the `access_token` in it.
    #[schema(max_length = 300)]
    webhook: String,
    /// The secret of its signature (加签), which begins with SEC.
    #[schema(max_length = 128)]
    secret: String,
}

/// What became of the trial.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"sent": true, "detail": "钉钉已经收下，请看群里。", "dingtalk_code": null}))]
pub struct RobotTrialResponse {
    sent: bool,
    detail: &'static str,
    /// DingTalk's number for the reason.
    dingtalk_code: Option<String>,
}

impl From<RobotPlace> for GroupRobotResponse {
    fn from(place: RobotPlace) -> Self {
        let last = |RobotDelivery {
                        is_sent,
                        at,
                        error_code,
                        error,
                    }| LastEntry {
            sent: is_sent,
            at,
            error_code: error_code.filter(|_| !is_sent),
            error: error.filter(|_| !is_sent),
        };
        Self {
            place_name: place.name,
            robot: place.robot.map(|robot| RobotEntry {
                set_at: robot.set_at,
                set_by: robot.set_by,
                last: robot.last.map(last),
            }),
        }
    }
}

impl GroupRobotRequest {
    fn key(&self) -> Result<RobotKey, Problem> {
        RobotKey::new(&self.webhook, &self.secret).map_err(|wrong| {
            let (pointer, code, detail) = match wrong {
                "webhook" => (
                    "/webhook",
                    "wrong_webhook",
                    "这不是机器人的 Webhook 地址，请从钉钉群“机器人”里复制。",
                ),
                _ => (
                    "/secret",
                    "wrong_secret",
                    "加签密钥以 SEC 开头。机器人的安全设置要选“加签”。",
                ),
            };
            Problem::Invalid(vec![FieldProblem::new(pointer, code, detail)])
        })
    }
}

fn told(outcome: &Outcome) -> RobotTrialResponse {
    let (sent, detail, code) = match outcome {
        Outcome::Sent { .. } => (true, "钉钉已经收下，请看群里。", None),
        Outcome::Retry {
            reason: "configuration",
            code,
            ..
        } => (
            false,
            "钉钉不认这个机器人：地址或者加签密钥不对，或者机器人已经停用。请重新复制一遍。",
            code.as_deref(),
        ),
        Outcome::Retry { reason, code, .. } if ["own_limit", "minute_quota"].contains(reason) => (
            false,
            "机器人说得太多了（一分钟最多 20 条），请过十分钟再试。",
            code.as_deref(),
        ),
        Outcome::Retry { code, .. } => (
            false,
            "现在发不出去。请检查服务器到钉钉的网络，稍后再试。",
            code.as_deref(),
        ),
        Outcome::Refused { code, .. } => (false, "钉钉不收这条消息。", Some(code.as_str())),
        Outcome::Unknown { .. } => (false, "没有等到钉钉的回答，消息可能已经发出。请看群里。", None),
    };
    RobotTrialResponse {
        sent,
        detail,
        dingtalk_code: code.map(str::to_owned),
    }
}

impl AppState {
    async fn find_group_robot(&self, signed_in: &SignedIn, place: Uuid) -> Result<RobotPlace, Problem> {
        let scope = signed_in.actor.place_scope();
        let found = self.ask(move |store| store.group_robot(&scope, place)).await?;
        found.ok_or(Problem::PlaceUnknown)
    }

    async fn write_group_robot(
        &self,
        signed_in: SignedIn,
        place: Uuid,
        key_sealed: Option<Vec<u8>>,
    ) -> Result<(), Problem> {
        let (by, actor, now) = (signed_in.by(), signed_in.actor, self.now());
        let written = self
            .ask(move |store| store.set_group_robot(&actor, &by, place, key_sealed.as_deref(), now))
            .await?;
        written.then_some(()).ok_or(Problem::PlaceUnknown)
    }
}

/// The robot of a group (群机器人)
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "a site or an office")), responses(
    (status = 200, description = "the robot", body = GroupRobotResponse),
    (status = 404, description = "`place_unknown`：没有这个站点或者单位，或者不归您管理"),
))]
#[get("/group-robots/{id}")]
async fn get_group_robot(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Places)?;
    let place = state.find_group_robot(&signed_in, id.into_inner()).await?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(GroupRobotResponse::from(place)))
}

/// Set the robot of a group (设置群机器人)
///
/// The group is told of what becomes overdue and what is escalated at the site, or at the office. The key is sealed and
/// never shown again.
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), request_body = GroupRobotRequest,
    params(("id" = Uuid, Path, description = "a site or an office")), responses(
    (status = 204, description = "set"),
    (status = 404, description = "`place_unknown`：没有这个站点或者单位，或者不归您管理"),
    (status = 422, description = "`invalid_fields`：地址（`wrong_webhook`）或者密钥（`wrong_secret`）不对"),
))]
#[put("/group-robots/{id}")]
async fn set_group_robot(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<GroupRobotRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Places)?;
    let (place, key) = (id.into_inner(), request.key()?);
    let sealed = state
        .keys
        .contact
        .seal(ROBOT_SEALED_FOR, place, key.text().expose_secret())?;
    state.write_group_robot(signed_in, place, Some(sealed)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Take the robot of a group away (撤下群机器人)
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "a site or an office")), responses(
    (status = 204, description = "taken away; doing it twice changes nothing"),
    (status = 404, description = "`place_unknown`：没有这个站点或者单位，或者不归您管理"),
))]
#[delete("/group-robots/{id}")]
async fn remove_group_robot(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Places)?;
    state.write_group_robot(signed_in, id.into_inner(), None).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Let the robot say something (试发群消息)
///
/// The answer says what DingTalk said.
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "a site or an office")), responses(
    (status = 200, description = "what became of it", body = RobotTrialResponse),
    (status = 404, description = "`place_unknown`：没有这个站点或者单位，或者不归您管理"),
    (status = 409, description = "`robot_missing`：还没有设置机器人"),
))]
#[post("/group-robots/{id}/trial")]
async fn try_group_robot(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Places)?;
    let id = id.into_inner();
    let place = state.find_group_robot(&signed_in, id).await?;
    let GroupRobot { key_sealed, .. } = place.robot.ok_or(Problem::RobotMissing)?;
    let text = state.keys.contact.open(ROBOT_SEALED_FOR, id, &key_sealed)?;
    let key = RobotKey::read(text.expose_secret()).ok_or_else(|| Problem::internal("a robot's key cannot be read"))?;
    let now = state.now();
    let notice = Notice {
        id: state.clock.new_id(),
        kind: NoticeKind::DeputyDeadline,
        number: "TEST-0000000".to_owned(),
        place: place.name,
        state: "测试".to_owned(),
        summary: String::new(),
        at: now,
        page: None,
        link: None,
        written_at: now,
        wording: None,
    };
    Ok(HttpResponse::Ok().json(told(&state.robots.say(&key, &notice).await)))
}
