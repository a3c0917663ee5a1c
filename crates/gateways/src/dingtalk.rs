//! DingTalk (钉钉): work notices (工作通知) to one person; robots in groups are [`DingtalkRobots`].
//!
//! The platform answers "taken" before it looks at its own limits: the same text to one person once a day, 500 notices
//! a day to one person, 5,000 recipients a minute. What is over is dropped without a word, so this client asks for the result afterwards
//! (`getsendresult`) and believes only that. The text bears the second in which the notice was written: two notices
//! never have the same text, and a repetition of one always has, so that the platform itself keeps it from arriving
//! twice.
//!
//! Pages "asyncsend_v2", "getsendresult" and the list of numbers of open.dingtalk.com.

mod robot;

pub use robot::{DingtalkRobots, RobotKey, sign};

use std::{sync::Arc, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use url::Url;

use crate::{
    Error, Mode, Result,
    channels::{
        Notice, Outcome, Refusal, http,
        outcome::{AFTER_REPAIR, NEXT_MINUTE, SHORTLY},
        settings, text,
        token::{self, Fresh, TokenSource, Tokens},
    },
    clock::Clock,
    limits::{Check, Decision, Limit, Limits},
    redis_link::RedisLink,
};

const USUAL_ADDRESS: &str = "https://oapi.dingtalk.com";
/// A message may have 2,048 bytes as JSON, in which a character takes at most twice its bytes; the rest is its frame.
pub(crate) const TEXT_BYTES: usize = 940;
/// Recipients of the application: in any minute at most 1,000 at once and 4,000 more (one each 15 ms): 5,000.
const MINUTE: Limit = Limit {
    burst: 1_000,
    per: Duration::from_secs(15),
};
/// When the result is asked for, one after another. An employee's phone need not be there: "unread" is a result.
const ASK_AFTER: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_millis(300),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// The settings of DingTalk: all or none, then nobody is told by work notices. Robots have keys of their own.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct DingtalkConfig {
    /// Address of DingTalk's API; another one only for tests and 专有钉钉
    #[arg(long, env = "MINYI_DINGTALK_BASE_URL")]
    pub dingtalk_base_url: Option<Url>,
    /// AppKey (Client ID) of the organisation's own application; without it nobody is told through DingTalk
    #[arg(long, env = "MINYI_DINGTALK_APP_KEY", default_value = "")]
    pub dingtalk_app_key: String,
    /// AppSecret (Client Secret) of the application
    #[arg(long, env = "MINYI_DINGTALK_APP_SECRET", default_value = "", hide_env_values = true)]
    pub dingtalk_app_secret: SecretString,
    /// AgentId of the application
    #[arg(long, env = "MINYI_DINGTALK_AGENT_ID", default_value = "")]
    pub dingtalk_agent_id: String,
}

/// The client of work notices. Clones share connections and the token.
#[derive(Debug, Clone)]
pub struct Dingtalk {
    http: reqwest::Client,
    base_url: Url,
    agent_id: u64,
    tokens: Arc<Tokens<AppToken>>,
    limits: Limits,
}

/// `gettoken`: the same token for everybody while it lives.
#[derive(Debug)]
struct AppToken {
    http: reqwest::Client,
    url: String,
    app_key: String,
    secret: SecretString,
}

/// What every reply of `topapi` begins with. 88 stands for a reason that is told in `sub_code`.
#[derive(Deserialize)]
struct Verdict<T> {
    errcode: i64,
    #[serde(default)]
    sub_code: String,
    #[serde(flatten)]
    rest: Option<T>,
}

#[derive(Deserialize)]
struct Task {
    task_id: u64,
}

#[derive(Deserialize)]
struct Results {
    send_result: SendResult,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct SendResult {
    invalid_user_id_list: Vec<String>,
    forbidden_user_id_list: Vec<String>,
    failed_user_id_list: Vec<String>,
    read_user_id_list: Vec<String>,
    unread_user_id_list: Vec<String>,
    forbidden_list: Vec<Forbidden>,
}

#[derive(Deserialize)]
struct Forbidden {
    code: String,
}

impl Dingtalk {
    /// Checks the settings; nothing is called yet. `None`: there are no work notices here.
    ///
    /// # Errors
    /// [`Error::Configuration`].
    pub fn new(
        config: DingtalkConfig,
        limits: Limits,
        link: RedisLink,
        clock: Clock,
        mode: Mode,
    ) -> Result<Option<Self>> {
        let is_set = settings::all_or_none([
            ("MINYI_DINGTALK_APP_KEY", config.dingtalk_app_key.as_str()),
            ("MINYI_DINGTALK_APP_SECRET", config.dingtalk_app_secret.expose_secret()),
            ("MINYI_DINGTALK_AGENT_ID", &config.dingtalk_agent_id),
        ])?;
        if !is_set {
            return Ok(None);
        }
        let agent_id = config.dingtalk_agent_id.trim().parse();
        let agent_id = agent_id.map_err(|_| Error::configuration("MINYI_DINGTALK_AGENT_ID", "must be a number"))?;
        let base_url = base_url(&config, mode)?;
        let http = http::client(http::TIMEOUT)?;
        let source = AppToken {
            http: http.clone(),
            url: http::endpoint(&base_url, "/gettoken"),
            app_key: config.dingtalk_app_key,
            secret: config.dingtalk_app_secret,
        };
        Ok(Some(Self {
            http,
            base_url,
            agent_id,
            tokens: Arc::new(Tokens::new(source, link, clock)),
            limits,
        }))
    }

