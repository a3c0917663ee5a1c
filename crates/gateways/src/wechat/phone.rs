//! The phone number of a person who agreed to tell it (手机号快速验证组件).

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Wechat;
use crate::{Error, Result};

#[derive(Deserialize)]
struct PhoneReply {
    phone_info: PhoneInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PhoneInfo {
    /// Without the country's code.
    pure_phone_number: String,
    /// A text on newer pages, a number on older ones.
    #[serde(default)]
    country_code: Value,
}

impl Wechat {
    /// Exchanges the code of the button `getPhoneNumber` (five minutes, once; not the code of `wx.login`) for the phone
    /// number, without the country's code. [`Error::WechatLoginRefused`] if the code is at fault, or the number is none
    /// of mainland China.
    pub async fn phone_number(&self, code: &str) -> Result<SecretString> {
        let body = json!({ "code": code });
        match self
            .account
            .call::<PhoneReply>("/wxa/business/getuserphonenumber", &body)
            .await
        {
            // The code was made by another mini-program.
            Err(Error::PlatformRefused { errcode: 40013 }) => Err(Error::WechatLoginRefused { errcode: 40013 }),
            answer => answer?.phone_info.local(),
        }
    }
}

impl PhoneInfo {
    fn local(self) -> Result<SecretString> {
        let is_chinese = match &self.country_code {
            Value::String(code) => code == "86",
            Value::Number(code) => code.as_i64() == Some(86),
            _ => true,
        };
        if is_chinese {
            Ok(self.pure_phone_number.into())
        } else {
            Err(Error::WechatLoginRefused { errcode: 0 })
        }
    }
}
