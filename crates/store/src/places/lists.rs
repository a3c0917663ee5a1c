//! Lists of places and people to search in: by name or code, in pages.

use chrono::NaiveDate;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    dsl::sql,
    expression::SqlLiteral,
    pg::Pg,
    sql_types::{BigInt, Bool, Date, Nullable, Text},
};
use minyi_domain::people::{DeputyLevel, PlaceScope};
use uuid::Uuid;

use super::filter::{PlaceCursor, PlaceFilter, begins, matching, within};
use crate::{
    Page, Result, Store,
    page::one_more,
    schema::{deputies, grids, offices, regions, sites},
    scope::Condition,
    word::Word,
};

/// A division (行政区划).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = regions, check_for_backend(Pg))]
pub struct RegionPlace {
    pub code: String,
    pub name: String,
    pub valid_from: Option<NaiveDate>,
    pub valid_until: Option<NaiveDate>,
    #[diesel(select_expression = sql::<Bool>("regions.boundary IS NOT NULL"), select_expression_type = SqlLiteral<Bool>)]
    pub has_boundary: bool,
    /// Something lies below it.
    #[diesel(select_expression = sql::<Bool>(
        "EXISTS (SELECT FROM regions AS below WHERE below.code LIKE regions.code || '%' AND below.code <> regions.code)"
    ), select_expression_type = SqlLiteral<Bool>)]
    pub has_below: bool,
}

/// A site (站点) with the number of its deputies whose term has not ended.
pub type SitePlace = (SiteColumns, i64);

/// What stands in a site's row, and what it refers to.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = sites, check_for_backend(Pg))]
pub struct SiteColumns {
    pub id: Uuid,
    pub kind: String,
    pub name: String,
    pub region_code: String,
    #[diesel(select_expression = sql::<Text>("(SELECT name FROM regions WHERE code = sites.region_code)"), select_expression_type = SqlLiteral<Text>)]
    pub region_name: String,
    pub parent_id: Option<Uuid>,
    #[diesel(select_expression = sql::<Nullable<Text>>("(SELECT name FROM sites AS above WHERE above.id = sites.parent_id)"), select_expression_type = SqlLiteral<Nullable<Text>>)]
    pub parent_name: Option<String>,
    pub address: String,
    pub hotline: Option<String>,
    pub opening_hours: String,
    pub longitude: Option<f64>,
    pub latitude: Option<f64>,
    pub valid_until: Option<NaiveDate>,
    #[diesel(select_expression = sql::<BigInt>("(SELECT count(*) FROM grids WHERE site_id = sites.id)"), select_expression_type = SqlLiteral<BigInt>)]
    pub grids: i64,
}

/// An office (承办单位).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = offices, check_for_backend(Pg))]
pub struct OfficePlace {
    pub id: Uuid,
    pub name: String,
    pub region_code: String,
    #[diesel(select_expression = sql::<Text>("(SELECT name FROM regions WHERE code = offices.region_code)"), select_expression_type = SqlLiteral<Text>)]
    pub region_name: String,
    pub valid_until: Option<NaiveDate>,
}

/// A grid (网格) with the name of its responsible deputy today.
pub type GridPlace = (GridColumns, Option<String>);

/// What stands in a grid's row, and what it refers to.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = grids, check_for_backend(Pg))]
pub struct GridColumns {
    pub id: Uuid,
    /// 15 digits.
    pub code: String,
    pub name: String,
    pub place: String,
    pub region_code: String,
    #[diesel(select_expression = sql::<Text>("(SELECT name FROM regions WHERE code = grids.region_code)"), select_expression_type = SqlLiteral<Text>)]
    pub region_name: String,
    pub site_id: Uuid,
    #[diesel(select_expression = sql::<Text>("(SELECT name FROM sites WHERE id = grids.site_id)"), select_expression_type = SqlLiteral<Text>)]
    pub site_name: String,
    pub valid_until: Option<NaiveDate>,
    #[diesel(select_expression = sql::<Bool>("grids.boundary IS NOT NULL"), select_expression_type = SqlLiteral<Bool>)]
    pub has_boundary: bool,
}

/// A deputy (代表) with the number of grids that the deputy is in today.
pub type DeputyPlace = (DeputyColumns, i64);

