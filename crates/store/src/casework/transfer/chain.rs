use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl,
    sql_types::{Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

use crate::Result;

/// A transfer, for internal eyes.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct TransferView {
    /// Who gave it on.
    #[diesel(sql_type = Text)]
    pub by_name: String,
    /// `None`: the station's staff had it.
    #[diesel(sql_type = Nullable<Text>)]
    pub from_deputy: Option<String>,
    #[diesel(sql_type = Text)]
    pub from_grid: String,
    /// `None`: the station's staff have it.
    #[diesel(sql_type = Nullable<Text>)]
    pub to_deputy: Option<String>,
    #[diesel(sql_type = Text)]
    pub to_grid: String,
    #[diesel(sql_type = Text)]
    pub reason: String,
    /// It went back and forth: the station decides (站长协调).
    #[diesel(sql_type = Bool)]
    pub bounced: bool,
    #[diesel(sql_type = Timestamptz)]
    pub transferred_at: DateTime<Utc>,
}

/// All transfers of a submission, the oldest first.
pub fn chain(connection: &mut PgConnection, submission_id: Uuid) -> Result<Vec<TransferView>> {
    let query = diesel::sql_query(
        "SELECT accounts.display_name AS by_name, giver.name AS from_deputy, source.name AS from_grid,
            taker.name AS to_deputy, target.name AS to_grid, reason, bounced, transferred_at
         FROM transfers
         JOIN accounts ON accounts.id = by_account_id
         JOIN grids AS source ON source.id = from_grid_id JOIN grids AS target ON target.id = to_grid_id
         LEFT JOIN deputies AS giver ON giver.id = from_deputy_id
         LEFT JOIN deputies AS taker ON taker.id = to_deputy_id
         WHERE submission_id = $1 ORDER BY transferred_at, transfers.id",
    );
    Ok(query.bind::<SqlUuid, _>(submission_id).load(connection)?)
}
