//! The keys of this machine's demonstration: made once, kept under the state folder, never shown.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::checkout::Checkout;
use crate::error::{Doing as _, Error, Result};
use crate::servers::{random_bytes, random_password, write_private};

/// The keys, and where the private key for access tokens lies.
pub struct Secrets {
    keys: Value,
    /// Ed25519, PKCS 8, PEM.
    pub jwt_key_file: PathBuf,
}

impl Secrets {
    /// Reads them, or makes what is not there yet.
    pub fn load_or_make(checkout: &Checkout) -> Result<Self> {
        let path = checkout.kept("secrets.json");
        let kept = fs::read_to_string(&path).ok();
        let keys = match kept.and_then(|text| serde_json::from_str(&text).ok()) {
            Some(keys) => keys,
            None => {
                let keys = json!({
                    "contact_keys": format!("k1:{}", random_key()?),
                    "index_key": random_key()?,
                    "link_key": random_key()?,
                    "wechat_secret": random_password()?,
                });
                write_private(&path, &format!("{keys:#}\n"))?;
                keys
            }
        };
        let jwt_key_file = checkout.kept("jwt-key.pem");
        if !jwt_key_file.exists() {
            write_private(&jwt_key_file, &new_jwt_key(checkout)?)?;
        }
        Ok(Self { keys, jwt_key_file })
    }

    /// One key; empty when the file was edited by hand and lacks it (the product then refuses).
    pub fn key(&self, name: &str) -> &str {
        self.keys.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

/// The product itself knows how to make a key that it accepts.
fn new_jwt_key(checkout: &Checkout) -> Result<String> {
    let mut command = Command::new(checkout.program("minyi-api"));
    command
        .arg("generate-key")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    let output = command.output().doing(|| "running minyi-api generate-key".into())?;
    let pem = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() && pem.contains("PRIVATE KEY") {
        return Ok(pem);
    }
    Err(Error::failed(
        "minyi-api generate-key gave no key.",
        "read what it said above",
    ))
}

fn random_key() -> Result<String> {
    Ok(base64(&random_bytes::<32>()?))
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let three = [0, 1, 2].map(|at| u32::from(chunk.get(at).copied().unwrap_or(0)));
        let bits = three.into_iter().fold(0, |bits, byte| (bits << 8) | byte);
        for at in 0..4 {
            let index = (bits >> (18 - 6 * at)) & 63;
            let letter = ALPHABET.get(index as usize).filter(|_| at <= chunk.len());
            text.push(char::from(*letter.unwrap_or(&b'=')));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_follows_the_test_vectors_of_rfc_4648() {
        let vectors = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ];
        for (plain, coded) in vectors {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        assert_eq!(base64(&[0xff, 0xfe, 0xfd]), "//79");
    }
}
