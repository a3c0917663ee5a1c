//! One-time codes of `wx.login` and of the phone number button: five minutes, one use.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};

const LIFE: TimeDelta = TimeDelta::minutes(5);
/// A used code is remembered this long, so that a second use can be told from an unknown code.
const MEMORY: TimeDelta = TimeDelta::minutes(30);

/// Why a code is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeFault {
    Unknown,
    Used,
}

#[derive(Default)]
pub struct CodeBook {
    codes: HashMap<String, Code>,
    order: VecDeque<(DateTime<Utc>, String)>,
}

struct Code {
    openid: String,
    minted_at: DateTime<Utc>,
    used: bool,
}

impl CodeBook {
    pub fn mint(&mut self, code: String, openid: &str, now: DateTime<Utc>) -> String {
        while let Some((minted_at, oldest)) = self.order.front()
            && now - *minted_at > MEMORY
        {
            self.codes.remove(oldest);
            self.order.pop_front();
        }
        self.order.push_back((now, code.clone()));
        self.codes.insert(
            code.clone(),
            Code {
                openid: openid.to_owned(),
                minted_at: now,
                used: false,
            },
        );
        code
    }

    /// Whose code it is, whatever its state.
    pub fn owner(&self, code: &str) -> Option<String> {
        self.codes.get(code).map(|known| known.openid.clone())
    }

    pub fn take(&mut self, code: &str, now: DateTime<Utc>) -> Result<String, CodeFault> {
        let known = self.codes.get_mut(code).ok_or(CodeFault::Unknown)?;
        if known.used {
            return Err(CodeFault::Used);
        }
        if now - known.minted_at >= LIFE {
            return Err(CodeFault::Unknown);
        }
        known.used = true;
        Ok(known.openid.clone())
    }
}
