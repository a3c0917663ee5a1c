//! The extractors by which a handler says that it needs a signed-in person.

use std::{future::Future, pin::Pin};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{AUTHORIZATION, HeaderMap},
};
use minyi_domain::{access::Need, people::Actor, rights::Permission};
use minyi_store::{By, LiveSession};
use uuid::Uuid;

use super::{csrf, sessions};
use crate::{
    address::ClientAddress,
    problem::Problem,
    state::{AppState, State},
};

/// A request with this header was made by an open page and not by a person: it keeps no session alive.
const UNATTENDED: &str = "x-unattended";
/// The name of the desk's cookie.
pub const SESSION_COOKIE: &str = "minyi_session";

type Answer<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

/// A signed-in person: by a Bearer token, or by the desk's cookie. A request that changes something and comes with
/// a cookie has proved by the header `X-CSRF-Token` that it comes from our own page.
pub struct SignedIn {
    /// Who it is, as the account stands now.
    pub actor: Actor,
    /// The session; ending it signs the person out.
    pub session: Uuid,
    cookie: Option<String>,
    address: ClientAddress,
    needs: Vec<Need>,
}

impl SignedIn {
    /// Refuses those whose role does not have this right.
    ///
    /// # Errors
    /// [`Problem::Forbidden`].
    pub fn must(&self, permission: Permission) -> Result<(), Problem> {
        if self.actor.role.may(permission) {
            Ok(())
        } else {
            Err(Problem::Forbidden)
        }
    }

    /// What the login still needs; empty: it is whole.
    pub fn needs(&self) -> &[Need] {
        &self.needs
    }

    fn whole(self) -> Result<Self, Problem> {
        match self.needs.first() {
            Some(need) => Err(Problem::StepNeeded(*need)),
            None => Ok(self),
        }
    }

    /// From where.
    pub fn address(&self) -> ClientAddress {
        self.address
    }

    /// Who acts and from where, for the audit log.
    pub fn by(&self) -> By {
        By::account(self.actor.account_id, self.address.ip())
    }

    /// The token for the forms of the page that is being answered; empty for a Bearer token, which needs none.
    pub fn csrf_token(&self) -> String {
        self.cookie.as_deref().map(csrf::token).unwrap_or_default()
    }
}

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = Answer<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let partly = PartlySignedIn::from_request(request, payload);
        Box::pin(async move { partly.await?.0.whole() })
    }
}

/// A person whose login may still need something: for what a session needs, and for leaving.
pub struct PartlySignedIn(pub SignedIn);

impl FromRequest for PartlySignedIn {
    type Error = Problem;
    type Future = Answer<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let signed_in = identify(&request).await?;
            if let Some(cookie) = signed_in.cookie.as_deref().filter(|_| !request.method().is_safe()) {
                let claimed = header(request.headers(), csrf::HEADER).unwrap_or_default();
                csrf::verify(cookie, claimed)?;
            }
            Ok(Self(signed_in))
        })
    }
}

/// A person who sends a form of the desk. Who it is comes out only against the form's token.
pub struct SignedInForm(SignedIn);

impl SignedInForm {
    /// The person, if `claimed` (the form's field `csrf`) is this session's token.
    ///
    /// # Errors
    /// [`Problem::CrossSite`].
    pub fn confirm(self, claimed: &str) -> Result<SignedIn, Problem> {
        self.confirm_partly(claimed)?.whole()
    }

    /// The same, for what a session needs, and for leaving.
    ///
    /// # Errors
    /// [`Problem::CrossSite`].
    pub fn confirm_partly(self, claimed: &str) -> Result<SignedIn, Problem> {
        if let Some(cookie) = &self.0.cookie {
            csrf::verify(cookie, claimed)?;
        }
        Ok(self.0)
    }
}

impl FromRequest for SignedInForm {
    type Error = Problem;
    type Future = Answer<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { identify(&request).await.map(Self) })
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

async fn identify(request: &HttpRequest) -> Result<SignedIn, Problem> {
    let state = request
        .app_data::<State>()
        .ok_or_else(|| Problem::internal("no state"))?;
    let signed_in = match header(request.headers(), AUTHORIZATION.as_str()) {
        Some(value) => by_token(state, request, value).await?,
        None => by_cookie(state, request).await?,
    };
    tracing::Span::current().record("account", tracing::field::display(signed_in.actor.account_id));
    Ok(signed_in)
}

async fn by_token(state: &AppState, request: &HttpRequest, value: &str) -> Result<SignedIn, Problem> {
    let (scheme, token) = value.split_once(' ').ok_or(Problem::NotSignedIn)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Problem::NotSignedIn);
    }
    let claims = state
        .tokens
        .check(token.trim(), state.now())
        .ok_or(Problem::NotSignedIn)?;
    let now = state.now();
    let found = state.ask(move |store| store.token_session(claims.sid, now)).await?;
    signed_in(request, found, None)
}

async fn by_cookie(state: &AppState, request: &HttpRequest) -> Result<SignedIn, Problem> {
    let cookie = request
        .cookie(SESSION_COOKIE)
        .ok_or(Problem::NotSignedIn)?
        .value()
        .to_owned();
    if !request.method().is_safe() {
        csrf::same_origin(request.headers(), &state.settings.public_url)?;
    }
    let (digest, now) = (sessions::digest(&cookie), state.now());
    let attended = !request.headers().contains_key(UNATTENDED);
    let found = state
        .ask(move |store| store.cookie_session(digest, attended, now))
        .await?;
    signed_in(request, found, Some(cookie))
}

fn signed_in(request: &HttpRequest, found: Option<LiveSession>, cookie: Option<String>) -> Result<SignedIn, Problem> {
    let LiveSession { id, actor, needs } = found.ok_or(Problem::NotSignedIn)?;
    Ok(SignedIn {
        actor,
        session: id,
        cookie,
        address: ClientAddress::of_request(request),
        needs,
    })
}
