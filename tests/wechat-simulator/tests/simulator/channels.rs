//! The product's clients against every platform of the simulator.

mod dingtalk;
mod faults;
mod mail;
mod service;
mod texts;
mod wecom;

use chrono::{DateTime, Utc};
use minyi_domain::delivery::Channel;
use minyi_gateways::{
    Mode,
    channels::{Channels, ChannelsConfig, Notice, NoticeKind, Outcome},
    clock::Clock,
    dingtalk::DingtalkConfig,
    keys::{Keys, KeysConfig},
    limits::Limits,
    mail::MailConfig,
    redis_link::{RedisConfig, RedisLink},
    sms::{SmsConfig, SmsProvider},
    wechat::{ServiceAccountConfig, ServiceMessages, WechatConfig},
    wecom::WecomConfig,
};
use serde_json::{Value, json};
use uuid::Uuid;
use wechat_simulator::{
    DEFAULT_APPID, DEFAULT_SECRET, dingtalk as ding,
    inbox::{Directory, Way},
    platform::service as svc,
    sms,
    templates::{DEPUTY_DEADLINE, DEPUTY_NEW, RESIDENT_PROGRESS},
    wecom as wx,
};

use crate::world::{DEPUTY, World, noon};

pub const FOLLOWER: &str = "oFollowerOfServiceAccount001";
pub const MEMBER: &str = "ChenYiming";
pub const PHONE: &str = "13900000001";
pub const MAILBOX: &str = "deputy@example.cn";

/// A simulator with people in its directory, and the product's clients for it.
pub struct Stage {
    pub world: World,
    pub channels: Channels,
    /// Of the product; the simulator's stands at the same time and is moved together with it.
    pub clock: Clock,
}

impl Stage {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut ChannelsConfig)) -> Self {
        let directory = Directory::default()
            .with(Way::ServiceAccount, FOLLOWER)
            .with(Way::Wecom, MEMBER)
            .with(Way::Dingtalk, MEMBER);
        let world = World::with(|config| config.directory = directory).await;
        let mut config = config(&world);
        change(&mut config);
        let clock = Clock::manual(noon());
        let link = RedisLink::new(&RedisConfig {
            // Nobody is there.
            redis_url: "redis://127.0.0.1:1/0".to_owned().into(),
            redis_timeout_ms: 60_000,
        })
        .unwrap();
        let limits = Limits::new(link.clone(), keys().index, clock.clone());
        let channels = Channels::new(mini_program(&world), config, &limits, &link, &clock, Mode::Development).unwrap();
        Self { world, channels, clock }
    }

    pub async fn send(&self, to: (Channel, &str), notice: &Notice) -> Outcome {
        self.channels.send(to.0, to.1, notice).await
    }

    /// Sets the platforms' limits; what is not said goes back to their own.
    pub async fn limits(&self, limits: Value) {
        let put = self.world.http.put(self.world.url("/_sim/limits")).json(&limits);
        assert!(put.send().await.unwrap().status().is_success());
    }

    /// Lets so many seconds pass for both.
    pub fn pass(&self, seconds: u32) {
        self.clock.advance(chrono::TimeDelta::seconds(seconds.into()));
        self.world.clock.advance(seconds);
    }

    pub async fn arrived(&self, way: &str) -> Vec<Value> {
        let answer = self.world.get(&format!("/_sim/inbox?way={way}")).await;
        answer["items"].as_array().unwrap().clone()
    }

    pub async fn dropped(&self, way: &str) -> u64 {
        self.world.get("/_sim/inbox").await["dropped"][way]
            .as_u64()
            .unwrap_or(0)
    }
}

fn keys() -> Keys {
    let key = |letter: &str| letter.repeat(43) + "=";
    let config = KeysConfig {
        contact_keys: format!("k1:{}", key("A")).into(),
        index_key: key("E").into(),
        link_key: key("I").into(),
    };
    Keys::new(&config, Mode::Development).unwrap()
}

fn mini_program(world: &World) -> WechatConfig {
    WechatConfig {
        wechat_base_url: world.simulator.address.parse().unwrap(),
        wechat_appid: DEFAULT_APPID.to_owned(),
        wechat_secret: DEFAULT_SECRET.into(),
        wechat_template_deputy_new: DEPUTY_NEW.to_owned(),
        wechat_template_deputy_deadline: DEPUTY_DEADLINE.to_owned(),
        wechat_template_resident_progress: RESIDENT_PROGRESS.to_owned(),
        // As long as the other channels wait.
        wechat_timeout_seconds: 8,
    }
}

