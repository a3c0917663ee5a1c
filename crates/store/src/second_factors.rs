//! Second factors (动态口令, TOTP): a secret that an app on the phone knows too, and codes on paper for who loses it.

use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl, upsert::excluded,
};
use minyi_domain::audit::{Action, ObjectKind};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Act, By, Result, Store,
    accounts::forget_failures,
    audit,
    schema::{recovery_codes, second_factors, sessions},
};

/// What is needed to check a code. The secrets are sealed by the program.
#[derive(Clone, PartialEq, Eq)]
pub struct SecondFactor {
    pub secret_sealed: Option<Vec<u8>>,
    /// Shown, and not yet proved.
    pub pending_sealed: Option<Vec<u8>>,
    /// Codes of this step and before are used up.
    pub last_step: i64,
}

/// A secret that a code has proved, with what is kept of the new recovery codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvedFactor {
    pub pending_sealed: Vec<u8>,
    /// Of the code that proved it.
    pub step: i64,
    pub recovery_digests: Vec<[u8; 32]>,
}

/// What the second step was done with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A code of this step (Unix time / 30 s).
    Code { step: i64 },
    /// A recovery code with this digest.
    Recovery { digest: [u8; 32] },
}

impl Store {
    /// The second factor of an account, if it has or begins one.
    pub fn second_factor(&self, account_id: Uuid) -> Result<Option<SecondFactor>> {
        type Row = (Option<Vec<u8>>, Option<Vec<u8>>, i64);
        let row: Option<Row> = second_factors::table
            .find(account_id)
            .select((
                second_factors::secret_sealed,
                second_factors::pending_sealed,
                second_factors::last_step,
            ))
            .first(&mut *self.connection()?)
            .optional()?;
        Ok(row.map(|(secret_sealed, pending_sealed, last_step)| SecondFactor {
            secret_sealed,
            pending_sealed,
            last_step,
        }))
    }

    /// Keeps a secret that is shown to its owner and not yet proved. One that is bound stays until then.
    pub fn begin_enrolment(&self, account_id: Uuid, pending_sealed: &[u8]) -> Result<()> {
        diesel::insert_into(second_factors::table)
            .values((
                second_factors::account_id.eq(account_id),
                second_factors::pending_sealed.eq(pending_sealed),
            ))
            .on_conflict(second_factors::account_id)
            .do_update()
            .set(second_factors::pending_sealed.eq(excluded(second_factors::pending_sealed)))
            .execute(&mut *self.connection()?)?;
        Ok(())
    }

    /// Binds a secret, in the place of the one before; the session has passed its second step by that. `false`: another
    /// secret was begun meanwhile.
    pub fn bind_second_factor(
        &self,
        by: &By,
        account_id: Uuid,
        session_id: Uuid,
        proved: &ProvedFactor,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        self.connection()?.transaction(|connection| {
            let pending = second_factors::table
                .find(account_id)
                .filter(second_factors::pending_sealed.eq(&proved.pending_sealed));
            let bound = diesel::update(pending)
                .set((
                    second_factors::secret_sealed.eq(&proved.pending_sealed),
                    second_factors::pending_sealed.eq(None::<Vec<u8>>),
                    second_factors::last_step.eq(proved.step),
                    second_factors::confirmed_at.eq(now),
                ))
                .execute(connection)?;
            if bound == 0 {
                return Ok(false);
            }
            diesel::delete(recovery_codes::table.filter(recovery_codes::account_id.eq(account_id)))
                .execute(connection)?;
            let rows: Vec<_> = proved
                .recovery_digests
                .iter()
                .map(|digest| {
                    (
                        recovery_codes::account_id.eq(account_id),
                        recovery_codes::digest.eq(digest.as_slice()),
                    )
                })
                .collect();
            diesel::insert_into(recovery_codes::table)
                .values(rows)
                .execute(connection)?;
            pass(connection, account_id, session_id, now)?;
            let act = Act::done(Action::SecondFactorBound, ObjectKind::Account, account_id);
            audit::record(connection, by, &act, now)?;
            Ok(true)
        })
    }

    /// Takes the second step of a session; `false`: the code was used before, or is none of the recovery codes.
    pub fn take_second_step(
        &self,
        by: &By,
        account_id: Uuid,
        session_id: Uuid,
        proof: Proof,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        self.connection()?.transaction(|connection| {
            let used = match proof {
                Proof::Code { step } => {
                    let unused = second_factors::table
                        .find(account_id)
                        .filter(second_factors::confirmed_at.is_not_null())
                        .filter(second_factors::last_step.lt(step));
                    diesel::update(unused)
                        .set(second_factors::last_step.eq(step))
                        .execute(connection)?
                }
                Proof::Recovery { digest } => {
                    let unused = recovery_codes::table
                        .find((account_id, digest.as_slice()))
                        .filter(recovery_codes::used_at.is_null());
                    diesel::update(unused)
                        .set(recovery_codes::used_at.eq(now))
                        .execute(connection)?
                }
            };
            if used == 0 {
                return Ok(false);
            }
            pass(connection, account_id, session_id, now)?;
            let recovery = matches!(proof, Proof::Recovery { .. });
            let act = Act::done(Action::SecondStepPassed, ObjectKind::Account, account_id);
            audit::record(connection, by, &act.with(json!({"recovery_code": recovery})), now)?;
            Ok(true)
        })
    }

    /// How many recovery codes are left.
    pub fn recovery_codes_left(&self, account_id: Uuid) -> Result<i64> {
        Ok(recovery_codes::table
            .filter(recovery_codes::account_id.eq(account_id))
            .filter(recovery_codes::used_at.is_null())
            .count()
            .get_result(&mut *self.connection()?)?)
    }
}

fn pass(connection: &mut PgConnection, account_id: Uuid, session_id: Uuid, now: DateTime<Utc>) -> Result<()> {
    diesel::update(
        sessions::table
            .find(session_id)
            .filter(sessions::account_id.eq(account_id)),
    )
    .set(sessions::second_step_at.eq(now))
    .execute(connection)?;
    forget_failures(connection, account_id)
}
