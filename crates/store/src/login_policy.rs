//! The login policy (登录策略) of the whole installation.

use chrono::{DateTime, Utc};
use diesel::{Connection as _, ExpressionMethods, QueryDsl, RunQueryDsl};
use minyi_domain::{
    access::{LoginPolicy, Obliged},
    audit::{Action, ObjectKind},
};
use serde_json::json;

use crate::{Act, By, Result, Store, audit, schema::login_policy, word::Word};

/// As it stands in the table.
pub(crate) type PolicyRow = (i16, i16, i16, i16, Word<Obliged>);

/// The columns of [`PolicyRow`].
pub(crate) const COLUMNS: (
    login_policy::min_length,
    login_policy::max_age_days,
    login_policy::remembered,
    login_policy::idle_minutes,
    login_policy::second_factor,
) = (
    login_policy::min_length,
    login_policy::max_age_days,
    login_policy::remembered,
    login_policy::idle_minutes,
    login_policy::second_factor,
);

pub(crate) fn read((min_length, max_age, remembered, idle, second_factor): &PolicyRow) -> LoginPolicy {
    LoginPolicy {
        min_length: u8::try_from(*min_length).unwrap_or(u8::MAX),
        max_age_days: max_age.unsigned_abs(),
        remembered: u8::try_from(*remembered).unwrap_or(u8::MAX),
        idle_minutes: idle.unsigned_abs(),
        second_factor: second_factor.0,
    }
}

impl Store {
    /// The policy in force.
    pub fn login_policy(&self) -> Result<LoginPolicy> {
        let row: PolicyRow = login_policy::table.select(COLUMNS).first(&mut *self.connection()?)?;
        Ok(read(&row))
    }

    /// Changes the policy, for everybody at once.
    pub fn set_login_policy(&self, by: &By, policy: &LoginPolicy, now: DateTime<Utc>) -> Result<()> {
        self.connection()?.transaction(|connection| {
            let small = |number: u16| i16::try_from(number).unwrap_or(i16::MAX);
            diesel::update(login_policy::table)
                .set((
                    login_policy::min_length.eq(i16::from(policy.min_length)),
                    login_policy::max_age_days.eq(small(policy.max_age_days)),
                    login_policy::remembered.eq(i16::from(policy.remembered)),
                    login_policy::idle_minutes.eq(small(policy.idle_minutes)),
                    login_policy::second_factor.eq(policy.second_factor.as_str()),
                ))
                .execute(connection)?;
            let act = Act::done(Action::LoginPolicyChanged, ObjectKind::LoginPolicy, "login");
            let detail = json!({
                "min_length": policy.min_length, "max_age_days": policy.max_age_days,
                "remembered": policy.remembered, "idle_minutes": policy.idle_minutes,
                "second_factor": policy.second_factor.as_str(),
            });
            audit::record(connection, by, &act.with(detail), now)
        })
    }
}
