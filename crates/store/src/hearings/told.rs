//! Telling those who are invited: the people of the offices, and the deputies.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl,
    dsl::sql,
    sql_types::{Bool, Uuid as SqlUuid},
};
use minyi_domain::people::Actor;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Result,
    casework::{Case, Ruling},
    notifications::{self, Template},
    schema::{accounts, hearing_submissions},
    submissions::EventKind,
};

/// The accounts of the offices and deputies that are invited.
pub fn invited(connection: &mut PgConnection, hearing_id: Uuid) -> Result<Vec<Uuid>> {
    let invited = sql::<Bool>("(accounts.office_id IN (SELECT office_id FROM hearing_offices WHERE hearing_id = ")
        .bind::<SqlUuid, _>(hearing_id)
        .sql(") OR accounts.deputy_id IN (SELECT deputy_id FROM hearing_deputies WHERE hearing_id = ")
        .bind::<SqlUuid, _>(hearing_id)
        .sql("))");
    Ok(accounts::table
        .filter(invited)
        .filter(accounts::disabled_at.is_null())
        .order(accounts::id)
        .select(accounts::id)
        .load(connection)?)
}

/// Sends time and place to these accounts. The message hangs on the first submission on the table and says nothing of
/// it, because whoever is invited need not be responsible for it; without a submission there is none.
pub fn tell(
    connection: &mut PgConnection,
    actor: &Actor,
    hearing_id: Uuid,
    mut accounts: Vec<Uuid>,
    data: &Value,
    now: DateTime<Utc>,
) -> Ruling<()> {
    let first: Option<Uuid> = hearing_submissions::table
        .filter(hearing_submissions::hearing_id.eq(hearing_id))
        .order(hearing_submissions::submission_id)
        .select(hearing_submissions::submission_id)
        .first(connection)
        .optional()?;
    let Some(first) = first else { return Ok(()) };
    let case = Case::lock_any(connection, first)?;
    let responsible = case.handlers(connection)?;
    accounts.retain(|account| *account != actor.account_id && !responsible.contains(account));
    if accounts.is_empty() {
        return Ok(());
    }
    let mut data = data.clone();
    if let Some(data) = data.as_object_mut() {
        data.insert("invited".to_owned(), json!(accounts.len()));
    }
    let event = case.event(EventKind::HearingPlanned, actor, now).internal();
    let event_id = event.with_data(data).insert(connection)?;
    notifications::queue_for_accounts(connection, event_id, first, Template::DeputyDeadline, &accounts, now)?;
    Ok(notifications::wake(connection)?)
}
