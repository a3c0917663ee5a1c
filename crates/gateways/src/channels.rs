//! Ways to tell somebody something (渠道), under one roof.
//!
//! [`Notice`] says a thing once; each client encodes it within its platform's limits. [`Address`] says to whom and by
//! which channel; [`Outcome`] says what came of it, in the same words for every channel:
//!
//! | channel | client | what makes a repetition harmless |
//! |---|---|---|
//! | mini-program | [`Wechat`] | nothing: WeChat has no key for it |
//! | service account | [`ServiceAccount`] | `client_msg_id`, ten minutes (template messages only) |
//! | WeCom | [`Wecom`] | `enable_duplicate_check`, half an hour |
//! | DingTalk | [`Dingtalk`] | the same text to one person arrives once a day |
//! | DingTalk robot | [`DingtalkRobot`] | nothing |
//! | text message | [`Sms`] | nothing |
//! | mail | [`Mailer`] | the same Message-ID, which mail programs show once |
//!
//! A channel whose settings are absent does not exist; a message for it is refused with
//! [`Refusal::NoChannel`]. Access tokens are shared and fetched once ([`token`]).

pub(crate) mod http;
mod notice;
mod outcome;
pub(crate) mod settings;
pub(crate) mod text;
pub(crate) mod token;

pub use notice::{Notice, NoticeKind};
pub use outcome::{Outcome, Refusal};

use minyi_domain::channels::Channel;
use secrecy::{ExposeSecret, SecretString};

use crate::{
    Mode, Result,
    clock::Clock,
    dingtalk::{Dingtalk, DingtalkConfig, DingtalkRobot},
    limits::Limits,
    mail::{MailConfig, Mailer},
    redis_link::RedisLink,
    sms::{Sms, SmsConfig},
    wechat::{ServiceAccount, ServiceAccountConfig, Wechat, WechatConfig},
    wecom::{Wecom, WecomConfig},
};

/// The settings of all channels but the mini-program, which every installation has. Default: none of them exists.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ChannelsConfig {
    #[command(flatten)]
    pub service_account: ServiceAccountConfig,
    #[command(flatten)]
    pub wecom: WecomConfig,
    #[command(flatten)]
    pub dingtalk: DingtalkConfig,
    #[command(flatten)]
    pub sms: SmsConfig,
    #[command(flatten)]
    pub mail: MailConfig,
}

/// Who gets a message, by which channel.
#[derive(Clone)]
pub enum Address {
    /// openid of the mini-program.
    Wechat(String),
    /// openid of the service account, which is another one for the same person.
    ServiceAccount(String),
    /// userid in the company's directory.
    Wecom(String),
    /// userid in the organisation's directory.
    Dingtalk(String),
    /// The group of the robot.
    DingtalkRobot,
    /// Mobile number of mainland China, 11 digits.
    Sms(SecretString),
    Mail(SecretString),
}

/// All channels of this installation. Clones share connections and tokens.
#[derive(Debug, Clone)]
pub struct Channels {
    wechat: Wechat,
    service_account: Option<ServiceAccount>,
    wecom: Option<Wecom>,
    dingtalk: Option<Dingtalk>,
    robot: Option<DingtalkRobot>,
    sms: Option<Sms>,
    mail: Option<Mailer>,
}

impl Channels {
    /// Checks the settings; nothing is called yet. `limits` counts what WeCom and DingTalk would drop without a word.
    ///
    /// # Errors
    /// [`crate::Error::Configuration`] if a channel has only some of its settings, or would send unencrypted in
    /// production.
    pub fn new(
        wechat: WechatConfig,
        config: ChannelsConfig,
        limits: &Limits,
        link: &RedisLink,
        clock: &Clock,
        mode: Mode,
    ) -> Result<Self> {
        let appid = wechat.wechat_appid.clone();
        let robot = DingtalkRobot::new(&config.dingtalk, limits.clone(), clock.clone(), mode)?;
        Ok(Self {
            wechat: Wechat::new(wechat, link.clone(), clock.clone(), mode)?,
            service_account: ServiceAccount::new(config.service_account, appid, link.clone(), clock.clone(), mode)?,
            wecom: Wecom::new(config.wecom, limits.clone(), link.clone(), clock.clone(), mode)?,
            dingtalk: Dingtalk::new(config.dingtalk, link.clone(), clock.clone(), mode)?,
            robot,
            sms: Sms::new(config.sms, clock.clone(), mode)?.filter(Sms::has_notices),
            mail: Mailer::new(config.mail, mode)?,
        })
    }

    /// The mini-program, for what only it can do.
    pub fn wechat(&self) -> &Wechat {
        &self.wechat
    }

    /// Whether the channel exists here.
    pub fn has(&self, channel: Channel) -> bool {
        match channel {
            Channel::Wechat => true,
            Channel::ServiceAccount => self.service_account.is_some(),
            Channel::Wecom => self.wecom.is_some(),
            Channel::Dingtalk => self.dingtalk.is_some(),
            Channel::DingtalkRobot => self.robot.is_some(),
            Channel::Sms => self.sms.is_some(),
            Channel::Mail => self.mail.is_some(),
        }
    }

    /// Sends once. Never waits for a retry; the outcome says whether there is a point in one.
    pub async fn send(&self, to: &Address, notice: &Notice) -> Outcome {
        let sent = match to {
            Address::Wechat(openid) => Some(self.wechat.send(openid, notice).await),
            Address::ServiceAccount(openid) => match &self.service_account {
                Some(account) => Some(account.send(openid, notice).await),
                None => None,
            },
            Address::Wecom(userid) => match &self.wecom {
                Some(wecom) => Some(wecom.send(userid, notice).await),
                None => None,
            },
            Address::Dingtalk(userid) => match &self.dingtalk {
                Some(dingtalk) => Some(dingtalk.send(userid, notice).await),
                None => None,
            },
            Address::DingtalkRobot => match &self.robot {
                Some(robot) => Some(robot.send(notice).await),
                None => None,
            },
            Address::Sms(phone) => match &self.sms {
                Some(sms) => Some(sms.send_notice(phone.expose_secret(), notice).await),
                None => None,
            },
            Address::Mail(mailbox) => match &self.mail {
                Some(mail) => Some(mail.send(mailbox.expose_secret(), notice).await),
                None => None,
            },
        };
        sent.unwrap_or_else(|| Outcome::refused("", Refusal::NoChannel))
    }
}

impl Address {
    /// By which channel.
    pub fn channel(&self) -> Channel {
        match self {
            Self::Wechat(_) => Channel::Wechat,
            Self::ServiceAccount(_) => Channel::ServiceAccount,
            Self::Wecom(_) => Channel::Wecom,
            Self::Dingtalk(_) => Channel::Dingtalk,
            Self::DingtalkRobot => Channel::DingtalkRobot,
            Self::Sms(_) => Channel::Sms,
            Self::Mail(_) => Channel::Mail,
        }
    }
}

/// Only the channel: who it is, is nobody's business.
impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Address({})", self.channel())
    }
}
