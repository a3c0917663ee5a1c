use minyi_domain::delivery::Channel;
use minyi_gateways::{
    channels::{Outcome, Refusal},
    wechat::ServiceMessages,
};
use serde_json::json;
use wechat_simulator::{platform::service as svc, templates};

use super::{FOLLOWER, Stage, is_sent, notice};
use crate::world::ONE_TIME_ID;

const TO: (Channel, &str) = (Channel::WechatService, FOLLOWER);

fn refused(code: &str, kind: Refusal) -> Outcome {
    Outcome::Refused {
        code: code.to_owned(),
        kind,
    }
}

#[tokio::test]
async fn a_repetition_within_ten_minutes_is_the_same_message() {
    let stage = Stage::start().await;
    let path = "/cgi-bin/message/template/send";
    stage
        .world
        .fault(json!({"path": path, "reset_after_processing": true, "times": 1}))
        .await;
    assert!(matches!(stage.send(TO, &notice(1)).await, Outcome::Unknown { .. }));
    let again = stage.send(TO, &notice(1)).await;
    assert!(
        matches!(&again, Outcome::Sent { message_id: Some(id) } if id.len() == 19),
        "{again:?}"
    );
    assert!(is_sent(&stage.send(TO, &notice(2)).await));
    let arrived = stage.arrived("service_account").await;
    assert_eq!((arrived.len(), stage.dropped("service_account").await), (2, 1));
    assert_eq!(arrived[0]["id"], notice(1).id.simple().to_string());
}

#[tokio::test]
async fn whoever_does_not_follow_or_has_had_enough_is_refused() {
    let stage = Stage::start().await;
    let stranger = (Channel::WechatService, "oStrangerToServiceAccount001");
    assert_eq!(
        stage.send(stranger, &notice(1)).await,
        refused("43004", Refusal::NotSubscribed)
    );
    let unknown = (Channel::WechatService, "x");
    assert_eq!(
        stage.send(unknown, &notice(1)).await,
        refused("40003", Refusal::BadRecipient)
    );
    let limits = stage.world.url("/_sim/limits");
    let limit = stage
        .world
        .http
        .put(limits)
        .json(&json!({"template_messages_a_minute": 1}));
    limit.send().await.unwrap();
    assert!(is_sent(&stage.send(TO, &notice(1)).await));
    assert_eq!(stage.send(TO, &notice(2)).await, refused("43117", Refusal::Limited));
}

#[tokio::test]
async fn subscription_notices_have_templates_of_their_own() {
    let wrong = Stage::with(|config| {
        config.service_account.service_account_messages = ServiceMessages::Subscription;
    })
    .await;
    let outcome = wrong.send(TO, &notice(1)).await;
    assert!(
        matches!(&outcome, Outcome::Retry { code: Some(code), reason: "configuration", .. } if code == "40037"),
        "{outcome:?}"
    );
    let right = Stage::with(|config| {
        let account = &mut config.service_account;
        account.service_account_messages = ServiceMessages::Subscription;
        account.service_account_template_deputy_new = format!("{}{}", svc::NOTICE_PREFIX, templates::DEPUTY_NEW);
    })
    .await;
    assert_eq!(right.send(TO, &notice(1)).await, Outcome::Sent { message_id: None });
    assert_eq!(right.arrived("service_account").await.len(), 1);
}

#[tokio::test]
async fn a_day_has_so_many_messages_and_who_is_blacklisted_none() {
    let stage = Stage::start().await;
    stage.limits(json!({"template_messages_a_day": 1})).await;
    assert!(is_sent(&stage.send(TO, &notice(1)).await));
    let outcome = stage.send(TO, &notice(2)).await;
    assert!(
        matches!(&outcome, Outcome::Retry { code: Some(code), reason: "daily_quota", .. } if code == "45009"),
        "{outcome:?}"
    );
    stage.limits(json!({"blacklisted": [FOLLOWER]})).await;
    assert_eq!(
        stage.send(TO, &notice(3)).await,
        refused("43019", Refusal::NotSubscribed)
    );
}

#[tokio::test]
async fn a_one_time_notice_goes_as_often_as_it_was_accepted() {
    let world = Stage::start().await.world;
    let account = json!({"grant_type": "client_credential", "appid": svc::APPID, "secret": svc::SECRET});
    let token = world.post("/cgi-bin/stable_token", &account).await["access_token"].clone();
    let path = format!(
        "/cgi-bin/message/subscribe/bizsend?access_token={}",
        token.as_str().unwrap()
    );
    let message = json!({"touser": FOLLOWER, "template_id": format!("{}{ONE_TIME_ID}", svc::NOTICE_PREFIX),
        "data": {"thing1": {"value": "河边"}, "enum_string2": {"value": "晴"}}});
    let send = || async { world.post(&path, &message).await["errcode"].clone() };
    assert_eq!(send().await, 43101);
    let accepted = json!({"openid": FOLLOWER, "template_id": ONE_TIME_ID, "count": 2});
    let url = world.url("/_sim/service_account/subscriptions");
    let answer = world.http.post(url).json(&accepted).send().await.unwrap();
    assert_eq!(answer.status(), 204);
    assert_eq!(
        (send().await, send().await, send().await),
        (json!(0), json!(0), json!(43101))
    );
}
