//! Text messages, signed by the product's own client code, which knows nothing of the simulator's.

use std::collections::BTreeMap;

use minyi_gateways::sms::{Acs3, acs3};
use serde_json::Value;
use wechat_simulator::sms::{self, aliyun};

use crate::world::{DEPUTY, World};

const PHONE: &str = "13900000001";
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A call with everything right; `change` makes it wrong.
struct Call {
    query: BTreeMap<&'static str, String>,
    headers: BTreeMap<&'static str, String>,
    key_id: String,
    key_secret: String,
}

impl Call {
    fn new(world: &World, nonce: &str) -> Self {
        let host = world.simulator.address.trim_start_matches("http://").to_owned();
        let own =
            |pairs: &[(&'static str, &str)]| pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let date = world.clock.now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
        Self {
            query: own(&[
                ("PhoneNumbers", PHONE),
                ("SignName", sms::SIGN_NAME),
                ("TemplateCode", sms::Template::Code.aliyun()),
                ("TemplateParam", r#"{"code":"482913"}"#),
            ]),
            headers: own(&[
                ("host", &host),
                ("x-acs-action", "SendSms"),
                ("x-acs-content-sha256", EMPTY),
                ("x-acs-date", &date),
                ("x-acs-signature-nonce", nonce),
                ("x-acs-version", "2017-05-25"),
            ]),
            key_id: aliyun::KEY_ID.to_owned(),
            key_secret: aliyun::KEY_SECRET.to_owned(),
        }
    }

    async fn send(self, world: &World) -> (u16, String) {
        let authorization = acs3(&Acs3 {
            key_id: &self.key_id,
            key_secret: &self.key_secret,
            method: "POST",
            path: aliyun::PATH,
            query: &self.query,
            headers: &self.headers,
        });
        let mut request = world.http.post(world.url(aliyun::PATH)).query(&self.query);
        for (name, value) in self.headers.iter().filter(|(name, _)| **name != "host") {
            request = request.header(*name, value);
        }
        let answer = request.header("authorization", authorization).send().await.unwrap();
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.unwrap();
        (status, body["Code"].as_str().unwrap().to_owned())
    }
}

fn says(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn a_signed_message_stands_on_the_phone_once_a_minute() {
    let world = World::start().await;
    assert_eq!(Call::new(&world, "nonce-1").send(&world).await, says(200, "OK"));
    let texts = world.get(&format!("/_sim/texts?phone={PHONE}")).await;
    let text = texts["items"][0]["text"].as_str().unwrap();
    assert!(text.contains("482913") && text.starts_with("【民意码】"), "{text}");
    let page = world.page(&format!("/phone/{DEPUTY}")).await;
    assert!(page.contains("短信") && page.contains("482913"), "{page}");
    let limited = says(200, "isv.BUSINESS_LIMIT_CONTROL");
    assert_eq!(Call::new(&world, "nonce-2").send(&world).await, limited);
    for minute in 2..=5 {
        world.clock.advance(60);
        let nonce = format!("minute-{minute}");
        assert_eq!(Call::new(&world, &nonce).send(&world).await, says(200, "OK"));
    }
    // Five an hour.
    world.clock.advance(60);
    assert_eq!(Call::new(&world, "minute-6").send(&world).await, limited);
}

#[tokio::test]
async fn a_call_that_is_not_rightly_signed_is_refused_with_the_providers_word() {
    let world = World::start().await;
    let mut stranger = Call::new(&world, "nonce-1");
    stranger.key_id = "LTAI5tNOBODY".to_owned();
    assert_eq!(stranger.send(&world).await, says(404, "InvalidAccessKeyId.NotFound"));
    let mut forged = Call::new(&world, "nonce-2");
    forged.key_secret = "another".to_owned();
    assert_eq!(forged.send(&world).await, says(400, "SignatureDoesNotMatch"));
    let mut late = Call::new(&world, "nonce-3");
    late.headers.insert("x-acs-date", "2020-01-01T00:00:00Z".to_owned());
    assert_eq!(late.send(&world).await, says(400, "InvalidTimeStamp.Expired"));
    let mut unsigned = Call::new(&world, "nonce-4");
    unsigned.headers.remove("x-acs-content-sha256");
    assert_eq!(unsigned.send(&world).await, says(400, "IncompleteSignature"));
    assert_eq!(Call::new(&world, "nonce-5").send(&world).await, says(200, "OK"));
    world.clock.advance(60);
    assert_eq!(
        Call::new(&world, "nonce-5").send(&world).await,
        says(400, "SignatureNonceUsed")
    );
}

#[tokio::test]
async fn what_the_message_lacks_is_named() {
    let world = World::start().await;
    let wrong = [
        ("PhoneNumbers", "12345", "isv.MOBILE_NUMBER_ILLEGAL"),
        ("SignName", "别人", "isv.SMS_SIGNATURE_ILLEGAL"),
        ("TemplateCode", "SMS_1", "isv.SMS_TEMPLATE_ILLEGAL"),
        ("TemplateParam", "{", "isv.INVALID_JSON_PARAM"),
        ("TemplateParam", "{}", "isv.TEMPLATE_MISSING_PARAMETERS"),
    ];
    for (number, (name, value, code)) in wrong.into_iter().enumerate() {
        let mut call = Call::new(&world, &format!("nonce-{number}"));
        call.query.insert(name, value.to_owned());
        assert_eq!(call.send(&world).await, says(200, code), "{name}");
    }
}
