use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use diesel::{
    AggregateExpressionMethods, BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods,
    PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    dsl::{exists, max, not, sql, sum},
    pg::Pg,
    sql_types::{Bool, Date, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::{calendar::end_of_day, people::Scope, scans::UNSCANNED_DAYS, token::CodeToken};
use uuid::Uuid;

use crate::{
    CodeState, Page, PhotoView, Result, Store,
    page::one_more,
    places::{begins, containing},
    schema::{code_installations, code_scans, codes, grid_assignments, grids, photos, sites},
    scope::{Condition, grids_in},
    word::Word,
};

/// One code in the list for those who hang them up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRow {
    pub id: Uuid,
    pub token: CodeToken,
    pub state: CodeState,
    /// What it is for; codes from before have none.
    pub purpose: Option<String>,
    /// Which one of its purpose in its grid.
    pub serial: Option<i16>,
    pub created_at: DateTime<Utc>,
    /// 15 digits.
    pub grid_code: String,
    pub grid_name: String,
    pub place: String,
    pub region_code: String,
    pub site_id: Uuid,
    pub site_name: String,
    /// Since when it hangs; `None`: nobody said that it hangs.
    pub hung_on: Option<NaiveDate>,
    /// Who hung it up.
    pub hung_by: Option<String>,
    /// Where exactly.
    pub hung_note: Option<String>,
    /// How it hangs there.
    pub hung_photo: Option<PhotoView>,
    /// Scans of the last 30 days, today included.
    pub scans_30_days: i64,
    pub last_scan_on: Option<NaiveDate>,
}

/// Which codes to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodeFilter {
    /// This one alone.
    pub token: Option<CodeToken>,
    /// How the token begins, from four characters on; or a part of the place, of the grid's or of the site's name.
    pub text: Option<String>,
    /// What lies within this division.
    pub region_code: Option<String>,
    pub site_id: Option<Uuid>,
    pub state: Option<CodeState>,
    pub purpose: Option<String>,
    /// Whether somebody said that it hangs.
    pub hung: Option<bool>,
    /// Active for 30 days and not scanned for as long.
    pub unscanned: bool,
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
    (
        Uuid,
        Word<CodeToken>,
        Word<CodeState>,
        Option<String>,
        Option<i16>,
        DateTime<Utc>,
    ),
    (String, String, String, String),
    (Uuid, String),
    Hanging,
);

/// Since when it hangs, by whom, and where exactly.
type Hanging = (Option<NaiveDate>, Option<String>, Option<String>);

