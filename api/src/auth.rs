//! Who is asking: passwords, WeChat logins, access tokens, the desk's cookies.
//!
//! A client signs in once and gets an access token (JWT, 15 minutes) and a refresh token that is used once; a
//! browser gets a cookie. Either way every request reads the account again, so that a disabled one is out at once.

pub mod csrf;
mod deputies;
pub mod passwords;
mod phones;
mod routes;
pub mod sessions;
mod signed_in;
pub mod tokens;

pub use phones::read_mobile;
pub use routes::{CodeLoginRequest, configure};
pub use signed_in::{SESSION_COOKIE, SignedIn, SignedInForm};
