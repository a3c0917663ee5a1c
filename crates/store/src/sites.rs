use diesel::{Queryable, Selectable, pg::Pg};
use uuid::Uuid;

use crate::schema::sites;

/// What everybody may read about a site (代表之家、联络站).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = sites, check_for_backend(Pg))]
pub struct SitePublic {
    pub id: Uuid,
    pub name: String,
    /// `center`, `home`, `station`, `point`, `studio`, `mobile` or `online`.
    pub kind: String,
    pub address: String,
    pub hotline: Option<String>,
    pub opening_hours: String,
}
