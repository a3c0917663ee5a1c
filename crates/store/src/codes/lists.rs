use std::collections::HashMap;

use chrono::{Days, NaiveDate};
use diesel::{
    AggregateExpressionMethods, BoolExpressionMethods, ExpressionMethods, PgConnection, QueryDsl, Queryable,
    RunQueryDsl, Selectable, SelectableHelper,
    dsl::{exists, max, not, sum},
    pg::Pg,
};
use minyi_domain::{people::Scope, token::CodeToken};
use uuid::Uuid;

use crate::{
    CodeState, Page, Result, Store,
    page::one_more,
    schema::{code_scans, codes, grid_assignments, grids, sites},
    scope::grids_in,
    word::Word,
};

/// One code in the list for those who hang them up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRow {
    pub token: CodeToken,
    pub state: CodeState,
    /// 15 digits.
    pub grid_code: String,
    pub grid_name: String,
    pub place: String,
    pub site_id: Uuid,
    pub site_name: String,
    /// Scans of the last 30 days, today included.
    pub scans_30_days: i64,
    pub last_scan_on: Option<NaiveDate>,
}

/// Where the next page of codes begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeCursor {
    pub grid_code: String,
    pub token: String,
}

/// A grid (网格) in a list.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = grids, check_for_backend(Pg))]
pub struct GridRow {
    pub id: Uuid,
    /// 15 digits.
    pub code: String,
    pub name: String,
    pub place: String,
    pub region_code: String,
    #[diesel(select_expression = sites::name)]
    pub site_name: String,
}

type CodeRecord = (
    Uuid,
    Word<CodeToken>,
    Word<CodeState>,
    String,
    String,
    String,
    Uuid,
    String,
);

impl Store {
    /// The codes in a scope by grid code and token.
    pub fn codes_in(
        &self,
        scope: &Scope,
        on: NaiveDate,
        cursor: Option<&CodeCursor>,
        limit: i64,
    ) -> Result<Page<CodeRow, CodeCursor>> {
        let mut connection = self.connection()?;
        let mut query = codes::table
            .inner_join(grids::table.inner_join(sites::table))
            .filter(grids_in(scope))
            .order((grids::code, codes::token))
            .limit(one_more(limit))
            .select((
                codes::id,
                codes::token,
                codes::state,
                grids::code,
                grids::name,
                grids::place,
                sites::id,
                sites::name,
            ))
            .into_boxed();
        if let Some(CodeCursor { grid_code, token }) = cursor {
            let later_in_grid = grids::code.eq(grid_code).and(codes::token.gt(token));
            query = query.filter(grids::code.gt(grid_code).or(later_in_grid));
        }
        let records: Vec<CodeRecord> = query.load(&mut *connection)?;
        let ids: Vec<Uuid> = records.iter().map(|record| record.0).collect();
        let scans = scans(&mut connection, &ids, on)?;
        let rows = records.into_iter().map(|record| row(record, &scans)).collect();
        Ok(Page::cut(rows, limit, |row: &CodeRow| CodeCursor {
            grid_code: row.grid_code.clone(),
            token: row.token.as_str().to_owned(),
        }))
    }

    /// Grids that nobody leads on that day, by grid code; the cursor is the last grid code of the page before.
    pub fn grids_without_lead(
        &self,
        scope: &Scope,
        on: NaiveDate,
        cursor: Option<&str>,
        limit: i64,
    ) -> Result<Page<GridRow, String>> {
        let lead = grid_assignments::table
            .filter(grid_assignments::grid_id.eq(grids::id))
            .filter(grid_assignments::role.eq("lead"))
            .filter(grid_assignments::valid_from.le(on))
            .filter(
                grid_assignments::valid_until
                    .is_null()
                    .or(grid_assignments::valid_until.gt(on)),
            );
        let mut query = grids::table
            .inner_join(sites::table)
            .filter(grids_in(scope))
            .filter(not(exists(lead)))
            .filter(grids::valid_until.is_null().or(grids::valid_until.gt(on)))
            .order(grids::code)
            .limit(one_more(limit))
            .select(GridRow::as_select())
            .into_boxed();
        if let Some(code) = cursor {
            query = query.filter(grids::code.gt(code));
        }
        let rows = query.load(&mut *self.connection()?)?;
        Ok(Page::cut(rows, limit, |row: &GridRow| row.code.clone()))
    }
}

type Scans = HashMap<Uuid, (Option<NaiveDate>, Option<i64>)>;

fn scans(connection: &mut PgConnection, ids: &[Uuid], on: NaiveDate) -> Result<Scans> {
    let recent = code_scans::on_date.gt(on - Days::new(30));
    let rows: Vec<(Uuid, Option<NaiveDate>, Option<i64>)> = code_scans::table
        .filter(code_scans::code_id.eq_any(ids))
        .group_by(code_scans::code_id)
        .select((
            code_scans::code_id,
            max(code_scans::on_date),
            sum(code_scans::scans).aggregate_filter(recent),
        ))
        .load(connection)?;
    Ok(rows.into_iter().map(|(id, last, sum)| (id, (last, sum))).collect())
}

fn row(record: CodeRecord, scans: &Scans) -> CodeRow {
    let (id, token, state, grid_code, grid_name, place, site_id, site_name) = record;
    let (last_scan_on, scanned) = scans.get(&id).copied().unwrap_or_default();
    CodeRow {
        token: token.0,
        state: state.0,
        grid_code,
        grid_name,
        place,
        site_id,
        site_name,
        scans_30_days: scanned.unwrap_or(0),
        last_scan_on,
    }
}
