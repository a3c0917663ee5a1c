//! Encryption of contact data (AES-256-GCM).
//!
//! A sealed value is `1 | length of key id | key id | nonce (12 bytes) | ciphertext and tag`.
//! The header, the purpose and the owner's id are authenticated with it: a value that is
//! copied into another row or column does not open there.

use std::sync::Arc;

use aes_gcm::{
    Aes256Gcm, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::material::{self, Key};
use crate::{Error, Mode, Result, clock::random_bytes};

const FORMAT: u8 = 1;
const NONCE_BYTES: usize = 12;
const MAX_ID_BYTES: usize = 32;

/// The keys for contact data: the first seals, every one opens.
#[derive(Clone)]
pub struct ContactKeys {
    keys: Arc<[(String, Aes256Gcm)]>,
}

pub(super) fn parse(text: &SecretString, mode: Mode) -> Result<Vec<(String, Key)>> {
    const SETTING: &str = "MINYI_CONTACT_KEYS";
    let mut keys: Vec<(String, Key)> = Vec::new();
    for entry in text.expose_secret().split(',') {
        let Some((id, key)) = entry.trim().split_once(':') else {
            return Err(Error::configuration(SETTING, "expected id:key,id:key,…"));
        };
        let id_fits = (1..=MAX_ID_BYTES).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if !id_fits {
            return Err(Error::configuration(SETTING, "an id has 1–32 letters, digits, - or _"));
        }
        if keys.iter().any(|(known, _)| known == id) {
            return Err(Error::configuration(SETTING, format!("the id {id} stands there twice")));
        }
        keys.push((id.to_owned(), material::parse(SETTING, &SecretString::from(key), mode)?));
    }
    Ok(keys)
}

impl ContactKeys {
    /// `keys` holds at least one: splitting a text gives at least one part.
    pub(super) fn new(keys: Vec<(String, Key)>) -> Self {
        let cipher = |key: &Key| Aes256Gcm::new(key.expose_secret().into());
        Self {
            keys: keys.iter().map(|(id, key)| (id.clone(), cipher(key))).collect(),
        }
    }

    /// Encrypts `text` for one column (`purpose`, for instance `contact.phone`) of one row
    /// (`owner`).
    pub fn seal(&self, purpose: &str, owner: Uuid, text: &str) -> Result<Vec<u8>> {
        let (id, cipher) = self.keys.first().ok_or(Error::Sealing)?;
        let id_length = u8::try_from(id.len()).map_err(|_| Error::Sealing)?;
        let nonce = random_bytes::<NONCE_BYTES>();
        let mut sealed = vec![FORMAT, id_length];
        sealed.extend_from_slice(id.as_bytes());
        let aad = associated_data(&sealed, purpose, owner);
        let payload = Payload {
            msg: text.as_bytes(),
            aad: &aad,
        };
        let body = cipher
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| Error::Sealing)?;
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&body);
        Ok(sealed)
    }

    /// Decrypts what [`ContactKeys::seal`] made for the same purpose and owner.
    /// [`Error::UnknownKey`] if its key is gone, else [`Error::Unsealable`].
    pub fn open(&self, purpose: &str, owner: Uuid, sealed: &[u8]) -> Result<SecretString> {
        let (id, header, body) = split(sealed).ok_or(Error::Unsealable)?;
        let known = self.keys.iter().find(|(known, _)| known == id);
        let (_, cipher) = known.ok_or_else(|| Error::UnknownKey { key_id: id.to_owned() })?;
        let (nonce, ciphertext) = body.split_first_chunk::<NONCE_BYTES>().ok_or(Error::Unsealable)?;
        let aad = associated_data(header, purpose, owner);
        let payload = Payload {
            msg: ciphertext,
            aad: &aad,
        };
        let plain = cipher
            .decrypt(&Nonce::from(*nonce), payload)
            .map_err(|_| Error::Unsealable)?;
        String::from_utf8(plain)
            .map(SecretString::from)
            .map_err(|_| Error::Unsealable)
    }
}

/// The key's id, the header that holds it, and what follows.
fn split(sealed: &[u8]) -> Option<(&str, &[u8], &[u8])> {
    let [FORMAT, id_length, ..] = sealed else { return None };
    let (header, body) = sealed.split_at_checked(2 + usize::from(*id_length))?;
    let id = std::str::from_utf8(header.get(2..)?).ok()?;
    Some((id, header, body))
}

/// Header and owner have known lengths, so the purpose needs none.
fn associated_data(header: &[u8], purpose: &str, owner: Uuid) -> Vec<u8> {
    [header, owner.as_bytes(), purpose.as_bytes()].concat()
}

impl std::fmt::Debug for ContactKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|(id, _)| id)).finish()
    }
}
