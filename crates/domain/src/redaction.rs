//! What has to be hidden before a text is published (脱敏): numbers, names and doors are proposed, a person decides.
//!
//! Small scanners over the characters, each for one family of things; where two claim the same character, the one that
//! stands first wins. Nothing here is certain: what is missed a person must see, and what is hidden too much may be put
//! back, except for numbers that lead to one person ([`Kind::is_certain`]).

mod doors;
mod names;
mod numbers;
mod plates;
mod signs;

use std::ops::Range;

use crate::words::words;
use signs::Sign;

words! {
    /// What a hidden place says.
    Kind {
        Phone = "phone", "电话号码";
        IdNumber = "id_number", "身份证号";
        BankCard = "bank_card", "银行卡号等长数字";
        Plate = "plate", "车牌号";
        Email = "email", "邮箱";
        Account = "account", "微信号或QQ号";
        Name = "name", "姓名";
        Door = "door", "门牌";
    }
}

impl Kind {
    /// What is written instead.
    #[must_use]
    pub const fn replacement(self) -> &'static str {
        match self {
            Self::Phone => "（电话已隐去）",
            Self::IdNumber => "（身份证号已隐去）",
            Self::BankCard => "（号码已隐去）",
            Self::Plate => "（车牌已隐去）",
            Self::Email => "（邮箱已隐去）",
            Self::Account => "（账号已隐去）",
            Self::Name => "某某",
            Self::Door => "（门牌已隐去）",
        }
    }

    /// A number of this kind is never published, whoever confirms it.
    #[must_use]
    pub const fn is_certain(self) -> bool {
        matches!(self, Self::Phone | Self::IdNumber | Self::Plate)
    }
}

/// A part of a text that should be hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub kind: Kind,
    /// Bytes; both ends lie between characters.
    pub range: Range<usize>,
}

/// What should be hidden in a text, in its order, nothing twice. `given_name` is how the resident wants to be called.
#[must_use]
pub fn find(text: &str, given_name: Option<&str>) -> Vec<Finding> {
    let signs = signs::read(text);
    let mut marks = Marks::new(&signs);
    numbers::scan(&signs, &mut marks);
    plates::scan(&signs, &mut marks);
    names::scan_given(&signs, given_name, &mut marks);
    doors::scan(&signs, &mut marks);
    names::scan(&signs, &mut marks);
    marks.findings(text.len())
}

/// Whether a phone number is one of an office or a household, and no mobile that leads to one person.
#[must_use]
pub fn is_landline(number: &str) -> bool {
    let signs = signs::read(number);
    let digits: Vec<u8> = signs
        .iter()
        .filter_map(|sign| sign.digit.as_ref().map(|digit| digit.value))
        .collect();
    let national = match digits.as_slice() {
        [0, 0, 8, 6, rest @ ..] | [8, 6, rest @ ..] if rest.len() >= 10 => rest,
        whole => whole,
    };
    !matches!(national, [1, 3..=9, ..] if national.len() == 11)
}

/// The text with everything hidden that [`find`] finds, until nothing is found any more.
#[must_use]
pub fn redact(text: &str, given_name: Option<&str>) -> String {
    let mut text = text.to_owned();
    loop {
        let findings = find(&text, given_name);
        if findings.is_empty() {
            return text;
        }
        text = hide(&text, &findings);
    }
}

/// The text with the findings replaced.
#[must_use]
pub fn hide(text: &str, findings: &[Finding]) -> String {
    let (mut hidden, mut from) = (String::with_capacity(text.len()), 0);
    for finding in findings {
        hidden.push_str(text.get(from..finding.range.start).unwrap_or_default());
        hidden.push_str(finding.kind.replacement());
        from = finding.range.end;
    }
    hidden.push_str(text.get(from..).unwrap_or_default());
    hidden
}

/// What scanners have claimed so far.
struct Marks<'a> {
    signs: &'a [Sign],
    /// Of each character: claimed already.
    taken: Vec<bool>,
    found: Vec<(Kind, Range<usize>)>,
}

impl<'a> Marks<'a> {
    fn new(signs: &'a [Sign]) -> Self {
        Self {
            signs,
            taken: vec![false; signs.len()],
            found: Vec::new(),
        }
    }

    /// Claims characters unless one of them is taken; says whether they are now.
    fn claim(&mut self, kind: Kind, range: Range<usize>) -> bool {
        let Some(wanted) = self.taken.get_mut(range.clone()) else {
            return false;
        };
        if wanted.is_empty() || wanted.iter().any(|taken| *taken) {
            return false;
        }
        wanted.fill(true);
        self.found.push((kind, range));
        true
    }

    fn findings(mut self, length: usize) -> Vec<Finding> {
        self.found.sort_by_key(|(_, range)| range.start);
        let byte = |index: usize| self.signs.get(index).map_or(length, |sign| sign.at);
        let finding = |(kind, range): &(Kind, Range<usize>)| Finding {
            kind: *kind,
            range: byte(range.start)..byte(range.end),
        };
        self.found.iter().map(finding).collect()
    }
}

#[cfg(test)]
mod tests;
