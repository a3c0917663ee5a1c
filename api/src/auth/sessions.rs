//! Signing in and staying signed in. Called by the JSON handlers here and by the desk's pages.

use actix_web::cookie::{Cookie, SameSite, time::Duration as CookieDuration};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use minyi_domain::{
    access::Way,
    audit::{Action, ObjectKind},
};
use minyi_gateways::{clock::random_bytes, wechat::WechatSession};
use minyi_store::{Account, Act, By, NewSession, RotateOutcome};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{SESSION_COOKIE, SignedIn, passwords, tokens::LIFETIME};
use crate::{
    address::ClientAddress,
    limits::Guess,
    problem::{FieldProblem, Problem},
    state::AppState,
};

/// A client's session ends after this time without a refresh.
const REFRESH_LIFETIME: TimeDelta = TimeDelta::days(30);
/// A browser's session ends after this time, however busy (a working day).
const COOKIE_LIFETIME: TimeDelta = TimeDelta::hours(12);

/// What a client gets.
pub struct Tokens {
    pub access_token: String,
    pub refresh_token: String,
    /// Seconds.
    pub expires_in: i64,
}

/// A secret for the client and what is stored of it.
pub fn new_secret() -> (String, [u8; 32]) {
    let secret = URL_SAFE_NO_PAD.encode(random_bytes::<32>());
    let digest = digest(&secret);
    (secret, digest)
}

pub fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

impl AppState {
    /// Checks a name and a password. Whatever is wrong, the answer is the same and takes as long.
    ///
    /// # Errors
    /// [`Problem::LoginFailed`], also while the account is locked; [`Problem::RateLimited`].
    pub async fn sign_in_by_password(
        &self,
        username: &str,
        password: String,
        address: ClientAddress,
    ) -> Result<Account, Problem> {
        let mut missing = Vec::new();
        if username.trim().is_empty() {
            missing.push(FieldProblem::new("/username", "required", "请填写用户名。"));
        }
        if password.is_empty() {
            missing.push(FieldProblem::new("/password", "required", "请填写密码。"));
        }
        if !missing.is_empty() {
            return Err(Problem::Invalid(missing));
        }
        let username = username.trim().to_ascii_lowercase();
        let guess = Guess::Password { username: &username };
        self.may_guess(guess, address)?;
        let wanted = username.clone();
        let account = self.ask(move |store| store.account_by_username(&wanted)).await?;
        let stored = account.as_ref().and_then(|account| account.password_hash.clone());
        let fits = self
            .compute(move || passwords::verify(&password, stored.as_deref()))
            .await?;
        let (now, by) = (self.now(), By::nobody(address.ip()));
        match account {
            Some(account) if fits && !account.is_locked(now) && !account.is_disabled() => return Ok(account),
            Some(account) if account.is_locked(now) || account.is_disabled() => {
                let act = Act::done(Action::SignedIn, ObjectKind::Account, account.id).refused();
                let act = act.with(json!({"locked": account.is_locked(now), "disabled": account.is_disabled()}));
                self.ask(move |store| store.record_act(&by, &act, now)).await?;
            }
            Some(account) => {
                let id = account.id;
                self.ask(move |store| store.record_login_failure(&by, id, "password", now))
                    .await?;
            }
            None => {
                // What was typed may be a password in the wrong field.
                let act = Act::done(Action::SignedIn, ObjectKind::Account, "unknown").refused();
                self.ask(move |store| store.record_act(&by, &act, now)).await?;
            }
        }
        Err(self.wrong_guess(guess, address, Problem::LoginFailed).await)
    }

    /// Checks the code of WeChat's login.
    ///
    /// # Errors
    /// [`Problem::WechatCodeRefused`], [`Problem::WechatNotBound`], [`Problem::Unavailable`].
    pub async fn sign_in_by_wechat(&self, js_code: &str, address: ClientAddress) -> Result<Account, Problem> {
        self.may_guess(Guess::WechatCode, address)?;
        let (openid, unionid) = match self.wechat_user(js_code).await {
            Ok(WechatSession { openid, unionid }) => (openid, unionid),
            Err(problem @ Problem::WechatCodeRefused) => {
                return Err(self.wrong_guess(Guess::WechatCode, address, problem).await);
            }
            Err(problem) => return Err(problem),
        };
        let union_index = unionid.map(|unionid| self.union_index(&unionid));
        let find = move |store: &minyi_store::Store| -> minyi_store::Result<Option<Account>> {
            let account = store
                .account_by_openid(&openid)?
                .filter(|account| !account.is_disabled());
            if let (Some(account), Some(union_index)) = (&account, union_index) {
                store.keep_wechat_union(account.id, union_index)?;
            }
            Ok(account)
        };
        self.ask(find).await?.ok_or(Problem::WechatNotBound)
    }

