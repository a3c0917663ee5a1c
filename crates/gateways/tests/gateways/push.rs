//! Pushes of WeChat, with the samples of its documentation and of the Python package wechatpy.

use minyi_gateways::{
    callback::Envelope,
    wechat::push::{Answer, Event, Failure, MediaResult, PushQuery, Pushes, Unbelieved, WechatPushConfig},
};
use serde_json::{Value, json};

fn samples() -> Value {
    serde_json::from_str(include_str!("push.json")).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn gate(sample: &Value) -> Pushes {
    let config = WechatPushConfig {
        wechat_push_token: sample["token"].as_str().map(Into::into),
        wechat_push_aes_key: sample["encoding_aes_key"].as_str().map(Into::into),
    };
    let appid = sample["appid"].as_str().unwrap_or("wx1");
    Pushes::new(&config, appid).unwrap().unwrap()
}

fn query(sample: &Value) -> PushQuery {
    let of = |name: &str| sample[name].as_str().unwrap_or_default().to_owned();
    PushQuery {
        signature: of("signature"),
        timestamp: of("timestamp"),
        nonce: of("nonce"),
        msg_signature: of("msg_signature"),
        echostr: None,
    }
}

/// Without encryption, and with a signature that fits.
fn plainly(body: &str) -> Result<Event, Unbelieved> {
    let sample = &samples()["plain"];
    gate(sample)
        .open(&query(sample), body.as_bytes())
        .map(|push| push.event)
}

#[test]
fn the_address_is_verified_as_documented() {
    let sample = &samples()["get_verify"];
    assert_eq!(gate(sample).believe(&query(sample)), Ok(()));
    let mut other = query(sample);
    other.nonce.push('1');
    assert_eq!(gate(sample).believe(&other), Err(Unbelieved::Signature));
}

#[test]
fn every_encrypted_sample_opens_to_its_message() {
    let samples = samples();
    for sample in samples["encrypted"].as_array().unwrap() {
        // What stands beside it for the plain mode is right as well, and not what is looked at.
        assert_eq!(gate(sample).believe(&query(sample)), Ok(()));
        let envelope = Envelope::new(&text(&sample["encoding_aes_key"])).unwrap();
        let message = envelope
            .open(&text(&sample["encrypt"]), &text(&sample["appid"]))
            .unwrap();
        assert_eq!(String::from_utf8(message).unwrap(), text(&sample["msg"]));
        let body = json!({ "ToUserName": "gh", "Encrypt": sample["encrypt"] }).to_string();
        let opened = gate(sample).open(&query(sample), body.as_bytes());
        // Some samples test the filling only and hold no event.
        let readable = text(&sample["msg"]).contains("MsgType");
        match &opened {
            Ok(push) => assert!(readable && text(&sample["msg"]).contains(&push.kind), "{sample}"),
            Err(why) => assert!(!readable && *why == Unbelieved::Unreadable, "{why} {sample}"),
        }
        let xml = format!("<xml><Encrypt><![CDATA[{}]]></Encrypt></xml>", text(&sample["encrypt"]));
        assert_eq!(gate(sample).open(&query(sample), xml.as_bytes()), opened);
    }
}

#[test]
fn what_was_changed_or_is_for_another_is_not_believed() {
    let samples = samples();
    let sample = samples["encrypted"][1].clone();
    let body = |sealed: &str| json!({ "Encrypt": sealed }).to_string();
    let sealed = text(&sample["encrypt"]);
    let mut query = query(&sample);
    let mut other = sample.clone();
    other["appid"] = json!("wx-of-another");
    let opened = gate(&other).open(&query, body(&sealed).as_bytes());
    assert_eq!(opened, Err(Unbelieved::Sealed));
    let changed = body(&sealed.replacen('Q', "R", 1));
    assert_eq!(
        gate(&sample).open(&query, changed.as_bytes()),
        Err(Unbelieved::Signature)
    );
    query.msg_signature = query.msg_signature.to_uppercase();
    assert_eq!(
        gate(&sample).open(&query, body(&sealed).as_bytes()),
        Err(Unbelieved::Signature)
    );
    // Who sets a key wants no plain push, because its signature does not cover what it says.
    let plain = gate(&sample).open(&query, br#"{"MsgType":"event","Event":"x"}"#);
    assert_eq!(plain, Err(Unbelieved::Plain));
}

#[test]
fn an_answer_to_the_popup_is_read_in_every_form() {
    let accepted = Event::Permissions(vec![("T1".into(), Answer::Accept)]);
    let both = Event::Permissions(vec![("T1".into(), Answer::Accept), ("T2".into(), Answer::Reject)]);
    let of_json = |list: Value| {
        let body = json!({ "FromUserName": "o1", "CreateTime": "1620973045", "MsgType": "event",
            "Event": "subscribe_msg_popup_event", "List": list });
        plainly(&body.to_string()).unwrap()
    };
    let entry = |id: &str, said: &str| json!({ "TemplateId": id, "SubscribeStatusString": said, "PopupScene": "0" });
    assert_eq!(of_json(entry("T1", "accept")), accepted);
    assert_eq!(of_json(json!([entry("T1", "accept"), entry("T2", "reject")])), both);
    let of_xml = |lists: &str| {
        plainly(&format!(
            "<xml><FromUserName>o1</FromUserName><MsgType><![CDATA[event]]></MsgType>
             <Event><![CDATA[subscribe_msg_popup_event]]></Event>
             <SubscribeMsgPopupEvent>{lists}</SubscribeMsgPopupEvent></xml>"
        ))
        .unwrap()
    };
    let list = |id: &str, said: &str| {
        format!("<List><TemplateId>{id}</TemplateId><SubscribeStatusString>{said}</SubscribeStatusString></List>")
    };
    assert_eq!(of_xml(&list("T1", "accept")), accepted);
    assert_eq!(of_xml(&(list("T1", "accept") + &list("T2", "reject"))), both);
}

#[test]
fn what_failed_after_it_was_taken_is_read_in_every_form() {
    let failed = Event::Sent(vec![Failure {
        message_id: "3201234567890123457".into(),
        code: -1,
        status: "system failed".into(),
    }]);
    let of_json = |list: Value| {
        let body = json!({ "FromUserName": "o1", "CreateTime": "1620973045", "MsgType": "event",
            "Event": "subscribe_msg_sent_event", "List": list });
        plainly(&body.to_string()).unwrap()
    };
    let entry = |id: Value, code: Value, status: &str| json!({ "TemplateId": "T1", "MsgID": id, "ErrorCode": code, "ErrorStatus": status });
    let as_text = entry(json!("3201234567890123457"), json!("-1"), "system failed");
    let as_number = entry(json!(3_201_234_567_890_123_457_u64), json!(-1), "system failed");
    let arrived = entry(json!("1"), json!("0"), "success");
    assert_eq!(of_json(as_text.clone()), failed);
    assert_eq!(of_json(as_number), failed);
    assert_eq!(of_json(json!([arrived, as_text])), failed);
    assert_eq!(of_json(arrived), Event::Sent(Vec::new()));
    let list = |id: &str, code: &str, status: &str| {
        format!(
            "<List><TemplateId>T1</TemplateId><MsgID>{id}</MsgID><ErrorCode>{code}</ErrorCode>
             <ErrorStatus><![CDATA[{status}]]></ErrorStatus></List>"
        )
    };
    let lists = list("1", "0", "success") + &list("3201234567890123457", "-1", "system failed");
    let xml = format!(
        "<xml><FromUserName>o1</FromUserName><MsgType><![CDATA[event]]></MsgType>
         <Event><![CDATA[subscribe_msg_sent_event]]></Event>
         <SubscribeMsgSentEvent>{lists}</SubscribeMsgSentEvent></xml>"
    );
    assert_eq!(plainly(&xml).unwrap(), failed);
}

#[test]
fn the_result_of_a_photo_is_read_from_json_and_from_xml() {
    let event = |result: Value, errcode: i64| {
        let body = json!({ "ToUserName": "gh_38cc49f9733b", "FromUserName": "oH1fu0FdHqpToe2T6gBj0WyB8iS1",
            "CreateTime": 1_626_959_646, "MsgType": "event", "Event": "wxa_media_check", "appid": "wx8f16a5ab77d4e4f4",
            "trace_id": "60f96f1d-3845297a-1976a3ae", "version": 2, "errcode": errcode, "errmsg": "ok", "result": result,
            "detail": [{ "strategy": "content_model", "errcode": 0, "suggest": "pass", "label": 100, "prob": 90 }] });
        plainly(&body.to_string()).unwrap()
    };
    let expected = |errcode, is_pass, label| {
        Event::Media(MediaResult {
            trace_id: "60f96f1d-3845297a-1976a3ae".into(),
            errcode,
            is_pass,
            label,
        })
    };
    let passed = json!({ "suggest": "pass", "label": 100 });
    assert_eq!(event(passed, 0), expected(0, true, Some(100)));
    let risky = json!({ "suggest": "risky", "label": 20002 });
    assert_eq!(event(risky, 0), expected(0, false, Some(20002)));
    assert_eq!(event(json!({}), -1008), expected(-1008, false, None));
    let xml = "<xml><FromUserName>o1</FromUserName><MsgType>event</MsgType><Event>wxa_media_check</Event>
        <trace_id>60f96f1d-3845297a-1976a3ae</trace_id><errcode>0</errcode>
        <result><suggest>pass</suggest><label>100</label></result></xml>";
    assert_eq!(plainly(xml).unwrap(), expected(0, true, Some(100)));
    assert_eq!(
        plainly(r#"{"MsgType":"event","Event":"wxa_media_check"}"#).unwrap(),
        Event::Other
    );
}

#[test]
fn what_is_no_event_is_unreadable() {
    let entity = r#"<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><MsgType>&e;</MsgType></xml>"#;
    for body in ["", "[]", "3", "{}", "<xml>", entity] {
        assert_eq!(plainly(body), Err(Unbelieved::Unreadable), "{body}");
    }
}

#[test]
fn half_a_setting_does_not_start() {
    let config = |token: Option<&str>, key: Option<&str>| WechatPushConfig {
        wechat_push_token: token.map(Into::into),
        wechat_push_aes_key: key.map(Into::into),
    };
    assert!(Pushes::new(&config(None, None), "wx1").unwrap().is_none());
    assert!(Pushes::new(&config(None, Some(&"A".repeat(43))), "wx1").is_err());
    assert!(Pushes::new(&config(Some("t"), Some("short")), "wx1").is_err());
}
