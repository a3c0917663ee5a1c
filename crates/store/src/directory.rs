//! The directory: everything that stands before the first code can be hung up. Divisions, sites, offices, deputies,
//! grids and who is responsible for them, accounts, codes.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::Insertable;
use minyi_domain::{
    people::{DeputyLevel, Role},
    token::CodeToken,
};
use uuid::Uuid;

use crate::{
    CodeState,
    schema::{duties, grid_assignments, grids, offices, regions, sites},
};

mod import;

/// Rows to be entered together; see [`Store::import_directory`](crate::Store::import_directory).
#[derive(Debug, Clone, Default)]
pub struct Directory {
    pub regions: Vec<NewRegion>,
    /// A parent before its children.
    pub sites: Vec<NewSite>,
    pub offices: Vec<NewOffice>,
    pub deputies: Vec<NewDeputy>,
    pub grids: Vec<NewGrid>,
    pub assignments: Vec<NewAssignment>,
    pub duties: Vec<NewDuty>,
    pub accounts: Vec<NewAccount>,
    /// A successor before the code that it replaces.
    pub codes: Vec<NewCode>,
}

/// A division (行政区划).
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = regions)]
pub struct NewRegion {
    /// Without trailing zeros: 2, 4, 6, 9 or 12 digits.
    pub code: String,
    pub name: String,
    pub valid_from: Option<NaiveDate>,
    pub valid_until: Option<NaiveDate>,
}

/// A site (中心、家、站、点).
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = sites)]
pub struct NewSite {
    pub id: Uuid,
    /// `center`, `home`, `station`, `point`, `studio`, `mobile` or `online`.
    pub kind: String,
    pub name: String,
    pub region_code: String,
    pub parent_id: Option<Uuid>,
    pub address: String,
    pub hotline: Option<String>,
    pub opening_hours: String,
    pub longitude: Option<f64>,
    pub latitude: Option<f64>,
}

/// An office that handles matters (承办单位).
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = offices)]
pub struct NewOffice {
    pub id: Uuid,
    pub name: String,
    pub region_code: String,
}

/// A deputy (代表).
#[derive(Debug, Clone)]
pub struct NewDeputy {
    pub id: Uuid,
    /// Stands in the address of the deputy's page.
    pub public_token: String,
    pub name: String,
    pub level: DeputyLevel,
    pub site_id: Option<Uuid>,
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
    /// First day on which the term no longer runs.
    pub term_until: Option<NaiveDate>,
}

/// A grid (网格).
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = grids)]
pub struct NewGrid {
    pub id: Uuid,
    /// 15 digits that begin with the region's.
    pub code: String,
    pub region_code: String,
    pub site_id: Uuid,
    pub name: String,
    /// What a resident reads as "where this code hangs".
    pub place: String,
}

/// A deputy in a grid (代表进网格).
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = grid_assignments)]
pub struct NewAssignment {
    pub id: Uuid,
    pub grid_id: Uuid,
    pub deputy_id: Uuid,
    /// `lead` or `assistant`.
    pub role: String,
    pub valid_from: NaiveDate,
    /// First day on which the assignment no longer holds.
    pub valid_until: Option<NaiveDate>,
}

/// A day on the roster of a site (值班).
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = duties)]
pub struct NewDuty {
    pub site_id: Uuid,
    pub on_date: NaiveDate,
    pub deputy_id: Uuid,
}

/// An account (账号); a role needs its place: deputy, site, office or region.
#[derive(Clone)]
pub struct NewAccount {
    pub id: Uuid,
    pub role: Role,
    pub display_name: String,
    pub username: Option<String>,
    /// Stands exactly when the user name stands.
    pub password_hash: Option<String>,
    pub wechat_openid: Option<String>,
    pub deputy_id: Option<Uuid>,
    pub site_id: Option<Uuid>,
    pub office_id: Option<Uuid>,
    pub region_code: Option<String>,
    pub created_at: DateTime<Utc>,
}

impl std::fmt::Debug for NewAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewAccount")
            .field("id", &self.id)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// A code on a wall (民意码).
#[derive(Debug, Clone)]
pub struct NewCode {
    pub id: Uuid,
    pub token: CodeToken,
    pub grid_id: Uuid,
    pub state: CodeState,
    /// Stands exactly when the state is replaced.
    pub successor_id: Option<Uuid>,
    pub created_at: DateTime<Utc>,
}
