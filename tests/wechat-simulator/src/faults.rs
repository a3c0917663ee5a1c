//! Faults that a test or a person switches on: refusals, slowness, broken connections, a revoked token. They hit every
//! platform; `openid` is whoever a message is for there (an openid, a userid, a phone number, a mailbox).

use serde::{Deserialize, Serialize};

/// One fault. It hits a call that fits `openid` and `path` (a prefix; none = all), by chance if `probability` is
/// set, and vanishes after `times` hits (none = stays until deleted).
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fault {
    pub openid: Option<String>,
    pub path: Option<String>,
    /// Answer this refusal instead of doing the work.
    pub errcode: Option<i32>,
    /// Do the work, and hold the answer back for so many milliseconds.
    pub latency_ms: Option<u64>,
    /// Do the work and answer the headers at once, but let the body drip for so many milliseconds.
    pub slow_body_ms: Option<u64>,
    /// Answer this HTTP status with an HTML page, as a broken proxy would, instead of doing the work.
    pub http_status: Option<u16>,
    /// Do the work, then close the connection without an answer: the caller cannot know the outcome.
    pub reset_after_processing: bool,
    /// Close the connection and do nothing.
    pub outage: bool,
    /// The token that the call carries dies before the call is judged; calls without a token are not hit. Once,
    /// unless `times` says otherwise.
    pub token_revoked: bool,
    pub times: Option<u32>,
    pub probability: Option<f64>,
}

/// What all faults that hit one call do together.
#[derive(Debug, Default)]
pub struct Effect {
    pub errcode: Option<i32>,
    pub latency_ms: u64,
    pub slow_body_ms: u64,
    pub http_status: Option<u16>,
    pub reset_after_processing: bool,
    pub outage: bool,
    pub token_revoked: bool,
}

#[derive(Default)]
pub struct FaultBook {
    active: Vec<Active>,
    last_id: u64,
}

/// A fault with the number under which it can be taken back.
#[derive(Clone, Debug, Serialize)]
pub struct Active {
    pub id: u64,
    #[serde(flatten)]
    pub fault: Fault,
}

impl FaultBook {
    pub fn add(&mut self, mut fault: Fault) -> u64 {
        if fault.token_revoked {
            fault.times.get_or_insert(1);
        }
        self.last_id += 1;
        self.active.push(Active {
            id: self.last_id,
            fault,
        });
        self.last_id
    }

    pub fn list(&self) -> &[Active] {
        &self.active
    }

    /// True if there was one with this number.
    pub fn remove(&mut self, id: u64) -> bool {
        let before = self.active.len();
        self.active.retain(|active| active.id != id);
        self.active.len() < before
    }

    pub fn clear(&mut self) {
        self.active.clear();
    }

    /// The faults that hit this call, counted down.
    pub fn strike(&mut self, path: &str, openid: Option<&str>, token: Option<&str>) -> Effect {
        let mut effect = Effect::default();
        for Active { fault, .. } in &mut self.active {
            if !fault.hits(path, openid) || (fault.token_revoked && token.is_none()) {
                continue;
            }
            effect.add(fault);
            if let Some(times) = &mut fault.times {
                *times = times.saturating_sub(1);
            }
        }
        self.active.retain(|active| active.fault.times != Some(0));
        effect
    }
}

impl Fault {
    fn hits(&self, path: &str, openid: Option<&str>) -> bool {
        let here = self
            .path
            .as_ref()
            .is_none_or(|wanted| path.starts_with(wanted.as_str()));
        let them = self.openid.is_none() || self.openid.as_deref() == openid;
        here && them && self.probability.is_none_or(|chance| rand::random::<f64>() < chance)
    }
}

impl Effect {
    fn add(&mut self, fault: &Fault) {
        self.errcode = self.errcode.or(fault.errcode);
        self.latency_ms += fault.latency_ms.unwrap_or(0);
        self.slow_body_ms += fault.slow_body_ms.unwrap_or(0);
        self.http_status = self.http_status.or(fault.http_status);
        self.reset_after_processing |= fault.reset_after_processing;
        self.outage |= fault.outage;
        self.token_revoked |= fault.token_revoked;
    }
}
