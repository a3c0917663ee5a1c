//! The codes on the walls (民意码) and what a resident sees on scanning one.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, IntoSql, JoinOnDsl, NullableExpressionMethods, OptionalExtension,
    PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    pg::Pg,
    sql_types::{Date, Integer, Text, Uuid as SqlUuid},
};
use minyi_domain::{
    people::Scope,
    routing::Candidate,
    sheet::{Sheet, SheetDeputy},
    token::CodeToken,
};
use uuid::Uuid;

use crate::{
    Result, Store,
    deputies::{DeputyInGrid, DeputyRecord, in_grid, in_grids},
    prepared::Prepared,
    schema::{codes, deputies, duties, grid_assignments, grids, sites},
    sites::SitePublic,
    word::{Word, words},
};

mod act;
mod alarms;
mod installations;
mod lists;
mod make;
mod places;
mod record;
mod selection;

pub use act::{CodeAct, CodeChange, CodeEventKind, CodeRefusal};
pub use alarms::{AlarmCursor, CodeAlarm};
pub use installations::{Installation, NewInstallation};
pub use lists::{CodeCursor, CodeFilter, CodeRow, GridRow};
pub use make::{AskedPurpose, MOST_CODES, MakeOutcome};
pub use places::{CodePlace, CodePlaceKind};
pub use record::{CodeEvent, CodeRecord};
pub use selection::Selection;

words! {
    /// Where a code stands.
    CodeState {
        Active = "active",
        /// Takes no submissions for now (暂停).
        Suspended = "suspended",
        /// Another code hangs in its place (已更换).
        Replaced = "replaced",
        /// Hangs nowhere any more (已停用).
        Retired = "retired",
    }
}

/// All that a code's page and its printed sheet show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodePage {
    pub code_id: Uuid,
    pub token: CodeToken,
    pub state: CodeState,
    /// The code that hangs there now, at the end of the chain of replacements.
    pub successor: Option<CodeToken>,
    /// What it is for, and which one of these in its grid.
    pub purpose: Option<(String, i16)>,
    pub grid_id: Uuid,
    pub grid_name: String,
    /// Where the code hangs, in words.
    pub place: String,
    pub region_code: String,
    pub site: SitePublic,
    /// The grid's deputies of the day, the lead first.
    pub deputies: Vec<DeputyInGrid>,
}

impl CodePage {
    /// The same deputies, as routing wants them.
    pub fn candidates(&self) -> Vec<Candidate> {
        self.deputies.iter().map(DeputyInGrid::candidate).collect()
    }

    /// What is printed for it; `public_url` has no slash at the end.
    #[must_use]
    pub fn sheet(&self, public_url: &str) -> Sheet {
        let published = |deputy: &DeputyInGrid| {
            let level = deputy.public.level.zh().to_owned();
            deputy.public.name.clone().map(|name| SheetDeputy { name, level })
        };
        Sheet {
            place: self.place.clone(),
            purpose: self
                .purpose
                .as_ref()
                .map(|(purpose, serial)| format!("{purpose} {serial}")),
            station: self.site.name.clone(),
            deputies: self.deputies.iter().filter_map(published).collect(),
            hotline: self.site.hotline.clone(),
            ..Sheet::of(&self.token, public_url)
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = codes, check_for_backend(Pg))]
struct CodeColumns {
    id: Uuid,
    #[diesel(deserialize_as = Word<CodeToken>)]
    token: CodeToken,
    #[diesel(deserialize_as = Word<CodeState>)]
    state: CodeState,
    successor_id: Option<Uuid>,
    purpose: Option<String>,
    serial: Option<i16>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = grids, check_for_backend(Pg))]
struct GridRecord {
    id: Uuid,
    name: String,
    place: String,
    region_code: String,
}

type PageRecord = (CodeColumns, GridRecord, SitePublic);

/// A page with one of the deputies: role in the grid, day on the roster if it is the day asked for.
type PageRow = (PageRecord, Option<String>, Option<NaiveDate>, Option<DeputyRecord>);

impl Store {
    /// The page of one code on one day, whatever the code's state.
    pub fn code_page(&self, token: &CodeToken, on: NaiveDate) -> Result<Option<CodePage>> {
        let mut connection = self.connection()?;
        let (mut found, mut deputies) = (None, Vec::new());
        for (record, role, duty, deputy) in page_rows(&mut connection, token, on)? {
            found = Some(record);
            deputies.extend(role.zip(deputy).map(|(role, deputy)| in_grid(&role, duty, deputy)));
        }
        found
            .map(|record| assemble(&mut connection, record, deputies))
            .transpose()
    }

    /// The active codes of a whole site with their pages, by grid, for printing. `None`: no such site in this scope.
    pub fn sheets_of_site(&self, scope: &Scope, site_id: Uuid, on: NaiveDate) -> Result<Option<Vec<CodePage>>> {
        let mut connection = self.connection()?;
        let site_seen: Option<Uuid> = grids::table
            .filter(crate::scope::grids_in(scope))
            .filter(grids::site_id.eq(site_id))
            .select(grids::site_id)
            .first(&mut *connection)
            .optional()?;
        if site_seen.is_none() {
            return Ok(None);
        }
        let records: Vec<PageRecord> = codes::table
            .inner_join(grids::table.inner_join(sites::table))
            .filter(crate::scope::grids_in(scope))
            .filter(grids::site_id.eq(site_id))
            .filter(codes::state.eq(CodeState::Active.as_str()))
            .order((grids::code, codes::token))
            .select(<(CodeColumns, GridRecord, SitePublic)>::as_select())
            .load(&mut *connection)?;
        pages(&mut connection, records, on).map(Some)
    }

