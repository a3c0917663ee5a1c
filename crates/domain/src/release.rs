//! Publishing a case (公开): only with the resident's consent, only without what leads to a person, only as a person has
//! confirmed it.

use crate::lifecycle::State;
use crate::redaction::{self, Finding, Kind};
use crate::text::{PublicText, PublicTitle, TextError};
use crate::words::words;

/// Whether a submission in this state may be published: it has been answered, and nothing is owed.
#[must_use]
pub const fn may_be_released(state: State) -> bool {
    matches!(state, State::Answered | State::Closed)
}

words! {
    /// A part of what is published.
    Part {
        Title = "title", "标题";
        Text = "text", "内容";
        Answer = "answer", "答复";
    }
}

/// Why a part is not published as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    Length(TextError),
    /// A phone, an identity number or a plate still stands in it; `position` counts characters from 1.
    Leftover {
        kind: Kind,
        position: usize,
    },
}

/// What the public reads of a case: checked, so that no phone, identity number or plate is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicCase {
    title: PublicTitle,
    text: PublicText,
    answer: PublicText,
}

impl PublicCase {
    /// Checks all parts.
    ///
    /// # Errors
    /// Everything that is wrong, each with its part.
    pub fn parse(title: &str, text: &str, answer: &str) -> Result<Self, Vec<(Part, Wrong)>> {
        let mut wrong = Vec::new();
        let mut check = |part, raw: &str| wrong.extend(leftover(part, raw).map(|left| (part, left)));
        check(Part::Title, title);
        check(Part::Text, text);
        check(Part::Answer, answer);
        let mut length = |part, error| wrong.push((part, Wrong::Length(error)));
        let title = PublicTitle::parse(title)
            .map_err(|error| length(Part::Title, error))
            .ok();
        let text = PublicText::parse(text).map_err(|error| length(Part::Text, error)).ok();
        let answer = PublicText::parse(answer)
            .map_err(|error| length(Part::Answer, error))
            .ok();
        match (title, text, answer) {
            (Some(title), Some(text), Some(answer)) if wrong.is_empty() => Ok(Self { title, text, answer }),
            _ => Err(wrong),
        }
    }

    #[must_use]
    pub fn title(&self) -> &str {
        self.title.as_str()
    }

    #[must_use]
    pub fn text(&self) -> &str {
        self.text.as_str()
    }

    #[must_use]
    pub fn answer(&self) -> &str {
        self.answer.as_str()
    }
}

/// What must not be published in this part. An answer may name the number under which an office is called: it is
/// proposed to be hidden, and a person may put it back.
fn leftover(part: Part, text: &str) -> Option<Wrong> {
    let public = |finding: &Finding| {
        let number = text.get(finding.range.clone()).unwrap_or_default();
        part == Part::Answer && finding.kind == Kind::Phone && redaction::is_landline(number)
    };
    let mut found = redaction::find(text, None).into_iter();
    let Finding { kind, range } = found.find(|finding| finding.kind.is_certain() && !public(finding))?;
    let position = text.get(..range.start)?.chars().count() + 1;
    Some(Wrong::Leftover { kind, position })
}

/// A title for a text: its first sentence, cut where it is too long.
#[must_use]
pub fn title_of(text: &str) -> String {
    const LONGEST: usize = 30;
    let ends = |c: char| matches!(c, '。' | '！' | '？' | '!' | '?' | '；' | '\n');
    let sentence = text
        .split(ends)
        .map(str::trim)
        .find(|part| part.chars().count() >= PublicTitle::MIN);
    let sentence = sentence.unwrap_or(text).trim();
    if sentence.chars().count() <= LONGEST {
        return sentence.to_owned();
    }
    let cut: String = sentence.chars().take(LONGEST - 1).collect();
    let comma = cut.rfind(['，', ',', '：', '、', ' ']).and_then(|at| cut.get(..at));
    match comma.filter(|part| part.chars().count() >= 10) {
        Some(part) => part.to_owned(),
        None => format!("{cut}…"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn a_case_with_a_number_left_is_not_published_and_everything_wrong_is_named() {
        let wrong = PublicCase::parse("灯", "请打138 0000 1234", "车牌湘A12345已处理。").unwrap_err();
        let left = |kind, position| Wrong::Leftover { kind, position };
        assert_eq!(
            wrong,
            [
                (Part::Text, left(Kind::Phone, 3)),
                (Part::Answer, left(Kind::Plate, 3)),
                (Part::Title, Wrong::Length(TextError::TooShort { min: 2, actual: 1 })),
            ]
        );
        let case = PublicCase::parse(" 路灯不亮 ", "请王主任看看。", "修好了。").unwrap();
        assert_eq!(
            (case.title(), case.text(), case.answer()),
            ("路灯不亮", "请王主任看看。", "修好了。")
        );
    }

    #[test]
    fn an_answer_may_name_the_number_of_an_office_and_nobodys_mobile() {
        let parse = |text, answer| PublicCase::parse("门口的路灯", text, answer);
        assert!(parse("灯不亮了。", "报修请打0571-8765 4321，或者12345。").is_ok());
        assert!(parse("请打0571-8765 4321找我。", "修好了。").is_err());
        assert!(parse("灯不亮了。", "报修请打138 0000 1234。").is_err());
        assert!(parse("灯不亮了。", "报修请打+86 138 0000 1234。").is_err());
    }

    #[test]
    fn what_was_hidden_is_published() {
        let hidden = redaction::redact("我叫张小三，请打13800001234，住3栋2单元501室，车牌湘A12345。", None);
        assert!(PublicCase::parse("门口的路灯", &hidden, &hidden).is_ok(), "{hidden}");
    }

    #[test]
    fn a_title_is_the_first_sentence_and_fits() {
        assert_eq!(title_of("门口的路灯坏了。请来修。"), "门口的路灯坏了");
        assert_eq!(title_of("\n。。好灯"), "好灯");
        let long = format!("门口的路灯坏了半个多月，{}", "老人晚上出门看不清".repeat(5));
        assert_eq!(title_of(&long), "门口的路灯坏了半个多月");
        assert_eq!(title_of(&"长".repeat(80)).chars().count(), 30);
    }
}
