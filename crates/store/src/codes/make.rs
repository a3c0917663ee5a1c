use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, IntoSql as _, QueryDsl, RunQueryDsl,
    connection::SimpleConnection as _,
    sql_types::{Array, BigInt, SmallInt, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::{audit::Action, calendar::local_date, people::Actor, text::Purpose, token::CodeToken};
use serde_json::json;
use uuid::Uuid;

use super::Selection;
use crate::{
    Act, By, Error, Result, Store, audit, ids,
    prepared::Prepared,
    schema::grids,
    scope::{grids_in, not_ended},
};

/// So many codes at most are made at once: as many as one batch prints.
pub const MOST_CODES: usize = 20_000;

/// How many codes of a purpose each grid is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedPurpose {
    pub purpose: Purpose,
    /// 1 to 50.
    pub count: i16,
}

/// What came of making codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MakeOutcome {
    /// No grid in this scope.
    NoGrids,
    /// More than [`MOST_CODES`].
    TooMany { asked: usize },
    Made {
        grids: usize,
        /// Grids × codes a grid.
        asked: usize,
        /// Those that were not there yet; what was only tried was not made.
        missing: usize,
        made: usize,
    },
}

impl Store {
    /// Gives each selected grid that has not ended the codes that it lacks of those asked for; making again what is there
    /// makes nothing.
    /// `token` makes a new token; `None` only counts.
    pub fn make_codes(
        &self,
        by: &By,
        actor: &Actor,
        selection: &Selection,
        asked: &[AskedPurpose],
        token: Option<&mut dyn FnMut() -> CodeToken>,
        now: DateTime<Utc>,
    ) -> Result<MakeOutcome> {
        let mut connection = self.connection()?;
        let found: Vec<Uuid> = grids::table
            .filter(grids_in(&actor.scope()))
            .filter(selection.condition())
            .filter(not_ended("grids.valid_until", local_date(now)))
            .order(grids::code)
            .select(grids::id)
            .load(&mut *connection)?;
        if found.is_empty() {
            return Ok(MakeOutcome::NoGrids);
        }
        let a_grid: usize = asked.iter().map(|asked| usize::from(asked.count.unsigned_abs())).sum();
        let all = found.len() * a_grid;
        if all > MOST_CODES {
            return Ok(MakeOutcome::TooMany { asked: all });
        }
        let tokens: Vec<String> = token.map_or_else(Vec::new, |token| (0..all).map(|_| token().to_string()).collect());
        let new_ids = |_: &String| ids::new(now);
        let (code_ids, event_ids): (Vec<Uuid>, Vec<Uuid>) = tokens.iter().map(|t| (new_ids(t), new_ids(t))).unzip();
        let purposes: Vec<&str> = asked.iter().map(|asked| asked.purpose.as_str()).collect();
        let counts: Vec<i16> = asked.iter().map(|asked| asked.count).collect();
        let binds = (
            found.as_slice().into_sql::<Array<SqlUuid>>(),
            purposes.into_sql::<Array<Text>>(),
            counts.into_sql::<Array<SmallInt>>(),
            code_ids.into_sql::<Array<SqlUuid>>(),
            event_ids.into_sql::<Array<SqlUuid>>(),
            tokens.into_sql::<Array<Text>>(),
            actor.account_id.into_sql::<SqlUuid>(),
            now.into_sql::<Timestamptz>(),
        );
        let (missing, made): (i64, i64) = connection.transaction(|connection| {
            // One statement may make every code of a county.
            connection.batch_execute("SET LOCAL statement_timeout = '60s'")?;
            let counts: (i64, i64) = Prepared::<(BigInt, BigInt), _>::new(HEAD, binds, TAIL).get_result(connection)?;
            if counts.1 > 0 {
                let (kind, id) = selection.object();
                let act = Act::done(Action::CodesMade, kind, id);
                let detail = json!({"grids": found.len(), "made": counts.1});
                audit::record(connection, by, &act.with(detail), now)?;
            }
            Ok::<_, Error>(counts)
        })?;
        Ok(MakeOutcome::Made {
            grids: found.len(),
            asked: all,
            missing: usize::try_from(missing).unwrap_or(0),
            made: usize::try_from(made).unwrap_or(0),
        })
    }
}

const HEAD: &str = "WITH input (grids, purposes, counts, code_ids, event_ids, tokens, account_id, at) AS (VALUES (";

/// Two who make the same codes at the same time make them once: the index over the living codes decides.
const TAIL: &str = ")),
given AS (
    SELECT given.* FROM input, unnest(code_ids, event_ids, tokens) WITH ORDINALITY AS given (id, event_id, token, n)
),
missing AS (
    SELECT asked_grids.grid_id, asked.purpose, series.serial, row_number() OVER () AS n
    FROM input, unnest(input.grids) WITH ORDINALITY AS asked_grids (grid_id, place),
        unnest(input.purposes, input.counts) WITH ORDINALITY AS asked (purpose, amount, rank),
        generate_series(1, asked.amount) AS series (serial)
    WHERE NOT EXISTS (
        SELECT FROM codes WHERE codes.grid_id = asked_grids.grid_id AND codes.purpose = asked.purpose
            AND codes.serial = series.serial AND state IN ('active', 'suspended'))
    ORDER BY asked_grids.place, asked.rank, series.serial
),
made AS (
    INSERT INTO codes (id, token, grid_id, state, created_at, purpose, serial)
    SELECT given.id, given.token, missing.grid_id, 'active', input.at, missing.purpose, missing.serial
    FROM input, missing JOIN given USING (n)
    ON CONFLICT DO NOTHING
    RETURNING id
),
history AS (
    INSERT INTO code_events (id, code_id, kind, account_id, occurred_at)
    SELECT given.event_id, made.id, 'made', input.account_id, input.at FROM input, made JOIN given USING (id)
)
SELECT (SELECT count(*) FROM missing), (SELECT count(*) FROM made)";
