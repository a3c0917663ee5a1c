//! Looking up encrypted values without storing them in the clear.

use std::sync::Arc;

use hmac::Mac;

use super::material::{self, Key};

/// Turns a value into 32 bytes that only the holder of the key can compute. A plain hash would
/// not do: all phone numbers of a country can be tried in minutes.
#[derive(Debug, Clone)]
pub struct BlindIndex {
    key: Arc<Key>,
}

impl BlindIndex {
    pub(super) fn new(key: Key) -> Self {
        Self { key: Arc::new(key) }
    }

    /// The index of `value` under `purpose`; the same value has unrelated indexes under
    /// different purposes.
    pub fn digest(&self, purpose: &str, value: &str) -> [u8; 32] {
        let mac = material::mac(&self.key, &[purpose.as_bytes(), value.as_bytes()]);
        mac.finalize().into_bytes().into()
    }

    /// The index of a phone number, however it was typed.
    pub fn phone(&self, phone: &str) -> [u8; 32] {
        self.digest("phone", &normalise_phone(phone))
    }
}

/// The digits of a phone number, without the country code of China (`+86`, `0086`, or `86`
/// before a mobile number). Full-width digits count as digits.
pub fn normalise_phone(phone: &str) -> String {
    let plain = |c: char| match c {
        '\u{ff10}'..='\u{ff19}' => char::from_u32(u32::from(c) - 0xff10 + u32::from('0')),
        '\u{ff0b}' => Some('+'),
        c => Some(c),
    };
    let typed: String = phone
        .chars()
        .filter_map(plain)
        .filter(|c| c.is_ascii_digit() || *c == '+')
        .collect();
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let national = if typed.starts_with('+') {
        digits.strip_prefix("86")
    } else if let Some(rest) = digits.strip_prefix("0086") {
        Some(rest)
    } else {
        // A mobile number has 11 digits and begins with 1; no area code begins with 86.
        digits
            .strip_prefix("86")
            .filter(|rest| rest.len() == 11 && rest.starts_with('1'))
    };
    national.map(str::to_owned).unwrap_or(digits)
}
