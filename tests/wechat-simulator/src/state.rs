//! Everything that the simulator remembers, behind one lock.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::SimulatorConfig;
use crate::clock::Clock;
use crate::codes::CodeBook;
use crate::dingtalk::Dingtalk;
use crate::faults::FaultBook;
use crate::inbox::{Directory, Inbox};
use crate::people::People;
use crate::platform::content::ContentChecks;
use crate::platform::service::ServiceAccount;
use crate::push::Pushing;
use crate::reply::Refusal;
use crate::sms::TextMessages;
use crate::templates::Template;
use crate::tokens::TokenBook;
use crate::wecom::Wecom;

/// What all handlers share.
pub struct Shared {
    pub clock: Clock,
    pub appid: String,
    pub secret: String,
    pub product_url: String,
    pub push: Arc<Pushing>,
    state: Mutex<State>,
}

pub struct State {
    pub tokens: TokenBook,
    pub service_tokens: TokenBook,
    pub service: ServiceAccount,
    pub wecom: Wecom,
    pub dingtalk: Dingtalk,
    /// What came by all other ways than the mini-program's messages and text messages.
    pub inbox: Inbox,
    /// Who is known to the other platforms.
    pub directory: Directory,
    pub people: People,
    pub js_codes: CodeBook,
    pub phone_codes: CodeBook,
    /// Of pages opened inside WeChat; they belong to openids of the service account.
    pub page_codes: CodeBook,
    pub texts: TextMessages,
    pub templates: Vec<Template>,
    /// The pages of the released mini-program; empty = not checked.
    pub pages: Vec<String>,
    pub faults: FaultBook,
    pub limits: Limits,
    /// Calls by path and by result (an errcode, `http_502`, `closed`).
    pub calls: BTreeMap<String, BTreeMap<String, u64>>,
    /// Messages delivered since the last time they were cleared.
    pub delivered: u64,
    pub sends_today: DayCount,
    pub plain_tokens_today: DayCount,
    pub content_checks: ContentChecks,
    in_flight: HashSet<String>,
}

/// Rules of the platform that a test may tighten.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// A message that contains one of these is refused with 45168.
    pub sensitive_words: Vec<String>,
    /// A text that contains one of these is risky.
    pub risky_words: Vec<String>,
    /// A photo whose address contains one of these is risky.
    pub risky_media: Vec<String>,
    /// Milliseconds until the result of a photo is told.
    pub media_check_ms: u64,
    /// Templates that answer 43107.
    pub banned_templates: Vec<String>,
    /// Messages a day before 45009.
    pub sends_a_day: u32,
    /// Calls of `/cgi-bin/token` a day before 45009.
    pub plain_tokens_a_day: u32,
    /// Template messages of the service account to one person within a minute before 43117.
    pub template_messages_a_minute: u32,
    /// Mini-program and service account belong to one Open Platform account, so that a unionid is told.
    pub open_platform: bool,
    /// People who open a page inside WeChat are stand-ins (快照页).
    pub snapshot_users: bool,
    /// Texts checked a minute and a day before 45009.
    pub text_checks_a_minute: u32,
    pub text_checks_a_day: u32,
    /// Photos checked a minute and a day before 45009.
    pub photo_checks_a_minute: u32,
    pub photo_checks_a_day: u32,
    /// Template messages of the service account a day before 45009.
    pub template_messages_a_day: u32,
    /// People whom the service account has blacklisted: 43019.
    pub blacklisted: Vec<String>,
    /// Calls that send WeCom messages a minute before 45009.
    pub wecom_calls_a_minute: u32,
    /// Accounts that the company has bought of WeCom: 200 messages a day for each, the rest is dropped.
    pub wecom_accounts: u32,
    /// Recipients of DingTalk's work notices a minute; the rest is dropped (143103).
    pub dingtalk_recipients_a_minute: u32,
    /// How often DingTalk says "nothing yet" when asked for a result.
    pub dingtalk_asks_before_result: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sensitive_words: Vec::new(),
            risky_words: Vec::new(),
            risky_media: Vec::new(),
            media_check_ms: 300,
            banned_templates: Vec::new(),
            sends_a_day: 10_000_000,
            plain_tokens_a_day: 2_000,
            template_messages_a_minute: 60,
            open_platform: false,
            snapshot_users: false,
            text_checks_a_minute: 4_000,
            text_checks_a_day: 2_000_000,
            photo_checks_a_minute: 2_000,
            photo_checks_a_day: 200_000,
            template_messages_a_day: 100_000,
            blacklisted: Vec::new(),
            wecom_calls_a_minute: 10_000,
            wecom_accounts: 1_000,
            dingtalk_recipients_a_minute: 5_000,
            dingtalk_asks_before_result: 1,
        }
    }
}

