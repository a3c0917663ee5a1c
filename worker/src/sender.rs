//! Sends one notification and records what came of it.
//!
//! The row says "being sent" before WeChat is called. If this process dies after that, nobody knows whether the message
//! went out: the sweep turns the row to unknown, and only if the recipient has not acted after a while is it sent again.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use metrics::{counter, histogram};
use minyi_domain::delivery::Channel;
use minyi_gateways::channels::{Notice, NoticeKind, Outcome, Refusal, Wording};
use minyi_store::{Address, Attempt, BeginSending, Letter, Outgoing, SendResult, Template};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;
use uuid::Uuid;

use crate::{
    Result, Worker,
    ladder::{spread, wait_after},
};

/// Sends these notifications one after the other.
pub(crate) async fn send_each(worker: Arc<Worker>, ids: Vec<Uuid>) -> Vec<(Uuid, Result<()>)> {
    let mut sent = Vec::with_capacity(ids.len());
    for id in ids {
        sent.push((id, send(Arc::clone(&worker), id).await));
    }
    sent
}

/// Sends the notification `id`, if it is still to be sent.
///
/// # Errors
/// The database is away: the work comes back.
pub(crate) async fn send(worker: Arc<Worker>, id: Uuid) -> Result<()> {
    let Some(recipient) = worker.in_store(move |store| store.recipient_of(id)).await? else {
        return Ok(());
    };
    // WeChat refuses two messages to one person at once (43108). The row says "being sent" only when its turn has come.
    let turn = worker.turn_of(recipient).await;
    let now = worker.clock.now();
    let outgoing = match worker.in_store(move |store| store.begin_sending(id, now)).await? {
        BeginSending::Send(outgoing) => outgoing,
        BeginSending::AlreadyDone | BeginSending::Later => return Ok(()),
        BeginSending::NoAddress | BeginSending::NoLongerNeeded => {
            counter!("notifications_total", "outcome" => "not_needed", "channel" => "none").increment(1);
            return Ok(());
        }
    };
    let outcome = dispatch(&worker, &outgoing).await;
    drop(turn);
    let result = judge(&worker, &outgoing, outcome);
    count(outgoing.channel, &result);
    if matches!(result, SendResult::Sent { .. }) {
        let waited = (worker.clock.now() - outgoing.created_at).to_std().unwrap_or_default();
        histogram!("notification_seconds", "channel" => outgoing.channel.as_str()).record(waited);
    }
    record(&worker, outgoing.attempt(), result).await
}

/// Hands a message to its channel's client. What another worker announced and this one has no settings for is refused
/// there, and so is an address that cannot be opened: the next channel is tried.
async fn dispatch(worker: &Worker, outgoing: &Outgoing) -> Outcome {
    let address = match &outgoing.address {
        Address::Openid(openid) => Ok(SecretString::from(openid.as_str())),
        Address::Sealed { purpose, owner, bytes } => worker.keys.contact.open(purpose, *owner, bytes),
    };
    match address {
        Ok(address) => {
            let channel = outgoing.channel;
            let mut notice = compose(worker, outgoing);
            notice.wording = wording(worker, channel, notice.kind).await;
            worker.channels.send(channel, address.expose_secret(), &notice).await
        }
        Err(error) => {
            tracing::warn!(%error, "an address cannot be opened");
            Outcome::Refused {
                code: String::new(),
                kind: Refusal::BadRecipient,
            }
        }
    }
}

/// What this installation says on a channel with free text instead of the usual words.
async fn wording(worker: &Worker, channel: Channel, kind: NoticeKind) -> Option<Wording> {
    if !Wording::is_free(channel) {
        return None;
    }
    let set = worker
        .in_store(move |store| store.message_wording(channel, kind.as_str()))
        .await;
    match set {
        Ok(text) => Wording::parse(&text?, channel).ok(),
        Err(error) => {
            tracing::warn!(%error, "the words of a message cannot be read; it goes out in the usual ones");
            None
        }
    }
}

