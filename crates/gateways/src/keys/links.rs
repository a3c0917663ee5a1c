//! Links that open something for whoever holds them, for minutes.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use hmac::Mac;
use url::Url;
use uuid::Uuid;

use super::material::{self, Key};
use crate::{Error, Result};

/// Signs paths with an end of validity. The link carries `expires` (Unix seconds) and
/// `signature` (base64url of an HMAC-SHA256 over path and `expires`).
#[derive(Debug, Clone)]
pub struct LinkSigner {
    key: Arc<Key>,
}

impl LinkSigner {
    pub(super) fn new(key: Key) -> Self {
        Self { key: Arc::new(key) }
    }

    /// The signature for `path` until `expires_at` (its whole second).
    pub fn sign(&self, path: &str, expires_at: DateTime<Utc>) -> String {
        let mac = self.mac(path, expires_at.timestamp());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }

    /// `path?expires=…&signature=…`. The path must have no query of its own.
    pub fn signed_path(&self, path: &str, expires_at: DateTime<Utc>) -> String {
        let signature = self.sign(path, expires_at);
        format!("{path}?expires={}&signature={signature}", expires_at.timestamp())
    }

    /// Checks a link's parts, in constant time. [`Error::LinkForged`] or [`Error::LinkExpired`];
    /// the latter only if the signature is right, so that nobody learns anything by trying.
    pub fn verify(&self, path: &str, expires: i64, signature: &str, now: DateTime<Utc>) -> Result<()> {
        let claimed = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Error::LinkForged)?;
        self.mac(path, expires)
            .verify_slice(&claimed)
            .map_err(|_| Error::LinkForged)?;
        if now.timestamp() >= expires {
            Err(Error::LinkExpired)
        } else {
            Ok(())
        }
    }

    fn mac(&self, path: &str, expires: i64) -> hmac::Hmac<sha2::Sha256> {
        material::mac(&self.key, &[b"link", path.as_bytes(), &expires.to_be_bytes()])
    }
}

/// The path at which a photo is shown; `variant` is `full` or `thumbnail`.
#[must_use]
pub fn photo_path(id: Uuid, variant: &str) -> String {
    format!("/photos/{id}/{variant}.jpg")
}

/// Links for somebody outside, who fetches a photo by itself.
#[derive(Debug, Clone)]
pub struct PublicLinks {
    base: String,
    signer: LinkSigner,
}

impl PublicLinks {
    /// `public_url` is the product's address as others see it.
    #[must_use]
    pub fn new(public_url: &Url, signer: LinkSigner) -> Self {
        let base = public_url.as_str().trim_end_matches('/').to_owned();
        Self { base, signer }
    }

    /// Where a photo can be fetched until `expires_at`.
    #[must_use]
    pub fn photo(&self, id: Uuid, expires_at: DateTime<Utc>) -> String {
        let path = self.signer.signed_path(&photo_path(id, "full"), expires_at);
        format!("{}{path}", self.base)
    }
}
