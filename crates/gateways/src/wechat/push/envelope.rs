//! Signatures and encryption of pushes.

use aws_lc_rs::{
    cipher::{AES_256, DecryptingKey, DecryptionContext, UnboundCipherKey},
    constant_time::verify_slices_are_equal,
    digest::{SHA1_FOR_LEGACY_USE_ONLY, digest},
    iv::FixedLength,
};
use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::Unbelieved;
use crate::{Error, Result};

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
/// Messages are filled up to a multiple of this, with 1 to 32 bytes that say how many they are.
const FILL: u8 = 32;

/// `sha1(sorted parts)` in hexadecimal, compared in constant time.
pub fn check<const N: usize>(signature: &str, mut parts: [&str; N]) -> std::result::Result<(), Unbelieved> {
    parts.sort_unstable();
    let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, parts.concat().as_bytes());
    let expected: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    verify_slices_are_equal(expected.as_bytes(), signature.as_bytes()).map_err(|_| Unbelieved::Signature)
}

/// AES-256-CBC with the key's first half as start, and the platform's own filling.
#[derive(Clone)]
pub struct Envelope {
    key: [u8; 32],
}

impl Envelope {
    /// Reads an EncodingAESKey.
    pub fn new(typed: &str) -> Result<Self> {
        let decoded = BASE64.decode(typed.trim()).ok();
        let key = decoded.and_then(|bytes| bytes.try_into().ok());
        let wrong = || {
            Error::configuration(
                "MINYI_WECHAT_PUSH_AES_KEY",
                "must have the 43 characters of the platform",
            )
        };
        Ok(Self {
            key: key.ok_or_else(wrong)?,
        })
    }

    /// The message; `None`: it cannot be opened, or is for another `appid`.
    pub fn open(&self, sealed: &str, appid: &str) -> Option<Vec<u8>> {
        let mut bytes = BASE64.decode(sealed).ok()?;
        let start: [u8; 16] = self.key.first_chunk().copied()?;
        let key = UnboundCipherKey::new(&AES_256, &self.key).ok()?;
        let plain = DecryptingKey::cbc(key)
            .and_then(|key| key.decrypt(&mut bytes, DecryptionContext::Iv128(FixedLength::from(start))))
            .ok()?;
        let fill = *plain.last()?;
        if !(1..=FILL).contains(&fill) {
            return None;
        }
        let plain = plain.get(BEFORE..plain.len().checked_sub(usize::from(fill))?)?;
        let (length, rest) = plain.split_first_chunk::<LENGTH>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (message, owner) = rest.split_at_checked(length)?;
        (owner == appid.as_bytes()).then(|| message.to_vec())
    }
}
