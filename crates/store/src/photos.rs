use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper, pg::Pg,
};
use uuid::Uuid;

use crate::{Result, Store, schema::photos};

/// A photo that was stored and belongs to nothing yet.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = photos)]
pub struct NewPhoto {
    /// Random (v4): knowing it is the right to attach the photo once.
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

impl Store {
    /// Remembers an uploaded photo until a submission or an answer takes it.
    pub fn add_photo(&self, photo: &NewPhoto) -> Result<()> {
        diesel::insert_into(photos::table)
            .values(photo)
            .execute(&mut *self.connection()?)?;
        Ok(())
    }

    /// One photo, whatever it belongs to; who may see it, the caller has to have decided.
    pub fn photo(&self, id: Uuid) -> Result<Option<Photo>> {
        Ok(photos::table
            .find(id)
            .select(Photo::as_select())
            .first(&mut *self.connection()?)
            .optional()?)
    }

    /// Photos uploaded before `time` that nobody attached, oldest first.
    pub fn unattached_photos_before(&self, time: DateTime<Utc>, limit: i64) -> Result<Vec<Photo>> {
        Ok(photos::table
            .filter(photos::submission_id.is_null().and(photos::answer_id.is_null()))
            .filter(photos::uploaded_at.lt(time))
            .order(photos::uploaded_at)
            .limit(limit)
            .select(Photo::as_select())
            .load(&mut *self.connection()?)?)
    }

    /// Forgets a photo if it is still unattached; tells whether it did.
    pub fn forget_photo(&self, id: Uuid) -> Result<bool> {
        let unattached = photos::table
            .find(id)
            .filter(photos::submission_id.is_null().and(photos::answer_id.is_null()));
        Ok(diesel::delete(unattached).execute(&mut *self.connection()?)? > 0)
    }
}
