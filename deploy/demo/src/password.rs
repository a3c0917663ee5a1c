//! The one password of the demonstration's console and staff.

use argon2::{Argon2, PasswordHasher as _};
use minyi_gateways::clock::random_bytes;

use crate::{Error, Result};

/// Argon2id with the same parameters as the api's own.
pub fn hash(password: &str) -> Result<String> {
    let hashed = Argon2::default().hash_password_with_salt(password.as_bytes(), &random_bytes::<16>());
    Ok(hashed
        .map_err(|_| Error::Data("the password cannot be hashed"))?
        .to_string())
}
