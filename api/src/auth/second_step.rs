//! The second factor: binding it, and giving its code at each login. And the own password.

use minyi_domain::passwords::{MOST_CHARACTERS, PasswordFault, judge};
use minyi_gateways::clock::random_bytes;
use minyi_print::code::CodeImage;
use minyi_store::{ProvedFactor, SecondProof};
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{SignedIn, passwords, totp::Secret};
use crate::{limits::Guess, problem::Problem, state::AppState};

/// Of the sealed secret.
const PURPOSE: &str = "account.second_factor";
/// What the app on the phone shows.
const ISSUER: &str = "民意码";
const RECOVERY_CODES: usize = 10;
/// Without those that look like others.
const RECOVERY_ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// A secret to be scanned.
pub struct Enrolment {
    /// For typing, in base32.
    pub secret: String,
    pub uri: String,
    /// The address as a QR code.
    pub qr_svg: String,
}

impl AppState {
    fn read_secret(&self, account: Uuid, sealed: &[u8]) -> Result<Secret, Problem> {
        let open = self.keys.contact.open(PURPOSE, account, sealed)?;
        Secret::read(open.expose_secret()).ok_or_else(|| Problem::internal("a second factor cannot be read"))
    }

    /// Begins to bind a second factor. One that is bound stays until the new one is proved.
    ///
    /// # Errors
    /// If it cannot be sealed or kept.
    pub async fn begin_enrolment(&self, signed_in: &SignedIn) -> Result<Enrolment, Problem> {
        let (account, secret) = (signed_in.actor.account_id, Secret::random());
        let sealed = self.keys.contact.seal(PURPOSE, account, &secret.kept())?;
        self.ask(move |store| store.begin_enrolment(account, &sealed)).await?;
        let uri = secret.uri(ISSUER, &signed_in.actor.display_name);
        let qr_svg = CodeImage::new(&uri).svg()?;
        Ok(Enrolment {
            secret: secret.base32(),
            uri,
            qr_svg,
        })
    }

