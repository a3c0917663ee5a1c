use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, PgConnection, QueryDsl, Queryable,
    RunQueryDsl, Selectable, SelectableHelper, pg::Pg,
};
use uuid::Uuid;

use crate::{Result, Store, schema::photos};

/// A photo that was stored and belongs to nothing yet.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = photos)]
pub struct NewPhoto {
    /// Cannot be guessed: knowing it is the right to attach the photo once.
    pub id: Uuid,
    pub object_name: String,
    pub thumbnail_name: String,
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
    pub size_bytes: i64,
    pub uploaded_at: DateTime<Utc>,
}

/// A stored photo (照片).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = photos, check_for_backend(Pg))]
pub struct Photo {
    pub id: Uuid,
    pub object_name: String,
    pub thumbnail_name: String,
    pub width: i32,
    pub height: i32,
    pub size_bytes: i64,
    pub uploaded_at: DateTime<Utc>,
    pub submission_id: Option<Uuid>,
    pub answer_id: Option<Uuid>,
}

/// A photo that belongs to nothing yet.
#[diesel::dsl::auto_type]
pub fn is_free() -> _ {
    photos::submission_id
        .is_null()
        .and(photos::answer_id.is_null())
        .and(photos::info_request_id.is_null())
        .and(photos::installation_id.is_null())
}

impl Store {
    /// Remembers an uploaded photo until a submission or an answer takes it; tells whether it is new. One that is
    /// known by this id stays as it is.
    pub fn add_photo(&self, photo: &NewPhoto) -> Result<bool> {
        let added = diesel::insert_into(photos::table)
            .values(photo)
            .on_conflict(photos::id)
            .do_nothing()
            .execute(&mut *self.connection()?)?;
        Ok(added > 0)
    }

    /// One photo, whatever it belongs to; who may see it, the caller has to have decided.
    pub fn photo(&self, id: Uuid) -> Result<Option<Photo>> {
        Ok(photos::table
            .find(id)
            .select(Photo::as_select())
            .first(&mut *self.connection()?)
            .optional()?)
    }
}

/// Locks the photos, by id so that nobody waits in a ring; tells the first that cannot be had.
pub fn lock_photos(connection: &mut PgConnection, photo_ids: &[Uuid]) -> Result<Option<Uuid>> {
    if photo_ids.is_empty() {
        return Ok(None);
    }
    let free: Vec<Uuid> = photos::table
        .filter(photos::id.eq_any(photo_ids))
        .filter(is_free())
        .order(photos::id)
        .select(photos::id)
        .for_update()
        .load(connection)?;
    Ok(photo_ids.iter().find(|id| !free.contains(id)).copied())
}
