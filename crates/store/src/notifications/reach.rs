//! How an account can be told: its addresses on the channels that this installation has, and its wishes.

use std::collections::HashMap;

use chrono::{NaiveTime, TimeDelta};
use diesel::{
    ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl, Selectable, SelectableHelper, pg::Pg, prelude::Queryable,
};
use minyi_domain::delivery::{Channel, Hours, Kind, Wishes};
use uuid::Uuid;

use crate::{
    Result,
    schema::{account_channels, accounts, delivery_policy, installed_channels, notification_wishes},
    word::Word,
};

/// What the proven phone of an account is sealed for.
pub const PHONE_SEALED_FOR: &str = "account.phone";

/// What a group's robot's key is sealed for; its owner is the site or the office.
pub const ROBOT_SEALED_FOR: &str = "group_robot.key";

/// What an account's address on a channel is sealed for.
#[must_use]
pub fn sealed_for(channel: Channel) -> String {
    format!("account_channel.{channel}")
}

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// WeChat's id of a person for the mini-program.
    Openid(String),
    /// To be opened with the contact keys, for this purpose and owner.
    Sealed {
        purpose: String,
        owner: Uuid,
        bytes: Vec<u8>,
    },
}

/// The policy for whoever wishes nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Policy {
    pub quiet: Option<Hours>,
    pub digest_at: NaiveTime,
    /// After which an unknown outcome lets the next channel be tried.
    pub unknown: TimeDelta,
}

/// A person's wishes as they stand in the database.
#[derive(Queryable, Selectable)]
#[diesel(table_name = notification_wishes, check_for_backend(Pg))]
pub(super) struct Row {
    new_work: Option<Vec<Word<Channel>>>,
    deadline: Option<Vec<Word<Channel>>>,
    news: Option<Vec<Word<Channel>>>,
    quiet_from: Option<i16>,
    quiet_until: Option<i16>,
    pub digest: bool,
}

impl Row {
    pub fn order(&self, kind: Kind) -> Option<Vec<Channel>> {
        let order = match kind {
            Kind::NewWork => &self.new_work,
            Kind::Deadline => &self.deadline,
            Kind::News => &self.news,
        };
        let channels = |order: &Vec<Word<Channel>>| order.iter().map(|Word(channel)| *channel).collect();
        order.as_ref().map(channels)
    }

    pub fn quiet(&self) -> Option<Hours> {
        hours(self.quiet_from, self.quiet_until)
    }
}

/// What is known of one account.
pub(super) struct Reach {
    pub addresses: Vec<(Channel, Address)>,
    pub row: Option<Row>,
    pub policy: Policy,
}

impl Reach {
    /// An account without its office has no address.
    pub fn of(connection: &mut PgConnection, account: Uuid) -> Result<Self> {
        let policy = policy(connection)?;
        let mut all = Self::of_all(connection, &[account], policy)?;
        Ok(all.remove(&account).unwrap_or(Self {
            addresses: Vec::new(),
            row: None,
            policy,
        }))
    }

    /// The same of several accounts; each of them is in it.
    pub fn of_all(connection: &mut PgConnection, accounts: &[Uuid], policy: Policy) -> Result<HashMap<Uuid, Self>> {
        let wishes: Vec<(Uuid, Row)> = notification_wishes::table
            .filter(notification_wishes::account_id.eq_any(accounts))
            .select((notification_wishes::account_id, Row::as_select()))
            .load(connection)?;
        let mut addresses = addresses(connection, accounts)?;
        let mut all: HashMap<Uuid, Self> = accounts
            .iter()
            .map(|account| {
                let addresses = addresses.remove(account).unwrap_or_default();
                let row = None;
                (*account, Self { addresses, row, policy })
            })
            .collect();
        for (account, row) in wishes {
            if let Some(reach) = all.get_mut(&account) {
                reach.row = Some(row);
            }
        }
        Ok(all)
    }

    pub fn wishes(&self, kind: Kind) -> Wishes {
        Wishes {
            order: self.row.as_ref().and_then(|row| row.order(kind)),
            quiet: self.row.as_ref().map_or(self.policy.quiet, Row::quiet),
            digest: self.row.as_ref().is_some_and(|row| row.digest),
            digest_at: self.policy.digest_at,
        }
    }

    pub fn usable(&self) -> Vec<Channel> {
        self.addresses.iter().map(|(channel, _)| *channel).collect()
    }

    pub fn address(&self, channel: Channel) -> Option<&Address> {
        self.addresses
            .iter()
            .find_map(|(known, address)| (*known == channel).then_some(address))
    }
}

pub(super) fn policy(connection: &mut PgConnection) -> Result<Policy> {
    type Fields = (Option<i16>, Option<i16>, i16, i16);
    let (from, until, digest_at, unknown): Fields = delivery_policy::table
        .select((
            delivery_policy::quiet_from,
            delivery_policy::quiet_until,
            delivery_policy::digest_at,
            delivery_policy::unknown_minutes,
        ))
        .first(connection)?;
    Ok(Policy {
        quiet: hours(from, until),
        digest_at: time(digest_at),
        unknown: TimeDelta::minutes(unknown.into()),
    })
}

fn addresses(connection: &mut PgConnection, of: &[Uuid]) -> Result<HashMap<Uuid, Vec<(Channel, Address)>>> {
    let known: Vec<(Uuid, Option<String>, Option<Vec<u8>>)> = accounts::table
        .filter(accounts::id.eq_any(of))
        .filter(accounts::disabled_at.is_null())
        .select((accounts::id, accounts::wechat_openid, accounts::phone_sealed))
        .load(connection)?;
    // Several workers may have the same channel.
    let installed: Vec<Word<Channel>> = installed_channels::table
        .select(installed_channels::channel)
        .distinct()
        .load(connection)?;
    let own: Vec<(Uuid, Word<Channel>, Vec<u8>)> = account_channels::table
        .filter(account_channels::account_id.eq_any(of))
        .select((
            account_channels::account_id,
            account_channels::channel,
            account_channels::address_sealed,
        ))
        .load(connection)?;
    let own: HashMap<(Uuid, Channel), Vec<u8>> = own
        .into_iter()
        .map(|(account, Word(channel), bytes)| ((account, channel), bytes))
        .collect();
    let address = |account: Uuid, channel: Channel, openid: &Option<String>, phone: &Option<Vec<u8>>| {
        let sealed = |purpose: String, bytes: &Vec<u8>| Address::Sealed {
            purpose,
            owner: account,
            bytes: bytes.clone(),
        };
        match (channel, own.get(&(account, channel))) {
            (Channel::Wechat, _) => openid.clone().map(Address::Openid),
            (_, Some(bytes)) => Some(sealed(sealed_for(channel), bytes)),
            // The phone by which a deputy signs in serves, unless another one is given for messages.
            (Channel::Sms, None) => phone.as_ref().map(|phone| sealed(PHONE_SEALED_FOR.to_owned(), phone)),
            (_, None) => None,
        }
    };
    let all = known.into_iter().map(|(account, openid, phone)| {
        let on = |Word(channel): &Word<Channel>| Some((*channel, address(account, *channel, &openid, &phone)?));
        (account, installed.iter().filter_map(on).collect())
    });
    Ok(all.collect())
}

/// Minutes after midnight; the constraint holds them below a day.
pub(super) fn time(minutes: i16) -> NaiveTime {
    NaiveTime::from_num_seconds_from_midnight_opt(u32::from(minutes.unsigned_abs()) * 60, 0).unwrap_or_default()
}

fn hours(from: Option<i16>, until: Option<i16>) -> Option<Hours> {
    Hours::new(time(from?), time(until?))
}
