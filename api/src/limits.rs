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

use crate::{
    address::ClientAddress,
    problem::Problem,
    state::{AppState, State},
};

const MINUTE: Duration = Duration::from_secs(60);
/// Monitoring and the documentation's own files.
const UNLIMITED: [&str; 4] = ["/health/", "/metrics", "/assets/", "/docs"];
/// Addresses that are remembered as guessing.
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

/// What is tried until it fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guess {
    /// The token of a code.
    Code,
    /// A receipt, or a number with a phone.
    Receipt,
    /// A password, a WeChat code, a refresh token.
    Login,
}

impl Guess {
    const fn class(self) -> &'static str {
        match self {
            Self::Code => "guess.code",
            Self::Receipt => "guess.receipt",
            Self::Login => "guess.login",
        }
    }
}

/// Addresses that have guessed too often, and until when they are not listened to. Each process keeps its own:
/// the count behind it is shared.
#[derive(Default)]
pub struct Guessers(Mutex<HashMap<(Guess, String), DateTime<Utc>>>);

impl Guessers {
    fn waits_until(&self, guess: Guess, address: &str) -> Option<DateTime<Utc>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&(guess, address.to_owned())).copied()
    }

    fn remember(&self, guess: Guess, address: String, until: DateTime<Utc>, now: DateTime<Utc>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_GUESSERS {
            known.retain(|_, until| *until > now);
        }
        if known.len() < MAX_GUESSERS {
            known.insert((guess, address), until);
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

    /// Counts a request for a receipt.
    pub async fn limit_receipt(&self, receipt: &str) -> Result<(), Problem> {
        let burst = self.settings.limits.limit_receipt_per_minute;
        self.charge(&[minutely("request.receipt", receipt, burst)]).await
    }

    /// Refuses to look anything up for an address that has guessed too often.
    pub fn may_guess(&self, guess: Guess, address: ClientAddress) -> Result<(), Problem> {
        let now = self.now();
        match self.guessers.waits_until(guess, &address.subject()) {
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
    pub async fn wrong_guess(&self, guess: Guess, address: ClientAddress, problem: Problem) -> Problem {
        let subject = address.subject();
        let burst = self.settings.limits.limit_guesses_per_minute;
        match self.charge(&[minutely(guess.class(), &subject, burst)]).await {
            Err(Problem::RateLimited { retry_after_seconds }) => {
                let now = self.now();
                let until = now + TimeDelta::seconds(i64::from(retry_after_seconds));
                self.guessers.remember(guess, subject, until, now);
                Problem::RateLimited { retry_after_seconds }
            }
            _ => problem,
        }
    }
}