impl Store {
    /// The codes in a scope by grid code and token.
    pub fn codes_in(
        &self,
        scope: &Scope,
        filter: &CodeFilter,
        on: NaiveDate,
        cursor: Option<&CodeCursor>,
        limit: i64,
    ) -> Result<Page<CodeRow, CodeCursor>> {
        let rows = rows_of(&mut *self.connection()?, scope, filter, on, cursor, one_more(limit))?;
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

/// The rows of a page; see [`Store::codes_in`].
pub(super) fn rows_of(
    connection: &mut PgConnection,
    scope: &Scope,
    filter: &CodeFilter,
    on: NaiveDate,
    cursor: Option<&CodeCursor>,
    limit: i64,
) -> Result<Vec<CodeRow>> {
    let mut records = Vec::new();
    for read in readings(filter.text.as_deref()) {
        records.extend(records_of(connection, scope, (filter, &read), on, cursor, limit)?);
    }
    let place = |((_, token, ..), (grid_code, ..), ..): &CodeRecord| (grid_code.clone(), token.0.as_str().to_owned());
    records.sort_by_cached_key(place);
    records.dedup_by_key(|((id, ..), ..)| *id);
    records.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let ids: Vec<Uuid> = records.iter().map(|((id, ..), ..)| *id).collect();
    let scans = scans(connection, &ids, on)?;
    let mut photos = hung_photos(connection, &ids)?;
    let row = |record: CodeRecord| {
        let ((id, ..), ..) = &record;
        let photo = photos.remove(id);
        row(record, &scans, photo)
    };
    Ok(records.into_iter().map(row).collect())
}

/// As what a typed text is looked for.
enum Reading {
    Anything,
    /// How a token begins.
    Token(String),
    /// A part of a grid's name or place.
    Grid(String),
    /// A part of a site's name.
    Site(String),
}

/// Each reading is a question of its own: it has an index, and all of them in one condition have none.
fn readings(typed: Option<&str>) -> Vec<Reading> {
    let Some(typed) = typed else {
        return vec![Reading::Anything];
    };
    // A token is typed with dashes and in small letters; a name is not.
    let token: String = typed.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    let is_token = token.len() > 3 && token.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let mut all = vec![Reading::Grid(typed.to_owned()), Reading::Site(typed.to_owned())];
    if is_token {
        all.push(Reading::Token(token.to_ascii_uppercase()));
    }
    all
}

impl Reading {
    fn condition<From: 'static>(&self) -> Condition<From> {
        match self {
            Self::Anything => Box::new(sql::<Bool>("true")),
            Self::Token(token) => begins("codes.token", token),
            Self::Grid(words) => containing(words, "grids.name || ' ' || grids.place"),
            Self::Site(words) => containing(words, "sites.name"),
        }
    }
}

fn records_of(
    connection: &mut PgConnection,
    scope: &Scope,
    (filter, read): (&CodeFilter, &Reading),
    on: NaiveDate,
    cursor: Option<&CodeCursor>,
    limit: i64,
) -> Result<Vec<CodeRecord>> {
    let mut query = codes::table
        .inner_join(grids::table.inner_join(sites::table))
        .left_join(
            code_installations::table.on(code_installations::code_id
                .eq(codes::id)
                .and(code_installations::removed_on.is_null())),
        )
        .filter(grids_in(scope))
        .order((grids::code, codes::token))
        .limit(limit)
        .select((
            (
                codes::id,
                codes::token,
                codes::state,
                codes::purpose,
                codes::serial,
                codes::created_at,
            ),
            (grids::code, grids::name, grids::place, grids::region_code),
            (sites::id, sites::name),
            (
                code_installations::hung_on.nullable(),
                code_installations::hung_by.nullable(),
                code_installations::note.nullable(),
            ),
        ))
        .into_boxed();
    for condition in conditions(filter, read, on) {
        query = query.filter(condition);
    }
    if let Some(CodeCursor { grid_code, token }) = cursor {
        let later_in_grid = grids::code.eq(grid_code).and(codes::token.gt(token));
        query = query.filter(grids::code.gt(grid_code).or(later_in_grid));
    }
    Ok(query.load(connection)?)
}

fn conditions<From: 'static>(filter: &CodeFilter, read: &Reading, on: NaiveDate) -> Vec<Condition<From>> {
    let mut all: Vec<Condition<From>> = vec![read.condition()];
    let mut equals = |column: &'static str, value: Option<&str>| {
        if let Some(value) = value {
            all.push(Box::new(
                sql::<Bool>(column).sql(" = ").bind::<Text, _>(value.to_owned()),
            ));
        }
    };
    equals("codes.token", filter.token.as_ref().map(CodeToken::as_str));
    equals("codes.state", filter.state.map(CodeState::as_str));
    equals("codes.purpose", filter.purpose.as_deref());
    if let Some(code) = &filter.region_code {
        all.push(begins("grids.region_code", code));
    }
    if let Some(site) = filter.site_id {
        all.push(Box::new(sql::<Bool>("grids.site_id = ").bind::<SqlUuid, _>(site)));
    }
    match filter.hung {
        Some(true) => all.push(Box::new(sql::<Bool>("code_installations.id IS NOT NULL"))),
        Some(false) => all.push(Box::new(sql::<Bool>("code_installations.id IS NULL"))),
        None => {}
    }
    if filter.unscanned {
        let since = on - Days::new(UNSCANNED_DAYS.into());
        all.push(Box::new(
            sql::<Bool>("(codes.state = 'active' AND codes.created_at <= ")
                .bind::<Timestamptz, _>(end_of_day(since))
                .sql(
                    " AND NOT EXISTS (SELECT FROM code_scans WHERE code_scans.code_id = codes.id AND code_scans.on_date > ",
                )
                .bind::<Date, _>(since)
                .sql("))"),
        ));
    }
    all
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

/// The photos of those that hang now.
fn hung_photos(connection: &mut PgConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, PhotoView>> {
    let rows: Vec<(Uuid, PhotoView)> = code_installations::table
        .inner_join(photos::table)
        .filter(code_installations::code_id.eq_any(ids))
        .filter(code_installations::removed_on.is_null())
        .select((code_installations::code_id, PhotoView::as_select()))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}

fn row(record: CodeRecord, scans: &Scans, hung_photo: Option<PhotoView>) -> CodeRow {
    let (code, grid, (site_id, site_name), (hung_on, hung_by, hung_note)) = record;
    let (id, Word(token), Word(state), purpose, serial, created_at) = code;
    let (grid_code, grid_name, place, region_code) = grid;
    let (last_scan_on, scanned) = scans.get(&id).copied().unwrap_or_default();
    CodeRow {
        id,
        token,
        state,
        purpose,
        serial,
        created_at,
        grid_code,
        grid_name,
        place,
        region_code,
        site_id,
        site_name,
        hung_on,
        hung_by,
        hung_note,
        hung_photo,
        scans_30_days: scanned.unwrap_or(0),
        last_scan_on,
    }
}