/// What stands in a deputy's row, and what it refers to.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = deputies, check_for_backend(Pg))]
pub struct DeputyColumns {
    pub id: Uuid,
    pub public_token: String,
    /// 代表证号.
    pub number: Option<String>,
    pub name: String,
    #[diesel(deserialize_as = Word<DeputyLevel>)]
    pub level: DeputyLevel,
    /// The division that looks after the deputy; the site's, if none was written down.
    #[diesel(select_expression = sql::<Nullable<Text>>(
        "coalesce(deputies.region_code, (SELECT region_code FROM sites WHERE id = deputies.site_id))"
    ), select_expression_type = SqlLiteral<Nullable<Text>>)]
    pub region_code: Option<String>,
    pub site_id: Option<Uuid>,
    #[diesel(select_expression = sql::<Nullable<Text>>("(SELECT name FROM sites WHERE id = deputies.site_id)"), select_expression_type = SqlLiteral<Nullable<Text>>)]
    pub site_name: Option<String>,
    pub workplace: String,
    pub title: String,
    pub introduction: String,
    pub office_phone: Option<String>,
    pub photo_key: Option<String>,
    pub publishes_name: bool,
    pub publishes_workplace: bool,
    pub publishes_phone: bool,
    pub publishes_photo: bool,
    pub term_from: NaiveDate,
    pub term_until: Option<NaiveDate>,
    #[diesel(select_expression = sql::<Nullable<Text>>(
        "(SELECT name FROM deputy_terms WHERE deputy_id = deputies.id ORDER BY valid_from DESC LIMIT 1)"
    ), select_expression_type = SqlLiteral<Nullable<Text>>)]
    pub term_name: Option<String>,
}

/// The deputies of the scope: by the division that looks after them, or their site's.
pub fn deputies_within<From: 'static>(scope: &PlaceScope) -> Condition<From> {
    within(
        scope,
        "coalesce(deputies.region_code, (SELECT region_code FROM sites WHERE id = deputies.site_id))",
    )
}

/// A station needs at least three deputies (seed: 每站不少于三名代表).
pub const FEWEST_DEPUTIES: i64 = 3;

