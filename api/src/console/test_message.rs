//! A message to oneself (测试消息): whether the settings of WeChat are right, seen before the first resident comes.

use actix_web::{HttpResponse, post};
use minyi_domain::{
    audit::{Action, ObjectKind},
    delivery::Channel,
    rights::Permission,
};
use minyi_gateways::channels::{Notice, NoticeKind, Outcome, Refusal};
use minyi_store::{Act, sealed_for};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::{auth::SignedIn, problem::Problem, state::State};

/// What became of the message.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"sent": true, "outcome": "sent", "detail": "微信已经收下，请看您的微信。", "wechat_code": null}))]
pub struct TestMessageResponse {
    sent: bool,
    /// `sent`, `not_bound`, `not_subscribed`, `refused`, `not_now` or `unknown`.
    outcome: &'static str,
    detail: String,
    /// WeChat's number for the reason.
    wechat_code: Option<String>,
}

fn response(outcome: &'static str, detail: &str, wechat_code: Option<&str>) -> TestMessageResponse {
    TestMessageResponse {
        sent: outcome == "sent",
        outcome,
        detail: detail.to_owned(),
        wechat_code: wechat_code.map(str::to_owned),
    }
}

fn told(outcome: &Outcome) -> TestMessageResponse {
    match outcome {
        Outcome::Sent { .. } => response("sent", "微信已经收下，请看您的微信。", None),
        Outcome::Refused {
            code,
            kind: Refusal::NotSubscribed,
        } => response(
            "not_subscribed",
            "您还没有同意接收，没有关注服务号，或者次数用完了。请打开小程序的消息提醒，或者关注服务号，再试一次。",
            Some(code),
        ),
        Outcome::Refused { code, .. } => response(
            "refused",
            "微信不收这条消息。请核对模板的编号和关键词的顺序。",
            Some(code),
        ),
        Outcome::Retry { code, reason, .. } => response(
            "not_now",
            if *reason == "configuration" || *reason == "no_token" {
                "微信不认现在的设置。请核对小程序的编号、密钥和模板。"
            } else {
                "现在发不出去。请检查服务器到微信的网络，稍后再试。"
            },
            code.as_deref(),
        ),
        Outcome::Unknown { .. } => response("unknown", "没有等到微信的回答，消息可能已经发出。请看您的微信。", None),
    }
}

/// Send me a test message (给自己发一条测试消息)
///
/// To the WeChat user whom the person's own account belongs to, by the mini-program or else by the service account, with
/// the template for deputies. The answer says what WeChat said.
#[utoipa::path(tag = "管理", security(("bearer" = [])), responses(
    (status = 200, description = "what became of it", body = TestMessageResponse),
))]
#[post("/settings/wechat/test-message")]
pub(super) async fn send_test_message(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    let account = signed_in.actor.account_id;
    let (openid, service_openid) = state
        .ask(move |store| Ok((store.own_wechat(account)?, store.own_service_openid(account)?)))
        .await?;
    let now = state.now();
    let notice = Notice {
        id: state.clock.new_id(),
        kind: NoticeKind::DeputyNew,
        number: "TEST-0000000".to_owned(),
        place: "测试".to_owned(),
        state: "测试".to_owned(),
        summary: "这是一条测试消息，说明微信提醒已经接通。".to_owned(),
        at: now,
        page: None,
        link: None,
        written_at: now,
        wording: None,
    };
    let outcome = match (openid, service_openid, &state.service_account) {
        (Some(openid), ..) => state.wechat.send(&openid, &notice).await,
        (None, Some(sealed), Some(service_account)) => {
            let purpose = sealed_for(Channel::WechatService);
            let openid = state.keys.contact.open(&purpose, account, &sealed)?;
            service_account.send(openid.expose_secret(), &notice).await
        }
        _ => {
            let detail = "您的账号没有绑定微信。先在“我的登录”里绑定服务号，再试一次。";
            return Ok(HttpResponse::Ok().json(response("not_bound", detail, None)));
        }
    };
    let told = told(&outcome);
    let act = Act::done(Action::TestMessageSent, ObjectKind::Wechat, "installation");
    let act = act.with(json!({"outcome": told.outcome}));
    let by = signed_in.by();
    state.ask(move |store| store.record_act(&by, &act, now)).await?;
    Ok(HttpResponse::Ok().json(told))
}
