//! Messages of an application of WeCom (企业微信应用消息): to members of the company's directory, in WeCom or, through
//! its plugin, in WeChat. Pages 90236 (send) and 90455 (numbers) of developer.work.weixin.qq.com.
//!
//! More than 30 messages a minute or 1,000 an hour to one member are dropped without a word, so this client counts
//! first and lets them wait. What is sent twice within half an hour in the same words arrives once
//! (`enable_duplicate_check`).

use std::{sync::Arc, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::{
    Error, Mode, Result,
    channels::{
        Notice, Outcome, Refusal, http,
        outcome::{AFTER_REPAIR, NEXT_MINUTE, SHORTLY, SOON},
        settings,
        token::{self, Fresh, TokenSource, Tokens},
    },
    clock::Clock,
    limits::{Check, Decision, Limit, Limits},
    redis_link::RedisLink,
};

const USUAL_ADDRESS: &str = "https://qyapi.weixin.qq.com";
/// Of a text message, UTF-8.
pub(crate) const TEXT_BYTES: usize = 2048;
/// In any minute at most 10 at once and 20 more (one each 3 s): 30.
const MINUTE: Limit = Limit {
    burst: 10,
    per: Duration::from_secs(30),
};
/// In any hour at most 200 at once and 800 more (one each 4.5 s): 1,000.
const HOUR: Limit = Limit {
    burst: 200,
    per: Duration::from_secs(900),
};

/// Calls of this interface by the whole company: in any minute at most 2,500 at once and 7,500 more (one each 8 ms):
/// 10,000.
const CALLS_A_MINUTE: Limit = Limit {
    burst: 2_500,
    per: Duration::from_secs(20),
};
/// In any hour at most 30,000 at once and 120,000 more (one each 30 ms): 150,000.
const CALLS_AN_HOUR: Limit = Limit {
    burst: 30_000,
    per: Duration::from_secs(900),
};

/// The settings of WeCom: all of them, or none and the channel does not exist.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct WecomConfig {
    /// Address of WeCom's API; another one only for tests and private deployments
    #[arg(long, env = "MINYI_WECOM_BASE_URL")]
    pub wecom_base_url: Option<Url>,
    /// CorpID (企业ID); without it nobody is told through WeCom
    #[arg(long, env = "MINYI_WECOM_CORP_ID", default_value = "")]
    pub wecom_corp_id: String,
    /// AgentId of the application
    #[arg(long, env = "MINYI_WECOM_AGENT_ID", default_value = "")]
    pub wecom_agent_id: String,
    /// Secret of the application
    #[arg(long, env = "MINYI_WECOM_SECRET", default_value = "", hide_env_values = true)]
    pub wecom_secret: SecretString,
}

/// The client. Clones share connections and the token.
#[derive(Debug, Clone)]
pub struct Wecom {
    http: reqwest::Client,
    base_url: Url,
    corp_id: String,
    agent_id: u32,
    tokens: Arc<Tokens<AppToken>>,
    limits: Limits,
}

/// `gettoken`: the same token for everybody while it lives.
#[derive(Debug)]
struct AppToken {
    http: reqwest::Client,
    url: String,
    corp_id: String,
    agent_id: u32,
    secret: SecretString,
}

#[derive(Deserialize)]
struct SendReply {
    errcode: i64,
    msgid: Option<String>,
    /// Members who are not in the directory or may not see the application.
    #[serde(default)]
    invaliduser: String,
    /// Members without a licence of the interface.
    #[serde(default)]
    unlicenseduser: String,
}

impl Wecom {
    /// Checks the settings; nothing is called yet. `None`: there is no WeCom here.
    ///
    /// # Errors
    /// [`Error::Configuration`].
    pub fn new(config: WecomConfig, limits: Limits, link: RedisLink, clock: Clock, mode: Mode) -> Result<Option<Self>> {
        let is_set = settings::all_or_none([
            ("MINYI_WECOM_CORP_ID", config.wecom_corp_id.as_str()),
            ("MINYI_WECOM_AGENT_ID", &config.wecom_agent_id),
            ("MINYI_WECOM_SECRET", config.wecom_secret.expose_secret()),
        ])?;
        if !is_set {
            return Ok(None);
        }
        let agent_id = config.wecom_agent_id.trim().parse();
        let agent_id = agent_id.map_err(|_| Error::configuration("MINYI_WECOM_AGENT_ID", "must be a number"))?;
        let given = config.wecom_base_url.as_ref();
        let base_url = settings::base_url("MINYI_WECOM_BASE_URL", given, USUAL_ADDRESS, mode)?;
        let http = http::client(http::TIMEOUT)?;
        let source = AppToken {
            http: http.clone(),
            url: http::endpoint(&base_url, "/cgi-bin/gettoken"),
            corp_id: config.wecom_corp_id.clone(),
            agent_id,
            secret: config.wecom_secret,
        };
        Ok(Some(Self {
            http,
            base_url,
            corp_id: config.wecom_corp_id,
            agent_id,
            tokens: Arc::new(Tokens::new(source, link, clock)),
            limits,
        }))
    }

