//! Ways to tell somebody something (渠道), under one roof.
//!
//! [`Notice`] says a thing once; each client encodes it within its platform's limits. [`Outcome`] says what came of it, in
//! the same words for every channel:
//!
//! | channel | client | what makes a repetition harmless |
//! |---|---|---|
//! | mini-program | [`Wechat`] | nothing: WeChat has no key for it |
//! | service account | [`ServiceAccount`] | `client_msg_id`, ten minutes (template messages only) |
//! | WeCom | [`Wecom`] | `enable_duplicate_check`, half an hour |
//! | DingTalk | [`Dingtalk`] | the same text to one person arrives once a day |
//! | DingTalk robot | [`DingtalkRobots`] | nothing |
//! | text message | [`Sms`] | nothing |
//! | mail | [`Mailer`] | the same Message-ID, which mail programs show once |
//!
//! A channel whose settings are absent does not exist; a message for it is refused with
//! [`Refusal::NoChannel`]. Access tokens are shared and fetched once ([`token`]).

pub(crate) mod http;
mod notice;
pub(crate) mod outcome;
mod preview;
pub(crate) mod settings;
pub(crate) mod text;
pub(crate) mod token;
mod wording;

pub use notice::{Notice, NoticeKind};
pub use outcome::{Outcome, Refusal};
pub use preview::{Preview, Value, preview};
pub use wording::{Wording, WordingError};

use minyi_domain::delivery::Channel;

use crate::{
    Mode, Result,
    clock::Clock,
    dingtalk::{Dingtalk, DingtalkConfig, DingtalkRobots, RobotKey},
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

/// All channels of this installation. Clones share connections and tokens.
#[derive(Debug, Clone)]
pub struct Channels {
    wechat: Wechat,
    service_account: Option<ServiceAccount>,
    wecom: Option<Wecom>,
    dingtalk: Option<Dingtalk>,
    robots: DingtalkRobots,
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
        let robots = DingtalkRobots::new(&config.dingtalk, limits.clone(), clock.clone(), mode)?;
        Ok(Self {
            wechat: Wechat::new(wechat, link.clone(), clock.clone(), mode)?,
            service_account: ServiceAccount::new(config.service_account, appid, link.clone(), clock.clone(), mode)?,
            wecom: Wecom::new(config.wecom, limits.clone(), link.clone(), clock.clone(), mode)?,
            dingtalk: Dingtalk::new(config.dingtalk, limits.clone(), link.clone(), clock.clone(), mode)?,
            robots,
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
            // Each robot brings its own key.
            Channel::Wechat | Channel::DingtalkRobot => true,
            Channel::WechatService => self.service_account.is_some(),
            Channel::Wecom => self.wecom.is_some(),
            Channel::Dingtalk => self.dingtalk.is_some(),
            Channel::Sms => self.sms.is_some(),
            Channel::Mail => self.mail.is_some(),
        }
    }

    /// The channels to people that exist here.
    pub fn existing(&self) -> Vec<Channel> {
        let all = Channel::PERSONAL.iter().copied();
        all.filter(|channel| self.has(*channel)).collect()
    }

    /// Sends once. `to` is the person's address on the channel: an openid (of a service account another one than of
    /// the mini-program), a userid in the directory, a mobile number of 11 digits, a mailbox; of a group the text of its
    /// robot's key. Never waits for a retry;
    /// the outcome says whether there is a point in one.
    pub async fn send(&self, channel: Channel, to: &str, notice: &Notice) -> Outcome {
        if notice.kind == NoticeKind::ResidentProgress && !channel.tells_residents() {
            return Outcome::refused("", Refusal::NoChannel);
        }
        let sent = match channel {
            Channel::Wechat => Some(self.wechat.send(to, notice).await),
            Channel::WechatService => match &self.service_account {
                Some(account) => Some(account.send(to, notice).await),
                None => None,
            },
            Channel::Wecom => match &self.wecom {
                Some(wecom) => Some(wecom.send(to, notice).await),
                None => None,
            },
            Channel::Dingtalk => match &self.dingtalk {
                Some(dingtalk) => Some(dingtalk.send(to, notice).await),
                None => None,
            },
            Channel::DingtalkRobot => match RobotKey::read(to) {
                Some(key) => Some(self.robots.say(&key, notice).await),
                None => None,
            },
            Channel::Sms => match &self.sms {
                Some(sms) => Some(sms.send_notice(to, notice).await),
                None => None,
            },
            Channel::Mail => match &self.mail {
                Some(mail) => Some(mail.send(to, notice).await),
                None => None,
            },
        };
        let outcome = sent.unwrap_or_else(|| Outcome::refused("", Refusal::NoChannel));
        outcome.count(channel);
        outcome
    }
}
