//! Lists of places and people to search in: by name or code, in pages.

use chrono::NaiveDate;
use diesel::{
    ExpressionMethods, QueryDsl, RunQueryDsl, SelectableHelper,
    dsl::sql,
    sql_types::{BigInt, Bool, Date, Integer, Nullable, Text, Uuid as SqlUuid},
};
use minyi_domain::people::PlaceScope;
use uuid::Uuid;

use super::{
    filter::{PlaceCursor, PlaceFilter, begins, matching, within},
    rows::{DeputyColumns, DeputyPlace, GridColumns, GridPlace, OfficePlace, RegionPlace, SiteColumns, SitePlace},
};
use crate::{
    Page, Result, Store,
    page::one_more,
    schema::{deputies, grids, offices, regions, sites},
    scope::{Condition, not_ended},
};

/// The deputies of the scope.
pub fn deputies_within<From: 'static>(scope: &PlaceScope) -> Condition<From> {
    Division::OfDeputy.within(scope)
}

/// A station needs at least three deputies (每站不少于三名代表).
pub const FEWEST_DEPUTIES: i64 = 3;

/// A page of a list that somebody asks for.
#[derive(Debug, Clone)]
pub struct PlaceAsk {
    pub scope: PlaceScope,
    pub filter: PlaceFilter,
    /// After which row the page begins.
    pub cursor: Option<PlaceCursor>,
    pub limit: i64,
    pub today: NaiveDate,
}

/// Where a row lies.
enum Division {
    Column(&'static str),
    /// In the division that looks after the deputy, or in that of the deputy's site. Two conditions and not one expression
    /// of both, because each column has its index.
    OfDeputy,
}

impl Division {
    fn begins<From: 'static>(&self, region: &str) -> Condition<From> {
        match self {
            Self::Column(column) => begins(column, region),
            Self::OfDeputy => Box::new(
                sql::<Bool>("(deputies.region_code LIKE ")
                    .bind::<Text, _>(format!("{region}%"))
                    .sql(
                        " OR deputies.region_code IS NULL
                        AND (SELECT region_code FROM sites WHERE id = deputies.site_id) LIKE ",
                    )
                    .bind::<Text, _>(format!("{region}%"))
                    .sql(")"),
            ),
        }
    }

    fn within<From: 'static>(&self, scope: &PlaceScope) -> Condition<From> {
        match (self, scope.prefix()) {
            (Self::OfDeputy, Some(prefix)) if !prefix.is_empty() => self.begins(prefix),
            // Of none and of all the column does not matter.
            (Self::OfDeputy, _) => within(scope, "deputies.region_code"),
            (Self::Column(column), _) => within(scope, column),
        }
    }
}

/// Of which columns a list consists for its filters.
struct Columns {
    division: Division,
    /// What is searched: the very expression of the index over characters, and the code or number.
    words: &'static str,
    code: &'static str,
    until: &'static str,
    /// By what it is ordered; `true`: among several of one name by their id.
    order: (&'static str, bool),
}

const REGIONS: Columns = Columns {
    division: Division::Column("regions.code"),
    words: "name",
    code: "code",
    until: "regions.valid_until",
    order: ("regions.code", false),
};
const SITES: Columns = Columns {
    division: Division::Column("sites.region_code"),
    words: "name",
    code: "region_code",
    until: "sites.valid_until",
    order: ("sites.name, sites.id", true),
};
const OFFICES: Columns = Columns {
    division: Division::Column("offices.region_code"),
    words: "name",
    code: "region_code",
    until: "offices.valid_until",
    order: ("offices.name, offices.id", true),
};
const GRIDS: Columns = Columns {
    division: Division::Column("grids.region_code"),
    words: "name || ' ' || place",
    code: "code",
    until: "grids.valid_until",
    order: ("grids.code", false),
};
const DEPUTIES: Columns = Columns {
    division: Division::OfDeputy,
    words: "name || ' ' || workplace",
    code: "number",
    until: "deputies.term_until",
    order: ("deputies.name, deputies.id", true),
};

/// What all lists have in common: the scope, what is typed, the division, what has ended, the page.
fn narrowed<From: 'static>(columns: &Columns, ask: &PlaceAsk) -> Vec<Condition<From>> {
    let filter = &ask.filter;
    let mut all = vec![columns.division.within(&ask.scope)];
    if let Some(typed) = &filter.q {
        all.push(matching(typed, columns.words, columns.code));
    }
    if let Some(region) = &filter.region {
        all.push(columns.division.begins(region));
    }
    if !filter.ended {
        all.push(not_ended(columns.until, ask.today));
    }
    if let Some(PlaceCursor { name, id }) = &ask.cursor {
        let (order, by_id) = columns.order;
        let after = sql::<Bool>(&format!("({order}) > (")).bind::<Text, _>(name.clone());
        let after: Condition<From> = if by_id {
            Box::new(after.sql(", ").bind::<SqlUuid, _>(*id).sql(")"))
        } else {
            Box::new(after.sql(")"))
        };
        all.push(after);
    }
    all
}

