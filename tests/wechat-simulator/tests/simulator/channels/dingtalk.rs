use chrono::TimeDelta;
use minyi_domain::delivery::Channel;
use minyi_gateways::{
    channels::{Notice, Outcome, Refusal},
    dingtalk::RobotKey,
};
use secrecy::ExposeSecret as _;
use serde_json::json;
use wechat_simulator::dingtalk::{ROBOT_SECRET, ROBOT_TOKEN};

use super::{MEMBER, Stage, is_sent, notice};

const TO: (Channel, &str) = (Channel::Dingtalk, MEMBER);

/// Lets the robot that a person has copied from DingTalk say something.
async fn say(stage: &Stage, secret: &str, notice: &Notice) -> Outcome {
    let webhook = format!("https://oapi.dingtalk.com/robot/send?access_token={ROBOT_TOKEN}");
    let key = RobotKey::new(&webhook, secret).unwrap().text();
    stage.send((Channel::DingtalkRobot, key.expose_secret()), notice).await
}

#[tokio::test]
async fn the_platforms_yes_is_believed_only_after_its_result() {
    let stage = Stage::start().await;
    let sent = stage.send(TO, &notice(1)).await;
    assert_eq!(
        sent,
        Outcome::Sent {
            message_id: Some("1".to_owned())
        }
    );
    let text = stage.arrived("dingtalk").await[0]["text"].as_str().unwrap().to_owned();
    assert!(
        text.starts_with("【待办提醒】") && text.ends_with("\n11月21日 12:00:00"),
        "{text}"
    );
    let unknown = stage.send((Channel::Dingtalk, "nobody"), &notice(1)).await;
    let refused = |code: &str, kind| Outcome::Refused {
        code: code.to_owned(),
        kind,
    };
    assert_eq!(unknown, refused("invalid_user", Refusal::BadRecipient));
    // 500 a day: the platform says yes and drops the next one. Its results are there at once, so that it takes no minute.
    let limits = stage.world.url("/_sim/limits");
    let limit = stage
        .world
        .http
        .put(limits)
        .json(&json!({"dingtalk_asks_before_result": 0}));
    limit.send().await.unwrap();
    for number in 0..499 {
        let later = Notice {
            written_at: notice(1).written_at + TimeDelta::seconds(number + 1),
            ..notice(1)
        };
        assert!(is_sent(&stage.send(TO, &later).await), "{number}");
    }
    let over = stage.send(TO, &notice(2)).await;
    assert_eq!(over, refused("143105", Refusal::Limited));
    assert_eq!(stage.arrived("dingtalk").await.len(), 500);
}

#[tokio::test]
async fn two_notices_in_the_same_words_arrive_both_and_a_repetition_once() {
    let stage = Stage::start().await;
    let later = Notice {
        written_at: notice(1).written_at + TimeDelta::seconds(1),
        ..notice(1)
    };
    for said in [&notice(1), &later, &notice(1)] {
        assert!(is_sent(&stage.send(TO, said).await));
    }
    assert_eq!(
        (stage.arrived("dingtalk").await.len(), stage.dropped("dingtalk").await),
        (2, 1)
    );
}

#[tokio::test]
async fn a_recipient_too_many_in_a_minute_comes_later() {
    let stage = Stage::start().await;
    stage
        .limits(json!({"dingtalk_recipients_a_minute": 1, "dingtalk_asks_before_result": 0}))
        .await;
    assert!(is_sent(&stage.send(TO, &notice(1)).await));
    let later = Notice {
        written_at: notice(1).written_at + TimeDelta::seconds(1),
        ..notice(1)
    };
    let outcome = stage.send(TO, &later).await;
    assert!(
        matches!(&outcome, Outcome::Retry { code: Some(code), reason: "minute_quota", .. } if code == "143103"),
        "{outcome:?}"
    );
    stage.pass(60);
    assert!(is_sent(&stage.send(TO, &later).await));
}

#[tokio::test]
async fn a_result_that_never_comes_is_unknown() {
    let stage = Stage::start().await;
    stage
        .world
        .fault(json!({"path": "/topapi/message/corpconversation/getsendresult", "errcode": -1}))
        .await;
    let outcome = stage.send(TO, &notice(1)).await;
    assert_eq!(outcome, Outcome::Unknown { reason: "no_result" });
    assert_eq!(stage.arrived("dingtalk").await.len(), 1);
}

#[tokio::test]
async fn a_revoked_token_is_replaced_although_the_number_stands_elsewhere() {
    let stage = Stage::start().await;
    assert!(is_sent(&stage.send(TO, &notice(1)).await));
    let fault = json!({"path": "/topapi/message/corpconversation/asyncsend_v2", "token_revoked": true});
    stage.world.fault(fault).await;
    assert!(is_sent(&stage.send(TO, &notice(2)).await));
    assert_eq!(stage.world.get("/_sim/counts").await["calls"]["/gettoken"]["0"], 2);
}

#[tokio::test]
async fn a_message_keeps_its_limit_however_it_is_written() {
    let stage = Stage::start().await;
    for summary in ["\"\\".repeat(2000), "灯".repeat(2000), "😀".repeat(2000)] {
        let said = Notice { summary, ..notice(1) };
        assert!(is_sent(&stage.send(TO, &said).await));
    }
}

#[tokio::test]
async fn the_robot_speaks_no_residents_words_and_never_too_fast() {
    let stage = Stage::start().await;
    let mut spoken = 0;
    for number in 0..60 {
        match say(&stage, ROBOT_SECRET, &notice(number)).await {
            Outcome::Sent { .. } => spoken += 1,
            Outcome::Retry {
                reason: "own_limit", ..
            } => {}
            other => panic!("{other:?}"),
        }
        stage.pass(1);
    }
    assert!((15..=20).contains(&spoken), "{spoken}");
    let text = stage.arrived("dingtalk_robot").await[0]["text"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        text.contains("编号 20261121-ACDE000") && !text.contains("路灯"),
        "{text}"
    );
}

#[tokio::test]
async fn a_robot_with_a_wrong_secret_waits_for_a_person() {
    let stage = Stage::start().await;
    let outcome = say(&stage, "SECwrong", &notice(1)).await;
    assert!(
        matches!(&outcome, Outcome::Retry { code: Some(code), reason: "configuration", .. } if code == "310000"),
        "{outcome:?}"
    );
    stage
        .world
        .fault(json!({"path": "/robot/send", "errcode": 130_101}))
        .await;
    let outcome = say(&stage, ROBOT_SECRET, &notice(2)).await;
    assert!(
        matches!(&outcome, Outcome::Retry { after, reason: "minute_quota", .. } if after.as_secs() == 600),
        "{outcome:?}"
    );
}

#[test]
fn a_robots_key_is_read_as_people_copy_it() {
    let text =
        |webhook: &str, secret: &str| RobotKey::new(webhook, secret).map(|key| key.text().expose_secret().to_owned());
    let address = "https://oapi.dingtalk.com/robot/send?access_token=abc123";
    assert_eq!(text(address, " SECdef456 "), Ok("abc123 SECdef456".to_owned()));
    assert_eq!(text("abc123", "SECdef456"), text(address, "SECdef456"));
    assert_eq!(
        text("https://oapi.dingtalk.com/robot/send", "SECdef456"),
        Err("webhook")
    );
    assert_eq!(text("", "SECdef456"), Err("webhook"));
    assert_eq!(text(address, "def456"), Err("secret"));
}
