//! Limits of what people write.

/// Why a text is not taken. Lengths are characters (Unicode scalar values), as Postgres counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("{actual} characters, at least {min} are needed")]
    TooShort { min: usize, actual: usize },
    #[error("{actual} characters, at most {max} are possible")]
    TooLong { max: usize, actual: usize },
    /// A control character other than line break and tab; `position` counts from 1.
    #[error("control character at position {position}")]
    ControlCharacter { position: usize },
}

/// Trims, turns every line break into `\n`, and holds the text against its limits.
fn clean(raw: &str, min: usize, max: usize) -> Result<String, TextError> {
    let text = raw.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.trim();
    if let Some(index) = text.chars().position(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(TextError::ControlCharacter { position: index + 1 });
    }
    let actual = text.chars().count();
    if actual < min {
        return Err(TextError::TooShort { min, actual });
    }
    if actual > max {
        return Err(TextError::TooLong { max, actual });
    }
    Ok(text.to_owned())
}

macro_rules! limited_text {
    ($(#[$meta:meta])* $name:ident, $min:literal..=$max:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// Fewest characters.
            pub const MIN: usize = $min;
            /// Most characters.
            pub const MAX: usize = $max;

            /// Trims, turns every line break into `\n`, and checks the length.
            ///
            /// # Errors
            /// [`TextError`] with the limit and the actual length.
            pub fn parse(raw: &str) -> Result<Self, TextError> {
                clean(raw, Self::MIN, Self::MAX).map(Self)
            }

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

limited_text!(
    /// What a resident says (民意内容).
    SubmissionText, 5..=4000);
limited_text!(
    /// What a deputy or the staff answer (答复).
    AnswerText, 2..=4000);
limited_text!(
    /// What a resident adds to a rating (评价说明).
    RatingComment, 0..=500);
limited_text!(
    /// What a handler asks the resident (请居民补充).
    Question, 2..=500);
limited_text!(
    /// What the resident adds when asked (补充情况).
    InfoReply, 2..=4000);
limited_text!(
    /// Why something is done: a transfer, a refusal, an extension (理由).
    Reason, 2..=500);
limited_text!(
    /// The name of a phrase for answers (常用答复的标题).
    PhraseTitle, 1..=20);
limited_text!(
    /// A phrase for answers (常用答复).
    PhraseText, 2..=1000);
limited_text!(
    /// What a deputy asks of an office (交办要求).
    Demand, 2..=4000);
limited_text!(
    /// What an office answers to the deputy, and a proposal's text (办理结果、建议内容).
    OfficeText, 2..=8000);
limited_text!(
    /// What a deputy says of an office's answer, what was promised, how it was kept (意见、承诺).
    Note, 2..=1000);
limited_text!(
    /// Title of a proposal or a hearing (标题).
    Title, 2..=100);
limited_text!(
    /// Name of a kind of matter that is not taken (不予受理的情形).
    KindName, 2..=60);
limited_text!(
    /// What the resident is told who asks for what is not taken (告知内容).
    Guidance, 2..=2000);
limited_text!(
    /// Where the resident can go instead (正确渠道).
    RightChannel, 1..=200);
limited_text!(
    /// Title of a released case (公开标题).
    PublicTitle, 2..=60);
limited_text!(
    /// What a released case says, and what was answered; what was hidden may have made it longer (公开内容).
    PublicText, 2..=10000);
limited_text!(
    /// What a code is for (用途): 单元门、电梯、公告栏.
    Purpose, 1..=20);
limited_text!(
    /// Who hung a code up (张贴人).
    Installer, 1..=30);
limited_text!(
    /// What is to be known of a hung code (张贴说明).
    InstallationNote, 0..=200);
limited_text!(
    /// The heading of a printed sheet (海报标题).
    SheetTitle, 1..=12);
limited_text!(
    /// What stands below the heading of a printed sheet (海报提示语).
    SheetHint, 1..=20);
limited_text!(
    /// A telephone number as it is printed (热线电话).
    SheetHotline, 3..=30);
limited_text!(
    /// A place in words (位置).
    Address, 1..=200);
limited_text!(
    /// How a resident wants to be called (称呼).
    ContactName, 1..=30);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn length_counts_characters_and_not_bytes() {
        assert_eq!(SubmissionText::parse("路灯不亮了").unwrap().as_str(), "路灯不亮了");
        assert_eq!(
            SubmissionText::parse(" 路灯不亮 \n"),
            Err(TextError::TooShort { min: 5, actual: 4 })
        );
        assert!(SubmissionText::parse(&"灯".repeat(4000)).is_ok());
        assert_eq!(
            SubmissionText::parse(&"灯".repeat(4001)),
            Err(TextError::TooLong {
                max: 4000,
                actual: 4001
            })
        );
    }

    #[test]
    fn line_breaks_are_kept_and_other_control_characters_refused() {
        assert_eq!(
            SubmissionText::parse("第一行\r\n第二行").unwrap().as_str(),
            "第一行\n第二行"
        );
        assert_eq!(
            SubmissionText::parse("路灯\u{0}不亮"),
            Err(TextError::ControlCharacter { position: 3 })
        );
    }
}
