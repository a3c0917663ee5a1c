//! Codes that change every half minute (TOTP, RFC 6238): HMAC-SHA-1, 30 seconds, 6 digits, as every app takes them.

use aws_lc_rs::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use minyi_gateways::clock::random_bytes;
use secrecy::zeroize::Zeroizing;

const STEP_SECONDS: i64 = 30;
const MODULUS: u32 = 1_000_000;
/// The length of the hash, as RFC 4226 recommends.
const SECRET_BYTES: usize = 20;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What the app on the phone knows too.
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// A new one.
    pub fn random() -> Self {
        Self(Zeroizing::new(random_bytes::<SECRET_BYTES>().to_vec()))
    }

    /// Reads what [`Secret::kept`] made.
    pub fn read(kept: &str) -> Option<Self> {
        STANDARD.decode(kept).ok().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// The text that is sealed and kept.
    pub fn kept(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.0.as_slice()))
    }

    /// For typing into an app: base32 (RFC 4648) without padding.
    pub fn base32(&self) -> String {
        let mut text = String::new();
        let (mut bits, mut count) = (0_u32, 0_u32);
        for byte in self.0.iter() {
            bits = (bits << 8) | u32::from(*byte);
            count += 8;
            while count >= 5 {
                count -= 5;
                text.push(letter(bits >> count));
            }
        }
        if count > 0 {
            text.push(letter(bits << (5 - count)));
        }
        text
    }

    /// The address in the QR code; `issuer` and `account` are what the app shows.
    pub fn uri(&self, issuer: &str, account: &str) -> String {
        let quote = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let (issuer, account) = (quote(issuer).replace('+', "%20"), quote(account));
        format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}",
            self.base32()
        )
    }

    /// The step whose code was typed: the present one, or a neighbour, for clocks that are not quite right.
    pub fn step_of(&self, typed: &str, now: DateTime<Utc>) -> Option<i64> {
        let typed: u32 = typed.parse().ok()?;
        let present = now.timestamp() / STEP_SECONDS;
        [present, present - 1, present + 1]
            .into_iter()
            .find(|step| self.code_at(*step) == typed)
    }

    /// What an app shows at this time.
    pub fn code(&self, now: DateTime<Utc>) -> String {
        format!("{:06}", self.code_at(now.timestamp() / STEP_SECONDS))
    }

    /// The code of a step (HOTP, RFC 4226).
    fn code_at(&self, step: i64) -> u32 {
        let key = Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = sign(&key, &step.to_be_bytes());
        let hash = tag.as_ref();
        let offset = usize::from(hash.last().copied().unwrap_or(0) & 0xf);
        let four = hash
            .get(offset..offset + 4)
            .and_then(|four| <[u8; 4]>::try_from(four).ok());
        (u32::from_be_bytes(four.unwrap_or_default()) & 0x7fff_ffff) % MODULUS
    }
}

fn letter(bits: u32) -> char {
    let index = usize::try_from(bits & 31).unwrap_or(0);
    BASE32.get(index).map_or('A', |&byte| char::from(byte))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn the_codes_are_those_of_the_standard() {
        // RFC 6238, appendix B: the last six of its eight digits.
        let secret = Secret(Zeroizing::new(b"12345678901234567890".to_vec()));
        let vectors = [
            (59, 287_082),
            (1_111_111_109, 81_804),
            (1_111_111_111, 50_471),
            (1_234_567_890, 5_924),
            (2_000_000_000, 279_037),
            (20_000_000_000, 353_130),
        ];
        for (seconds, code) in vectors {
            assert_eq!(secret.code_at(seconds / STEP_SECONDS), code, "{seconds}");
            assert_eq!(
                secret.step_of(&format!("{code:06}"), at(seconds + 30)),
                Some(seconds / 30)
            );
            assert_eq!(secret.step_of(&format!("{code:06}"), at(seconds + 60)), None);
        }
        // RFC 4648: the same bytes in base32.
        assert_eq!(secret.base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(secret.code(at(1_234_567_890)), "005924");
    }

    #[test]
    fn an_app_reads_the_address() {
        let secret = Secret(Zeroizing::new(b"12345678901234567890".to_vec()));
        let uri = secret.uri("民意码", "admin");
        assert!(
            uri.starts_with("otpauth://totp/%E6%B0%91%E6%84%8F%E7%A0%81:admin?secret=GEZDGNBV"),
            "{uri}"
        );
        let kept = secret.kept();
        assert_eq!(Secret::read(&kept).unwrap().base32(), secret.base32());
    }
}
