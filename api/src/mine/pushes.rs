//! The ledger of permissions for pushes (订阅消息授权): filled by what people say when WeChat asks, so that the client can
//! tell plainly when pushes will not come.

use std::collections::HashMap;

use actix_web::{HttpResponse, post};
use minyi_store::{PushAnswer, Template};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::NO_STORE;
use crate::{
    auth::SignedIn,
    extract::JsonBody,
    problem::Problem,
    state::{AppState, State},
};

/// What the client asks WeChat for, in this order.
pub const ASKED: [Template; 2] = [Template::DeputyNew, Template::DeputyDeadline];

/// The name of a kind of message.
pub const fn title(template: Template) -> &'static str {
    match template {
        Template::DeputyNew => "待办提醒",
        Template::DeputyDeadline => "期限提醒",
        Template::ResidentProgress => "办理进展",
    }
}

/// How many pushes WeChat still lets through, as far as is known.
#[derive(Serialize, ToSchema)]
#[schema(as = PushPermissions, example = json!({"remaining": 2, "words": "还能收到 2 条微信提醒。", "templates": [
    {"template_id": "aiXkXB5imt5s6EfCmoh65GyyhpTf4eCdJpMxasIq7mp", "kind": "deputy_new", "title": "待办提醒", "remaining": 2}
]}))]
pub struct PushesResponse {
    /// Of all templates together.
    remaining: i32,
    /// What is to be expected, for people.
    words: String,
    templates: Vec<PushTemplate>,
}

/// A template that the client asks WeChat's permission for.
#[derive(Serialize, ToSchema)]
pub struct PushTemplate {
    template_id: String,
    /// `deputy_new` or `deputy_deadline`.
    kind: &'static str,
    title: &'static str,
    remaining: i32,
}

/// What a person said when WeChat asked about a template.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PushWord {
    /// One more message is let through.
    Accept,
    /// Not this time.
    Reject,
    /// Switched off by the platform.
    Ban,
    /// Not asked: another template of the same title was.
    Filter,
}

/// What `wx.requestSubscribeMessage` gave, by template.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"results": {"aiXkXB5imt5s6EfCmoh65GyyhpTf4eCdJpMxasIq7mp": "accept"}}))]
pub struct PushAnswersRequest {
    results: HashMap<String, PushWord>,
}

impl AppState {
    /// WeChat's id of a template.
    pub fn template_id(&self, template: Template) -> &str {
        match template {
            Template::DeputyNew => self.wechat.deputy_new_template(),
            Template::DeputyDeadline => self.wechat.deputy_deadline_template(),
            Template::ResidentProgress => self.wechat.resident_progress_template(),
        }
    }

    /// The ledger of an account.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn pushes(&self, account: Uuid) -> Result<PushesResponse, Problem> {
        let left = self.ask(move |store| store.push_permissions(account)).await?;
        let of = |template: Template| {
            left.iter()
                .find(|(known, _)| *known == template)
                .map_or(0, |(_, left)| *left)
        };
        let templates = ASKED.map(|template| PushTemplate {
            template_id: self.template_id(template).to_owned(),
            kind: template.as_str(),
            title: title(template),
            remaining: of(template),
        });
        let remaining = templates.iter().map(|template| template.remaining).sum();
        Ok(PushesResponse {
            words: words(of(Template::DeputyNew), of(Template::DeputyDeadline)),
            remaining,
            templates: templates.into(),
        })
    }
}

/// What is to be expected.
fn words(new: i32, deadline: i32) -> String {
    match (new, deadline) {
        (0, 0) => {
            "微信提醒的次数已经用完，新的民意可能不会在微信里提醒您。请点“开启微信提醒”，常来“消息”里看看。".to_owned()
        }
        (0, deadline) => format!("期限提醒还有 {deadline} 条；新民意的提醒已经用完，请点“开启微信提醒”补上。"),
        (new, 0) => format!("新民意的提醒还有 {new} 条；期限提醒已经用完，请点“开启微信提醒”补上。"),
        (new, deadline) => format!("还能收到 {} 条微信提醒。", new + deadline),
    }
}

/// What I said when WeChat asked (登记订阅结果)
///
/// One more for each acceptance, none after a refusal. Templates that are not asked for here are passed over.
#[utoipa::path(tag = "我的", security(("bearer" = [])), request_body = PushAnswersRequest, responses(
    (status = 200, description = "what is left now", body = PushesResponse),
))]
#[post("/me/push-permissions")]
pub async fn answer_pushes(
    state: State,
    signed_in: SignedIn,
    JsonBody(request): JsonBody<PushAnswersRequest>,
) -> Result<HttpResponse, Problem> {
    let account = signed_in.actor.account_id;
    let said = ASKED.into_iter().filter_map(|template| {
        let answer = match request.results.get(state.template_id(template))? {
            PushWord::Accept => PushAnswer::Accepted,
            PushWord::Reject | PushWord::Ban => PushAnswer::Refused,
            PushWord::Filter => return None,
        };
        Some((template, answer))
    });
    let said: Vec<(Template, PushAnswer)> = said.collect();
    let now = state.now();
    let write = move |store: &minyi_store::Store| {
        said.iter()
            .try_for_each(|(template, answer)| store.answer_push(account, *template, *answer, now))
    };
    state.ask(write).await?;
    let pushes = state.pushes(account).await?;
    Ok(HttpResponse::Ok().insert_header(NO_STORE).json(pushes))
}
