use minyi_domain::delivery::Channel;
use minyi_gateways::channels::{Notice, Outcome, Refusal};
use serde_json::json;

use super::{MAILBOX, Stage, is_sent, notice};

const TO: (Channel, &str) = (Channel::Mail, MAILBOX);

#[tokio::test]
async fn a_mail_is_readable_as_text_and_a_repetition_has_the_same_id() {
    let stage = Stage::start().await;
    stage
        .world
        .fault(json!({"path": "/smtp", "reset_after_processing": true, "times": 1}))
        .await;
    let lost = stage.send(TO, &notice(1)).await;
    assert_eq!(
        lost,
        Outcome::Unknown {
            reason: "connection_lost"
        }
    );
    assert!(is_sent(&stage.send(TO, &notice(1)).await));
    let arrived = stage.arrived("mail").await;
    assert_eq!(arrived.len(), 2);
    let id = format!("<{}@example.cn>", notice(1).id.simple());
    assert!(arrived.iter().all(|mail| mail["id"] == json!(id)), "{arrived:?}");
    assert_eq!(
        arrived[1]["text"],
        "待办提醒：20261121-ACDE001（待答复）\n\n【待办提醒】幸福社区三网格\n编号 20261121-ACDE001，待答复\n\
         3 号楼路灯不亮\n答复期限 2026年12月1日 00:05\n\
         https://minyi.example.cn/deputy/#/pages/case/index?id=7\n\n这封信由系统发出，请勿回复。"
    );
}

#[tokio::test]
async fn markup_in_somebodys_words_stays_words() {
    let stage = Stage::start().await;
    let said = Notice {
        summary: "<script>alert(1)</script> & \"灯\"\r\n.\r\nRCPT TO:<x@y>".to_owned(),
        place: "幸福\r\nBcc: x@example.cn".to_owned(),
        number: "1\r\nBcc: y@example.cn".to_owned(),
        ..notice(1)
    };
    assert!(is_sent(&stage.send(TO, &said).await));
    let arrived = stage.arrived("mail").await;
    assert_eq!((arrived.len(), &arrived[0]["to"]), (1, &json!("deputy@example.cn")));
    let text = arrived[0]["text"].as_str().unwrap();
    assert!(
        text.contains("<script>alert(1)</script> & \"灯\" . RCPT TO:<x@y>"),
        "{text}"
    );
}

#[tokio::test]
async fn what_the_server_says_is_certain() {
    let stage = Stage::start().await;
    let nobody = (Channel::Mail, "somebody@nowhere.invalid");
    let refused = |code: &str, kind| Outcome::Refused {
        code: code.to_owned(),
        kind,
    };
    assert_eq!(
        stage.send(nobody, &notice(1)).await,
        refused("550", Refusal::BadRecipient)
    );
    let nonsense = (Channel::Mail, "no mailbox");
    assert_eq!(
        stage.send(nonsense, &notice(1)).await,
        refused("", Refusal::BadRecipient)
    );
    stage
        .world
        .fault(json!({"path": "/smtp", "errcode": 45009, "times": 1}))
        .await;
    assert_eq!(stage.send(TO, &notice(1)).await, refused("452", Refusal::Limited));
    stage
        .world
        .fault(json!({"path": "/smtp", "errcode": -1, "times": 1}))
        .await;
    let busy = stage.send(TO, &notice(1)).await;
    assert!(
        matches!(&busy, Outcome::Retry { code: Some(code), .. } if code == "451"),
        "{busy:?}"
    );
}

#[tokio::test]
async fn a_wrong_password_waits_for_a_person_and_an_absent_server_for_a_moment() {
    let stage = Stage::start().await;
    let wrong = stage.world.simulator.mail_url.replace("simulatorMailPassword", "wrong");
    let other = Stage::with(|config| config.mail.mail_url = wrong.into()).await;
    let outcome = other.send(TO, &notice(1)).await;
    assert!(
        matches!(&outcome, Outcome::Retry { code: Some(code), reason: "configuration", .. } if code == "535"),
        "{outcome:?}"
    );
    let nowhere = Stage::with(|config| config.mail.mail_url = "smtp://a:b@127.0.0.1:1".to_owned().into()).await;
    let outcome = nowhere.send(TO, &notice(1)).await;
    assert!(
        matches!(
            outcome,
            Outcome::Retry {
                reason: "no_connection",
                ..
            }
        ),
        "{outcome:?}"
    );
}