fn in_force<From: 'static>(column: &str, today: NaiveDate) -> Condition<From> {
    Box::new(
        sql::<Bool>(&format!("coalesce({column} > "))
            .bind::<Date, _>(today)
            .sql(", true)"),
    )
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
    pub fn place_regions(
        &self,
        scope: &PlaceScope,
        filter: &PlaceFilter,
        cursor: Option<&PlaceCursor>,
        limit: i64,
        today: NaiveDate,
    ) -> Result<Page<RegionPlace, PlaceCursor>> {
        let mut query = regions::table
            .filter(within(scope, "regions.code"))
            .order(regions::code)
            .limit(one_more(limit))
            .select(RegionPlace::as_select())
            .into_boxed();
        if let Some(typed) = &filter.q {
            query = query.filter(matching(typed, "name", "code"));
        }
        if let Some(region) = &filter.region {
            query = query.filter(begins("regions.code", region));
        }
        if let Some(upper) = &filter.below {
            query = query.filter(right_below(upper, scope));
        }
        if !filter.ended {
            query = query.filter(in_force("regions.valid_until", today));
        }
        if let Some(cursor) = cursor {
            query = query.filter(regions::code.gt(cursor.name.clone()));
        }
        let rows = query.load(&mut *self.connection()?)?;
        Ok(Page::cut(rows, limit, |row: &RegionPlace| PlaceCursor {
            name: row.code.clone(),
            id: Uuid::nil(),
        }))
    }

    /// Sites by name.
    pub fn place_sites(
        &self,
        scope: &PlaceScope,
        filter: &PlaceFilter,
        cursor: Option<&PlaceCursor>,
        limit: i64,
        today: NaiveDate,
    ) -> Result<Page<SitePlace, PlaceCursor>> {
        let mut query = sites::table
            .filter(within(scope, "sites.region_code"))
            .order((sites::name, sites::id))
            .limit(one_more(limit))
            .select((SiteColumns::as_select(), deputies_of_site!(today)))
            .into_boxed();
        if let Some(typed) = &filter.q {
            query = query.filter(matching(typed, "name", "region_code"));
        }
        if let Some(region) = &filter.region {
            query = query.filter(begins("sites.region_code", region));
        }
        if let Some(kind) = filter.kind {
            query = query.filter(sites::kind.eq(kind.as_str()));
        }
        if let Some(upper) = filter.site {
            query = query.filter(sites::parent_id.eq(upper));
        }
        if filter.holes {
            // Studios are one deputy's, mobile and online ones have no people of their own.
            let few = deputies_of_site!(today).lt(FEWEST_DEPUTIES);
            query = query
                .filter(sites::kind.eq_any(["center", "home", "station"]))
                .filter(few);
        }
        if !filter.ended {
            query = query.filter(in_force("sites.valid_until", today));
        }
        if let Some(PlaceCursor { name, id }) = cursor {
            let same = sites::name.eq(name.clone()).and(sites::id.gt(*id));
            query = query.filter(sites::name.gt(name.clone()).or(same));
        }
        let rows = query.load(&mut *self.connection()?)?;
        Ok(Page::cut(rows, limit, |(row, _): &SitePlace| PlaceCursor {
            name: row.name.clone(),
            id: row.id,
        }))
    }

    /// Offices by name.
    pub fn place_offices(
        &self,
        scope: &PlaceScope,
        filter: &PlaceFilter,
        cursor: Option<&PlaceCursor>,
        limit: i64,
        today: NaiveDate,
    ) -> Result<Page<OfficePlace, PlaceCursor>> {
        let mut query = offices::table
            .filter(within(scope, "offices.region_code"))
            .order((offices::name, offices::id))
            .limit(one_more(limit))
            .select(OfficePlace::as_select())
            .into_boxed();
        if let Some(typed) = &filter.q {
            query = query.filter(matching(typed, "name", "region_code"));
        }
        if let Some(region) = &filter.region {
            query = query.filter(begins("offices.region_code", region));
        }
        if !filter.ended {
            query = query.filter(in_force("offices.valid_until", today));
        }
        if let Some(PlaceCursor { name, id }) = cursor {
            let same = offices::name.eq(name.clone()).and(offices::id.gt(*id));
            query = query.filter(offices::name.gt(name.clone()).or(same));
        }
        let rows = query.load(&mut *self.connection()?)?;
        Ok(Page::cut(rows, limit, |row: &OfficePlace| PlaceCursor {
            name: row.name.clone(),
            id: row.id,
        }))
    }

    /// Grids by code.
    pub fn place_grids(
        &self,
        scope: &PlaceScope,
        filter: &PlaceFilter,
        cursor: Option<&PlaceCursor>,
        limit: i64,
        today: NaiveDate,
    ) -> Result<Page<GridPlace, PlaceCursor>> {
        let mut query = grids::table
            .filter(within(scope, "grids.region_code"))
            .order(grids::code)
            .limit(one_more(limit))
            .select((GridColumns::as_select(), lead_of_grid!(today)))
            .into_boxed();
        if let Some(typed) = &filter.q {
            query = query.filter(matching(typed, "name || ' ' || place", "code"));
        }
        if let Some(region) = &filter.region {
            query = query.filter(begins("grids.region_code", region));
        }
        if let Some(site) = filter.site {
            query = query.filter(grids::site_id.eq(site));
        }
        if filter.holes {
            query = query.filter(lead_of_grid!(today).is_null());
        }
        if !filter.ended {
            query = query.filter(in_force("grids.valid_until", today));
        }
        if let Some(cursor) = cursor {
            query = query.filter(grids::code.gt(cursor.name.clone()));
        }
        let rows = query.load(&mut *self.connection()?)?;
        Ok(Page::cut(rows, limit, |(row, _): &GridPlace| PlaceCursor {
            name: row.code.clone(),
            id: row.id,
        }))
    }

    /// Deputies by name.
    pub fn place_deputies(
        &self,
        scope: &PlaceScope,
        filter: &PlaceFilter,
        cursor: Option<&PlaceCursor>,
        limit: i64,
        today: NaiveDate,
    ) -> Result<Page<DeputyPlace, PlaceCursor>> {
        let grids =
            sql::<BigInt>("(SELECT count(*) FROM grid_assignments WHERE deputy_id = deputies.id AND valid_from <= ")
                .bind::<Date, _>(today)
                .sql(" AND coalesce(valid_until > ")
                .bind::<Date, _>(today)
                .sql(", true))");
        let mut query = deputies::table
            .filter(deputies_within(scope))
            .order((deputies::name, deputies::id))
            .limit(one_more(limit))
            .select((DeputyColumns::as_select(), grids))
            .into_boxed();
        if let Some(typed) = &filter.q {
            query = query.filter(matching(typed, "name || ' ' || workplace", "number"));
        }
        if let Some(region) = &filter.region {
            query = query.filter(deputies_within(&PlaceScope::Region(region.clone())));
        }
        if let Some(level) = filter.level {
            query = query.filter(deputies::level.eq(level.as_str()));
        }
        if let Some(site) = filter.site {
            query = query.filter(deputies::site_id.eq(site));
        }
        if filter.holes {
            query = query.filter(deputies::site_id.is_null());
        }
        if !filter.ended {
            query = query.filter(in_force("deputies.term_until", today));
        }
        if let Some(PlaceCursor { name, id }) = cursor {
            let same = deputies::name.eq(name.clone()).and(deputies::id.gt(*id));
            query = query.filter(deputies::name.gt(name.clone()).or(same));
        }
        let rows = query.load(&mut *self.connection()?)?;
        Ok(Page::cut(rows, limit, |(row, _): &DeputyPlace| PlaceCursor {
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
            .bind::<diesel::sql_types::Integer, _>(above)
            .sql(
                " AND NOT EXISTS (SELECT FROM regions AS middle WHERE middle.code IN (left(regions.code, 2),
                    left(regions.code, 4), left(regions.code, 6), left(regions.code, 9))
                    AND length(middle.code) < length(regions.code) AND length(middle.code) > ",
            )
            .bind::<diesel::sql_types::Integer, _>(above)
            .sql("))"),
    )
}
