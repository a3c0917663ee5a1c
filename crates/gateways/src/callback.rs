//! Callbacks of WeChat, WeCom and DingTalk: one scheme of signatures and encryption for all three
//! (消息加解密方案). They differ in whose id stands at the end of a message: the appid, the corpid, the AppKey.
//!
//! A message is 16 random bytes, its length in 4 bytes, itself, and the owner's id; filled up to a multiple of 32 with
//! 1 to 32 bytes that say how many they are; AES-256-CBC with the key's first half as start. WeCom verifies an address
//! with an encrypted `echostr` whose message is the answer; WeChat with a plain one.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use crate::crypto;

/// 43 characters are 258 bits; the two too many are rarely zero, and a strict decoder refuses them.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Random bytes before, and length of, the message.
const BEFORE: usize = 16;
const LENGTH: usize = 4;
/// Messages are filled up to a multiple of this.
const FILL: u8 = 32;

/// The signature: SHA-1 over the sorted parts, in hexadecimal. Token, timestamp and nonce, and of an encrypted message
/// its base64 text.
#[must_use]
pub fn sign<const N: usize>(mut parts: [&str; N]) -> String {
    parts.sort_unstable();
    crypto::sha1_hex(parts.concat().as_bytes())
}

/// Whether the signature is right, found out in constant time.
#[must_use]
pub fn is_signed<const N: usize>(signature: &str, parts: [&str; N]) -> bool {
    verify_slices_are_equal(sign(parts).as_bytes(), signature.as_bytes()).is_ok()
}

/// Opens messages.
#[derive(Clone)]
pub struct Envelope {
    key: [u8; 32],
}

impl Envelope {
    /// Reads an EncodingAESKey (aes_key), 43 characters; `None` if it is none.
    #[must_use]
    pub fn new(typed: &str) -> Option<Self> {
        let decoded = BASE64.decode(typed.trim()).ok()?;
        Some(Self {
            key: decoded.try_into().ok()?,
        })
    }

    /// The message; `None`: it cannot be opened, or is for another `owner`.
    #[must_use]
    pub fn open(&self, sealed: &str, owner: &str) -> Option<Vec<u8>> {
        let start = self.key.first_chunk().copied()?;
        let plain = crypto::open_cbc(&self.key, start, BASE64.decode(sealed).ok()?)?;
        let fill = *plain.last()?;
        if !(1..=FILL).contains(&fill) {
            return None;
        }
        let plain = plain.get(BEFORE..plain.len().checked_sub(usize::from(fill))?)?;
        let (length, rest) = plain.split_first_chunk::<LENGTH>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (message, of) = rest.split_at_checked(length)?;
        (of == owner.as_bytes()).then(|| message.to_vec())
    }
}

impl std::fmt::Debug for Envelope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Envelope")
    }
}