/// A counter that starts again each day in China.
#[derive(Default)]
pub struct DayCount {
    day: NaiveDate,
    count: u32,
}

impl DayCount {
    /// Counts one more, unless `limit` is reached.
    pub fn take(&mut self, limit: u32, now: DateTime<Utc>) -> Result<(), Refusal> {
        let day = china_day(now);
        if self.day != day {
            *self = Self { day, count: 0 };
        }
        if self.count >= limit {
            return Err(Refusal::of(45009));
        }
        self.count += 1;
        Ok(())
    }
}

/// What happened within the last minute.
#[derive(Default)]
pub struct MinuteCount(VecDeque<DateTime<Utc>>);

impl MinuteCount {
    /// Counts one more, unless `limit` is reached. True: it counts.
    pub fn take(&mut self, limit: u32, now: DateTime<Utc>) -> bool {
        while self.0.front().is_some_and(|at| now - *at >= TimeDelta::minutes(1)) {
            self.0.pop_front();
        }
        let is_free = self.0.len() < usize::try_from(limit).unwrap_or(usize::MAX);
        if is_free {
            self.0.push_back(now);
        }
        is_free
    }
}

/// The calendar day in China.
pub fn china_day(now: DateTime<Utc>) -> NaiveDate {
    (now + TimeDelta::hours(8)).date_naive()
}

impl Shared {
    pub fn new(config: SimulatorConfig) -> Self {
        let mut people = People::new(config.accepted_by_default, config.message_capacity);
        for user in config.users {
            people.add(user);
        }
        Self {
            clock: config.clock,
            appid: config.appid,
            secret: config.secret,
            product_url: config.product_url,
            push: Arc::new(Pushing::new(config.push)),
            state: Mutex::new(State {
                tokens: TokenBook::default(),
                service_tokens: TokenBook::default(),
                service: ServiceAccount::default(),
                wecom: Wecom::default(),
                dingtalk: Dingtalk::default(),
                inbox: Inbox::default(),
                directory: config.directory,
                people,
                js_codes: CodeBook::default(),
                phone_codes: CodeBook::default(),
                page_codes: CodeBook::default(),
                texts: TextMessages::default(),
                templates: config.templates,
                pages: config.pages,
                faults: FaultBook::default(),
                limits: Limits::default(),
                calls: BTreeMap::new(),
                delivered: 0,
                sends_today: DayCount::default(),
                plain_tokens_today: DayCount::default(),
                content_checks: ContentChecks::default(),
                in_flight: HashSet::new(),
            }),
        }
    }

    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    pub fn check_token(&self, token: &str, now: DateTime<Utc>) -> Result<(), Refusal> {
        self.tokens
            .fault_of(token, now)
            .map_or(Ok(()), |errcode| Err(Refusal::of(errcode)))
    }

    /// Ends a token, whoever's it is.
    pub fn revoke(&mut self, token: &str, now: DateTime<Utc>) {
        let books = [
            &mut self.tokens,
            &mut self.service_tokens,
            &mut self.wecom.tokens,
            &mut self.dingtalk.tokens,
        ];
        for book in books {
            book.revoke(token, now);
        }
    }

    pub fn template(&self, template_id: &str) -> Option<(u16, &Template)> {
        let at = self
            .templates
            .iter()
            .position(|template| template.template_id == template_id)?;
        Some((u16::try_from(at).ok()?, self.templates.get(at)?))
    }

    pub fn count_call(&mut self, path: &str, result: String) {
        if !self.calls.contains_key(path) {
            self.calls.insert(path.to_owned(), BTreeMap::new());
        }
        if let Some(results) = self.calls.get_mut(path) {
            *results.entry(result).or_default() += 1;
        }
    }
}

/// A send to one person that is under way; a second one meanwhile is refused with 43108.
pub struct InFlight {
    shared: Arc<Shared>,
    openid: String,
}

impl InFlight {
    /// Nothing if another send to this person is under way.
    pub fn enter(shared: &Arc<Shared>, openid: &str) -> Option<Self> {
        shared.lock().in_flight.insert(openid.to_owned()).then(|| Self {
            shared: Arc::clone(shared),
            openid: openid.to_owned(),
        })
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.shared.lock().in_flight.remove(&self.openid);
    }
}
