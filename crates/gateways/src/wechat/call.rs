//! Calls in the account's name, where nothing but a refused token is repeated.

use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Wechat, read_reply, send::is_token_error};
use crate::{Error, Result};

impl Wechat {
    /// Posts `body` to `path`, once more with a new token if WeChat refuses the token.
    pub(super) async fn call<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        let mut refused: Option<SecretString> = None;
        loop {
            let token = self.tokens.get(refused.as_ref()).await?;
            let url = self.config.endpoint(path);
            let request = self.http.post(url).query(&[("access_token", token.expose_secret())]);
            match read_reply(request.json(body).send().await?).await {
                Err(Error::WechatRefused { errcode }) if is_token_error(errcode) && refused.is_none() => {
                    refused = Some(token);
                }
                answer => return answer,
            }
        }
    }
}