    /// Binds the second factor that a code proves; its recovery codes.
    ///
    /// # Errors
    /// [`Problem::SecondFactorInvalid`], [`Problem::EnrolmentMissing`], [`Problem::RateLimited`].
    pub async fn bind_second_factor(&self, signed_in: &SignedIn, typed: &str) -> Result<Vec<String>, Problem> {
        let account = signed_in.actor.account_id;
        let name = account.to_string();
        let guess = Guess::SecondFactor { account: &name };
        self.may_guess(guess, signed_in.address())?;
        let kept = self.ask(move |store| store.second_factor(account)).await?;
        let pending = kept
            .and_then(|kept| kept.pending_sealed)
            .ok_or(Problem::EnrolmentMissing)?;
        let now = self.now();
        let Some(step) = self.read_secret(account, &pending)?.step_of(&plain(typed), now) else {
            return Err(self
                .wrong_guess(guess, signed_in.address(), Problem::SecondFactorInvalid)
                .await);
        };
        let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code()).collect();
        let proved = ProvedFactor {
            pending_sealed: pending,
            step,
            recovery_digests: codes.iter().map(|code| recovery_digest(account, code)).collect(),
        };
        let (by, session) = (signed_in.by(), signed_in.session);
        let bound = self
            .ask(move |store| store.bind_second_factor(&by, account, session, &proved, now))
            .await?;
        if bound {
            Ok(codes)
        } else {
            Err(Problem::EnrolmentMissing)
        }
    }

    /// Takes the second step of a login, by a code of the app or a recovery code.
    ///
    /// # Errors
    /// [`Problem::SecondFactorInvalid`], also while the account is locked; [`Problem::RateLimited`].
    pub async fn take_second_step(&self, signed_in: &SignedIn, typed: &str) -> Result<(), Problem> {
        let (account, now, by) = (signed_in.actor.account_id, self.now(), signed_in.by());
        let name = account.to_string();
        let guess = Guess::SecondFactor { account: &name };
        self.may_guess(guess, signed_in.address())?;
        let locked = self.ask(move |store| store.is_locked(account, now)).await?;
        let proof = self.proof(account, &plain(typed)).await?;
        let session = signed_in.session;
        let passed = match proof.filter(|_| !locked) {
            Some(proof) => {
                self.ask(move |store| store.take_second_step(&by, account, session, proof, now))
                    .await?
            }
            None => false,
        };
        if passed {
            return Ok(());
        }
        if !locked {
            self.ask(move |store| store.record_login_failure(&by, account, "second_factor", now))
                .await?;
        }
        Err(self
            .wrong_guess(guess, signed_in.address(), Problem::SecondFactorInvalid)
            .await)
    }

    async fn proof(&self, account: Uuid, typed: &str) -> Result<Option<SecondProof>, Problem> {
        if typed.len() != 6 {
            let digest = recovery_digest(account, typed);
            return Ok(Some(SecondProof::Recovery { digest }));
        }
        let kept = self.ask(move |store| store.second_factor(account)).await?;
        let Some(sealed) = kept.and_then(|kept| kept.secret_sealed) else {
            return Ok(None);
        };
        let step = self.read_secret(account, &sealed)?.step_of(typed, self.now());
        Ok(step.map(|step| SecondProof::Code { step }))
    }

    /// Changes the own password. Who has none (a link is being used) gives none.
    ///
    /// # Errors
    /// [`Problem::PasswordWrong`], [`Problem::NoPassword`], [`Problem::Invalid`] if the new one is not taken.
    pub async fn change_password(
        &self,
        signed_in: &SignedIn,
        present: Option<String>,
        new: String,
    ) -> Result<(), Problem> {
        let (account, now, by) = (signed_in.actor.account_id, self.now(), signed_in.by());
        let name = account.to_string();
        let guess = Guess::Password { username: &name };
        self.may_guess(guess, signed_in.address())?;
        let policy = self.ask(minyi_store::Store::login_policy).await?;
        let own = self
            .ask(move |store| store.own_password(account, policy.remembered))
            .await?;
        let own = own.ok_or(Problem::NoPassword)?;
        if let Some(hash) = own.hash.clone() {
            let present = present.unwrap_or_default();
            let fits = self.compute(move || passwords::verify(&present, Some(&hash))).await?;
            if !fits {
                self.ask(move |store| store.record_login_failure(&by, account, "present_password", now))
                    .await?;
                return Err(self
                    .wrong_guess(guess, signed_in.address(), Problem::PasswordWrong)
                    .await);
            }
        }
        judge(&new, &own.username, policy.min_length).map_err(|fault| fault_of(fault, policy.min_length))?;
        let known: Vec<String> = own.hash.into_iter().chain(own.former).collect();
        let candidate = new.clone();
        let known = move || known.iter().any(|hash| passwords::verify(&candidate, Some(hash)));
        if self.compute(known).await? {
            let detail = format!(
                "这个密码最近用过。不能和现在的、前 {} 次的密码相同。",
                policy.remembered
            );
            return Err(Problem::field("/password", "password_used_before", detail));
        }
        let hash = self.compute(move || passwords::hash(&new)).await?;
        let hash = hash.map_err(|error| Problem::internal(error.to_string()))?;
        let session = signed_in.session;
        self.ask(move |store| store.change_password(&by, account, session, &hash, now))
            .await
    }
}

fn fault_of(fault: PasswordFault, min_length: u8) -> Problem {
    let (code, detail) = match fault {
        PasswordFault::TooShort => ("password_too_short", format!("密码至少 {min_length} 个字符。")),
        PasswordFault::TooLong => ("password_too_long", format!("密码最多 {MOST_CHARACTERS} 个字符。")),
        PasswordFault::TooPlain => {
            let detail = "小写字母、大写字母、数字、其他符号，至少要有三种。";
            ("password_too_plain", detail.to_owned())
        }
        PasswordFault::ContainsUsername => ("password_contains_username", "密码里不能有用户名。".to_owned()),
        PasswordFault::Common => (
            "password_common",
            "这个密码太常见，别人很容易猜到，请换一个。".to_owned(),
        ),
    };
    Problem::field("/password", code, detail)
}

/// As people type: spaces and dashes are forgiven, small letters are capitals.
fn plain(typed: &str) -> String {
    let kept = typed.chars().filter(|c| c.is_alphanumeric());
    kept.take(64).collect::<String>().to_ascii_uppercase()
}

/// `XKPM-3H7W-Q4TN`: 60 bits.
fn recovery_code() -> String {
    let letters: Vec<char> = random_bytes::<12>()
        .iter()
        .filter_map(|byte| RECOVERY_ALPHABET.get(usize::from(byte & 31)))
        .map(|letter| char::from(*letter))
        .collect();
    let groups = letters.chunks(4).map(|group| group.iter().collect::<String>());
    groups.collect::<Vec<_>>().join("-")
}

/// 60 random bits need no slow hash.
fn recovery_digest(account: Uuid, code: &str) -> [u8; 32] {
    let digest = Sha256::new().chain_update(account.as_bytes());
    digest.chain_update(plain(code)).finalize().into()
}
