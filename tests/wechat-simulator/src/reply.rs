//! The platform's way of saying no: HTTP 200, an `errcode`, and an `errmsg` that ends in a request id.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::random;

/// A refusal by the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub errcode: i32,
    pub errmsg: String,
}

/// What one call gives: the JSON of success, or a refusal.
pub type Outcome = Result<Value, Refusal>;

impl Refusal {
    /// The refusal with the text that the platform uses for this number.
    pub fn of(errcode: i32) -> Self {
        Self {
            errcode,
            errmsg: text_of(errcode).to_owned(),
        }
    }

    /// 47003: a keyword's value does not fit; `what` names the key and the fault.
    pub fn argument(what: &str) -> Self {
        Self {
            errcode: 47003,
            errmsg: format!("argument invalid! {what}"),
        }
    }

    pub fn body(&self, now: DateTime<Utc>) -> Value {
        json!({
            "errcode": self.errcode,
            "errmsg": format!("{} rid: {}", self.errmsg, random::request_id(now)),
        })
    }
}

// The texts of 40129, 43104, 43107, 43108, 44991, 45168, 61010 and 87020 are not published; clients go by the number only.
fn text_of(errcode: i32) -> &'static str {
    match errcode {
        -1 => "system error",
        40001 => "invalid credential, access_token is invalid or not latest",
        40002 => "invalid grant_type",
        40003 => "invalid openid",
        40013 => "invalid appid",
        40014 => "invalid access_token",
        40029 => "invalid code",
        40037 => "invalid template_id",
        40125 => "invalid appsecret",
        40129 => "invalid scene",
        40163 => "code been used",
        40164 => "invalid ip, not in whitelist",
        40226 => "code blocked",
        40243 => "AppSecret has been frozen",
        41001 => "access_token missing",
        41002 => "appid missing",
        41004 => "appsecret missing",
        41008 => "missing code",
        41030 => "invalid page",
        42001 => "access_token expired",
        43001 => "require GET method",
        43002 => "require POST method",
        43101 => "user refuse to accept the msg",
        43104 => "appid and openid not match",
        43107 => "subscribe message capability or template is banned",
        43108 => "concurrent send to the same user",
        44002 => "empty post data",
        44991 => "content too long",
        45009 => "reach max api daily quota limit",
        45011 => "api minute-quota reach limit, must slower, retry next minute",
        45168 => "content contains sensitive word",
        47001 => "data format error",
        47003 => "argument invalid!",
        48001 => "api unauthorized",
        40035 => "invalid parameter",
        40056 => "invalid agentid",
        43004 => "require subscribe",
        43117 => "template message is sent too frequently to the same user",
        44004 => "empty content",
        81013 => "user & party & tag all invalid",
        61010 => "code is expired, the user has not visited within two hours",
        87020 => "media was checked before",
        89503 => "need admin confirm",
        130_101 => "send too fast, exceed 20 times per minute",
        300_001 => "token is not exist",
        310_000 => "sign not match",
        _ => "request failed",
    }
}
