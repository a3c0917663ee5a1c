use minyi_domain::delivery::Channel;
use minyi_gateways::{
    channels::{Outcome, Refusal},
    wechat::ServiceMessages,
};
use serde_json::json;
use wechat_simulator::{platform::service as svc, templates};

use super::{FOLLOWER, Stage, is_sent, notice};

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
