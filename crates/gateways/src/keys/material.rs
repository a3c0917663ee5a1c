//! Key bytes: read, judged, used for HMAC.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretBox, SecretString, zeroize::Zeroize};
use sha2::Sha256;

use crate::{Error, Mode, Result};

/// Length of every key in bytes.
pub(super) const KEY_BYTES: usize = 32;

pub(super) type Key = SecretBox<[u8; KEY_BYTES]>;

/// Keys that stand in our own documentation and examples, where everybody can read them.
const PUBLISHED: [&[u8; KEY_BYTES]; 3] = [
    b"minyima-example-contact-key-0001",
    b"minyima-example-index-key-000001",
    b"minyima-example-link-key-0000001",
];

const HMAC_BLOCK_BYTES: usize = 64;

/// 32 random bytes hold about 30 different ones; fewer than this never happens by chance, and
/// catches repeated bytes, and digits or hex typed instead of random bytes.
const MIN_DISTINCT: usize = 17;

pub(super) fn parse(setting: &'static str, text: &SecretString, mode: Mode) -> Result<Key> {
    let malformed = || {
        let problem = "expected 32 bytes in base64; make one with `openssl rand -base64 32`";
        Error::configuration(setting, problem)
    };
    let mut bytes = STANDARD.decode(text.expose_secret().trim()).map_err(|_| malformed())?;
    let array = <[u8; KEY_BYTES]>::try_from(bytes.as_slice());
    bytes.zeroize();
    let key = SecretBox::new(Box::new(array.map_err(|_| malformed())?));
    if mode == Mode::Production && is_weak(key.expose_secret()) {
        let problem = "an example or a guessable key is refused in production; \
                       make one with `openssl rand -base64 32`";
        return Err(Error::configuration(setting, problem));
    }
    Ok(key)
}

fn is_weak(key: &[u8; KEY_BYTES]) -> bool {
    let mut seen = [false; 256];
    for byte in key {
        if let Some(slot) = seen.get_mut(usize::from(*byte)) {
            *slot = true;
        }
    }
    let distinct = seen.iter().filter(|seen| **seen).count();
    // 0, 1, 2, … is the test key of half of all standards.
    let mut pairs = key.iter().zip(key.iter().skip(1));
    let counts_up = pairs.all(|(a, b)| a.wrapping_add(1) == *b);
    PUBLISHED.contains(&key) || distinct < MIN_DISTINCT || counts_up
}

/// Only for the comparison of our own keys at the start, where no attacker measures the time.
pub(super) fn same(a: &Key, b: &Key) -> bool {
    a.expose_secret() == b.expose_secret()
}

/// HMAC-SHA256 over parts, each preceded by its length, so that ("a", "bc") and ("ab", "c")
/// differ.
pub(super) fn mac(key: &Key, parts: &[&[u8]]) -> Hmac<Sha256> {
    // HMAC fills a short key up with zeros; doing it here leaves no length that could be wrong.
    let mut block = [0; HMAC_BLOCK_BYTES];
    for (slot, byte) in block.iter_mut().zip(key.expose_secret()) {
        *slot = *byte;
    }
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
    block.zeroize();
    for part in parts {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    mac
}
