//! The modules of a code, as runs that a path can draw.

use std::ops::Range;

use qrcode::{Color, EcLevel, QrCode};

use super::ErrorCorrection;
use crate::Error;

/// The side of the logo's hole as a share of the code's side: 0.22² is less than 5 % of the area, and
/// level H repairs 30 %.
const LOGO_SHARE_PERCENT: u32 = 22;
/// The modules a side of version 6.
const LARGEST_SIDE_WITH_LOGO: u32 = 41;

/// A square of dark and light modules, without the quiet zone.
pub(crate) struct Matrix {
    side: u32,
    dark: Vec<bool>,
}

/// Dark modules side by side in one row; the unit is one module, the origin the code's top left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    pub x: u32,
    pub y: u32,
    pub length: u32,
}

impl Matrix {
    pub fn encode(content: &str, level: ErrorCorrection) -> Result<Self, Error> {
        let level = match level {
            ErrorCorrection::L => EcLevel::L,
            ErrorCorrection::M => EcLevel::M,
            ErrorCorrection::Q => EcLevel::Q,
            ErrorCorrection::H => EcLevel::H,
        };
        let code = QrCode::with_error_correction_level(content, level)?;
        // The largest code has 177 modules a side.
        let side = u32::try_from(code.width()).unwrap_or(u32::MAX);
        let dark = code.into_colors().into_iter().map(|c| c == Color::Dark).collect();
        Ok(Self { side, dark })
    }

    /// Modules a side.
    pub fn side(&self) -> u32 {
        self.side
    }

    /// The rows, and equally the columns, that a logo hides: an odd number in the middle. There are none in a code
    /// of version 7 or more, whose middle has an alignment pattern that some decoders depend on.
    pub fn logo_hole(&self) -> Option<Range<u32>> {
        if self.side > LARGEST_SIDE_WITH_LOGO {
            return None;
        }
        let widest = self.side * LOGO_SHARE_PERCENT / 100;
        let hole = if widest % 2 == 1 {
            widest
        } else {
            widest.saturating_sub(1)
        };
        let start = (self.side - hole) / 2;
        Some(start..start + hole)
    }

    /// The dark modules row by row, but for those in a logo's hole.
    pub fn runs(&self, hole: Option<&Range<u32>>) -> Vec<Run> {
        let hidden = |x, y| hole.is_some_and(|hole| hole.contains(&x) && hole.contains(&y));
        let mut runs: Vec<Run> = Vec::new();
        for ((y, x), &dark) in positions(self.side).zip(&self.dark) {
            if !dark || hidden(x, y) {
                continue;
            }
            match runs.last_mut() {
                Some(last) if last.y == y && last.x + last.length == x => last.length += 1,
                _ => runs.push(Run { x, y, length: 1 }),
            }
        }
        runs
    }
}

fn positions(side: u32) -> impl Iterator<Item = (u32, u32)> {
    (0..side).flat_map(move |y| (0..side).map(move |x| (y, x)))
}
