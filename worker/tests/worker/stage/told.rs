//! Channels beside the mini-program, and what arrived by them.

use minyi_domain::{
    delivery::{Channel, Kind},
    people::Role,
};
use minyi_gateways::{
    Mode,
    dingtalk::RobotKey,
    keys::Keys,
    mail::MailConfig,
    sms::{SmsConfig, SmsProvider},
};
use minyi_store::{By, NewWishes, ROBOT_SEALED_FOR, fixtures::COUNTY, sealed_for};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use uuid::Uuid;
use wechat_simulator::{
    dingtalk,
    sms::{self, aliyun},
};

use super::{Stage, keys};

impl Stage {
    /// There is mail, and this account is told of its work by nothing else.
    pub fn tell_by_mail(&mut self, account: Uuid, mailbox: &str) {
        self.channels.mail = MailConfig {
            mail_url: self.simulator.mail_url.clone().into(),
            mail_from: "minyi@example.cn".to_owned(),
        };
        self.tell_by(Channel::Mail, account, mailbox);
    }

    /// There are Aliyun's text messages, and this account is told of its work by nothing else.
    pub fn tell_by_text_message(&mut self, account: Uuid, phone: &str) {
        let base = format!("{}{}", self.simulator.address, aliyun::PATH);
        self.channels.sms = SmsConfig {
            sms_provider: Some(SmsProvider::Aliyun),
            sms_base_url: base.parse().ok(),
            sms_key_id: aliyun::KEY_ID.to_owned(),
            sms_key_secret: aliyun::KEY_SECRET.into(),
            sms_sign_name: sms::SIGN_NAME.to_owned(),
            sms_template_code: sms::Template::Code.aliyun().to_owned(),
            sms_template_deputy: sms::Template::Deputy.aliyun().to_owned(),
            ..SmsConfig::default()
        };
        self.tell_by(Channel::Sms, account, phone);
    }

    fn tell_by(&self, channel: Channel, account: Uuid, address: &str) {
        let now = self.clock.now();
        let keys = Keys::new(&keys(), Mode::Development).unwrap();
        let sealed = keys.contact.seal(&sealed_for(channel), account, address).unwrap();
        self.store
            .announce_channels("worker", &[Channel::Wechat, channel], now)
            .unwrap();
        self.store
            .set_channel_address(account, channel, Some(&sealed), account, now)
            .unwrap();
        let wishes = NewWishes {
            orders: vec![(Kind::NewWork, vec![channel])],
            quiet: None,
            digest: false,
        };
        self.store.set_notification_wishes(account, &wishes, now).unwrap();
    }

    /// What arrived in mailboxes.
    pub async fn mails(&self) -> Vec<Value> {
        let url = format!("{}/_sim/inbox?way=mail", self.simulator.address);
        let answer: Value = self.http.get(url).send().await.unwrap().json().await.unwrap();
        answer["items"].as_array().unwrap().clone()
    }

    /// Gives the group of a site or office a robot with this secret.
    pub fn set_robot(&mut self, place: Uuid, secret: &str) {
        let key = RobotKey::new(dingtalk::ROBOT_TOKEN, secret).unwrap().text();
        let keys = Keys::new(&keys(), Mode::Development).unwrap();
        let sealed = keys.contact.seal(ROBOT_SEALED_FOR, place, key.expose_secret()).unwrap();
        let (admin, now) = (self.city.admin(COUNTY, Role::CountyAdmin), self.clock.now());
        let by = By::command_line();
        assert!(
            self.store
                .set_group_robot(&admin, &by, place, Some(&sealed), now)
                .unwrap()
        );
    }

    /// What robots said, the oldest first.
    pub async fn said_in_groups(&self) -> Vec<String> {
        let url = format!("{}/_sim/inbox?way=dingtalk_robot", self.simulator.address);
        let answer: Value = self.http.get(url).send().await.unwrap().json().await.unwrap();
        let items = answer["items"].as_array().unwrap().iter();
        items.map(|item| item["text"].as_str().unwrap().to_owned()).collect()
    }
}
