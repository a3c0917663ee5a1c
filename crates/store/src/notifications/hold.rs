//! Who waits for whom. Whoever acts on a submission locks it first and then ends messages about it, and waits for who has
//! one of them in hand. So nobody who holds a message waits for a submission, and nobody who holds one of many submissions
//! waits for another: the two would wait in a circle, and Postgres would end one of them, perhaps the person's act.

use std::collections::HashMap;

use diesel::{
    ExpressionMethods, IntoSql, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl,
    sql_types::{Array, Uuid as SqlUuid},
};
use uuid::Uuid;

use crate::{
    Result,
    prepared::Prepared,
    schema::{notifications, submissions},
};

/// Locks the submissions that these rows are about, except those that somebody else holds. Returns the rows about the others,
/// each with its submission. Who only refers to a submission need not wait for it meanwhile.
pub(super) fn hold_free(connection: &mut PgConnection, rows: &[Uuid]) -> Result<HashMap<Uuid, Uuid>> {
    let held: Vec<Uuid> = Prepared::<SqlUuid, _>::new(
        "SELECT notifications.id FROM notifications JOIN submissions ON submissions.id = submission_id
        WHERE notifications.id = ANY (",
        rows.into_sql::<Array<SqlUuid>>(),
        ") FOR NO KEY UPDATE OF submissions SKIP LOCKED",
    )
    .load(connection)?;
    if held.len() == rows.len() {
        return Ok(HashMap::new());
    }
    let others: Vec<(Uuid, Uuid)> = notifications::table
        .filter(notifications::id.eq_any(rows))
        .filter(notifications::id.ne_all(&held))
        .select((notifications::id, notifications::submission_id))
        .load(connection)?;
    Ok(others.into_iter().collect())
}

/// Waits until nobody else holds this submission. Outside of a transaction: who waits here holds nothing.
pub(super) fn wait_for(connection: &mut PgConnection, submission: Uuid) -> Result<()> {
    submissions::table
        .find(submission)
        .select(submissions::id)
        .for_no_key_update()
        .load::<Uuid>(connection)?;
    Ok(())
}

/// Whether a further row about this submission can be written without waiting for somebody who acts on it; until the
/// transaction ends nobody can begin to.
pub(super) fn is_free(connection: &mut PgConnection, submission: Uuid) -> Result<bool> {
    let found: Option<Uuid> = submissions::table
        .find(submission)
        .select(submissions::id)
        .for_key_share()
        .skip_locked()
        .first(connection)
        .optional()?;
    Ok(found.is_some())
}