    /// Sends `notice` to the member `userid`.
    pub async fn send(&self, userid: &str, notice: &Notice) -> Outcome {
        let check = |class, subject, limit| Check { class, subject, limit };
        let checks = [
            check("wecom.minute", userid, MINUTE),
            check("wecom.hour", userid, HOUR),
            check("wecom.calls.minute", &self.corp_id, CALLS_A_MINUTE),
            check("wecom.calls.hour", &self.corp_id, CALLS_AN_HOUR),
        ];
        if let Decision::Limited {
            retry_after_seconds, ..
        } = self.limits.check(&checks).await
        {
            return Outcome::retry(Duration::from_secs(retry_after_seconds.into()), "own_limit");
        }
        let body = json!({
            "touser": userid,
            "msgtype": "text",
            "agentid": self.agent_id,
            "text": {"content": notice.text(TEXT_BYTES)},
            "safe": 0,
            "enable_duplicate_check": 1,
            "duplicate_check_interval": 1800,
        });
        let post = |token: SecretString| self.post(token, &body);
        match self.tokens.with(post, |reply| is_token_error(reply.errcode)).await {
            Ok(reply) => judge(reply),
            Err(outcome) => outcome,
        }
    }

    async fn post(&self, token: SecretString, body: &Value) -> std::result::Result<SendReply, Outcome> {
        let url = http::endpoint(&self.base_url, "/cgi-bin/message/send");
        let request = self.http.post(url).query(&[("access_token", token.expose_secret())]);
        http::call(request.json(body)).await
    }
}

impl TokenSource for AppToken {
    fn key(&self) -> String {
        format!("wecom:token:{}:{}", self.corp_id, self.agent_id)
    }

    async fn fetch(&self) -> Result<Fresh> {
        let query = [
            ("corpid", self.corp_id.as_str()),
            ("corpsecret", self.secret.expose_secret()),
        ];
        token::read(self.http.get(&self.url).query(&query).send().await?).await
    }
}

fn is_token_error(errcode: i64) -> bool {
    matches!(errcode, 40014 | 42001)
}

fn judge(reply: SendReply) -> Outcome {
    let errcode = reply.errcode;
    match errcode {
        // One recipient, so a partial failure is a whole one.
        0 if !reply.invaliduser.is_empty() => Outcome::refused("invaliduser", Refusal::BadRecipient),
        0 if !reply.unlicenseduser.is_empty() => Outcome::refused("unlicenseduser", Refusal::BadRecipient),
        0 => Outcome::Sent {
            message_id: reply.msgid,
        },
        -1 | 6000 => Outcome::retry_for(errcode, SHORTLY, "busy"),
        45033 => Outcome::retry_for(errcode, SOON, "concurrent"),
        45009 => Outcome::retry_for(errcode, NEXT_MINUTE, "minute_quota"),
        _ if is_token_error(errcode) => Outcome::retry_for(errcode, NEXT_MINUTE, "token_refused"),
        // Secret, application, rights, trusted addresses: a person corrects it, and the message is still wanted.
        40001 | 40013 | 40056 | 41001 | 48002 | 60011 | 60020 | 81011 | 301_002 => {
            Outcome::retry_for(errcode, AFTER_REPAIR, "configuration")
        }
        40003 | 60111 | 81013 | 82001 => Outcome::refused(errcode, Refusal::BadRecipient),
        40008 | 40033 | 40035 | 40058 | 44004 | 45002 | 47001 => Outcome::refused(errcode, Refusal::Content),
        _ => Outcome::refused(errcode, Refusal::Other),
    }
}
