//! Codes in text messages (短信验证码). One for an account and purpose at a time; wrong tries are counted here, so that a
//! restart of the program or of Redis gives nobody new ones.

use chrono::{DateTime, Utc};
use diesel::{Connection as _, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl};
use minyi_domain::login::OneTimeCode;
use uuid::Uuid;

use crate::{
    Refusal, Result, Store,
    bindings::{Phone, account_with_phone, keep_phone},
    ids,
    schema::{accounts, one_time_codes},
};

/// A code to be written; of its digits only the keyed digest.
#[derive(Debug, Clone, Copy)]
pub struct NewOneTimeCode {
    pub phone_index: [u8; 32],
    pub digest: [u8; 32],
    pub now: DateTime<Utc>,
}

/// What became of a phone that a person wants to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepOutcome {
    Kept,
    /// The code is wrong, used or too old.
    WrongCode,
    /// Another account has this phone.
    Taken,
}

const LOGIN: &str = "login";
const PHONE: &str = "phone";

impl Store {
    /// Writes a code to sign in with; `false`: nobody has this phone, so there is nothing to send.
    pub fn write_login_code(&self, new: &NewOneTimeCode) -> Result<bool> {
        self.connection()?.transaction(|connection| {
            let Some(account) = account_with_phone(connection, new.phone_index)? else {
                return Ok(false);
            };
            write(connection, account, LOGIN, new)?;
            Ok(true)
        })
    }

    /// Writes a code that proves a new phone of an account.
    pub fn write_phone_code(&self, account: Uuid, new: &NewOneTimeCode) -> Result<()> {
        self.connection()?
            .transaction(|connection| write(connection, account, PHONE, new))
    }

    /// Takes a code to sign in with; the account that it opens. A wrong one counts.
    pub fn use_login_code(&self, phone_index: [u8; 32], digest: [u8; 32], now: DateTime<Utc>) -> Result<Option<Uuid>> {
        self.connection()?.transaction(|connection| {
            let Some(account) = account_with_phone(connection, phone_index)? else {
                return Ok(None);
            };
            let fits = take(connection, account, LOGIN, phone_index, digest, now)?;
            Ok(fits.then_some(account))
        })
    }

    /// Takes a code that proves a new phone, and keeps the phone. A wrong one counts.
    pub fn keep_phone(
        &self,
        account: Uuid,
        phone: &Phone,
        digest: [u8; 32],
        now: DateTime<Utc>,
    ) -> Result<KeepOutcome> {
        // Committed for itself: a wrong try must be counted whatever comes after.
        let fits = self
            .connection()?
            .transaction(|connection| take(connection, account, PHONE, phone.index, digest, now))?;
        if !fits {
            return Ok(KeepOutcome::WrongCode);
        }
        let kept = self.act(|connection| {
            accounts::table
                .find(account)
                .select(accounts::id)
                .for_update()
                .first::<Uuid>(connection)?;
            keep_phone(connection, account, phone)
        })?;
        Ok(match kept {
            Ok(()) => KeepOutcome::Kept,
            Err(Refusal::NotFound) => KeepOutcome::WrongCode,
            Err(_) => KeepOutcome::Taken,
        })
    }
}

fn write(connection: &mut PgConnection, account: Uuid, purpose: &str, new: &NewOneTimeCode) -> Result<()> {
    // Under the account's lock, so that of two at once the later one stands.
    accounts::table
        .find(account)
        .select(accounts::id)
        .for_update()
        .first::<Uuid>(connection)?;
    let open = one_time_codes::table
        .filter(one_time_codes::account_id.eq(account))
        .filter(one_time_codes::purpose.eq(purpose))
        .filter(one_time_codes::ended_at.is_null());
    diesel::update(open)
        .set(one_time_codes::ended_at.eq(new.now))
        .execute(connection)?;
    diesel::insert_into(one_time_codes::table)
        .values((
            one_time_codes::id.eq(ids::new(new.now)),
            one_time_codes::account_id.eq(account),
            one_time_codes::purpose.eq(purpose),
            one_time_codes::phone_index.eq(new.phone_index.as_slice()),
            one_time_codes::digest.eq(new.digest.as_slice()),
            one_time_codes::created_at.eq(new.now),
            one_time_codes::expires_at.eq(new.now + OneTimeCode::LIFE),
        ))
        .execute(connection)?;
    Ok(())
}

/// Whether the digest is that of the open code; the code is used up then, and after too many wrong ones.
fn take(
    connection: &mut PgConnection,
    account: Uuid,
    purpose: &str,
    phone_index: [u8; 32],
    digest: [u8; 32],
    now: DateTime<Utc>,
) -> Result<bool> {
    let open: Option<(Uuid, Vec<u8>, i16)> = one_time_codes::table
        .filter(one_time_codes::account_id.eq(account))
        .filter(one_time_codes::purpose.eq(purpose))
        .filter(one_time_codes::phone_index.eq(phone_index.as_slice()))
        .filter(one_time_codes::ended_at.is_null())
        .filter(one_time_codes::expires_at.gt(now))
        .select((one_time_codes::id, one_time_codes::digest, one_time_codes::wrong_tries))
        .for_update()
        .first(connection)
        .optional()?;
    let Some((id, expected, wrong)) = open else {
        return Ok(false);
    };
    // A keyed digest: how long the comparison takes tells nothing about the digits.
    let fits = expected == digest;
    let wrong = if fits { wrong } else { wrong + 1 };
    let ended = (fits || wrong >= OneTimeCode::WRONG_TRIES).then_some(now);
    diesel::update(one_time_codes::table.find(id))
        .set((
            one_time_codes::wrong_tries.eq(wrong),
            one_time_codes::ended_at.eq(ended),
        ))
        .execute(connection)?;
    Ok(fits)
}
