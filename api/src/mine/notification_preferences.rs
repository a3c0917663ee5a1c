//! By which channels I want to be told, and when (消息设置).

use std::collections::BTreeMap;

use actix_web::{HttpResponse, get, put};
use chrono::NaiveTime;
use minyi_domain::delivery::{Channel, Hours, Kind};
use minyi_store::{Address, NewWishes, WishesView, sealed_for};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::NO_STORE;
use crate::{
    auth::SignedIn,
    extract::JsonBody,
    problem::{FieldProblem, Problem},
    state::{AppState, State},
};

/// The wishes of a person, and what there is to choose from.
#[derive(Serialize, ToSchema)]
#[schema(as = NotificationPreferences, example = json!({
    "channels": [
        {"channel": "wechat", "name": "微信小程序", "installed": true, "address": "已绑定", "takes_address": false},
        {"channel": "sms", "name": "短信", "installed": true, "address": "138****0001", "takes_address": true}
    ],
    "kinds": [
        {"kind": "new_work", "name": "需要我办理的", "may_be_off": false, "channels": ["wechat", "sms"], "usual": false},
        {"kind": "news", "name": "进展通知", "may_be_off": true, "channels": [], "usual": false}
    ],
    "quiet_hours": {"from": "22:00", "until": "07:00"}, "digest": true, "digest_at": "09:00"
}))]
pub struct PreferencesResponse {
    /// Every channel, in the usual order.
    channels: Vec<ChannelEntry>,
    kinds: Vec<KindEntry>,
    /// Nothing but emergencies comes then; `null`: none.
    quiet_hours: Option<HoursBody>,
    /// What can wait comes together in the morning.
    digest: bool,
    /// When the digest comes, in China.
    #[schema(example = "09:00")]
    digest_at: String,
}

/// A way by which a person can be told.
#[derive(Serialize, ToSchema)]
pub struct ChannelEntry {
    /// `wechat`, `wechat_service`, `wecom`, `dingtalk`, `sms` or `mail`.
    channel: &'static str,
    name: &'static str,
    /// Whether this installation has it.
    installed: bool,
    /// What is shown of my address; `null`: none is known, so nothing comes this way.
    address: Option<String>,
    /// Whether I may give an address here; those of WeChat come by binding.
    takes_address: bool,
}

/// A kind of message and by which channels it comes.
#[derive(Serialize, ToSchema)]
pub struct KindEntry {
    /// `new_work`, `deadline` or `news`.
    kind: &'static str,
    name: &'static str,
    /// What must be answered cannot be switched off: with no channel the station is told instead.
    may_be_off: bool,
    /// The first that works is taken; empty: switched off.
    channels: Vec<&'static str>,
    /// I have chosen nothing: the usual order.
    usual: bool,
}

/// Hours of the day, over midnight where the end comes first.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct HoursBody {
    #[schema(example = "22:00")]
    from: String,
    #[schema(example = "07:00")]
    until: String,
}

/// What I wish from now on; it takes the place of what I wished before.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "orders": {"new_work": ["wechat", "sms"], "news": []}, "quiet_hours": {"from": "21:00", "until": "07:30"},
    "digest": true, "addresses": {"mail": "chunlan@example.cn"}
}))]
pub struct PreferencesRequest {
    /// For each kind the channels in their order; a kind that is left out has the usual order.
    #[schema(value_type = BTreeMap<String, Vec<String>>)]
    orders: BTreeMap<Kind, Vec<Channel>>,
    /// `null`: none.
    quiet_hours: Option<HoursBody>,
    digest: bool,
    /// Addresses to set, or with `null` to take away; the others stay.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Option<String>>)]
    addresses: BTreeMap<Channel, Option<String>>,
}

