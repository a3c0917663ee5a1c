use minyi_domain::delivery::Channel;
use minyi_gateways::channels::{Notice, Outcome, Refusal};
use serde_json::json;

use super::{MEMBER, Stage, is_sent, notice};

const TO: (Channel, &str) = (Channel::Wecom, MEMBER);

#[tokio::test]
async fn the_text_says_what_to_do_and_where() {
    let stage = Stage::start().await;
    assert!(is_sent(&stage.send(TO, &notice(7)).await));
    let arrived = stage.arrived("wecom").await;
    assert_eq!(arrived[0]["to"], MEMBER);
    assert_eq!(
        arrived[0]["text"],
        "【待办提醒】幸福社区三网格\n编号 20261121-ACDE007，待答复\n3 号楼路灯不亮\n答复期限 2026年12月1日 00:05\n\
         https://minyi.example.cn/deputy/#/pages/case/index?id=7"
    );
}

#[tokio::test]
async fn long_words_are_cut_before_the_platform_cuts_the_link_off() {
    let stage = Stage::start().await;
    let long = Notice {
        summary: "路灯不亮".repeat(400),
        ..notice(1)
    };
    assert!(is_sent(&stage.send(TO, &long).await));
    let text = stage.arrived("wecom").await[0]["text"].as_str().unwrap().to_owned();
    assert!(
        text.len() <= 2048 && text.ends_with("?id=7") && text.contains("…\n"),
        "{text}"
    );
}

#[tokio::test]
async fn whoever_is_not_in_the_directory_is_refused() {
    let stage = Stage::start().await;
    let outcome = stage.send((Channel::Wecom, "nobody"), &notice(1)).await;
    let refused = Outcome::Refused {
        code: "81013".to_owned(),
        kind: Refusal::BadRecipient,
    };
    assert_eq!(outcome, refused);
}

/// The platform would take a thirty-first message of a minute and throw it away.
#[tokio::test]
async fn nothing_is_dropped_because_the_client_counts_first() {
    let stage = Stage::start().await;
    let (mut sent, mut waited) = (0, 0_u32);
    for number in 0..120 {
        loop {
            match stage.send(TO, &notice(number)).await {
                Outcome::Sent { .. } => break sent += 1,
                Outcome::Retry {
                    reason: "own_limit",
                    after,
                    ..
                } => {
                    let seconds = u32::try_from(after.as_secs()).unwrap();
                    assert!((1..=60).contains(&seconds));
                    waited += seconds;
                    stage.pass(seconds);
                }
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!((sent, stage.arrived("wecom").await.len()), (120, 120));
    assert_eq!(stage.dropped("wecom").await, 0);
    // Not slower than needed either: 20 a minute after the first ten.
    assert!((300..=360).contains(&waited), "{waited}");
}

#[tokio::test]
async fn a_repetition_does_not_arrive_twice() {
    let stage = Stage::start().await;
    let fault = json!({"path": "/cgi-bin/message/send", "reset_after_processing": true, "times": 1});
    stage.world.fault(fault).await;
    let lost = stage.send(TO, &notice(1)).await;
    assert!(matches!(lost, Outcome::Unknown { .. }), "{lost:?}");
    stage.pass(60);
    assert!(is_sent(&stage.send(TO, &notice(1)).await));
    assert_eq!(
        (stage.arrived("wecom").await.len(), stage.dropped("wecom").await),
        (1, 1)
    );
}

#[tokio::test]
async fn one_token_serves_all_and_a_revoked_one_is_replaced() {
    let stage = Stage::start().await;
    for number in 0..5 {
        stage.send(TO, &notice(number)).await;
    }
    let tokens = || async { stage.world.get("/_sim/counts").await["calls"]["/cgi-bin/gettoken"]["0"].clone() };
    assert_eq!(tokens().await, 1);
    stage
        .world
        .fault(json!({"path": "/cgi-bin/message/send", "token_revoked": true}))
        .await;
    stage.pass(30);
    assert!(is_sent(&stage.send(TO, &notice(9)).await));
    assert_eq!(tokens().await, 2);
}

#[tokio::test]
async fn what_the_whole_company_may_send_ends() {
    let stage = Stage::start().await;
    stage.limits(json!({"wecom_calls_a_minute": 1})).await;
    assert!(is_sent(&stage.send(TO, &notice(1)).await));
    let outcome = stage.send(TO, &notice(2)).await;
    assert!(
        matches!(&outcome, Outcome::Retry { code: Some(code), reason: "minute_quota", .. } if code == "45009"),
        "{outcome:?}"
    );
    stage.pass(60);
    // 200 a day for each account; here nobody has bought one.
    stage.limits(json!({"wecom_accounts": 0})).await;
    assert!(is_sent(&stage.send(TO, &notice(3)).await));
    assert_eq!(
        (stage.arrived("wecom").await.len(), stage.dropped("wecom").await),
        (1, 1)
    );
}
