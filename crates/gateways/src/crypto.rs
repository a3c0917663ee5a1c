//! What the platforms' signatures and encryption are made of. Our own data is sealed elsewhere ([`crate::keys`]).

use aws_lc_rs::{
    cipher::{AES_128, AES_256, DecryptingKey, DecryptionContext, UnboundCipherKey},
    digest::{SHA1_FOR_LEGACY_USE_ONLY, digest},
    iv::FixedLength,
};

/// SHA-1 as hex: WeChat, WeCom and DingTalk sign callbacks with it.
#[must_use]
pub fn sha1_hex(bytes: &[u8]) -> String {
    hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref())
}

/// SHA-256 as hex.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    hex(&sha2::Sha256::digest(bytes))
}

/// HMAC-SHA256.
#[must_use]
pub fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    use hmac::{KeyInit as _, Mac as _};
    // HMAC takes keys of every length.
    hmac::Hmac::<sha2::Sha256>::new_from_slice(key)
        .map(|mut mac| {
            mac.update(message);
            mac.finalize().into_bytes().to_vec()
        })
        .unwrap_or_default()
}

/// Bytes as hex in small letters.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing into a string does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// Decrypts AES-CBC with a key of 16 or 32 bytes; the filling stays, because each platform has its own. `None` if the
/// key or the length is not one.
#[must_use]
pub fn open_cbc(key: &[u8], start: [u8; 16], mut sealed: Vec<u8>) -> Option<Vec<u8>> {
    let algorithm = if key.len() == 16 { &AES_128 } else { &AES_256 };
    let key = DecryptingKey::cbc(UnboundCipherKey::new(algorithm, key).ok()?).ok()?;
    let start = DecryptionContext::Iv128(FixedLength::from(start));
    let plain = key.decrypt(&mut sealed, start).ok()?;
    Some(plain.to_vec())
}
