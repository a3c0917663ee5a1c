//! What is printed for a code, and how it looks: the words on a sheet, the templates, the colours that may be chosen.

use std::{fmt, str::FromStr};

use crate::{token::CodeToken, words::words};

words! {
    /// What is printed (印刷模板).
    Template {
        A4 = "a4", "A4 海报";
        A5 = "a5", "A5 海报";
        Labels = "labels", "标签（A4，3×8）";
        Stand = "stand", "桌牌（A4 对折）";
        Cards = "cards", "名片（A4，2×5）";
    }
}

impl Template {
    /// How many codes stand on one page.
    #[must_use]
    pub const fn codes_a_page(self) -> usize {
        match self {
            Self::A4 | Self::A5 | Self::Stand => 1,
            Self::Labels => 24,
            Self::Cards => 10,
        }
    }
}

/// What stands on one sheet. Plain text; line breaks in it count as spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Whose code this is, such as the city, the street and the grid (网格).
    pub place: String,
    /// What the code is for, such as 电梯 2; in small print, for who hangs it up.
    pub purpose: Option<String>,
    /// The station (站) that answers for the grid.
    pub station: String,
    /// What the code says: the full address of the grid's page.
    pub url: String,
    /// The code's token in groups, to be typed when scanning fails, such as `ACDE-3467-KMNP`.
    pub typed_token: String,
    /// Where that is typed, without the scheme, such as `my.example.gov.cn/c`.
    pub typed_address: String,
    /// The deputies whose names are published; a poster names up to twelve and counts the others.
    pub deputies: Vec<SheetDeputy>,
    /// A telephone number for those without a smartphone.
    pub hotline: Option<String>,
}

impl Sheet {
    /// A sheet for a code without what depends on its place; `public_url` has no slash at the end.
    #[must_use]
    pub fn of(token: &CodeToken, public_url: &str) -> Self {
        let host = public_url.split_once("://").map_or(public_url, |(_, host)| host);
        Self {
            place: String::new(),
            purpose: None,
            station: String::new(),
            url: format!("{public_url}/c/{token}"),
            typed_token: token.grouped(),
            typed_address: format!("{host}/c"),
            deputies: Vec::new(),
            hotline: None,
        }
    }
}

/// A deputy (人大代表) as named on a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetDeputy {
    /// The name.
    pub name: String,
    /// The deputy's level in words, such as 区人大代表.
    pub level: String,
}

/// A colour of the screen and of print (sRGB), written `#b8141e`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Colour(pub u8, pub u8, pub u8);

impl Colour {
    /// White paper.
    pub const WHITE: Self = Self(0xff, 0xff, 0xff);
    /// Black ink.
    pub const BLACK: Self = Self(0, 0, 0);

    /// This colour with so much of another in it, 0 to 1.
    #[must_use]
    pub fn mixed(self, other: Self, share: f32) -> Self {
        // Between two bytes lies a byte.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "stays within 0 to 255"
        )]
        let mix = |a: u8, b: u8| (f32::from(a) * (1.0 - share) + f32::from(b) * share).round() as u8;
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }

    /// The relative luminance of WCAG 2.2, 0 (black) to 1 (white).
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// The contrast of two colours as WCAG 2.2 defines it, 1 to 21.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// Not `#` and six hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a colour is # and six hexadecimal digits")]
pub struct ColourError;

impl FromStr for Colour {
    type Err = ColourError;

    fn from_str(text: &str) -> Result<Self, ColourError> {
        let digits = text
            .strip_prefix('#')
            .filter(|digits| digits.len() == 6)
            .ok_or(ColourError)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(ColourError);
        }
        let byte = |at: usize| {
            let pair = digits.get(at..at + 2).ok_or(ColourError)?;
            u8::from_str_radix(pair, 16).map_err(|_| ColourError)
        };
        Ok(Self(byte(0)?, byte(2)?, byte(4)?))
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

impl TryFrom<String> for Colour {
    type Error = ColourError;

