use diesel::{OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper, pg::Pg};
use uuid::Uuid;

use crate::{Result, Store, schema::sites};

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

impl Store {
    /// One site.
    pub fn site(&self, id: Uuid) -> Result<Option<SitePublic>> {
        let mut connection = self.connection()?;
        Ok(sites::table
            .find(id)
            .select(SitePublic::as_select())
            .first(&mut *connection)
            .optional()?)
    }
}
