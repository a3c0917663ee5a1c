//! Deadline policies (办理时限): what is promised from a day on. A running clock keeps the policy it began with
//! until somebody has it computed again on purpose; what that would change can be seen before.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    Connection as _, ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl,
    result::{DatabaseErrorKind, Error as DieselError},
    upsert::excluded,
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    deadlines::{Policy, Unit},
    people::Scope,
};
use serde_json::json;

use crate::{
    Act, By, Error, Result, Store, audit,
    calendar::replan::{self, MovedClock},
    ids,
    schema::deadline_policies,
    word::Word,
};

/// A policy, from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadlinePolicy {
    /// `submission`, `office`, `intersession` or `proposal`.
    pub applies_to: String,
    /// Such as `answer`; which there are depends on what it applies to.
    pub step: String,
    pub policy: Policy,
    pub effective_from: NaiveDate,
}

/// What computing the running clocks again changes, or would change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recomputed {
    /// Clocks that run by a policy and whose date has not passed.
    pub examined: usize,
    /// Those whose date becomes another one.
    pub moved: Vec<MovedClock>,
}

type Row = (String, String, i16, Word<Unit>, NaiveDate);

impl Store {
    /// The policies of the past, the present and the future; of each step the latest first.
    pub fn deadline_policies(&self) -> Result<Vec<DeadlinePolicy>> {
        let rows: Vec<Row> = deadline_policies::table
            .order((
                deadline_policies::applies_to,
                deadline_policies::step,
                deadline_policies::effective_from.desc(),
            ))
            .select((
                deadline_policies::applies_to,
                deadline_policies::step,
                deadline_policies::amount,
                deadline_policies::unit,
                deadline_policies::effective_from,
            ))
            .load(&mut *self.connection()?)?;
        let read = |(applies_to, step, amount, unit, effective_from): Row| DeadlinePolicy {
            applies_to,
            step,
            policy: Policy {
                amount: amount.unsigned_abs(),
                unit: unit.0,
            },
            effective_from,
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// Sets a policy; one of the same step and day is replaced. Clocks that run keep theirs. `false`: there is
    /// no such step.
    pub fn set_deadline_policy(&self, by: &By, new: &DeadlinePolicy, now: DateTime<Utc>) -> Result<bool> {
        let set = self.connection()?.transaction(|connection| {
            insert(connection, new, now)?;
            let act = Act::done(Action::DeadlinePolicySet, ObjectKind::DeadlinePolicy, &new.step);
            let detail = json!({
                "applies_to": new.applies_to, "amount": new.policy.amount, "unit": new.policy.unit.as_str(),
                "effective_from": new.effective_from,
            });
            audit::record(connection, by, &act.with(detail), now)
        });
        match set {
            Ok(()) => Ok(true),
            Err(error) if is_unfit(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// What would change if the running clocks of a scope were computed again with the policies in force, and with
    /// `tried` as if it were in force today. Nothing is kept. `None`: there is no such step.
    pub fn preview_policies(
        &self,
        scope: &Scope,
        tried: Option<&DeadlinePolicy>,
        now: DateTime<Utc>,
    ) -> Result<Option<Recomputed>> {
        let mut connection = self.connection()?;
        let mut seen = Recomputed::default();
        let rolled_back = connection.transaction::<(), Error, _>(|connection| {
            if let Some(tried) = tried {
                let today = DeadlinePolicy {
                    effective_from: minyi_domain::calendar::local_date(now),
                    ..tried.clone()
                };
                insert(connection, &today, now)?;
            }
            let (examined, moved) = replan::running(connection, scope, now)?;
            seen = Recomputed { examined, moved };
            Err(Error::Database(DieselError::RollbackTransaction))
        });
        match rolled_back {
            Ok(()) | Err(Error::Database(DieselError::RollbackTransaction)) => Ok(Some(seen)),
            Err(error) if is_unfit(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Computes the running clocks of a scope again with the policies in force today.
    pub fn recompute_policies(&self, by: &By, scope: &Scope, now: DateTime<Utc>) -> Result<Recomputed> {
        self.connection()?.transaction(|connection| {
            let (examined, moved) = replan::running(connection, scope, now)?;
            let done = Recomputed { examined, moved };
            let act = Act::done(Action::ClocksRecomputed, ObjectKind::DeadlinePolicy, "running");
            let detail = json!({"examined": done.examined, "moved": done.moved.len()});
            audit::record(connection, by, &act.with(detail), now)?;
            Ok(done)
        })
    }
}

/// The table itself knows which steps there are.
fn is_unfit(error: &Error) -> bool {
    matches!(
        error,
        Error::Database(DieselError::DatabaseError(DatabaseErrorKind::CheckViolation, _))
    )
}

fn insert(connection: &mut PgConnection, new: &DeadlinePolicy, now: DateTime<Utc>) -> Result<()> {
    diesel::insert_into(deadline_policies::table)
        .values((
            deadline_policies::id.eq(ids::new(now)),
            deadline_policies::applies_to.eq(&new.applies_to),
            deadline_policies::step.eq(&new.step),
            deadline_policies::amount.eq(i16::try_from(new.policy.amount).unwrap_or(i16::MAX)),
            deadline_policies::unit.eq(new.policy.unit.as_str()),
            deadline_policies::effective_from.eq(new.effective_from),
        ))
        .on_conflict((
            deadline_policies::applies_to,
            deadline_policies::step,
            deadline_policies::effective_from,
        ))
        .do_update()
        .set((
            deadline_policies::amount.eq(excluded(deadline_policies::amount)),
            deadline_policies::unit.eq(excluded(deadline_policies::unit)),
        ))
        .execute(connection)?;
    Ok(())
}
