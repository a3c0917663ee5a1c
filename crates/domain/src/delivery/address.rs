//! Addresses on the channels: what a person may type, and what is shown of it.

use super::Channel;
use crate::submission::Phone;

/// RFC 5321 §4.5.3.1.3, less the brackets.
const MAIL_LENGTH: usize = 254;
/// WeCom and DingTalk give out at most 64 characters.
const USER_LENGTH: usize = 64;

impl Channel {
    /// Whether a person, or the staff, may type an address: WeChat's come by binding alone, and a group's robot has a key.
    #[must_use]
    pub const fn takes_address(self) -> bool {
        !matches!(self, Self::Wechat | Self::WechatService | Self::DingtalkRobot)
    }

    /// Reads an address. `None`: it cannot be one on this channel.
    #[must_use]
    pub fn read_address(self, typed: &str) -> Option<String> {
        let typed = typed.trim();
        match self {
            Self::Sms => Phone::parse(typed)
                .filter(Phone::is_mobile)
                .map(|phone| phone.as_str().to_owned()),
            Self::Mail => is_mail(typed).then(|| typed.to_owned()),
            Self::Wecom | Self::Dingtalk => is_user(typed).then(|| typed.to_owned()),
            Self::Wechat | Self::WechatService | Self::DingtalkRobot => None,
        }
    }

    /// What is shown of an address: enough for its owner, too little for anybody else.
    #[must_use]
    pub fn mask(self, address: &str) -> String {
        let head = |count: usize| address.chars().take(count).collect::<String>();
        match self {
            Self::Sms => Phone::parse(address).map_or_else(|| "***".to_owned(), |phone| phone.masked()),
            Self::Mail => match address.rsplit_once('@') {
                Some((_, domain)) => format!("{}***@{domain}", head(1)),
                None => "***".to_owned(),
            },
            Self::Wecom | Self::Dingtalk => format!("{}***", head(2)),
            Self::Wechat | Self::WechatService | Self::DingtalkRobot => "已绑定".to_owned(),
        }
    }
}

/// One address of the usual form; not every form that RFC 5321 allows.
fn is_mail(text: &str) -> bool {
    let usual = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !part.ends_with('.')
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._%+-".contains(&byte))
    };
    text.len() <= MAIL_LENGTH
        && text
            .split_once('@')
            .is_some_and(|(local, domain)| usual(local) && usual(domain) && domain.contains('.'))
}

fn is_user(text: &str) -> bool {
    (1..=USER_LENGTH).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-@.".contains(&byte))
}