    /// Who WeChat says a login code belongs to.
    ///
    /// # Errors
    /// [`Problem::WechatCodeRefused`], [`Problem::Unavailable`].
    pub async fn openid(&self, js_code: &str) -> Result<String, Problem> {
        Ok(self.wechat_user(js_code).await?.openid)
    }

    async fn wechat_user(&self, js_code: &str) -> Result<WechatSession, Problem> {
        if js_code.is_empty() || js_code.len() > 128 {
            return Err(Problem::WechatCodeRefused);
        }
        Ok(self.wechat.code_to_session(js_code).await?)
    }

    fn new_session(&self, account_id: Uuid, way: Way, address: ClientAddress, life: TimeDelta) -> NewSession {
        let now = self.now();
        NewSession {
            account_id,
            way,
            address: address.ip(),
            now,
            expires_at: now + life,
        }
    }

    /// Begins a client's session.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn open_tokens(&self, account: Uuid, way: Way, address: ClientAddress) -> Result<Tokens, Problem> {
        let (refresh_token, digest) = new_secret();
        let new = self.new_session(account, way, address, REFRESH_LIFETIME);
        let session = self.ask(move |store| store.open_token_session(&new, digest)).await?;
        self.tokens_of(account, session, refresh_token)
    }

    /// Takes a refresh token and gives the next one.
    ///
    /// # Errors
    /// [`Problem::RefreshTokenReused`] if it was used before, which ends the session; [`Problem::RefreshTokenInvalid`].
    pub async fn refresh_tokens(&self, refresh_token: &str, address: ClientAddress) -> Result<Tokens, Problem> {
        let (old, now) = (digest(refresh_token), self.now());
        let (next, next_digest) = new_secret();
        let rotate = move |store: &minyi_store::Store| store.rotate_refresh(old, next_digest, now);
        match self.ask(rotate).await? {
            RotateOutcome::Rotated { account_id, session_id } => self.tokens_of(account_id, session_id, next),
            RotateOutcome::Reused => {
                tracing::warn!("a refresh token was used twice; its session has been ended");
                Err(Problem::RefreshTokenReused)
            }
            RotateOutcome::Unknown => Err(self
                .wrong_guess(Guess::RefreshToken, address, Problem::RefreshTokenInvalid)
                .await),
            RotateOutcome::Expired => Err(Problem::RefreshTokenInvalid),
        }
    }

    fn tokens_of(&self, account: Uuid, session: Uuid, refresh_token: String) -> Result<Tokens, Problem> {
        let access_token = self
            .tokens
            .issue(account, session, self.now())
            .map_err(Problem::internal)?;
        Ok(Tokens {
            access_token,
            refresh_token,
            expires_in: LIFETIME.num_seconds(),
        })
    }

    /// Begins a browser's session; the cookie belongs into the answer.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn open_cookie(
        &self,
        account: Uuid,
        way: Way,
        address: ClientAddress,
    ) -> Result<Cookie<'static>, Problem> {
        let (secret, digest) = new_secret();
        let new = self.new_session(account, way, address, COOKIE_LIFETIME);
        self.ask(move |store| store.open_cookie_session(&new, digest)).await?;
        Ok(self.session_cookie(secret))
    }

    /// The cookie that makes a browser forget its session.
    pub fn removal_cookie(&self) -> Cookie<'static> {
        let mut cookie = self.session_cookie(String::new());
        cookie.set_max_age(CookieDuration::ZERO);
        cookie
    }

    fn session_cookie(&self, secret: String) -> Cookie<'static> {
        Cookie::build(SESSION_COOKIE, secret)
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.settings.is_https())
            .finish()
    }

    /// Ends a session for good: its cookie and its refresh tokens.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn end_session(&self, signed_in: &SignedIn) -> Result<(), Problem> {
        let (by, session, now) = (signed_in.by(), signed_in.session, self.now());
        self.ask(move |store| store.sign_out(&by, session, now)).await
    }
}