/// Records the outcome. While the database is away it tries again: an outcome that is known must not become unknown.
async fn record(worker: &Worker, attempt: Attempt, result: SendResult) -> Result<()> {
    let (started, mut pause) = (Instant::now(), Duration::from_millis(100));
    loop {
        let (attempt, result, now) = (attempt.clone(), result.clone(), worker.clock.now());
        match worker
            .in_store(move |store| store.finish_sending(&attempt, &result, now))
            .await
        {
            Err(error) if started.elapsed() + pause < worker.pace.stale() => {
                tracing::warn!(%error, "the outcome of a message cannot be recorded yet");
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
            done => return done,
        }
    }
}

fn compose(worker: &Worker, outgoing: &Outgoing) -> Notice {
    let letter = &outgoing.letter;
    let kind = match letter.template {
        _ if letter.is_digest => NoticeKind::Digest,
        Template::DeputyNew => NoticeKind::DeputyNew,
        Template::DeputyDeadline => NoticeKind::DeputyDeadline,
        Template::ResidentProgress => NoticeKind::ResidentProgress,
    };
    Notice {
        id: outgoing.key(),
        kind,
        number: letter.number.clone(),
        place: letter.place.clone(),
        state: letter.state.to_owned(),
        summary: letter.summary.clone(),
        at: letter.at,
        link: worker.public_url.as_ref().map(|base| link(base, letter)),
        page: Some(letter.page.clone()),
        written_at: outgoing.created_at,
        wording: None,
    }
}

/// Where a browser finds what it tells of.
fn link(base: &Url, letter: &Letter) -> String {
    format!("{}{}", base.as_str().trim_end_matches('/'), letter.path)
}

fn judge(worker: &Worker, outgoing: &Outgoing, outcome: Outcome) -> SendResult {
    let now = worker.clock.now();
    match outcome {
        Outcome::Sent { message_id } => SendResult::Sent {
            provider_message_id: message_id,
        },
        Outcome::Refused { code, kind } => SendResult::Dead {
            code: number(Some(&code)),
            error: with_word(format!("{kind:?}"), Some(&code)),
        },
        Outcome::Unknown { reason } => SendResult::Unknown {
            at: now + worker.unknown_wait(),
            error: reason.to_owned(),
        },
        Outcome::Retry { code, after, reason } => {
            let after = TimeDelta::from_std(after).unwrap_or_default();
            let said = with_word(reason.to_owned(), code.as_deref());
            let code = number(code.as_deref());
            match pause(worker, outgoing, reason, after) {
                Some(wait) => SendResult::Retry {
                    at: now + wait,
                    code,
                    error: said,
                },
                None => SendResult::Dead {
                    code,
                    error: format!("tried too long: {said}"),
                },
            }
        }
    }
}

/// A reason with the provider's word for it, which has no column of its own; its number has one.
fn with_word(reason: String, code: Option<&str>) -> String {
    match code {
        Some(word) if !word.is_empty() && number(code).is_none() => format!("{reason} {word}"),
        _ => reason,
    }
}

/// Another message to the same person is in some other worker's hands (43108).
const CONCURRENT: &str = "concurrent";
/// After so many attempts something is wrong all the same.
const PATIENCE: i16 = 100;

fn pause(worker: &Worker, outgoing: &Outgoing, reason: &str, at_least: TimeDelta) -> Option<TimeDelta> {
    // Nothing is wrong: the other message is out in a moment, so the wait does not grow.
    if reason == CONCURRENT && outgoing.attempts < PATIENCE {
        return Some(spread(at_least, worker.jitter()));
    }
    let age = worker.clock.now() - outgoing.resent_at.unwrap_or(outgoing.created_at);
    wait_after(outgoing.attempts, age, at_least, worker.jitter())
}

/// WeChat's numbers fit; what does not is not recorded rather than recorded wrongly.
fn number(code: Option<&str>) -> Option<i32> {
    code.and_then(|code| code.parse().ok())
}

fn count(channel: Channel, result: &SendResult) {
    let outcome = match result {
        SendResult::Sent { .. } => "sent",
        SendResult::Retry { .. } => "retry",
        SendResult::Unknown { .. } => "unknown",
        SendResult::Dead { .. } => "dead",
    };
    counter!("notifications_total", "outcome" => outcome, "channel" => channel.as_str()).increment(1);
}
