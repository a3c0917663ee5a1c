//! When messages go out to residents, and to whoever wishes nothing else (消息发送时间).

use chrono::{DateTime, NaiveTime, Utc};
use diesel::{Connection as _, ExpressionMethods, RunQueryDsl};
use minyi_domain::{
    audit::{Action, ObjectKind},
    delivery::Hours,
};
use serde_json::json;

use super::{reach::policy, wishes::minutes};
use crate::{Act, By, Result, Store, audit, schema::delivery_policy};

/// One policy for the whole installation. Times are those of China.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryPolicy {
    /// Nothing but emergencies goes out then; `None`: at any hour.
    pub quiet: Option<Hours>,
    /// When what waits for the morning's digest goes out.
    pub digest_at: NaiveTime,
    /// Minutes after which an unknown outcome lets the next channel be tried, 1 to 1440.
    pub unknown_minutes: u16,
}

impl Store {
    /// The policy in force.
    pub fn delivery_policy(&self) -> Result<DeliveryPolicy> {
        let mut connection = self.connection()?;
        let found = policy(&mut connection)?;
        Ok(DeliveryPolicy {
            quiet: found.quiet,
            digest_at: found.digest_at,
            unknown_minutes: u16::try_from(found.unknown.num_minutes()).unwrap_or(u16::MAX),
        })
    }

    /// Changes the policy for every message whose turn comes from now on.
    pub fn set_delivery_policy(&self, by: &By, policy: DeliveryPolicy, now: DateTime<Utc>) -> Result<()> {
        self.connection()?.transaction(|connection| {
            diesel::update(delivery_policy::table)
                .set((
                    delivery_policy::quiet_from.eq(policy.quiet.map(|quiet| minutes(quiet.from()))),
                    delivery_policy::quiet_until.eq(policy.quiet.map(|quiet| minutes(quiet.until()))),
                    delivery_policy::digest_at.eq(minutes(policy.digest_at)),
                    delivery_policy::unknown_minutes.eq(i16::try_from(policy.unknown_minutes).unwrap_or(i16::MAX)),
                ))
                .execute(connection)?;
            let clock = |time: NaiveTime| time.format("%H:%M").to_string();
            let act = Act::done(Action::DeliveryPolicySet, ObjectKind::DeliveryPolicy, "installation");
            let detail = json!({
                "quiet_from": policy.quiet.map(|quiet| clock(quiet.from())),
                "quiet_until": policy.quiet.map(|quiet| clock(quiet.until())),
                "digest_at": clock(policy.digest_at), "unknown_minutes": policy.unknown_minutes,
            });
            audit::record(connection, by, &act.with(detail), now)
        })
    }
}
