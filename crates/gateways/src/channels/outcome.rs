//! What came of a message. The one question that matters is whether it may already be on its way.

use std::time::Duration;

use minyi_domain::delivery::Channel;

/// What came of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The platform took it.
    Sent {
        /// The platform's id of the message, when it told one.
        message_id: Option<String>,
    },
    /// The platform refused it, and would refuse it again.
    Refused {
        /// The platform's own number or word for the reason; empty if it did not come to asking.
        code: String,
        /// What that means for us.
        kind: Refusal,
    },
    /// It was certainly not sent; it may be sent again.
    Retry {
        /// The platform's own number or word for the reason, if it answered.
        code: Option<String>,
        /// The shortest sensible wait.
        after: Duration,
        /// The reason in a word, for records and metrics.
        reason: &'static str,
    },
    /// Nobody can say whether it was sent: never repeat it blindly.
    Unknown {
        /// The reason in a word, for records and metrics.
        reason: &'static str,
    },
}

/// Why a message was refused for good: another channel may still reach the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The person has not subscribed or does not follow, has unsubscribed, or the count is used up.
    NotSubscribed,
    /// There is no such person, number or mailbox here.
    BadRecipient,
    /// The person has had all that this channel allows for now: per hour or day, or because a message is too much like
    /// another.
    Limited,
    /// The content was not accepted.
    Content,
    /// The channel is not set up in this installation.
    NoChannel,
    /// A reason that this program does not know.
    Other,
}

pub(crate) const SOON: Duration = Duration::from_secs(2);
pub(crate) const SHORTLY: Duration = Duration::from_secs(10);
pub(crate) const NEXT_MINUTE: Duration = Duration::from_secs(60);
/// A person has to correct a setting first.
pub(crate) const AFTER_REPAIR: Duration = Duration::from_secs(600);
/// The daily quota of the whole account is used up.
pub(crate) const MUCH_LATER: Duration = Duration::from_secs(3600);

impl Outcome {
    pub(crate) fn refused(code: impl ToString, kind: Refusal) -> Self {
        Self::Refused {
            code: code.to_string(),
            kind,
        }
    }

    pub(crate) fn retry(after: Duration, reason: &'static str) -> Self {
        Self::Retry {
            code: None,
            after,
            reason,
        }
    }

    /// As [`Outcome::retry`], with what the platform said.
    pub(crate) fn retry_for(code: impl ToString, after: Duration, reason: &'static str) -> Self {
        Self::Retry {
            code: Some(code.to_string()),
            after,
            reason,
        }
    }

    /// Counts what a channel said, with the platform's own code and no words of ours.
    pub(crate) fn count(&self, channel: Channel) {
        let (outcome, code) = match self {
            Self::Sent { .. } => ("sent", ""),
            Self::Refused { code, .. } => ("refused", code.as_str()),
            Self::Retry { code, .. } => ("retry", code.as_deref().unwrap_or_default()),
            Self::Unknown { .. } => ("unknown", ""),
        };
        let code = label(code).to_owned();
        metrics::counter!("channel_results_total", "channel" => channel.as_str(), "outcome" => outcome, "code" => code)
            .increment(1);
    }
}

/// A code of a platform as a label. Their tables of codes are short; what looks like free text is none of them.
fn label(code: &str) -> &str {
    let is_code = code.len() <= 64
        && code
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    if is_code { code } else { "other" }
}
