//! Coming in by invitation, by a proven phone, by a code in a text message: for deputies, who have no password.

use actix_web::rt;
use minyi_domain::{
    login::{Invitation, OneTimeCode},
    people::Actor,
    submission::Phone,
};
use minyi_store::{BindOutcome, KeepOutcome, NewBinding, NewOneTimeCode, PHONE_SEALED_FOR, WaysIn};
use secrecy::ExposeSecret as _;
use uuid::Uuid;

use crate::{
    address::ClientAddress,
    limits::Guess,
    problem::Problem,
    state::{AppState, State},
};

/// By what a WeChat user proves to be a deputy.
pub enum Proof {
    /// The code of `getPhoneNumber`.
    PhoneCode(String),
    /// What the station gave out.
    Invitation(String),
}

/// Reads a mobile number of mainland China.
///
/// # Errors
/// [`Problem::Invalid`].
pub fn read_mobile(typed: &str) -> Result<Phone, Problem> {
    Phone::parse(typed)
        .filter(Phone::is_mobile)
        .ok_or_else(|| Problem::field("/phone", "phone_invalid", "请填写 11 位手机号。"))
}

impl AppState {
    /// What is stored of an invitation.
    pub fn invitation_digest(&self, invitation: &Invitation) -> [u8; 32] {
        self.keys.index.digest("invitation", invitation.as_str())
    }

    fn code_digest(&self, phone: &Phone, code: &OneTimeCode) -> [u8; 32] {
        // Bound to the phone: the same digits of another phone are another digest.
        let both = format!("{}:{}", phone.as_str(), code.as_str());
        self.keys.index.digest("one_time_code", &both)
    }

    fn sealed(&self, account: Uuid, phone: &Phone) -> Result<minyi_store::Phone, Problem> {
        Ok(minyi_store::Phone {
            sealed: self.keys.contact.seal(PHONE_SEALED_FOR, account, phone.as_str())?,
            index: self.keys.index.phone(phone.as_str()),
        })
    }

