//! Access tokens: JWT signed with Ed25519, 15 minutes. Whoever has the public key can check one; only this program
//! can make one.

use std::path::Path;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::zeroize::Zeroizing;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How long an access token is good for.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(15);

const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("MINYI_JWT_PRIVATE_KEY_FILE: cannot read {path}: {source}")]
    File { path: String, source: std::io::Error },
    #[error("MINYI_JWT_PRIVATE_KEY_FILE: not an Ed25519 key in PKCS#8 PEM; `minyi-api generate-key` makes one")]
    Format,
    #[error("no key could be made")]
    Generate,
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The account.
    pub sub: Uuid,
    /// The session.
    pub sid: Uuid,
    /// Issued at, Unix seconds.
    pub iat: i64,
    /// Not good from then on, Unix seconds.
    pub exp: i64,
}

/// The key pair.
pub struct TokenKeys {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

impl TokenKeys {
    /// Reads the key from a file.
    ///
    /// # Errors
    /// [`KeyError`] names the setting.
    pub fn from_file(path: &Path) -> Result<Self, KeyError> {
        let pem = std::fs::read_to_string(path).map_err(|source| KeyError::File {
            path: path.display().to_string(),
            source,
        })?;
        Self::from_pem(&Zeroizing::new(pem))
    }

    /// Reads the key from PEM.
    ///
    /// # Errors
    /// [`KeyError::Format`].
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let body = pem
            .trim()
            .strip_prefix(BEGIN)
            .and_then(|rest| rest.strip_suffix(END))
            .ok_or(KeyError::Format)?;
        let body: Zeroizing<String> = Zeroizing::new(body.split_whitespace().collect());
        let der = Zeroizing::new(STANDARD.decode(body.as_bytes()).map_err(|_| KeyError::Format)?);
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).map_err(|_| KeyError::Format)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        // The time is checked against our own clock.
        validation.validate_exp = false;
        validation.set_required_spec_claims(&["exp", "sub"]);
        Ok(Self {
            encoding: EncodingKey::from_ed_der(&der),
            decoding: DecodingKey::from_ed_der(pair.public_key().as_ref()),
            validation,
        })
    }

    /// A token for a session that is good from `now` on.
    ///
    /// # Errors
    /// If the key refuses to sign.
    pub fn issue(
        &self,
        account: Uuid,
        session: Uuid,
        now: DateTime<Utc>,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let exp = (now + LIFETIME).timestamp();
        let claims = Claims {
            sub: account,
            sid: session,
            iat: now.timestamp(),
            exp,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims, &self.encoding)
    }

    /// What a token says, if it is ours and still good.
    pub fn check(&self, token: &str, now: DateTime<Utc>) -> Option<Claims> {
        let claims = jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation)
            .ok()?
            .claims;
        (now.timestamp() < claims.exp).then_some(claims)
    }
}

/// A new private key as PEM.
///
/// # Errors
/// [`KeyError::Generate`] if the machine gives no random bytes.
pub fn generate_key() -> Result<String, KeyError> {
    let pair = Ed25519KeyPair::generate().map_err(|_| KeyError::Generate)?;
    let der = pair.to_pkcs8v1().map_err(|_| KeyError::Generate)?;
    // 48 bytes of PKCS#8 are one line of 64 characters.
    Ok(format!("{BEGIN}\n{}\n{END}\n", STANDARD.encode(der.as_ref())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-11-20T04:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_token_is_good_for_a_quarter_of_an_hour_and_only_under_its_own_key() {
        let keys = TokenKeys::from_pem(&generate_key().unwrap()).unwrap();
        let (account, session) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let token = keys.issue(account, session, noon()).unwrap();
        assert_eq!(keys.check(&token, noon()).unwrap().sub, account);
        assert_eq!(keys.check(&token, noon() + LIFETIME), None);
        let others = TokenKeys::from_pem(&generate_key().unwrap()).unwrap();
        assert_eq!(others.check(&token, noon()), None);
    }

    #[test]
    fn an_unsigned_token_is_refused() {
        let keys = TokenKeys::from_pem(&generate_key().unwrap()).unwrap();
        let part = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
        let claims = r#"{"sub":"00000000-0000-0000-0000-000000000001","sid":"00000000-0000-0000-0000-000000000002","iat":0,"exp":9999999999}"#;
        for header in [r#"{"alg":"none"}"#, r#"{"alg":"HS256","typ":"JWT"}"#] {
            let forged = format!("{}.{}.", part(header), part(claims));
            assert_eq!(keys.check(&forged, noon()), None);
        }
    }
}
