//! How the errors of other crates become problems.

use std::sync::Arc;

use minyi_domain::{text::TextError, token::TokenError};

use super::{FieldProblem, Problem};

impl From<minyi_store::Error> for Problem {
    fn from(error: minyi_store::Error) -> Self {
        match error {
            minyi_store::Error::Unavailable(_) => Self::Unavailable(error.into()),
            other => Self::internal(other),
        }
    }
}

/// The same failure, told to several who asked together.
impl From<Arc<minyi_store::Error>> for Problem {
    fn from(error: Arc<minyi_store::Error>) -> Self {
        match *error {
            minyi_store::Error::Unavailable(_) => Self::Unavailable(error.into()),
            _ => Self::internal(error),
        }
    }
}

impl From<minyi_gateways::Error> for Problem {
    fn from(error: minyi_gateways::Error) -> Self {
        use minyi_gateways::Error;
        match error {
            Error::LinkForged => Self::LinkForged,
            Error::LinkExpired => Self::LinkExpired,
            Error::WechatLoginRefused { .. } => Self::WechatCodeRefused,
            Error::PlatformBusy { .. }
            | Error::PlatformUnreachable(_)
            | Error::PlatformReply { .. }
            | Error::Sms(_)
            | Error::RedisUnavailable(_)
            | Error::Objects(_) => Self::Unavailable(error.into()),
            other => Self::internal(other),
        }
    }
}

impl From<minyi_print::Error> for Problem {
    fn from(error: minyi_print::Error) -> Self {
        match error.zh() {
            Some(detail) => Self::CodeImageRefused { detail },
            None => Self::internal(error),
        }
    }
}

/// The place of a wrong character in a typed token.
pub fn position_of(error: TokenError) -> Option<usize> {
    if let TokenError::Character { position } = error {
        Some(position)
    } else {
        None
    }
}

impl FieldProblem {
    /// Why a text is not taken.
    pub fn text(pointer: &str, error: TextError) -> Self {
        let (code, detail) = match error {
            TextError::TooShort { min, actual } => ("too_short", format!("至少写 {min} 个字，现在有 {actual} 个字。")),
            TextError::TooLong { max, actual } => ("too_long", format!("最多写 {max} 个字，现在有 {actual} 个字。")),
            TextError::ControlCharacter { position } => (
                "control_character",
                format!("第 {position} 个字符是看不见的控制字符，请删掉。"),
            ),
        };
        Self::new(pointer, code, detail)
    }
}
