//! The people who have WeChat here: what they allow and the messages on their phones.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::random;
use crate::templates::{LONG_TERM, Template};

/// A person to be added. Without an openid one is made up.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct NewUser {
    #[serde(default)]
    pub openid: Option<String>,
    pub name: String,
    #[serde(default)]
    pub phone: Option<String>,
}

pub struct People {
    users: HashMap<String, User>,
    order: Vec<String>,
    /// Whose message came when, so that the oldest can go when there are too many.
    arrivals: VecDeque<u32>,
    last_msgid: i64,
    accepted_by_default: bool,
    message_capacity: usize,
}

pub struct User {
    pub openid: String,
    pub name: String,
    pub phone: Option<String>,
    /// Whether the person has agreed to the mini-program's privacy guide.
    pub privacy_agreed: bool,
    /// Whether the person wants no messages of this mini-program at all.
    pub main_switch_off: bool,
    /// When the person was in the mini-program last.
    pub visited_at: Option<DateTime<Utc>>,
    number: u32,
    permissions: HashMap<String, Permission>,
    /// The answers that the person wants given without a question, by template.
    kept: HashMap<String, bool>,
    messages: VecDeque<Message>,
}

/// What a person said when asked about a template: long-term ones are accepted or not, one-time ones are counted.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Permission {
    pub accepted: bool,
    pub count: u32,
}

pub struct Message {
    pub msgid: i64,
    pub template: u16,
    pub page: Option<Box<str>>,
    /// The JSON text of `data` as it was sent.
    pub data: Box<str>,
    pub received_at: DateTime<Utc>,
}

impl People {
    pub fn new(accepted_by_default: bool, message_capacity: usize) -> Self {
        Self {
            users: HashMap::new(),
            order: Vec::new(),
            arrivals: VecDeque::new(),
            last_msgid: 0,
            accepted_by_default,
            message_capacity,
        }
    }

    /// Adds a person, or renews name and phone of a known one. Gives the openid.
    pub fn add(&mut self, new: NewUser) -> String {
        let openid = new.openid.unwrap_or_else(random::openid);
        if let Some(user) = self.users.get_mut(&openid) {
            user.name = new.name;
            user.phone = new.phone.or(user.phone.take());
            return openid;
        }
        let number = u32::try_from(self.order.len()).unwrap_or(u32::MAX);
        self.order.push(openid.clone());
        self.users.insert(
            openid.clone(),
            User {
                openid: openid.clone(),
                name: new.name,
                phone: new.phone,
                privacy_agreed: false,
                main_switch_off: false,
                visited_at: None,
                number,
                permissions: HashMap::new(),
                kept: HashMap::new(),
                messages: VecDeque::new(),
            },
        );
        openid
    }

    pub fn get(&self, openid: &str) -> Option<&User> {
        self.users.get(openid)
    }

    pub fn get_mut(&mut self, openid: &str) -> Option<&mut User> {
        self.users.get_mut(openid)
    }

    /// In the order in which they were added.
    pub fn all(&self) -> impl Iterator<Item = &User> {
        self.order.iter().filter_map(|openid| self.get(openid))
    }

    pub fn permission(&self, user: &User, template: &Template) -> Permission {
        let unasked = Permission {
            accepted: self.accepted_by_default && template.kind == LONG_TERM,
            count: 0,
        };
        user.permissions.get(&template.template_id).copied().unwrap_or(unasked)
    }

    pub fn may_receive(&self, user: &User, template: &Template) -> bool {
        if user.main_switch_off {
            return false;
        }
        let permission = self.permission(user, template);
        permission.accepted && (template.kind == LONG_TERM || permission.count > 0)
    }

    /// The person answers the question: an acceptance adds `count` uses to a one-time template, a refusal ends all.
    pub fn answer(&mut self, openid: &str, template: &Template, accepted: bool, count: u32) -> Option<Permission> {
        let before = self.permission(self.users.get(openid)?, template).count;
        let answer = Permission {
            accepted,
            count: if accepted { before.saturating_add(count) } else { 0 },
        };
        let user = self.users.get_mut(openid)?;
        user.permissions.insert(template.template_id.clone(), answer);
        Some(answer)
    }

    /// The person wants this answer given from now on.
    pub fn keep_answer(&mut self, openid: &str, template_id: &str, accepted: bool) {
        if let Some(user) = self.users.get_mut(openid) {
            user.kept.insert(template_id.to_owned(), accepted);
        }
    }

    /// Puts a message on the phone, uses up one count, and gives the msgid (19 digits, ever rising).
    pub fn deliver(&mut self, openid: &str, template_id: &str, mut message: Message) -> Option<i64> {
        let msgid = (message.received_at.timestamp_millis() * 1_000_000).max(self.last_msgid + 1);
        let user = self.users.get_mut(openid)?;
        message.msgid = msgid;
        user.messages.push_back(message);
        if let Some(permission) = user.permissions.get_mut(template_id) {
            permission.count = permission.count.saturating_sub(1);
        }
        self.arrivals.push_back(user.number);
        self.last_msgid = msgid;
        self.drop_oldest();
        Some(msgid)
    }

    /// The newest message is lost on its way to this phone; the count that it used up stays used up.
    pub fn lose_newest(&mut self, openid: &str) {
        let newest = self.users.get_mut(openid).and_then(|user| user.messages.pop_back());
        if newest.is_some() {
            self.arrivals.pop_back();
        }
    }

    pub fn clear_messages(&mut self) {
        self.arrivals.clear();
        for user in self.users.values_mut() {
            user.messages.clear();
        }
    }

    fn drop_oldest(&mut self) {
        while self.arrivals.len() > self.message_capacity {
            let owner = self
                .arrivals
                .pop_front()
                .and_then(|number| usize::try_from(number).ok())
                .and_then(|number| self.order.get(number));
            if let Some(user) = owner.and_then(|openid| self.users.get_mut(openid)) {
                user.messages.pop_front();
            }
        }
    }
}

impl User {
    /// By template: whether it is accepted without a question.
    pub fn kept_answers(&self) -> &HashMap<String, bool> {
        &self.kept
    }

    /// Whether the person has been in the mini-program within two hours, as checks of contents want it.
    pub fn is_visitor(&self, now: DateTime<Utc>) -> bool {
        self.visited_at.is_some_and(|at| now - at < TimeDelta::hours(2))
    }

    /// Oldest first.
    pub fn messages(&self) -> &VecDeque<Message> {
        &self.messages
    }
}

/// The same person within the service account: an openid of its own, and back again.
pub fn service_openid(openid: &str) -> String {
    let rest: String = openid.chars().skip(1).collect();
    format!("o{}", rest.chars().rev().collect::<String>())
}

/// The same person across the accounts of one Open Platform account.
pub fn unionid(openid: &str) -> String {
    format!("u{}", openid.chars().skip(1).collect::<String>())
}

/// Three made-up residents, so that a simulator without a list of users is not empty.
pub fn default_residents() -> Vec<NewUser> {
    [
        ("o_gWnwSwbfoBZKw-MXPaGE55g_uI", "居民 林阿婆", "13800000001"),
        ("oVtBu7-FRlnanWDSyxvvY4GgO4nY", "居民 周师傅", "13800000002"),
        ("oEfWiqyorYmty5jU2ieGFzAyTDi8", "居民 许小妹", "13800000003"),
    ]
    .into_iter()
    .map(|(openid, name, phone)| NewUser {
        openid: Some(openid.to_owned()),
        name: name.to_owned(),
        phone: Some(phone.to_owned()),
    })
    .collect()
}