/// How many deputies a site has today.
macro_rules! deputies_of_site {
    ($today:expr) => {
        sql::<BigInt>("(SELECT count(*) FROM deputies WHERE site_id = sites.id AND coalesce(term_until > ")
            .bind::<Date, _>($today)
            .sql(", true))")
    };
}

/// Who leads a grid today, or nobody.
macro_rules! lead_of_grid {
    ($today:expr) => {
        sql::<Nullable<Text>>(
            "(SELECT name FROM grid_assignments JOIN deputies ON deputies.id = deputy_id
                WHERE grid_id = grids.id AND role = 'lead' AND valid_from <= ",
        )
        .bind::<Date, _>($today)
        .sql(" AND coalesce(grid_assignments.valid_until > ")
        .bind::<Date, _>($today)
        .sql(", true) AND coalesce(term_until > ")
        .bind::<Date, _>($today)
        .sql(", true) LIMIT 1)")
    };
}

impl Store {
    /// Divisions by code.
    pub fn place_regions(&self, ask: &PlaceAsk) -> Result<Page<RegionPlace, PlaceCursor>> {
        let mut query = regions::table
            .order(regions::code)
            .limit(one_more(ask.limit))
            .select(RegionPlace::as_select())
            .into_boxed();
        for condition in narrowed::<regions::table>(&REGIONS, ask) {
            query = query.filter(condition);
        }
        if let Some(upper) = &ask.filter.below {
            query = query.filter(right_below(upper, &ask.scope));
        }
        let rows = query.load(&mut *self.connection()?)?;
        Ok(Page::cut(rows, ask.limit, |row: &RegionPlace| PlaceCursor {
            name: row.code.clone(),
            id: Uuid::nil(),
        }))
    }

    /// Sites by name.
    pub fn place_sites(&self, ask: &PlaceAsk) -> Result<Page<SitePlace, PlaceCursor>> {
        let mut query = sites::table
            .order((sites::name, sites::id))
            .limit(one_more(ask.limit))
            .select((SiteColumns::as_select(), deputies_of_site!(ask.today)))
            .into_boxed();
        for condition in narrowed::<sites::table>(&SITES, ask) {
            query = query.filter(condition);
        }
        if let Some(kind) = ask.filter.kind {
            query = query.filter(sites::kind.eq(kind.as_str()));
        }
        if let Some(upper) = ask.filter.site {
            query = query.filter(sites::parent_id.eq(upper));
        }
        if ask.filter.holes {
            // Studios are one deputy's, mobile and online ones have no people of their own.
            let few = deputies_of_site!(ask.today).lt(FEWEST_DEPUTIES);
            query = query
                .filter(sites::kind.eq_any(["center", "home", "station"]))
                .filter(few);
        }
        let rows = query.load(&mut *self.connection()?)?;
        Ok(Page::cut(rows, ask.limit, |(row, _): &SitePlace| PlaceCursor {
            name: row.name.clone(),
            id: row.id,
        }))
    }