    fn try_from(text: String) -> Result<Self, ColourError> {
        text.parse()
    }
}

/// How the sheets of a place look: words and colours (印刷样式).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Design {
    /// The heading, as a rule 民意码.
    pub title: String,
    /// What one does, below the heading.
    pub hint: String,
    /// Instead of the station's telephone number, if there is one for the whole place.
    pub hotline: Option<String>,
    /// Of the heading's ground, of what is set in bold colour.
    pub main: Colour,
    /// Of lines and frames.
    pub accent: Colour,
    /// Of the code's modules.
    pub code: Colour,
}

impl Default for Design {
    fn default() -> Self {
        Self {
            title: "民意码".to_owned(),
            hint: "扫一扫，有事找代表".to_owned(),
            hotline: None,
            main: Colour(0xb8, 0x14, 0x1e),
            accent: Colour(0xd9, 0xa4, 0x41),
            code: Colour::BLACK,
        }
    }
}

/// What would be hard to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// The code is too light: a camera needs dark modules on a light ground.
    Code,
    /// White words on the main colour, or words in it on white, are too faint.
    Main,
    /// The hint, in the light shade of the accent, is too faint on the main colour.
    Accent,
}

impl Design {
    /// The contrast to paper that a code must have, so that it still reads in poor light and on a worn wall.
    pub const CODE_CONTRAST: f64 = 7.0;
    /// The contrast that words must have (WCAG 2.2, 1.4.3 AA).
    pub const TEXT_CONTRAST: f64 = 4.5;
    /// The contrast that large words must have (WCAG 2.2, 1.4.3 AA).
    pub const LARGE_TEXT_CONTRAST: f64 = 3.0;

    /// The light shade of the accent, in which the hint is set on the main colour.
    #[must_use]
    pub fn pale(&self) -> Colour {
        self.accent.mixed(Colour::WHITE, 0.6)
    }

    /// What of these colours would be hard to read.
    #[must_use]
    pub fn unreadable(&self) -> Vec<Unreadable> {
        let mut found = Vec::new();
        if self.code.contrast(Colour::WHITE) < Self::CODE_CONTRAST {
            found.push(Unreadable::Code);
        }
        if self.main.contrast(Colour::WHITE) < Self::TEXT_CONTRAST {
            found.push(Unreadable::Main);
        }
        if self.pale().contrast(self.main) < Self::LARGE_TEXT_CONTRAST {
            found.push(Unreadable::Accent);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn our_own_colours_can_be_read_and_a_light_code_cannot() {
        assert_eq!(Design::default().unreadable(), []);
        let light = Design {
            code: "#d9a441".parse().unwrap(),
            ..Design::default()
        };
        assert_eq!(light.unreadable(), [Unreadable::Code]);
        let pale = Design {
            main: "#ffd0d0".parse().unwrap(),
            ..Design::default()
        };
        assert_eq!(pale.unreadable(), [Unreadable::Main, Unreadable::Accent]);
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        assert!((Colour::BLACK.contrast(Colour::WHITE) - 21.0).abs() < 1e-9);
        let grey: Colour = "#767676".parse().unwrap();
        assert!(
            (4.5..4.6).contains(&grey.contrast(Colour::WHITE)),
            "the known border of AA"
        );
    }

    proptest! {
        #[test]
        fn a_colour_comes_back_as_it_was_written(red: u8, green: u8, blue: u8) {
            let colour = Colour(red, green, blue);
            prop_assert_eq!(colour.to_string().parse(), Ok(colour));
        }

        #[test]
        fn what_is_no_colour_is_refused(text in "\\PC{0,9}") {
            let is_one = text.len() == 7 && text.starts_with('#') && text[1..].bytes().all(|b| b.is_ascii_hexdigit());
            prop_assert_eq!(text.parse::<Colour>().is_ok(), is_one);
        }

        #[test]
        fn a_code_that_is_taken_is_dark(red: u8, green: u8, blue: u8) {
            let design = Design { code: Colour(red, green, blue), ..Design::default() };
            let taken = !design.unreadable().contains(&Unreadable::Code);
            // A decoder's threshold lies in the middle of the grey values.
            let grey = (u32::from(red) * 299 + u32::from(green) * 587 + u32::from(blue) * 114) / 1000;
            prop_assert!(!taken || grey < 110, "grey {grey}");
        }
    }
}
