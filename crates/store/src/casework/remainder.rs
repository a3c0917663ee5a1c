//! What was left of a submission's clock when it was stopped.

use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use minyi_domain::deadlines::{Policy, Unit};
use uuid::Uuid;

use crate::{Result, schema::submissions, word::Word};

/// As the column holds it: more days than any policy has are as many as fit.
pub fn days(left: Policy) -> i16 {
    i16::try_from(left.amount).unwrap_or(i16::MAX)
}

/// Remembers what is left, for when the clock goes on.
pub fn keep(connection: &mut PgConnection, submission_id: Uuid, left: Policy) -> Result<()> {
    diesel::update(submissions::table.find(submission_id))
        .set((
            submissions::clock_days.eq(days(left)),
            submissions::clock_unit.eq(left.unit.as_str()),
        ))
        .execute(connection)?;
    Ok(())
}

/// What was left when the clock was stopped, or when an office got the submission.
pub fn kept(connection: &mut PgConnection, submission_id: Uuid) -> Result<Policy> {
    let (days, Word(unit)): (Option<i16>, Word<Unit>) = submissions::table
        .find(submission_id)
        .select((submissions::clock_days, submissions::clock_unit))
        .first(connection)?;
    Ok(Policy {
        amount: days.unwrap_or(1).unsigned_abs(),
        unit,
    })
}
