//! What a resident submits (民意).

use crate::text::{Address, ContactName, TextError};
use crate::words::words;

words! {
    /// Kind of matter, chosen by the resident.
    Kind {
        Opinion = "opinion", "提意见";
        Problem = "problem", "反映问题";
        Suggestion = "suggestion", "提建议";
        Thanks = "thanks", "表示感谢";
    }
}

words! {
    /// How a submission came in (来源).
    Channel {
        Code = "code", "扫码提交";
        Visit = "visit", "到站反映";
        Phone = "phone", "电话反映";
        Letter = "letter", "来信反映";
    }
}

words! {
    /// 急、小、难: what is urgent is answered within hours, what is hard is handled jointly (急事急办、难事共办).
    Urgency {
        Normal = "normal", "一般";
        Urgent = "urgent", "紧急";
        Hard = "hard", "疑难";
    }
}

words! {
    /// How content a resident is with the answer (满意度).
    Satisfaction {
        Satisfied = "satisfied", "满意";
        BasicallySatisfied = "basically_satisfied", "基本满意";
        Dissatisfied = "dissatisfied", "不满意";
    }
}

words! {
    /// The datum of a position: browsers give WGS-84, WeChat and Chinese maps GCJ-02.
    CoordinateSystem {
        Wgs84 = "wgs84", "WGS-84";
        Gcj02 = "gcj02", "GCJ-02";
    }
}

/// Photos that go with one submission or one answer, at most.
pub const MAX_PHOTOS: usize = 9;

/// Where the matter is; given only on the resident's own wish.
#[derive(Debug, Clone, PartialEq)]
pub struct Location {
    /// Degrees.
    pub longitude: f64,
    /// Degrees.
    pub latitude: f64,
    pub coordinate_system: CoordinateSystem,
}

/// A position outside the earth's coordinates, or not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{axis} is out of range")]
pub struct LocationError {
    /// `longitude` or `latitude`.
    pub axis: &'static str,
}

impl Location {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`LocationError`] names the coordinate that is out of range.
    pub fn parse(longitude: f64, latitude: f64, coordinate_system: CoordinateSystem) -> Result<Self, LocationError> {
        if !(-180.0..=180.0).contains(&longitude) {
            return Err(LocationError { axis: "longitude" });
        }
        if !(-90.0..=90.0).contains(&latitude) {
            return Err(LocationError { axis: "latitude" });
        }
        Ok(Self {
            longitude,
            latitude,
            coordinate_system,
        })
    }
}

/// A telephone number in mainland China: a mobile of 11 digits, or a landline with its area code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone(String);

impl Phone {
    /// Reads what a person typed; spaces, dashes and +86 are dropped. `None`: not a number that can be called.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let digits: String = typed
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{ff0d}' | '(' | ')' | '\u{ff08}' | '\u{ff09}'))
            .map(|c| match c {
                '０'..='９' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
                '＋' => '+',
                _ => c,
            })
            .collect();
        let local = digits
            .strip_prefix("+86")
            .or_else(|| digits.strip_prefix("0086"))
            .unwrap_or(&digits);
        let all_digits = !local.is_empty() && local.bytes().all(|byte| byte.is_ascii_digit());
        let mobile =
            local.len() == 11 && local.starts_with('1') && !matches!(local.as_bytes().get(1), Some(b'0'..=b'2'));
        let landline = local.starts_with('0') && (10..=12).contains(&local.len());
        (all_digits && (mobile || landline)).then(|| Self(local.to_owned()))
    }

    /// Whether it gets text messages: a landline does not.
    #[must_use]
    pub fn is_mobile(&self) -> bool {
        self.0.starts_with('1')
    }

    /// As it is shown to its owner: `138****0001`.
    #[must_use]
    pub fn masked(&self) -> String {
        let tail = self.0.len().saturating_sub(4);
        let part = |range: Option<&str>| range.unwrap_or_default().to_owned();
        format!("{}****{}", part(self.0.get(..3)), part(self.0.get(tail..)))
    }

    /// Digits only.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How to reach the resident; everything in it is optional and hidden from the public.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    pub name: Option<ContactName>,
    pub phone: Option<Phone>,
}

/// Why contact data are not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContactError {
    #[error("name: {0}")]
    Name(TextError),
    #[error("not a telephone number")]
    Phone,
}

impl Contact {
    /// Reads the optional fields; blank ones count as not given.
    ///
    /// # Errors
    /// [`ContactError`] names the field.
    pub fn parse(name: Option<&str>, phone: Option<&str>) -> Result<Self, ContactError> {
        let given = |field: Option<&str>| field.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let name = given(name)
            .map(|text| ContactName::parse(&text))
            .transpose()
            .map_err(ContactError::Name)?;
        let phone = given(phone)
            .map(|text| Phone::parse(&text).ok_or(ContactError::Phone))
            .transpose()?;
        Ok(Self { name, phone })
    }
}

/// Reads an optional place in words; blank counts as not given.
///
/// # Errors
/// [`TextError`] when it is too long.
pub fn parse_address(raw: Option<&str>) -> Result<Option<Address>, TextError> {
    raw.map(str::trim)
        .filter(|text| !text.is_empty())
        .map(Address::parse)
        .transpose()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn phones_are_read_as_people_write_them() {
        for (typed, digits) in [
            ("138 0000 1234", "13800001234"),
            ("+86-138-0000-1234", "13800001234"),
            ("(0574) 8765-4321", "057487654321"),
            ("１３８００００１２３４", "13800001234"),
        ] {
            assert_eq!(Phone::parse(typed).unwrap().as_str(), digits);
        }
        let of = |typed| Phone::parse(typed).unwrap();
        assert!(of("13800001234").is_mobile() && !of("057487654321").is_mobile());
        assert_eq!(of("13800001234").masked(), "138****1234");
        for typed in ["", "12345", "23800001234", "1380000123a", "12800001234"] {
            assert_eq!(Phone::parse(typed), None, "{typed}");
        }
    }

    #[test]
    fn blank_contact_is_no_contact() {
        assert_eq!(Contact::parse(Some("  "), None).unwrap(), Contact::default());
        assert_eq!(Contact::parse(None, Some("abc")), Err(ContactError::Phone));
    }

    #[test]
    fn positions_off_the_earth_are_refused() {
        assert!(Location::parse(120.1, 30.2, CoordinateSystem::Wgs84).is_ok());
        assert_eq!(
            Location::parse(f64::NAN, 0.0, CoordinateSystem::Wgs84),
            Err(LocationError { axis: "longitude" })
        );
        assert_eq!(
            Location::parse(0.0, 90.1, CoordinateSystem::Wgs84),
            Err(LocationError { axis: "latitude" })
        );
    }
}
