//! Who opens a page inside WeChat, told to the service account (网页授权): the silent kind (snsapi_base), which tells an
//! openid and asks the person nothing. Pages "Wechat webpage authorization" and "api_snsaccesstoken" of the service
//! accounts' documentation; "getUserInfo" for whether the person follows.

use secrecy::ExposeSecret;
use serde::Deserialize;
use url::Url;

use super::{ServiceAccount, account::read_reply};
use crate::{Mode, Result, channels::settings};

/// Who opened the page.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct PageVisitor {
    /// The person's id within the service account.
    pub openid: String,
    /// 1: not the person, but a stand-in by which WeChat shows a page that asks for too much (快照页).
    #[serde(default)]
    is_snapshotuser: u8,
}

/// What a service account knows of a person.
#[derive(Clone, PartialEq, Eq)]
pub struct Follower {
    /// Only who follows can be sent template messages (43004 otherwise).
    pub follows: bool,
    /// The person's id across the accounts of one Open Platform account; told of followers, if there is such an account.
    pub unionid: Option<String>,
}

#[derive(Deserialize)]
struct UserInfo {
    subscribe: u8,
    #[serde(default)]
    unionid: String,
}

impl PageVisitor {
    /// A stand-in must never be taken for a person.
    #[must_use]
    pub fn is_stand_in(&self) -> bool {
        self.is_snapshotuser == 1
    }
}

impl ServiceAccount {
    /// The address that, opened inside WeChat, leads to `back` with a `code` and this `state` (letters and digits, at most
    /// 128). `back` lies in the authorised domain of the service account.
    #[must_use]
    pub fn authorize_url(&self, back: &str, state: &str) -> String {
        let mut url = self.open_url.clone();
        url.set_path("/connect/oauth2/authorize");
        // In this order: WeChat refuses another.
        url.query_pairs_mut()
            .append_pair("appid", &self.account.appid)
            .append_pair("redirect_uri", back)
            .append_pair("response_type", "code")
            .append_pair("scope", "snsapi_base")
            .append_pair("state", state);
        url.set_fragment(Some("wechat_redirect"));
        url.into()
    }

    /// Exchanges the code of such an opening (five minutes, once).
    ///
    /// # Errors
    /// [`crate::Error::WechatLoginRefused`] if the code is at fault: unknown or too old (40029), used before (40163).
    pub async fn page_visitor(&self, code: &str) -> Result<PageVisitor> {
        let query = [
            ("appid", self.account.appid.as_str()),
            ("secret", self.account.secret.expose_secret()),
            ("code", code),
            ("grant_type", "authorization_code"),
        ];
        let url = self.account.endpoint("/sns/oauth2/access_token");
        read_reply(self.account.http.get(url).query(&query).send().await?).await
    }

    /// What is known of a person.
    ///
    /// # Errors
    /// [`crate::Error::PlatformRefused`] for an openid of another account (40003).
    pub async fn follower(&self, openid: &str) -> Result<Follower> {
        let query = [("openid", openid), ("lang", "zh_CN")];
        let UserInfo { subscribe, unionid } = self.account.ask("/cgi-bin/user/info", &query).await?;
        Ok(Follower {
            follows: subscribe == 1,
            unionid: Some(unionid).filter(|unionid| !unionid.is_empty()),
        })
    }
}

impl std::fmt::Debug for PageVisitor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PageVisitor")
    }
}

impl std::fmt::Debug for Follower {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Follower({})", self.follows)
    }
}

/// Where WeChat asks who opens a page, unless another one is given.
pub(super) fn open_url(given: Option<&Url>, mode: Mode) -> Result<Url> {
    settings::base_url(
        "MINYI_SERVICE_ACCOUNT_OPEN_URL",
        given,
        "https://open.weixin.qq.com",
        mode,
    )
}
