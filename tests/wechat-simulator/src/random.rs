//! Identifiers of the lengths and alphabets that the platform uses.

use chrono::{DateTime, Utc};

const WORD: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
const HEX: &[u8] = b"0123456789abcdef";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Length in characters of an access_token seen in the field.
pub const TOKEN_LEN: usize = 157;

fn letters(alphabet: &[u8], count: usize) -> String {
    (0..count)
        .filter_map(|_| alphabet.get(rand::random_range(0..alphabet.len())))
        .map(|byte| char::from(*byte))
        .collect()
}

/// `o` and 27 characters.
pub fn openid() -> String {
    format!("o{}", letters(WORD, 27))
}

/// What `wx.login` gives: 32 characters.
pub fn js_code() -> String {
    letters(WORD, 32)
}

/// What the phone number button gives: 64 hexadecimal digits.
pub fn phone_code() -> String {
    letters(HEX, 64)
}

pub fn access_token() -> String {
    letters(WORD, TOKEN_LEN)
}

/// Base64 of 16 bytes; its last sign carries only two bits.
pub fn session_key() -> String {
    format!("{}{}==", letters(BASE64, 21), letters(b"AQgw", 1))
}

/// The nonce of a push: up to ten digits.
pub fn nonce() -> String {
    rand::random::<u32>().to_string()
}

/// The request id: the first of three groups is the Unix second.
pub fn request_id(now: DateTime<Utc>) -> String {
    let (second, third) = (rand::random::<u32>(), rand::random::<u32>());
    format!("{:08x}-{second:08x}-{third:08x}", now.timestamp())
}
