//! How often who may do what. An address may be a whole street behind one router, so its limits are wide; what is
//! narrow is one code, one receipt, and above all guessing.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};
use chrono::{DateTime, TimeDelta, Utc};
use minyi_gateways::limits::{Check, Decision, Limit};
use sha2::{Digest as _, Sha256};

use crate::{
    address::ClientAddress,
    problem::Problem,
    state::{AppState, State},
};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Monitoring, the documentation's own files, and WeChat's servers, whose every word is signed.
const UNLIMITED: [&str; 5] = ["/health/", "/metrics", "/assets/", "/docs", "/wechat/push"];
/// Digests that are remembered.
const MAX_GUESSERS: usize = 10_000;

fn minutely<'a>(class: &'static str, subject: &'a str, burst: u32) -> Check<'a> {
    Check {
        class,
        subject,
        limit: Limit { burst, per: MINUTE },
    }
}

/// Middleware: every request counts for its address.
///
/// # Errors
/// Those of the inner service.
pub async fn limit_address(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let path = request.path();
    if let Some(state) = request.app_data::<State>().cloned()
        && !UNLIMITED.iter().any(|prefix| path.starts_with(prefix))
    {
        let address = ClientAddress::of_request(request.request()).subject();
        let burst = state.settings.limits.limit_address_per_minute;
        if let Err(problem) = state.charge(&[minutely("request.address", &address, burst)]).await {
            return Ok(request.error_response(problem));
        }
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// What is tried until it fits. Codes, receipts and refresh tokens are too long to be found by trying, so the right
/// one always passes, whoever guesses behind the same address; the others are shorter, and are not even looked up
/// any more when there were too many wrong ones.
#[derive(Clone, Copy)]
pub enum Guess<'a> {
    /// The token of a code: 49 bits.
    Code,
    /// A receipt: 85 bits.
    Receipt,
    /// 256 bits.
    RefreshToken,
    /// The phone that belongs to a number.
    Phone { number: &'a str },
    /// The password that belongs to a user name.
    Password { username: &'a str },
    /// A code of WeChat's login: each costs a call.
    WechatCode,
    /// An invitation of a deputy: 36 bits.
    Invitation,
    /// The code that was sent to a phone: 20 bits, and the database counts too.
    OneTimeCode { phone: &'a str },
    /// The code of a second factor: 20 bits; after five wrong ones the account is locked besides.
    SecondFactor { account: &'a str },
    /// The secret of a link to set a password: 256 bits.
    SetupLink,
}

impl<'a> Guess<'a> {
    /// Against what a wrong one counts: narrow for what is guessed at, wide for an address that many share.
    fn checks(self, address: &'a str, narrow: u32) -> Vec<Check<'a>> {
        let wide = narrow.saturating_mul(10);
        match self {
            Self::Code => vec![minutely("guess.code", address, narrow)],
            Self::Receipt => vec![minutely("guess.receipt", address, narrow)],
            Self::RefreshToken => vec![minutely("guess.refresh", address, narrow)],
            Self::Phone { number } => vec![
                minutely("guess.phone", number, narrow),
                minutely("guess.phone.address", address, wide),
            ],
            Self::Password { username } => vec![
                minutely("guess.password", username, narrow),
                minutely("guess.password.address", address, wide),
            ],
            Self::WechatCode => vec![minutely("guess.wechat", address, wide)],
            Self::Invitation => vec![minutely("guess.invitation", address, narrow)],
            Self::SecondFactor { account } => vec![minutely("guess.second", account, narrow)],
            Self::SetupLink => vec![minutely("guess.setup", address, narrow)],
            Self::OneTimeCode { phone } => vec![
                minutely("guess.code.sms", phone, narrow),
                minutely("guess.code.sms.address", address, wide),
            ],
        }
    }
}

/// What was guessed at too often and who guessed too often, as a digest, and until when it is not looked up. Each
/// process keeps its own: the count behind it is shared.
#[derive(Default)]
pub struct Guessers(Mutex<HashMap<[u8; 32], DateTime<Utc>>>);

fn digest(check: &Check<'_>) -> [u8; 32] {
    let digest = Sha256::new().chain_update(check.class).chain_update([0]);
    digest.chain_update(check.subject).finalize().into()
}

impl Guessers {
    fn waits_until(&self, check: &Check<'_>) -> Option<DateTime<Utc>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&digest(check)).copied()
    }

    fn remember(&self, check: &Check<'_>, until: DateTime<Utc>, now: DateTime<Utc>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_GUESSERS {
            known.retain(|_, until| *until > now);
        }
        if known.len() < MAX_GUESSERS {
            known.insert(digest(check), until);
        }
    }
}

impl AppState {
    async fn charge(&self, checks: &[Check<'_>]) -> Result<(), Problem> {
        match self.limits.check(checks).await {
            Decision::Allowed { .. } => Ok(()),
            Decision::Limited {
                retry_after_seconds,
                class,
            } => {
                metrics::counter!("rate_limited_total", "class" => class).increment(1);
                Err(Problem::RateLimited {
                    retry_after_seconds: retry_after_seconds.max(1),
                })
            }
        }
    }

    /// Counts a submission for its address and its code.
    pub async fn limit_submission(&self, address: ClientAddress, code: &str) -> Result<(), Problem> {
        let (limits, address) = (self.settings.limits, address.subject());
        let by_address = (limits.limit_address_per_minute / 5).max(1);
        let checks = [
            minutely("submit.address", &address, by_address),
            minutely("submit.code", code, limits.limit_code_per_minute),
        ];
        self.charge(&checks).await
    }

    /// Counts a photo for its address: nine for each submission that the address may send.
    pub async fn limit_photo(&self, address: ClientAddress) -> Result<(), Problem> {
        let burst = (self.settings.limits.limit_address_per_minute / 5)
            .max(1)
            .saturating_mul(9);
        self.charge(&[minutely("photo.address", &address.subject(), burst)])
            .await
    }

    /// Counts a joining (附议) for its address, and for its address and case: a street behind one address may join,
    /// a single hand cannot fill the count.
    pub async fn limit_support(&self, address: ClientAddress, case: &str) -> Result<(), Problem> {
        let address = address.subject();
        let burst = (self.settings.limits.limit_address_per_minute / 5).max(1);
        let both = format!("{address} {case}");
        let by_case = Check {
            class: "support.case",
            subject: &both,
            limit: Limit { burst: 30, per: DAY },
        };
        self.charge(&[minutely("support.address", &address, burst), by_case])
            .await
    }

    /// Counts a request for a receipt.
    pub async fn limit_receipt(&self, receipt: &str) -> Result<(), Problem> {
        let burst = self.settings.limits.limit_receipt_per_minute;
        self.charge(&[minutely("request.receipt", receipt, burst)]).await
    }

    /// Counts a picture that is drawn for nobody in particular.
    pub async fn limit_drawing(&self, address: ClientAddress) -> Result<(), Problem> {
        let burst = (self.settings.limits.limit_address_per_minute / 10).max(1);
        self.charge(&[minutely("draw.address", &address.subject(), burst)])
            .await
    }

    /// Counts a code by text message for its phone and its address: each costs money and rings somebody's phone.
    pub async fn limit_code(&self, phone: &str, address: ClientAddress) -> Result<(), Problem> {
        let address = address.subject();
        let by_day = Check {
            class: "sms.phone.day",
            subject: phone,
            limit: Limit { burst: 10, per: DAY },
        };
        let by_address = minutely("sms.address", &address, self.settings.limits.limit_guesses_per_minute);
        self.charge(&[minutely("sms.phone", phone, 1), by_day, by_address])
            .await
    }

    /// Refuses to look up what was guessed at too often, or for an address that has guessed too often.
    pub fn may_guess(&self, guess: Guess<'_>, address: ClientAddress) -> Result<(), Problem> {
        let (now, address) = (self.now(), address.subject());
        let checks = guess.checks(&address, self.settings.limits.limit_guesses_per_minute);
        let until = checks.iter().filter_map(|check| self.guessers.waits_until(check)).max();
        match until {
            Some(until) if until > now => {
                let wait = u32::try_from((until - now).num_seconds()).unwrap_or(0) + 1;
                Err(Problem::RateLimited {
                    retry_after_seconds: wait,
                })
            }
            _ => Ok(()),
        }
    }

    /// Counts a wrong guess and gives back what to answer: `problem`, or that it was one too many.
    pub async fn wrong_guess(&self, guess: Guess<'_>, address: ClientAddress, problem: Problem) -> Problem {
        let (now, address) = (self.now(), address.subject());
        for check in guess.checks(&address, self.settings.limits.limit_guesses_per_minute) {
            if let Err(Problem::RateLimited { retry_after_seconds }) = self.charge(std::slice::from_ref(&check)).await {
                let until = now + TimeDelta::seconds(i64::from(retry_after_seconds));
                self.guessers.remember(&check, until, now);
                return Problem::RateLimited { retry_after_seconds };
            }
        }
        problem
    }
}