    /// Counts so many scans of a day; nothing about who scanned. Nobody waits for the disk: when the database crashes, what
    /// was counted in its last second may be lost.
    pub fn count_scans(&self, code_id: Uuid, on: NaiveDate, scans: i32) -> Result<()> {
        let binds = (
            code_id.into_sql::<SqlUuid>(),
            on.into_sql::<Date>(),
            scans.into_sql::<Integer>(),
        );
        Prepared::<(), _>::new(
            "WITH unhurried AS (SELECT set_config('synchronous_commit', 'off', true)),
            counted (code_id, on_date, scans) AS (VALUES (",
            binds,
            "))
            INSERT INTO code_scans (code_id, on_date, scans)
            SELECT code_id, on_date, scans FROM unhurried, counted
            ON CONFLICT (code_id, on_date) DO UPDATE SET scans = code_scans.scans + excluded.scans",
        )
        .execute(&mut *self.connection()?)?;
        Ok(())
    }
}

/// The pages of these codes in their order, as far as they are still in use.
pub(crate) fn printable_pages(connection: &mut PgConnection, ids: &[Uuid], on: NaiveDate) -> Result<Vec<CodePage>> {
    let records: Vec<PageRecord> = codes::table
        .inner_join(grids::table.inner_join(sites::table))
        .filter(codes::id.eq_any(ids))
        .filter(codes::state.eq_any([CodeState::Active.as_str(), CodeState::Suspended.as_str()]))
        .select(<(CodeColumns, GridRecord, SitePublic)>::as_select())
        .load(connection)?;
    let mut pages = pages(connection, records, on)?;
    let places: HashMap<Uuid, usize> = ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    pages.sort_by_key(|page| places.get(&page.code_id).copied());
    Ok(pages)
}

/// The page of one code, once with each deputy of the grid on that day, the lead first; without any, once.
fn page_rows(connection: &mut PgConnection, token: &CodeToken, on: NaiveDate) -> Result<Vec<PageRow>> {
    let assigned = grid_assignments::grid_id
        .eq(grids::id)
        .and(grid_assignments::valid_from.le(on))
        .and(
            grid_assignments::valid_until
                .is_null()
                .or(grid_assignments::valid_until.gt(on)),
        );
    let in_term = deputies::id
        .eq(grid_assignments::deputy_id)
        .and(deputies::term_from.le(on))
        .and(deputies::term_until.is_null().or(deputies::term_until.gt(on)));
    let on_roster = duties::site_id
        .eq(grids::site_id)
        .and(duties::deputy_id.eq(deputies::id))
        .and(duties::on_date.eq(on));
    Ok(codes::table
        .inner_join(grids::table.inner_join(sites::table))
        .left_join(grid_assignments::table.on(assigned))
        .left_join(deputies::table.on(in_term))
        .left_join(duties::table.on(on_roster))
        .filter(codes::token.eq(token.as_str()))
        .order((grid_assignments::role.desc(), deputies::name, deputies::id))
        .select((
            <(CodeColumns, GridRecord, SitePublic)>::as_select(),
            grid_assignments::role.nullable(),
            duties::on_date.nullable(),
            Option::<DeputyRecord>::as_select(),
        ))
        .load(connection)?)
}

fn pages(connection: &mut PgConnection, records: Vec<PageRecord>, on: NaiveDate) -> Result<Vec<CodePage>> {
    let grid_ids: Vec<Uuid> = records.iter().map(|(_, grid, _)| grid.id).collect();
    let mut deputies: HashMap<Uuid, Vec<DeputyInGrid>> = HashMap::new();
    for (grid_id, deputy) in in_grids(connection, &grid_ids, on)? {
        deputies.entry(grid_id).or_default().push(deputy);
    }
    let page = |record: PageRecord| {
        let own = deputies.get(&record.1.id).cloned().unwrap_or_default();
        assemble(connection, record, own)
    };
    records.into_iter().map(page).collect()
}

fn assemble(
    connection: &mut PgConnection,
    (code, grid, site): PageRecord,
    deputies: Vec<DeputyInGrid>,
) -> Result<CodePage> {
    let successor = match code.successor_id {
        Some(id) => last_successor(connection, id)?,
        None => None,
    };
    Ok(CodePage {
        code_id: code.id,
        token: code.token,
        state: code.state,
        successor,
        purpose: code.purpose.zip(code.serial),
        grid_id: grid.id,
        grid_name: grid.name,
        place: grid.place,
        region_code: grid.region_code,
        site,
        deputies,
    })
}

/// Follows the chain of replacements to its end. A ring, which only a wrong import can make, ends after 50 steps.
fn last_successor(connection: &mut PgConnection, first: Uuid) -> Result<Option<CodeToken>> {
    let token: Option<Word<CodeToken>> = Prepared::<Text, _>::new(
        "WITH RECURSIVE chain AS (
            SELECT token, successor_id, 1 AS step FROM codes WHERE id = ",
        first.into_sql::<SqlUuid>(),
        " UNION ALL
            SELECT codes.token, codes.successor_id, step + 1
            FROM chain JOIN codes ON codes.id = chain.successor_id WHERE step < 50
        )
        SELECT token FROM chain ORDER BY step DESC LIMIT 1",
    )
    .get_result(connection)
    .optional()?;
    Ok(token.map(|word| word.0))
}