/// `22:00`
pub fn clock_time(time: NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

/// Reads a time of day; what is wrong with it goes to `wrong`.
pub fn read_time(text: &str, pointer: &str, wrong: &mut Vec<FieldProblem>) -> Option<NaiveTime> {
    let time = NaiveTime::parse_from_str(text, "%H:%M").ok();
    if time.is_none() {
        wrong.push(FieldProblem::new(pointer, "wrong_time", "写成 22:00 这样的时刻。"));
    }
    time
}

impl HoursBody {
    /// Reads the hours; what is wrong with them goes to `wrong`.
    pub fn read(&self, wrong: &mut Vec<FieldProblem>) -> Option<Hours> {
        let from = read_time(&self.from, "/quiet_hours/from", wrong);
        let until = read_time(&self.until, "/quiet_hours/until", wrong);
        let (from, until) = from.zip(until)?;
        let hours = Hours::new(from, until);
        if hours.is_none() {
            let detail = "开始和结束不能是同一个时刻；不需要静默时段就不填。";
            wrong.push(FieldProblem::new("/quiet_hours/until", "out_of_range", detail));
        }
        hours
    }
}

impl From<Hours> for HoursBody {
    fn from(hours: Hours) -> Self {
        Self {
            from: clock_time(hours.from()),
            until: clock_time(hours.until()),
        }
    }
}

impl PreferencesRequest {
    fn wishes(&self, wrong: &mut Vec<FieldProblem>) -> NewWishes {
        for (kind, order) in &self.orders {
            let repeats =
                |(index, channel): (usize, &Channel)| order.iter().take(index).any(|before| before == channel);
            if order.iter().enumerate().any(repeats) {
                let pointer = format!("/orders/{}", kind.as_str());
                wrong.push(FieldProblem::new(pointer, "repeated", "每个渠道只能排一次。"));
            }
            if order.iter().any(|channel| !Channel::PERSONAL.contains(channel)) {
                let pointer = format!("/orders/{}", kind.as_str());
                wrong.push(FieldProblem::new(pointer, "unknown_channel", "群机器人不能提醒个人。"));
            }
        }
        let quiet = self.quiet_hours.as_ref().and_then(|hours| hours.read(wrong));
        NewWishes {
            orders: self.orders.iter().map(|(kind, order)| (*kind, order.clone())).collect(),
            quiet,
            digest: self.digest,
        }
    }
}

/// An address as it is kept: `None` takes it away.
pub type SealedAddress = (Channel, Option<Vec<u8>>);

impl AppState {
    /// Seals what was typed as an account's address on a channel.
    ///
    /// # Errors
    /// [`Problem::Invalid`] at `pointer` if it cannot be one.
    pub fn seal_address(
        &self,
        account: Uuid,
        channel: Channel,
        typed: Option<&str>,
        pointer: &str,
    ) -> Result<SealedAddress, Problem> {
        if !channel.takes_address() {
            let detail = "微信的地址在绑定微信或者服务号时取得，不能填写。";
            return Err(Problem::field(pointer, "not_typed", detail));
        }
        let Some(typed) = typed.filter(|typed| !typed.trim().is_empty()) else {
            return Ok((channel, None));
        };
        let Some(address) = channel.read_address(typed) else {
            let detail = format!("这不是{}能用的地址。", channel.zh());
            return Err(Problem::field(pointer, "wrong_address", &detail));
        };
        let sealed = self.keys.contact.seal(&sealed_for(channel), account, &address)?;
        Ok((channel, Some(sealed)))
    }

    fn masked(&self, channel: Channel, address: &Address) -> Result<String, Problem> {
        Ok(match address {
            Address::Openid(openid) => channel.mask(openid),
            Address::Sealed { purpose, owner, bytes } => {
                channel.mask(self.keys.contact.open(purpose, *owner, bytes)?.expose_secret())
            }
        })
    }

    fn preferences(&self, view: &WishesView) -> Result<PreferencesResponse, Problem> {
        let known = |channel: Channel| view.addresses.iter().find(|(known, _)| *known == channel);
        let entry = |channel: &Channel| {
            let address = known(*channel).map(|(_, address)| self.masked(*channel, address));
            Ok(ChannelEntry {
                channel: channel.as_str(),
                name: channel.zh(),
                installed: view.installed.contains(channel),
                address: address.transpose()?,
                takes_address: channel.takes_address(),
            })
        };
        let kind = |(kind, order): &(Kind, Option<Vec<Channel>>)| KindEntry {
            kind: kind.as_str(),
            name: kind.zh(),
            may_be_off: kind.may_be_off(),
            channels: order
                .as_deref()
                .unwrap_or(Channel::PERSONAL)
                .iter()
                .map(|channel| channel.as_str())
                .collect(),
            usual: order.is_none(),
        };
        Ok(PreferencesResponse {
            channels: Channel::PERSONAL.iter().map(entry).collect::<Result<_, Problem>>()?,
            kinds: view.orders.iter().map(kind).collect(),
            quiet_hours: view.quiet.map(Into::into),
            digest: view.digest,
            digest_at: clock_time(view.digest_at),
        })
    }
}

/// By which channels I want to be told (我的消息设置)
#[utoipa::path(tag = "我的", security(("bearer" = [])), responses(
    (status = 200, description = "my wishes, and what there is to choose from", body = PreferencesResponse),
))]
#[get("/me/notification-preferences")]
pub async fn get_notification_preferences(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    let account = signed_in.actor.account_id;
    let view = state.ask(move |store| store.notification_wishes(account)).await?;
    Ok(HttpResponse::Ok()
        .insert_header(NO_STORE)
        .json(state.preferences(&view)?))
}

/// Set by which channels I want to be told (修改消息设置)
#[utoipa::path(tag = "我的", security(("bearer" = [])), request_body = PreferencesRequest, responses(
    (status = 200, description = "as it is now", body = PreferencesResponse),
))]
#[put("/me/notification-preferences")]
pub async fn put_notification_preferences(
    state: State,
    signed_in: SignedIn,
    JsonBody(request): JsonBody<PreferencesRequest>,
) -> Result<HttpResponse, Problem> {
    let account = signed_in.actor.account_id;
    let mut wrong = Vec::new();
    let wishes = request.wishes(&mut wrong);
    let mut addresses = Vec::new();
    for (channel, typed) in &request.addresses {
        let pointer = format!("/addresses/{}", channel.as_str());
        match state.seal_address(account, *channel, typed.as_deref(), &pointer) {
            Ok(address) => addresses.push(address),
            Err(Problem::Invalid(problems)) => wrong.extend(problems),
            Err(other) => return Err(other),
        }
    }
    if !wrong.is_empty() {
        return Err(Problem::Invalid(wrong));
    }
    let now = state.now();
    let write = move |store: &minyi_store::Store| {
        for (channel, sealed) in &addresses {
            store.set_channel_address(account, *channel, sealed.as_deref(), account, now)?;
        }
        store.set_notification_wishes(account, &wishes, now)?;
        store.notification_wishes(account)
    };
    let view = state.ask(write).await?;
    Ok(HttpResponse::Ok()
        .insert_header(NO_STORE)
        .json(state.preferences(&view)?))
}
