//! The phone number of a person who agreed to tell it (手机号快速验证组件).

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Wechat,
    account::{is_token_error, read_reply},
};
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
        let mut refused: Option<SecretString> = None;
        loop {
            let token = self.account.tokens.get(refused.as_ref()).await?;
            let url = self.account.endpoint("/wxa/business/getuserphonenumber");
            let request = self
                .account
                .http
                .post(url)
                .query(&[("access_token", token.expose_secret())]);
            let answer = read_reply::<PhoneReply>(request.json(&json!({ "code": code })).send().await?).await;
            match answer {
                Err(Error::PlatformRefused { errcode }) if is_token_error(errcode) && refused.is_none() => {
                    refused = Some(token);
                }
                // The code was made by another mini-program.
                Err(Error::PlatformRefused { errcode: 40013 }) => {
                    return Err(Error::WechatLoginRefused { errcode: 40013 });
                }
                Err(error) => return Err(error),
                Ok(PhoneReply { phone_info }) => return phone_info.local(),
            }
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
