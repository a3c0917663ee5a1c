//! How the errors of other crates become problems.

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
        use minyi_print::Error;
        let refused = |detail: String| Self::CodeImageRefused { detail };
        match error {
            Error::LogoNeedsLevelH => refused("带图标的二维码只能用 H 级纠错（level=H）。".to_owned()),
            Error::LogoNeedsShorterContent => {
                refused("网址太长，带图标的二维码不好扫，请去掉图标（logo=false）。".to_owned())
            }
            Error::TooSmall { minimum_px } => refused(format!("图片太小，至少要 {minimum_px} 像素。")),
            Error::TooLarge { maximum_px } => refused(format!("图片太大，最多 {maximum_px} 像素。")),
            Error::Sheet { source, .. } => Self::from(*source),
            Error::MissingGlyph { character, .. } => {
                refused(format!("字体里没有“{character}”这个字，请换一个字体或者换一种写法。"))
            }
            Error::DoesNotFit { field } => refused(format!("{}太长，印不下，请改短一些。", sheet_part(field))),
            Error::NoSheets => refused("没有可以印的民意码。".to_owned()),
            other => Self::internal(other),
        }
    }
}

/// A part of a printed sheet as people call it.
fn sheet_part(field: &str) -> &'static str {
    match field {
        "title" => "标题",
        "place" => "地点",
        "station" => "站点名称",
        "deputy's name" => "代表姓名",
        "deputy's level" => "代表层级",
        "hotline" => "电话",
        "typed address" => "网址",
        "token" => "民意码编号",
        _ => "有一项文字",
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
