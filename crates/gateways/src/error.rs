//! The one error type of this crate. No variant carries personal data, a key or a token, so
//! every one of them may be logged.

/// What can go wrong on the way to the outside world.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A setting is missing, malformed or too weak: the program must not start with it.
    #[error("{setting}: {problem}")]
    Configuration {
        /// The name of the environment variable.
        setting: &'static str,
        /// What is wrong and what to do, without the value.
        problem: String,
    },

    /// Sealed data names a key that is not configured (any more).
    #[error("data is sealed with the key {key_id:?}, which is not configured")]
    UnknownKey {
        /// The name of the missing key as written in `MINYI_CONTACT_KEYS`.
        key_id: String,
    },
    /// Sealed data was changed, cut, or belongs to another owner or purpose.
    #[error("sealed data cannot be opened: changed, or not of this owner")]
    Unsealable,
    /// Encryption refused its input (longer than the cipher allows).
    #[error("data cannot be sealed")]
    Sealing,

    /// The signature of a link does not fit its path and time.
    #[error("the link's signature is wrong")]
    LinkForged,
    /// The link was right once, and its time is over.
    #[error("the link has expired")]
    LinkExpired,

    /// The name of an object is not allowed: see [`crate::objects`].
    #[error("not a name for an object: {0}")]
    ObjectName(&'static str),
    /// The object store failed or cannot be reached.
    #[error("object store: {0}")]
    Objects(#[source] object_store::Error),

    /// Redis cannot be reached or did not answer in time; the same call may succeed later.
    #[error("redis is unavailable: {0}")]
    RedisUnavailable(#[source] redis::RedisError),
    /// Redis answered with an error: a mistake in the program or in the server's set-up.
    #[error("redis: {0}")]
    Redis(#[source] redis::RedisError),

    /// WeChat refused the code of this login (used, expired, unknown) or blocked the person.
    #[error("WeChat refused the login (errcode {errcode})")]
    WechatLoginRefused {
        /// WeChat's number for the reason: 40029, 40163 or 40226; 40013 or 0 for a phone that is not to be had.
        errcode: i64,
    },
    /// A platform (WeChat, WeCom, DingTalk) is busy or a quota is used up; later it may work.
    #[error("the platform is busy or limits the calls (errcode {errcode})")]
    PlatformBusy {
        /// The platform's number for the reason: -1, 45009 or 45011.
        errcode: i64,
    },
    /// A platform refused the call for a reason that lies in the configuration.
    #[error("the platform refused the call (errcode {errcode})")]
    PlatformRefused {
        /// The platform's number for the reason.
        errcode: i64,
    },
    /// The provider of text messages refused one, or could not be reached.
    #[error("text messages: {0}")]
    Sms(String),
    /// Another call asked for an access token at the same moment and failed.
    #[error("no access token: the attempt of another call has just failed")]
    NoToken,
    /// A platform could not be reached or did not answer in time. The address, which holds
    /// secrets, has been taken out of the cause.
    #[error("the platform cannot be reached: {0}")]
    PlatformUnreachable(#[source] reqwest::Error),
    /// A platform answered with something that is not the documented reply.
    #[error("the platform answered with an unexpected reply (HTTP {status})")]
    PlatformReply {
        /// The HTTP status of the reply.
        status: u16,
    },
}

impl Error {
    pub(crate) fn configuration(setting: &'static str, problem: impl Into<String>) -> Self {
        Self::Configuration {
            setting,
            problem: problem.into(),
        }
    }
}

impl From<redis::RedisError> for Error {
    fn from(error: redis::RedisError) -> Self {
        use redis::{ErrorKind, ServerErrorKind};
        let loading = ErrorKind::Server(ServerErrorKind::BusyLoading);
        if error.is_io_error() || error.is_unrecoverable_error() || error.kind() == loading {
            Self::RedisUnavailable(error)
        } else {
            Self::Redis(error)
        }
    }
}

impl From<reqwest::Error> for Error {
    fn from(error: reqwest::Error) -> Self {
        Self::PlatformUnreachable(error.without_url())
    }
}