    /// Offices by name.
    pub fn place_offices(&self, ask: &PlaceAsk) -> Result<Page<OfficePlace, PlaceCursor>> {
        let mut query = offices::table
            .order((offices::name, offices::id))
            .limit(one_more(ask.limit))
            .select(OfficePlace::as_select())
            .into_boxed();
        for condition in narrowed::<offices::table>(&OFFICES, ask) {
            query = query.filter(condition);
        }
        let rows = query.load(&mut *self.connection()?)?;
        Ok(Page::cut(rows, ask.limit, |row: &OfficePlace| PlaceCursor {
            name: row.name.clone(),
            id: row.id,
        }))
    }

    /// Grids by code.
    pub fn place_grids(&self, ask: &PlaceAsk) -> Result<Page<GridPlace, PlaceCursor>> {
        let mut query = grids::table
            .order(grids::code)
            .limit(one_more(ask.limit))
            .select((GridColumns::as_select(), lead_of_grid!(ask.today)))
            .into_boxed();
        for condition in narrowed::<grids::table>(&GRIDS, ask) {
            query = query.filter(condition);
        }
        if let Some(site) = ask.filter.site {
            query = query.filter(grids::site_id.eq(site));
        }
        if ask.filter.holes {
            query = query.filter(lead_of_grid!(ask.today).is_null());
        }
        let rows = query.load(&mut *self.connection()?)?;
        Ok(Page::cut(rows, ask.limit, |(row, _): &GridPlace| PlaceCursor {
            name: row.code.clone(),
            id: row.id,
        }))
    }

    /// Deputies by name.
    pub fn place_deputies(&self, ask: &PlaceAsk) -> Result<Page<DeputyPlace, PlaceCursor>> {
        let grids =
            sql::<BigInt>("(SELECT count(*) FROM grid_assignments WHERE deputy_id = deputies.id AND valid_from <= ")
                .bind::<Date, _>(ask.today)
                .sql(" AND coalesce(valid_until > ")
                .bind::<Date, _>(ask.today)
                .sql(", true))");
        let mut query = deputies::table
            .order((deputies::name, deputies::id))
            .limit(one_more(ask.limit))
            .select((DeputyColumns::as_select(), grids))
            .into_boxed();
        for condition in narrowed::<deputies::table>(&DEPUTIES, ask) {
            query = query.filter(condition);
        }
        if let Some(level) = ask.filter.level {
            query = query.filter(deputies::level.eq(level.as_str()));
        }
        if let Some(site) = ask.filter.site {
            query = query.filter(deputies::site_id.eq(site));
        }
        if ask.filter.holes {
            query = query.filter(deputies::site_id.is_null());
        }
        let rows = query.load(&mut *self.connection()?)?;
        Ok(Page::cut(rows, ask.limit, |(row, _): &DeputyPlace| PlaceCursor {
            name: row.name.clone(),
            id: row.id,
        }))
    }
}

/// The divisions of which none between them and this one exists; of the scope's own, if nothing is given.
fn right_below(upper: &str, scope: &PlaceScope) -> Condition<regions::table> {
    // Of the topmost ones it is the scope's own division that is meant, so one digit less lies above it.
    let own = scope.prefix().unwrap_or_default();
    let above = if upper.is_empty() {
        own.len().saturating_sub(1)
    } else {
        upper.len()
    };
    let above = i32::try_from(above).unwrap_or(0);
    Box::new(
        sql::<Bool>("(regions.code LIKE ")
            .bind::<Text, _>(format!("{upper}%"))
            .sql(" AND length(regions.code) > ")
            .bind::<Integer, _>(above)
            .sql(
                " AND NOT EXISTS (SELECT FROM regions AS middle WHERE middle.code IN (left(regions.code, 2),
                    left(regions.code, 4), left(regions.code, 6), left(regions.code, 9))
                    AND length(middle.code) < length(regions.code) AND length(middle.code) > ",
            )
            .bind::<Integer, _>(above)
            .sql("))"),
    )
}
