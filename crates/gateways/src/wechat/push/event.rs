//! What a push says, whether it came as XML or as JSON.

use roxmltree::{Document, Node};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::Unbelieved;

/// One push.
#[derive(Debug, Clone, PartialEq)]
pub struct Push {
    /// The same for each repetition of the same push, and for no other one: a digest of all that it says. The
    /// platform's own numbers collide.
    pub key: [u8; 32],
    /// Whom it concerns.
    pub openid: String,
    /// The platform's name of the event, or of the message's type.
    pub kind: String,
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The person has answered the popup, or has switched templates off: template and answer.
    Permissions(Vec<(String, Answer)>),
    /// What came of looking at a photo (wxa_media_check).
    Media(MediaResult),
    /// What came of messages that were taken before: those that failed afterwards.
    Sent(Vec<Failure>),
    /// Nothing that anybody here waits for.
    Other,
}

/// WeChat's word about a photo that it was asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaResult {
    /// As the answer to the question named it.
    pub trace_id: String,
    /// 0, or why it could not look: -1008, it could not fetch the photo.
    pub errcode: i32,
    /// `review` and `risky` are no pass.
    pub is_pass: bool,
    /// 100 normal, 20002 porn, …
    pub label: Option<i32>,
}

/// A message that the platform took and did not bring in the end (subscribe_msg_sent_event).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// MsgID, as the answer to the sending named it.
    pub message_id: String,
    /// ErrorCode.
    pub code: i32,
    /// ErrorStatus, the platform's word; 100 characters of it at most.
    pub status: String,
}

/// Characters of a word that somebody reads as the reason.
const LONGEST_STATUS: usize = 100;

/// What a person answered about one template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// One message more may be sent.
    Accept,
    /// None may be sent.
    Reject,
}

/// XML or JSON as JSON; a repeated element becomes a list.
pub fn read(body: &[u8]) -> Result<Value, Unbelieved> {
    let text = std::str::from_utf8(body).map_err(|_| Unbelieved::Unreadable)?;
    if text.trim_start().starts_with('<') {
        // Document types, and with them entities from outside, are refused by default.
        let document = Document::parse(text).map_err(|_| Unbelieved::Unreadable)?;
        return Ok(of_xml(document.root_element()));
    }
    let value: Value = serde_json::from_str(text).map_err(|_| Unbelieved::Unreadable)?;
    value.is_object().then_some(value).ok_or(Unbelieved::Unreadable)
}

fn of_xml(node: Node<'_, '_>) -> Value {
    let mut children = node.children().filter(Node::is_element).peekable();
    if children.peek().is_none() {
        return Value::String(node.text().unwrap_or_default().to_owned());
    }
    let mut object = Map::new();
    for child in children {
        let value = of_xml(child);
        match object.get_mut(child.tag_name().name()) {
            None => drop(object.insert(child.tag_name().name().to_owned(), value)),
            Some(Value::Array(several)) => several.push(value),
            Some(one) => *one = Value::Array(vec![one.take(), value]),
        }
    }
    Value::Object(object)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// XML has no numbers, and JSON has some of them as texts.
fn number(value: &Value) -> Option<i32> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_i64().and_then(|number| i32::try_from(number).ok()),
    }
}

/// XML nests the list under the event's own name, JSON does not; one entry is an object, several are a list.
fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    let found = [&value[name]["List"], &value["List"]];
    match found.into_iter().find(|list| !list.is_null()) {
        Some(Value::Array(several)) => several,
        Some(one) => std::slice::from_ref(one),
        None => &[],
    }
}

impl Push {
    /// Reads the opened `value`, whose bytes are `body`.
    pub(super) fn of(value: &Value, body: &[u8]) -> Result<Self, Unbelieved> {
        let kind = match value["Event"].as_str() {
            Some(event) => event.to_owned(),
            None => text(&value["MsgType"]),
        };
        if kind.is_empty() {
            return Err(Unbelieved::Unreadable);
        }
        Ok(Self {
            key: Sha256::digest(body).into(),
            openid: text(&value["FromUserName"]),
            event: Event::of(&kind, value),
            kind,
        })
    }
}

impl Event {
    fn of(kind: &str, value: &Value) -> Self {
        let permission = |entry: &Value| {
            let answer = match entry["SubscribeStatusString"].as_str()? {
                "accept" => Answer::Accept,
                "reject" => Answer::Reject,
                _ => return None,
            };
            Some((text(&entry["TemplateId"]), answer))
        };
        let permissions = |name| Self::Permissions(list(value, name).iter().filter_map(permission).collect());
        match kind {
            "subscribe_msg_popup_event" => permissions("SubscribeMsgPopupEvent"),
            "subscribe_msg_change_event" => permissions("SubscribeMsgChangeEvent"),
            "subscribe_msg_sent_event" => {
                let entries = list(value, "SubscribeMsgSentEvent").iter();
                Self::Sent(entries.filter_map(Failure::of).collect())
            }
            "wxa_media_check" => MediaResult::of(value).map_or(Self::Other, Self::Media),
            _ => Self::Other,
        }
    }
}

impl Failure {
    /// `None`: it did not fail, or names no message.
    fn of(entry: &Value) -> Option<Self> {
        let code = number(&entry["ErrorCode"]).filter(|code| *code != 0)?;
        let message_id = match &entry["MsgID"] {
            Value::String(id) if !id.is_empty() => id.clone(),
            // Above 2^53, so never through a float.
            Value::Number(id) => id.to_string(),
            _ => return None,
        };
        let status = text(&entry["ErrorStatus"]).chars().take(LONGEST_STATUS).collect();
        Some(Self {
            message_id,
            code,
            status,
        })
    }
}

impl MediaResult {
    /// `None`: it names no question.
    fn of(value: &Value) -> Option<Self> {
        let result = &value["result"];
        Some(Self {
            trace_id: value["trace_id"].as_str().filter(|id| !id.is_empty())?.to_owned(),
            errcode: number(&value["errcode"]).unwrap_or(0),
            is_pass: result["suggest"] == "pass",
            label: number(&result["label"]),
        })
    }
}
