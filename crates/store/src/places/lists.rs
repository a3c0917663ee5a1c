//! Lists of places and people to search in: by name or code, in pages.

use chrono::NaiveDate;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, QueryDsl, RunQueryDsl, SelectableHelper,
    dsl::sql,
    sql_types::{BigInt, Bool, Date, Integer, Nullable, Text},
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
    scope::Condition,
};

/// The deputies of the scope: by the division that looks after them, or their site's.
pub fn deputies_within<From: 'static>(scope: &PlaceScope) -> Condition<From> {
    within(
        scope,
        "coalesce(deputies.region_code, (SELECT region_code FROM sites WHERE id = deputies.site_id))",
    )
}

/// A station needs at least three deputies (每站不少于三名代表).
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
