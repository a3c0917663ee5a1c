//! Who is asking: passwords, WeChat logins, access tokens, the desk's cookies.
//!
//! A client signs in once and gets an access token (JWT, 15 minutes) and a refresh token that is used once; a
//! browser gets a cookie. A session that still needs something (a second factor, a new password) opens nothing else.
//! Either way every request reads the account again, so that a disabled one is out at once.

pub mod csrf;
mod deputies;
mod own;
pub mod passwords;
mod phones;
mod routes;
mod second_step;
pub mod sessions;
mod signed_in;
pub mod tokens;
pub mod totp;

pub use own::{SessionEntry, SessionsResponse};
pub use phones::read_mobile;
pub use routes::{CodeLoginRequest, configure};
pub use signed_in::{PartlySignedIn, SESSION_COOKIE, SignedIn, SignedInForm};
