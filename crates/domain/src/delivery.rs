//! By which channel a person is told next, and when (消息渠道、静默时段、早间汇总).
//!
//! The person chooses an order of channels for each kind of message. A channel counts if this installation has it and the
//! person's address on it is known; each is tried once for one event, until one takes the message. What one must answer
//! cannot be switched off: with no channel left it is [`Next::Nobody`], and the station is told instead.

use chrono::{DateTime, Days, NaiveTime, Utc};

use crate::calendar::{at_local_time, local_date, local_time};
use crate::words::words;

mod address;

words! {
    /// A way by which a person is told (渠道). The order is the usual one, for whoever wishes no other.
    Channel {
        Wechat = "wechat", "微信小程序";
        WechatService = "wechat_service", "微信服务号";
        Wecom = "wecom", "企业微信";
        Dingtalk = "dingtalk", "钉钉";
        Sms = "sms", "短信";
        Mail = "mail", "邮件";
        /// A robot in a group (群机器人): no channel to a person.
        DingtalkRobot = "dingtalk_robot", "钉钉群机器人";
    }
}

impl Channel {
    /// Those by which one person is told, in the usual order.
    pub const PERSONAL: &[Self] = &[
        Self::Wechat,
        Self::WechatService,
        Self::Wecom,
        Self::Dingtalk,
        Self::Sms,
        Self::Mail,
    ];

    /// Whether residents are told by it: only where they asked for it themselves, with the mini-program's own question
    /// (docs/decisions/0025). The phone that may be left with a submission is there to be called on.
    #[must_use]
    pub const fn tells_residents(self) -> bool {
        matches!(self, Self::Wechat)
    }
}

words! {
    /// What a message to an account is about; each kind has an order of channels of its own.
    Kind {
        NewWork = "new_work", "需要我办理的";
        Deadline = "deadline", "到期、超期和督办";
        News = "news", "进展通知";
    }
}

impl Kind {
    /// Whether a person may switch it off: not what must be answered.
    #[must_use]
    pub const fn may_be_off(self) -> bool {
        matches!(self, Self::News)
    }
}

/// How pressing a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pressing {
    /// 急事急办: at any hour.
    Emergency,
    /// Outside the quiet hours.
    Usual,
    /// With the morning's digest, for whoever wishes one.
    CanWait,
}

/// Hours of the day in China, from one time to another, over midnight where the end comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    from: NaiveTime,
    until: NaiveTime,
}

impl Hours {
    /// `None`: from and until are the same.
    #[must_use]
    pub fn new(from: NaiveTime, until: NaiveTime) -> Option<Self> {
        (from != until).then_some(Self { from, until })
    }

    /// The first time of day in them.
    #[must_use]
    pub const fn from(self) -> NaiveTime {
        self.from
    }

    /// The first time of day after them.
    #[must_use]
    pub const fn until(self) -> NaiveTime {
        self.until
    }

    /// Whether this instant lies in them.
    #[must_use]
    pub fn contain(self, instant: DateTime<Utc>) -> bool {
        self.cover(local_time(instant))
    }

    /// Whether this time of day lies in them.
    #[must_use]
    pub fn cover(self, time: NaiveTime) -> bool {
        if self.from < self.until {
            (self.from..self.until).contains(&time)
        } else {
            time >= self.from || time < self.until
        }
    }

    /// The first instant from `instant` on that does not lie in them.
    #[must_use]
    pub fn after(self, instant: DateTime<Utc>) -> DateTime<Utc> {
        if self.contain(instant) {
            next_time(instant, self.until)
        } else {
            instant
        }
    }
}

/// The first instant from `instant` on at which it is this time of day in China.
#[must_use]
pub fn next_time(instant: DateTime<Utc>, time: NaiveTime) -> DateTime<Utc> {
    let today = local_date(instant);
    let at = at_local_time(today, time);
    if at >= instant {
        at
    } else {
        at_local_time(today.checked_add_days(Days::new(1)).unwrap_or(today), time)
    }
}

/// What a person wishes for one kind of message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wishes {
    /// `None`: the usual order; empty: switched off.
    pub order: Option<Vec<Channel>>,
    pub quiet: Option<Hours>,
    /// What can wait comes together in the morning (早间汇总).
    pub digest: bool,
    /// When the digest comes, time of day in China.
    pub digest_at: NaiveTime,
}

/// What is to be done with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Send it on this channel at this time, never before now.
    On {
        channel: Channel,
        at: DateTime<Utc>,
        /// Together with others.
        in_digest: bool,
    },
    /// The person has switched this kind off, and may.
    Unwanted,
    /// Every channel refused, none is known, or all are switched off although the person has to know.
    Nobody,
}

impl Wishes {
    /// The rule. `usable`: the channels that this installation has and on which the person's address is known; `tried`:
    /// those that this event's message was sent on before.
    #[must_use]
    pub fn next(
        &self,
        kind: Kind,
        pressing: Pressing,
        usable: &[Channel],
        tried: &[Channel],
        now: DateTime<Utc>,
    ) -> Next {
        let order = self.order.as_deref().unwrap_or(Channel::PERSONAL);
        if order.is_empty() && kind.may_be_off() {
            return Next::Unwanted;
        }
        let left = |channel: &&Channel| usable.contains(channel) && !tried.contains(channel);
        let Some(&channel) = order.iter().find(left) else {
            return Next::Nobody;
        };
        // What was refused on one channel has waited already.
        let in_digest = self.digest && pressing == Pressing::CanWait && tried.is_empty();
        let from = if in_digest { next_time(now, self.digest_at) } else { now };
        Next::On {
            channel,
            at: self.allowed_from(pressing, from),
            in_digest,
        }
    }

    /// The first instant from `from` on at which the person may be disturbed.
    #[must_use]
    pub fn allowed_from(&self, pressing: Pressing, from: DateTime<Utc>) -> DateTime<Utc> {
        match self.quiet {
            Some(quiet) if pressing != Pressing::Emergency => quiet.after(from),
            _ => from,
        }
    }
}

#[cfg(test)]
mod tests;