    /// Sends `notice` to the person `userid`, and asks what became of it for up to three seconds.
    pub async fn send(&self, userid: &str, notice: &Notice) -> Outcome {
        let agent = self.agent_id.to_string();
        let check = Check {
            class: "dingtalk.minute",
            subject: &agent,
            limit: MINUTE,
        };
        if let Decision::Limited {
            retry_after_seconds, ..
        } = self.limits.check(&[check]).await
        {
            return Outcome::retry(Duration::from_secs(retry_after_seconds.into()), "own_limit");
        }
        let written = text::in_china(notice.written_at, "%-m月%-d日 %H:%M:%S");
        let content = format!("{}\n{written}", notice.text(TEXT_BYTES));
        let body = json!({
            "agent_id": self.agent_id,
            "userid_list": userid,
            "msg": {"msgtype": "text", "text": {"content": content}},
        });
        match self.call::<Task>("asyncsend_v2", &body).await {
            Ok(Verdict {
                errcode: 0,
                rest: Some(task),
                ..
            }) => self.result(userid, task.task_id).await,
            Ok(Verdict { errcode: 0, .. }) => Outcome::Unknown {
                reason: "unreadable_reply",
            },
            Ok(refused) => judge(code(&refused)),
            Err(outcome) => outcome,
        }
    }

    /// What became of a task. Unknown if the platform does not say in time; the message may be on its way.
    async fn result(&self, userid: &str, task_id: u64) -> Outcome {
        let body = json!({"agent_id": self.agent_id, "task_id": task_id});
        for pause in ASK_AFTER {
            tokio::time::sleep(pause).await;
            let answer = self.call::<Results>("getsendresult", &body).await;
            let Ok(Verdict {
                errcode: 0,
                rest: Some(results),
                ..
            }) = answer
            else {
                continue;
            };
            if let Some(outcome) = results.send_result.about(userid, task_id) {
                return outcome;
            }
        }
        Outcome::Unknown { reason: "no_result" }
    }

    async fn call<T: DeserializeOwned>(&self, name: &str, body: &Value) -> std::result::Result<Verdict<T>, Outcome> {
        let url = http::endpoint(&self.base_url, &format!("/topapi/message/corpconversation/{name}"));
        let post = |token: SecretString| {
            let request = self.http.post(&url).query(&[("access_token", token.expose_secret())]);
            http::call(request.json(body))
        };
        self.tokens.with(post, |reply| is_token_error(code(reply))).await
    }
}

impl TokenSource for AppToken {
    fn key(&self) -> String {
        format!("dingtalk:token:{}", self.app_key)
    }

    async fn fetch(&self) -> Result<Fresh> {
        let query = [
            ("appkey", self.app_key.as_str()),
            ("appsecret", self.secret.expose_secret()),
        ];
        token::read(self.http.get(&self.url).query(&query).send().await?).await
    }
}

impl SendResult {
    /// `None`: nothing is said of this person yet.
    fn about(&self, userid: &str, task_id: u64) -> Option<Outcome> {
        let holds = |list: &[String]| list.iter().any(|one| one == userid);
        if holds(&self.read_user_id_list) || holds(&self.unread_user_id_list) {
            return Some(sent(task_id));
        }
        if holds(&self.invalid_user_id_list) {
            return Some(Outcome::refused("invalid_user", Refusal::BadRecipient));
        }
        if holds(&self.failed_user_id_list) {
            return Some(Outcome::retry(NEXT_MINUTE, "failed"));
        }
        // One recipient, so there is one reason.
        let reason = self.forbidden_list.first().map(|forbidden| forbidden.code.as_str());
        match reason {
            // The same text has arrived today: an earlier attempt of this very notice.
            Some("143106" | "143206") => Some(sent(task_id)),
            Some(code @ ("143103" | "143104" | "143203" | "143204")) => {
                Some(Outcome::retry_for(code, NEXT_MINUTE, "minute_quota"))
            }
            Some(code) => Some(Outcome::refused(code, Refusal::Limited)),
            None => holds(&self.forbidden_user_id_list).then(|| Outcome::refused("forbidden", Refusal::Limited)),
        }
    }
}

fn base_url(config: &DingtalkConfig, mode: Mode) -> Result<Url> {
    let given = config.dingtalk_base_url.as_ref();
    settings::base_url("MINYI_DINGTALK_BASE_URL", given, USUAL_ADDRESS, mode)
}

fn sent(task_id: u64) -> Outcome {
    Outcome::Sent {
        message_id: Some(task_id.to_string()),
    }
}

fn code<T>(verdict: &Verdict<T>) -> i64 {
    match verdict.errcode {
        88 => verdict.sub_code.parse().unwrap_or(88),
        errcode => errcode,
    }
}

fn is_token_error(errcode: i64) -> bool {
    matches!(errcode, 40001 | 40014 | 42001)
}

fn judge(errcode: i64) -> Outcome {
    match errcode {
        -1 | 1_430_003 => Outcome::retry_for(errcode, SHORTLY, "busy"),
        90002 | 90018 | 143_103 | 143_104 | 143_203 | 143_204 => {
            Outcome::retry_for(errcode, NEXT_MINUTE, "minute_quota")
        }
        _ if is_token_error(errcode) => Outcome::retry_for(errcode, NEXT_MINUTE, "token_refused"),
        // Application, rights, addresses that may call: a person corrects it, and the message is still wanted.
        33001 | 40015 | 40056 | 60011 | 60020 => Outcome::retry_for(errcode, AFTER_REPAIR, "configuration"),
        33012 | 40003 | 40031 | 60121 | 1_430_000 => Outcome::refused(errcode, Refusal::BadRecipient),
        34014 | 34016 | 40035 | 1_430_002 => Outcome::refused(errcode, Refusal::Content),
        _ => Outcome::refused(errcode, Refusal::Other),
    }
}
