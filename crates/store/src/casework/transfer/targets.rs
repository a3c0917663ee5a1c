use chrono::NaiveDate;
use diesel::{
    ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, QueryableByName, RunQueryDsl,
    sql_types::{Date, Nullable, Text, Uuid as SqlUuid},
};
use minyi_domain::people::{Level, Scope};
use uuid::Uuid;

use crate::{Result, Store, schema::submissions, scope::submissions_in};

/// To whom a submission can be transferred; at most ten of each, its own station's first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TransferTargets {
    pub deputies: Vec<Target>,
    pub grids: Vec<Target>,
}

/// A deputy with the grids that match, or a grid with its place and station.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Target {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub of: String,
}

const DEPUTIES: &str = "
SELECT deputies.id, deputies.name, string_agg(grids.name, '、' ORDER BY grids.code) AS of
FROM deputies JOIN grid_assignments ON deputy_id = deputies.id JOIN grids ON grids.id = grid_id
WHERE grids.region_code LIKE $1 || '%' AND deputies.id IS DISTINCT FROM $3
  AND grid_assignments.valid_from <= $5
  AND (grid_assignments.valid_until IS NULL OR grid_assignments.valid_until > $5)
  AND term_from <= $5 AND (term_until IS NULL OR term_until > $5)
  AND ($2 = '' OR strpos(deputies.name, $2) > 0 OR strpos(grids.name, $2) > 0 OR strpos(grids.place, $2) > 0)
GROUP BY deputies.id, deputies.name
ORDER BY bool_or(grids.site_id = $4) DESC, deputies.name, deputies.id LIMIT 10";

const GRIDS: &str = "
SELECT grids.id, grids.name, grids.place || ' · ' || sites.name AS of
FROM grids JOIN sites ON sites.id = grids.site_id
WHERE grids.region_code LIKE $1 || '%' AND grids.id <> $3 AND coalesce(grids.valid_until > $5, true)
  AND ($2 = '' OR strpos(grids.name, $2) > 0 OR strpos(grids.place, $2) > 0 OR strpos(sites.name, $2) > 0)
ORDER BY grids.site_id = $4 DESC, grids.code LIMIT 10";

/// County, grid, site, deputy.
type Lies = (String, Uuid, Uuid, Option<Uuid>);

impl Store {
    /// Deputies and grids of the county whose name or place contains `words`; `None`: no such submission in this scope.
    pub fn transfer_targets(
        &self,
        scope: &Scope,
        id: Uuid,
        words: &str,
        on: NaiveDate,
    ) -> Result<Option<TransferTargets>> {
        let mut connection = self.connection()?;
        let found: Option<Lies> = submissions::table
            .filter(submissions::id.eq(id))
            .filter(submissions_in(scope))
            .select((
                submissions::region_code,
                submissions::grid_id,
                submissions::site_id,
                submissions::assignee_deputy_id,
            ))
            .first(&mut *connection)
            .optional()?;
        found
            .map(|lies| targets(&mut connection, lies, words.trim(), on))
            .transpose()
    }
}

fn targets(
    connection: &mut PgConnection,
    (region, grid, site, deputy): Lies,
    words: &str,
    on: NaiveDate,
) -> Result<TransferTargets> {
    let county = Level::County.division_of(&region);
    Ok(TransferTargets {
        deputies: diesel::sql_query(DEPUTIES)
            .bind::<Text, _>(county)
            .bind::<Text, _>(words)
            .bind::<Nullable<SqlUuid>, _>(deputy)
            .bind::<SqlUuid, _>(site)
            .bind::<Date, _>(on)
            .load(connection)?,
        grids: diesel::sql_query(GRIDS)
            .bind::<Text, _>(county)
            .bind::<Text, _>(words)
            .bind::<SqlUuid, _>(grid)
            .bind::<SqlUuid, _>(site)
            .bind::<Date, _>(on)
            .load(connection)?,
    })
}
