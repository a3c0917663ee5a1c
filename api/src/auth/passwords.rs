//! Passwords: Argon2id, on a thread of its own because it takes tens of milliseconds on purpose.

use std::sync::LazyLock;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};

/// A hash that no password fits, so that an unknown name takes as long as a wrong password.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    let nobody: [u8; 32] = minyi_gateways::clock::random_bytes();
    hash_bytes(&nobody).unwrap_or_default()
});

fn hash_bytes(password: &[u8]) -> Result<String, argon2::password_hash::Error> {
    let salt: [u8; 16] = minyi_gateways::clock::random_bytes();
    Ok(Argon2::default().hash_password_with_salt(password, &salt)?.to_string())
}

/// The hash to store for a password.
///
/// # Errors
/// If the password is longer than Argon2 takes (4 GB).
pub fn hash(password: &str) -> Result<String, argon2::password_hash::Error> {
    hash_bytes(password.as_bytes())
}

/// Whether `password` fits; without a stored hash the answer is no, after the same time.
pub fn verify(password: &str, stored: Option<&str>) -> bool {
    let Ok(hash) = PasswordHash::new(stored.unwrap_or(&NOBODY)) else {
        return false;
    };
    let fits = Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
    fits && stored.is_some()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn only_the_right_password_fits_and_nobody_has_none() {
        let stored = hash("correct horse").unwrap();
        assert!(stored.starts_with("$argon2id$"), "{stored}");
        assert!(verify("correct horse", Some(&stored)));
        assert!(!verify("correct house", Some(&stored)));
        assert!(!verify("", None));
    }
}
