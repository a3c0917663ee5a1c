//! How a notice reads on a channel, without sending it.

use minyi_domain::delivery::Channel;

use super::Notice;
use crate::{sms, wechat};

/// What a person sees of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Preview {
    /// Free text.
    Text(String),
    /// The values that fill a template of the platform, in its order.
    Values(Vec<Value>),
}

/// A value of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// Name of the keyword or parameter, as the template has it.
    pub name: &'static str,
    /// What it is called (编号、地点).
    pub label: &'static str,
    pub value: String,
}

/// Long enough for every text.
const ROOM: usize = 2048;

/// How `notice` reads on `channel`.
#[must_use]
pub fn preview(channel: Channel, notice: &Notice) -> Preview {
    match channel {
        Channel::Wechat | Channel::WechatService => Preview::Values(wechat::keywords(notice)),
        Channel::Sms => Preview::Values(sms::values(notice)),
        Channel::Wecom | Channel::Dingtalk | Channel::DingtalkRobot | Channel::Mail => Preview::Text(notice.text(ROOM)),
    }
}
