//! access_token, issued by two endpoints that do not know each other.
//!
//! - `/cgi-bin/stable_token`, normal mode: the same token while more than five minutes are left; in the last five a
//!   new one, and both are good for five minutes. Forced: the old one dies at once, at most 20 times a day and not
//!   within 30 seconds; otherwise the call is answered as in normal mode.
//! - `/cgi-bin/token`: a new one each time; the previous one has five more minutes.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::random;
use crate::state::china_day;

const LIFE: TimeDelta = TimeDelta::seconds(7200);
const OVERLAP: TimeDelta = TimeDelta::seconds(300);
const FORCE_PAUSE: TimeDelta = TimeDelta::seconds(30);
const FORCES_A_DAY: u32 = 20;

/// A token and the seconds that it still has.
#[derive(Debug, PartialEq, Eq)]
pub struct Grant {
    pub access_token: String,
    pub expires_in: i64,
}

#[derive(Default)]
pub struct TokenBook {
    issued: HashMap<String, Issued>,
    stable: Option<String>,
    plain: Option<String>,
    forced: Option<Forced>,
}

struct Issued {
    expires_at: DateTime<Utc>,
    /// Set when a later token took its place or it was revoked.
    dead_at: Option<DateTime<Utc>>,
}

struct Forced {
    day: NaiveDate,
    count: u32,
    at: DateTime<Utc>,
}

impl TokenBook {
    pub fn stable(&mut self, force: bool, now: DateTime<Utc>) -> Grant {
        let forced = force && self.may_force(now);
        if let Some(token) = self.stable.clone()
            && let Some(old) = self.issued.get_mut(&token)
            && old.dead_at.is_none()
        {
            let left = old.expires_at - now;
            if forced {
                old.dead_at = Some(now);
            } else if left > OVERLAP {
                return Grant {
                    access_token: token,
                    expires_in: left.num_seconds(),
                };
            } else if left > TimeDelta::zero() {
                old.expires_at = now + OVERLAP;
            }
        }
        let grant = self.issue(now);
        self.stable = Some(grant.access_token.clone());
        grant
    }

    pub fn plain(&mut self, now: DateTime<Utc>) -> Grant {
        if let Some(token) = &self.plain
            && let Some(old) = self.issued.get_mut(token)
            && old.dead_at.is_none()
        {
            old.dead_at = Some(now + OVERLAP);
        }
        let grant = self.issue(now);
        self.plain = Some(grant.access_token.clone());
        grant
    }

    /// The errcode of a business call that carries `token`, or nothing if it may pass.
    pub fn fault_of(&self, token: &str, now: DateTime<Utc>) -> Option<i32> {
        match self.issued.get(token) {
            _ if token.is_empty() => Some(41001),
            None if token.len() != random::TOKEN_LEN => Some(40014),
            None => Some(40001),
            Some(issued) if issued.dead_at.is_some_and(|dead_at| dead_at <= now) => Some(40001),
            Some(issued) if issued.expires_at <= now => Some(42001),
            Some(_) => None,
        }
    }

    pub fn revoke(&mut self, token: &str, now: DateTime<Utc>) {
        if let Some(issued) = self.issued.get_mut(token) {
            issued.dead_at = Some(now);
        }
    }

    fn may_force(&mut self, now: DateTime<Utc>) -> bool {
        let day = china_day(now);
        let count = match &self.forced {
            Some(last) if now - last.at < FORCE_PAUSE => return false,
            Some(last) if last.day == day => last.count,
            _ => 0,
        };
        if count >= FORCES_A_DAY {
            return false;
        }
        self.forced = Some(Forced {
            day,
            count: count + 1,
            at: now,
        });
        true
    }

    fn issue(&mut self, now: DateTime<Utc>) -> Grant {
        // An expired token is remembered for a day so that it is told "expired" and not "unknown".
        self.issued
            .retain(|_, issued| now - issued.expires_at < TimeDelta::days(1));
        let access_token = random::access_token();
        self.issued.insert(
            access_token.clone(),
            Issued {
                expires_at: now + LIFE,
                dead_at: None,
            },
        );
        Grant {
            access_token,
            expires_in: LIFE.num_seconds(),
        }
    }
}
