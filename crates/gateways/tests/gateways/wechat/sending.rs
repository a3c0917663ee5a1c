use std::time::Duration;

use minyi_dev::servers::free_port;
use minyi_gateways::{
    Mode,
    channels::{Notice, Outcome, Refusal},
    wechat::{Wechat, WechatConfig, data},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use wiremock::{MockServer, ResponseTemplate};

use super::{OPENID, SEND, STABLE_TOKEN, client, clock, config, message, mount, reply, requests_to, token_reply};
use crate::support;

async fn wechat_that_answers(response: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    mount(&server, "POST", STABLE_TOKEN, token_reply("T1", 7200)).await;
    mount(&server, "POST", SEND, response).await;
    server
}

async fn outcome_of(response: ResponseTemplate) -> Outcome {
    let server = wechat_that_answers(response).await;
    client(&server.uri()).send(OPENID, &message()).await
}

async fn outcome_of_errcode(errcode: i64) -> Outcome {
    // A text that would mislead whoever reads it.
    outcome_of(reply(json!({"errcode": errcode, "errmsg": "ok rid: 65797830-1"}))).await
}

#[tokio::test]
async fn a_message_is_sent_in_the_documented_form_and_its_long_id_kept() {
    let answer = json!({"errcode": 0, "errmsg": "ok", "msgid": 3_201_234_567_890_123_457_u64});
    let server = wechat_that_answers(reply(answer)).await;
    let page = "pages/receipt/index?receipt=ABC";
    let outcome = client(&server.uri())
        .send(
            OPENID,
            &Notice {
                page: Some(page.into()),
                ..message()
            },
        )
        .await;
    assert_eq!(
        outcome,
        Outcome::Sent {
            message_id: Some("3201234567890123457".into())
        }
    );
    let request = requests_to(&server, SEND).await.remove(0);
    assert_eq!(request.url.query(), Some("access_token=T1"));
    let body: Value = request.body_json().unwrap();
    assert_eq!(
        body,
        json!({
            "touser": OPENID,
            "template_id": "template-resident-progress",
            "page": page,
            "data": data(&message()),
            "miniprogram_state": "formal",
            "lang": "zh_CN",
        })
    );
}

#[tokio::test]
async fn what_wechat_refuses_for_good_is_told_by_kind() {
    let table = [
        (43101, Refusal::NotSubscribed),
        (43004, Refusal::NotSubscribed),
        (43117, Refusal::Limited),
        (40003, Refusal::BadRecipient),
        (47003, Refusal::Content),
        (45168, Refusal::Content),
        (99999, Refusal::Other),
    ];
    for (errcode, kind) in table {
        let code = errcode.to_string();
        assert_eq!(outcome_of_errcode(errcode).await, Outcome::Refused { code, kind });
    }
}

#[tokio::test]
async fn what_may_work_later_says_when() {
    let mut waits = Vec::new();
    for errcode in [43108, -1, 45011, 40037, 45009] {
        match outcome_of_errcode(errcode).await {
            Outcome::Retry {
                code: Some(told),
                after,
                ..
            } if told == errcode.to_string() => waits.push(after),
            other => panic!("{errcode}: {other:?}"),
        }
    }
    assert!(waits.is_sorted() && waits[0] <= Duration::from_secs(5));
    assert!(waits[3] >= Duration::from_secs(600));
}

#[tokio::test]
async fn a_front_end_that_did_not_accept_it_is_a_retry_and_a_failed_server_is_unknown() {
    for status in [502, 503, 429, 403, 302] {
        let outcome = outcome_of(ResponseTemplate::new(status)).await;
        assert!(
            matches!(outcome, Outcome::Retry { code: None, .. }),
            "{status}: {outcome:?}"
        );
    }
    for status in [500, 504] {
        let outcome = outcome_of(ResponseTemplate::new(status)).await;
        assert!(matches!(outcome, Outcome::Unknown { .. }), "{status}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_reply_that_says_nothing_is_unknown() {
    for response in [reply(json!({})), ResponseTemplate::new(200).set_body_string("<html>")] {
        assert_eq!(
            outcome_of(response).await,
            Outcome::Unknown {
                reason: "unreadable_reply"
            }
        );
    }
}

#[tokio::test]
async fn no_answer_in_time_is_unknown() {
    let late = reply(json!({"errcode": 0})).set_delay(Duration::from_secs(600));
    let server = wechat_that_answers(late).await;
    // The token, asked for before, has to come in that time.
    let config = WechatConfig {
        wechat_timeout_seconds: 5,
        ..config(&server.uri())
    };
    let client = Wechat::new(config, support::link(support::NOBODY), clock(), Mode::Development).unwrap();
    assert_eq!(
        client.send(OPENID, &message()).await,
        Outcome::Unknown { reason: "timeout" }
    );
}

#[tokio::test]
async fn nobody_there_is_certainly_not_sent() {
    let nobody = format!("http://127.0.0.1:{}", support::NOBODY);
    let outcome = client(&nobody).send(OPENID, &message()).await;
    assert!(matches!(
        outcome,
        Outcome::Retry {
            code: None,
            reason: "no_token",
            ..
        }
    ));
}

#[tokio::test]
async fn a_refused_connection_after_the_token_is_certainly_not_sent() {
    let outcome = outcome_after_token(AfterToken::StopListening).await;
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

#[tokio::test]
async fn a_connection_that_breaks_after_the_request_is_unknown() {
    let outcome = outcome_after_token(AfterToken::ReadAndHangUp).await;
    assert_eq!(
        outcome,
        Outcome::Unknown {
            reason: "connection_lost"
        }
    );
}

enum AfterToken {
    StopListening,
    ReadAndHangUp,
}

/// A server that gives a token and then fails in the given way.
async fn outcome_after_token(then: AfterToken) -> Outcome {
    // One that nobody else takes when it is given up.
    let port = free_port().unwrap();
    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let client = client(&format!("http://{address}"));
    let sending = tokio::spawn(async move { client.send(OPENID, &message()).await });

    let (mut connection, _) = listener.accept().await.unwrap();
    read_request(&mut connection).await;
    let listener = match then {
        AfterToken::StopListening => {
            drop(listener);
            None
        }
        AfterToken::ReadAndHangUp => Some(listener),
    };
    let body = r#"{"access_token":"T1","expires_in":7200}"#;
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
    connection.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    drop(connection);
    if let Some(listener) = listener {
        let (mut connection, _) = listener.accept().await.unwrap();
        read_request(&mut connection).await;
    }
    sending.await.unwrap()
}

/// Reads until the JSON body is there.
async fn read_request(connection: &mut tokio::net::TcpStream) {
    let mut read = Vec::new();
    while !read.ends_with(b"}") {
        assert!(connection.read_buf(&mut read).await.unwrap() > 0);
    }
}
