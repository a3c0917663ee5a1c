//! What a person wishes for the messages, and by which channels the person can be reached.

use std::time::Duration;

use chrono::{DateTime, NaiveTime, TimeDelta, Timelike as _, Utc};
use diesel::{
    BoolExpressionMethods, Connection as _, ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl, upsert::excluded,
};
use minyi_domain::delivery::{Channel, Hours, Kind};
use uuid::Uuid;

use super::reach::{Address, Reach, Row};
use crate::{
    Result, Store,
    schema::{account_channels, delivery_policy, installed_channels, notification_wishes},
    word::Word,
};

/// How often a worker says which channels it has.
pub const ANNOUNCE_EVERY: Duration = Duration::from_secs(60);
/// What was not said for so long is not there any more: some turns may fail.
const LAPSE: TimeDelta = TimeDelta::minutes(5);

/// A person's wishes and addresses, for the person's own eyes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WishesView {
    /// For each kind the channels in their order; `None`: the usual one.
    pub orders: Vec<(Kind, Option<Vec<Channel>>)>,
    pub quiet: Option<Hours>,
    pub digest: bool,
    pub digest_at: NaiveTime,
    /// What this installation has.
    pub installed: Vec<Channel>,
    /// Known addresses on what the installation has.
    pub addresses: Vec<(Channel, Address)>,
}

/// What a person wishes from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWishes {
    /// For each kind that has an order of its own; a kind that is left out has the usual one.
    pub orders: Vec<(Kind, Vec<Channel>)>,
    pub quiet: Option<Hours>,
    pub digest: bool,
}

impl Store {
    /// The wishes of an account; of one that has none the policy.
    pub fn notification_wishes(&self, account: Uuid) -> Result<WishesView> {
        let mut connection = self.connection()?;
        let reach = Reach::of(&mut connection, account)?;
        let installed: Vec<Word<Channel>> = installed_channels::table
            .select(installed_channels::channel)
            .distinct()
            .load(&mut *connection)?;
        let mut installed: Vec<Channel> = installed.into_iter().map(|Word(channel)| channel).collect();
        installed.sort_unstable();
        let order = |kind: &Kind| (*kind, reach.row.as_ref().and_then(|row| row.order(*kind)));
        Ok(WishesView {
            orders: Kind::ALL.iter().map(order).collect(),
            quiet: reach.row.as_ref().map_or(reach.policy.quiet, Row::quiet),
            digest: reach.row.as_ref().is_some_and(|row| row.digest),
            digest_at: reach.policy.digest_at,
            installed,
            addresses: reach.addresses,
        })
    }

    /// Puts these wishes in the place of the former ones.
    pub fn set_notification_wishes(&self, account: Uuid, wishes: &NewWishes, now: DateTime<Utc>) -> Result<()> {
        let order = |kind: Kind| {
            let (_, order) = wishes.orders.iter().find(|(of, _)| *of == kind)?;
            Some(order.iter().map(|channel| channel.as_str()).collect::<Vec<_>>())
        };
        diesel::insert_into(notification_wishes::table)
            .values((
                notification_wishes::account_id.eq(account),
                notification_wishes::new_work.eq(order(Kind::NewWork)),
                notification_wishes::deadline.eq(order(Kind::Deadline)),
                notification_wishes::news.eq(order(Kind::News)),
                notification_wishes::quiet_from.eq(wishes.quiet.map(|quiet| minutes(quiet.from()))),
                notification_wishes::quiet_until.eq(wishes.quiet.map(|quiet| minutes(quiet.until()))),
                notification_wishes::digest.eq(wishes.digest),
                notification_wishes::changed_at.eq(now),
            ))
            .on_conflict(notification_wishes::account_id)
            .do_update()
            .set((
                notification_wishes::new_work.eq(excluded(notification_wishes::new_work)),
                notification_wishes::deadline.eq(excluded(notification_wishes::deadline)),
                notification_wishes::news.eq(excluded(notification_wishes::news)),
                notification_wishes::quiet_from.eq(excluded(notification_wishes::quiet_from)),
                notification_wishes::quiet_until.eq(excluded(notification_wishes::quiet_until)),
                notification_wishes::digest.eq(excluded(notification_wishes::digest)),
                notification_wishes::changed_at.eq(excluded(notification_wishes::changed_at)),
            ))
            .execute(&mut *self.connection()?)?;
        Ok(())
    }

    /// Writes down an account's address on a channel, sealed for [`sealed_for`](super::sealed_for); `None` takes it away.
    /// The mini-program's openid comes by binding alone.
    pub fn set_channel_address(
        &self,
        account: Uuid,
        channel: Channel,
        sealed: Option<&[u8]>,
        by: Uuid,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let mut connection = self.connection()?;
        let Some(sealed) = sealed else {
            diesel::delete(account_channels::table.find((account, channel.as_str()))).execute(&mut *connection)?;
            return Ok(());
        };
        write_address(&mut connection, account, channel, sealed, by, now)
    }

    /// Sets the quiet hours of residents, and of whoever wishes no others.
    pub fn set_usual_quiet_hours(&self, quiet: Option<Hours>) -> Result<()> {
        diesel::update(delivery_policy::table)
            .set((
                delivery_policy::quiet_from.eq(quiet.map(|quiet| minutes(quiet.from()))),
                delivery_policy::quiet_until.eq(quiet.map(|quiet| minutes(quiet.until()))),
            ))
            .execute(&mut *self.connection()?)?;
        Ok(())
    }

    /// Writes down which channels a worker has settings for, in the place of what it said before; it says so again every
    /// [`ANNOUNCE_EVERY`]. What any worker has not said for [`LAPSE`] is forgotten.
    pub fn announce_channels(&self, worker: &str, channels: &[Channel], now: DateTime<Utc>) -> Result<()> {
        self.connection()?.transaction(|connection| {
            let gone = installed_channels::worker
                .eq(worker)
                .or(installed_channels::announced_at.lt(now - LAPSE));
            diesel::delete(installed_channels::table.filter(gone)).execute(connection)?;
            let row = |channel: &Channel| {
                (
                    installed_channels::worker.eq(worker.to_owned()),
                    installed_channels::channel.eq(channel.as_str()),
                    installed_channels::announced_at.eq(now),
                )
            };
            diesel::insert_into(installed_channels::table)
                .values(channels.iter().map(row).collect::<Vec<_>>())
                .execute(connection)?;
            Ok(())
        })
    }
}

/// Writes down an address in the place of the former one.
pub(crate) fn write_address(
    connection: &mut PgConnection,
    account: Uuid,
    channel: Channel,
    sealed: &[u8],
    by: Uuid,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::insert_into(account_channels::table)
        .values((
            account_channels::account_id.eq(account),
            account_channels::channel.eq(channel.as_str()),
            account_channels::address_sealed.eq(sealed),
            account_channels::set_by_account_id.eq(by),
            account_channels::set_at.eq(now),
        ))
        .on_conflict((account_channels::account_id, account_channels::channel))
        .do_update()
        .set((
            account_channels::address_sealed.eq(excluded(account_channels::address_sealed)),
            account_channels::set_by_account_id.eq(excluded(account_channels::set_by_account_id)),
            account_channels::set_at.eq(excluded(account_channels::set_at)),
        ))
        .execute(connection)?;
    Ok(())
}

/// Minutes after midnight, as the table has a time of day.
pub(super) fn minutes(time: NaiveTime) -> i16 {
    i16::try_from(time.num_seconds_from_midnight() / 60).unwrap_or_default()
}