fn config(world: &World) -> ChannelsConfig {
    let base = world.simulator.address.parse().ok();
    let template = |id: &str| format!("{}{id}", svc::TEMPLATE_PREFIX);
    ChannelsConfig {
        service_account: ServiceAccountConfig {
            service_account_base_url: base.clone(),
            service_account_open_url: base.clone(),
            service_account_appid: svc::APPID.to_owned(),
            service_account_secret: svc::SECRET.into(),
            service_account_messages: ServiceMessages::Template,
            service_account_template_deputy_new: template(DEPUTY_NEW),
            service_account_template_deputy_deadline: template(DEPUTY_DEADLINE),
        },
        wecom: WecomConfig {
            wecom_base_url: base.clone(),
            wecom_corp_id: wx::CORP_ID.to_owned(),
            wecom_agent_id: wx::AGENT_ID.to_string(),
            wecom_secret: wx::SECRET.into(),
        },
        dingtalk: DingtalkConfig {
            dingtalk_base_url: base,
            dingtalk_app_key: ding::APP_KEY.to_owned(),
            dingtalk_app_secret: ding::APP_SECRET.into(),
            dingtalk_agent_id: ding::AGENT_ID.to_string(),
        },
        sms: by_aliyun(world),
        mail: MailConfig {
            mail_url: world.simulator.mail_url.clone().into(),
            mail_from: "minyi@example.cn".to_owned(),
        },
    }
}

fn by_aliyun(world: &World) -> SmsConfig {
    SmsConfig {
        sms_provider: Some(SmsProvider::Aliyun),
        sms_base_url: world.url(sms::aliyun::PATH).parse().ok(),
        sms_key_id: sms::aliyun::KEY_ID.to_owned(),
        sms_key_secret: sms::aliyun::KEY_SECRET.into(),
        sms_sign_name: sms::SIGN_NAME.to_owned(),
        sms_template_code: sms::Template::Code.aliyun().to_owned(),
        sms_template_deputy: sms::Template::Deputy.aliyun().to_owned(),
        ..SmsConfig::default()
    }
}

pub fn notice(number: u128) -> Notice {
    Notice {
        id: Uuid::from_u128(number),
        kind: NoticeKind::DeputyNew,
        number: format!("20261121-ACDE{number:03}"),
        place: "幸福社区三网格".to_owned(),
        state: "待答复".to_owned(),
        summary: "3 号楼路灯不亮".to_owned(),
        at: due(),
        page: Some("pages/case/index?id=7".to_owned()),
        link: Some("https://minyi.example.cn/deputy/#/pages/case/index?id=7".to_owned()),
        written_at: noon(),
        wording: None,
    }
}

fn due() -> DateTime<Utc> {
    "2026-11-30T16:05:00Z".parse().unwrap()
}

pub fn is_sent(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Sent { .. })
}

/// One address on every channel.
pub const EVERYWHERE: [(Channel, &str); 6] = [
    (Channel::Wechat, DEPUTY),
    (Channel::WechatService, FOLLOWER),
    (Channel::Wecom, MEMBER),
    (Channel::Dingtalk, MEMBER),
    (Channel::Sms, PHONE),
    (Channel::Mail, MAILBOX),
];

#[tokio::test]
async fn one_notice_reaches_a_person_by_every_channel() {
    let stage = Stage::start().await;
    for (number, to) in (1..).zip(EVERYWHERE) {
        let outcome = stage.send(to, &notice(number)).await;
        assert!(is_sent(&outcome), "{to:?}: {outcome:?}");
    }
    let counts = stage.world.get("/_sim/counts").await;
    assert_eq!((&counts["messages"], &counts["other"]), (&json!(1), &json!(4)));
    let page = stage.world.page("/inbox").await;
    for words in ["服务号", "企业微信", "钉钉", "邮件", "20261121-ACDE003"] {
        assert!(page.contains(words), "{words}");
    }
}

#[tokio::test]
async fn what_is_not_set_up_is_refused_and_not_called() {
    let stage = Stage::with(|config| *config = ChannelsConfig::default()).await;
    assert_eq!(stage.channels.existing(), [Channel::Wechat]);
    for to in EVERYWHERE.into_iter().skip(1) {
        let outcome = stage.send(to, &notice(1)).await;
        assert!(
            matches!(
                outcome,
                Outcome::Refused {
                    kind: minyi_gateways::channels::Refusal::NoChannel,
                    ..
                }
            ),
            "{outcome:?}"
        );
    }
    assert_eq!(stage.world.get("/_sim/counts").await["calls"], json!({}));
}