    /// The phone of an account as it is shown to its owner.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn masked_phone(&self, account: Uuid, ways: &WaysIn) -> Result<Option<String>, Problem> {
        let Some(sealed) = &ways.phone_sealed else {
            return Ok(None);
        };
        let open = self.keys.contact.open(PHONE_SEALED_FOR, account, sealed)?;
        Ok(Phone::parse(open.expose_secret()).map(|phone| phone.masked()))
    }

    /// Takes an invitation; the account that it opens.
    ///
    /// # Errors
    /// [`Problem::InvitationInvalid`]; [`Problem::RateLimited`].
    pub async fn use_invitation(&self, typed: &str, address: ClientAddress) -> Result<Uuid, Problem> {
        self.may_guess(Guess::Invitation, address)?;
        let now = self.now();
        let account = match Invitation::parse(typed) {
            Some(invitation) => {
                let digest = self.invitation_digest(&invitation);
                self.ask(move |store| store.use_invitation(digest, now)).await?
            }
            None => None,
        };
        match account {
            Some(account) => Ok(account),
            None => Err(self
                .wrong_guess(Guess::Invitation, address, Problem::InvitationInvalid)
                .await),
        }
    }

    /// Binds the WeChat user of a login code to the account that the proof opens.
    ///
    /// # Errors
    /// [`Problem::WechatCodeRefused`], [`Problem::PhoneUnknown`], [`Problem::InvitationInvalid`],
    /// [`Problem::AlreadyBound`], [`Problem::RateLimited`].
    pub async fn bind_wechat(&self, js_code: &str, proof: Proof, address: ClientAddress) -> Result<Uuid, Problem> {
        let guess = match &proof {
            Proof::PhoneCode(_) => Guess::WechatCode,
            Proof::Invitation(_) => Guess::Invitation,
        };
        self.may_guess(guess, address)?;
        self.may_guess(Guess::WechatCode, address)?;
        let bound = self.try_binding(js_code, proof).await;
        match bound {
            Err(problem @ (Problem::WechatCodeRefused | Problem::InvitationInvalid | Problem::PhoneUnknown)) => {
                Err(self.wrong_guess(guess, address, problem).await)
            }
            bound => bound,
        }
    }

    async fn try_binding(&self, js_code: &str, proof: Proof) -> Result<Uuid, Problem> {
        let now = self.now();
        // What is only typed is looked at before a code of WeChat is used up.
        let (new, unknown) = match proof {
            Proof::Invitation(typed) => {
                let invitation = Invitation::parse(&typed).ok_or(Problem::InvitationInvalid)?;
                let digest = self.invitation_digest(&invitation);
                (NewBinding::Invitation(digest), Problem::InvitationInvalid)
            }
            Proof::PhoneCode(code) => (self.by_phone_code(&code).await?, Problem::PhoneUnknown),
        };
        let openid = self.openid(js_code).await?;
        match self.ask(move |store| store.bind_wechat(&new, &openid, now)).await? {
            BindOutcome::Bound(account) => Ok(account),
            BindOutcome::Unknown => Err(unknown),
            BindOutcome::Taken => Err(Problem::AlreadyBound),
        }
    }

    async fn by_phone_code(&self, code: &str) -> Result<NewBinding, Problem> {
        if code.is_empty() || code.len() > 256 {
            return Err(Problem::WechatCodeRefused);
        }
        let told = self.wechat.phone_number(code).await?;
        let phone = Phone::parse(told.expose_secret()).ok_or(Problem::PhoneUnknown)?;
        let (index, now) = (self.keys.index.phone(phone.as_str()), self.now());
        let account = self
            .ask(move |store| store.account_by_phone(index, now))
            .await?
            .ok_or(Problem::PhoneUnknown)?;
        Ok(NewBinding::Phone(account, self.sealed(account, &phone)?))
    }

    /// Sends a code to sign in with, if somebody has this phone. Whether somebody has it, nobody learns: not by the
    /// answer, and not by how long it takes.
    ///
    /// # Errors
    /// [`Problem::SmsNotConfigured`], [`Problem::RateLimited`].
    pub async fn send_login_code(state: &State, phone: Phone, address: ClientAddress) -> Result<(), Problem> {
        let sms = state.sms.clone().ok_or(Problem::SmsNotConfigured)?;
        state.limit_code(phone.as_str(), address).await?;
        let (state, code) = (state.clone(), OneTimeCode::random(&mut state.rng()));
        rt::spawn(async move {
            let new = state.new_code(&phone, &code);
            match state.ask(move |store| store.write_login_code(&new)).await {
                Ok(true) => {
                    if let Err(error) = sms.send_code(phone.as_str(), code.as_str()).await {
                        tracing::warn!(%error, "a code could not be sent");
                    }
                }
                Ok(false) => {}
                Err(problem) => tracing::warn!(%problem, "a code could not be written"),
            }
        });
        Ok(())
    }

    /// Takes a code to sign in with; the account that it opens.
    ///
    /// # Errors
    /// [`Problem::OneTimeCodeInvalid`], [`Problem::RateLimited`].
    pub async fn use_login_code(&self, phone: &Phone, typed: &str, address: ClientAddress) -> Result<Uuid, Problem> {
        let guess = Guess::OneTimeCode { phone: phone.as_str() };
        self.may_guess(guess, address)?;
        let now = self.now();
        let account = match OneTimeCode::parse(typed) {
            Some(code) => {
                let (index, digest) = (self.keys.index.phone(phone.as_str()), self.code_digest(phone, &code));
                self.ask(move |store| store.use_login_code(index, digest, now)).await?
            }
            None => None,
        };
        match account {
            Some(account) => Ok(account),
            None => Err(self.wrong_guess(guess, address, Problem::OneTimeCodeInvalid).await),
        }
    }

    /// Sends a code to a phone that a deputy wants to keep.
    ///
    /// # Errors
    /// [`Problem::SmsNotConfigured`], [`Problem::RateLimited`], [`Problem::Unavailable`].
    pub async fn send_phone_code(&self, actor: &Actor, phone: Phone, address: ClientAddress) -> Result<(), Problem> {
        let sms = self.sms.as_ref().ok_or(Problem::SmsNotConfigured)?;
        self.limit_code(phone.as_str(), address).await?;
        let code = OneTimeCode::random(&mut self.rng());
        let (account, new) = (actor.account_id, self.new_code(&phone, &code));
        self.ask(move |store| store.write_phone_code(account, &new)).await?;
        Ok(sms.send_code(phone.as_str(), code.as_str()).await?)
    }

    /// Keeps a phone that the code proves.
    ///
    /// # Errors
    /// [`Problem::OneTimeCodeInvalid`], [`Problem::PhoneTaken`], [`Problem::RateLimited`].
    pub async fn keep_phone(
        &self,
        actor: &Actor,
        phone: &Phone,
        typed: &str,
        address: ClientAddress,
    ) -> Result<(), Problem> {
        let guess = Guess::OneTimeCode { phone: phone.as_str() };
        self.may_guess(guess, address)?;
        let Some(code) = OneTimeCode::parse(typed) else {
            return Err(self.wrong_guess(guess, address, Problem::OneTimeCodeInvalid).await);
        };
        let (account, now) = (actor.account_id, self.now());
        let (sealed, digest) = (self.sealed(account, phone)?, self.code_digest(phone, &code));
        let kept = self
            .ask(move |store| store.keep_phone(account, &sealed, digest, now))
            .await?;
        match kept {
            KeepOutcome::Kept => Ok(()),
            KeepOutcome::WrongCode => Err(self.wrong_guess(guess, address, Problem::OneTimeCodeInvalid).await),
            KeepOutcome::Taken => Err(Problem::PhoneTaken),
        }
    }

    fn new_code(&self, phone: &Phone, code: &OneTimeCode) -> NewOneTimeCode {
        NewOneTimeCode {
            phone_index: self.keys.index.phone(phone.as_str()),
            digest: self.code_digest(phone, code),
            now: self.now(),
        }
    }
}
