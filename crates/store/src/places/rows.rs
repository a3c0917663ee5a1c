//! What lists of places and people show.

use chrono::NaiveDate;
use diesel::{
    Queryable, Selectable,
    dsl::sql,
    expression::SqlLiteral,
    pg::Pg,
    sql_types::{BigInt, Bool, Nullable, Text},
};
use minyi_domain::people::DeputyLevel;
use uuid::Uuid;

use crate::{
    schema::{deputies, grids, offices, regions, sites},
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
    /// Something lies below it: a code between this one and what comes after it with any digit (`:` follows `9`).
    #[diesel(select_expression = sql::<Bool>(
        "EXISTS (SELECT FROM regions AS below
            WHERE (below.code ~>~ regions.code) AND (below.code ~<~ (regions.code || ':')))"
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
