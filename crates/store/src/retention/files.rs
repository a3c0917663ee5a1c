//! What is due and has files: photos and printed batches. Each goes by itself, its files first, so that no file is left
//! behind; what is named no more was removed.

use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, ExpressionMethods, OptionalExtension, QueryDsl, QueryableByName, RunQueryDsl, SelectableHelper,
    sql_query,
    sql_types::{BigInt, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::retention::DataClass;
use uuid::Uuid;

use super::rules::{EVERYWHERE, Rule, rules};
use crate::{
    Photo, Result, Store,
    schema::{photos, print_jobs},
};

#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// The rule of a class of photos, and what is locked so that nothing changes while the files go.
fn of_photos(class: DataClass) -> Option<(&'static Rule, &'static str)> {
    let lock = match class {
        DataClass::Photos => "FOR UPDATE OF photos FOR SHARE OF submissions",
        DataClass::Drafts => "FOR UPDATE OF photos",
        _ => return None,
    };
    rules(class).first().map(|rule| (rule, lock))
}

impl Store {
    /// The photos of a class ([`DataClass::Photos`] or [`DataClass::Drafts`]) that are due, the oldest first.
    pub fn due_photos(&self, class: DataClass, before: DateTime<Utc>, limit: i64) -> Result<Vec<Uuid>> {
        let Some((rule, _)) = of_photos(class) else {
            return Ok(Vec::new());
        };
        let query = format!("SELECT photos.id FROM {} ORDER BY {} LIMIT $3", rule.due, rule.order);
        let due: Vec<Due> = sql_query(query)
            .bind::<Timestamptz, _>(before)
            .bind::<Text, _>(EVERYWHERE)
            .bind::<BigInt, _>(limit)
            .load(&mut *self.connection()?)?;
        Ok(due.into_iter().map(|due| due.id).collect())
    }

    /// Forgets a photo if it is still due and `remove` has removed its files; tells whether it did. The row is locked
    /// meanwhile, so that nobody attaches or freezes a photo whose files are going.
    pub fn forget_photo(
        &self,
        class: DataClass,
        before: DateTime<Utc>,
        id: Uuid,
        remove: impl FnOnce(&Photo) -> bool,
    ) -> Result<bool> {
        let Some((rule, lock)) = of_photos(class) else {
            return Ok(false);
        };
        self.connection()?.transaction(|connection| {
            let due: Option<Due> = sql_query(format!("SELECT photos.id FROM {} AND photos.id = $3 {lock}", rule.due))
                .bind::<Timestamptz, _>(before)
                .bind::<Text, _>(EVERYWHERE)
                .bind::<SqlUuid, _>(id)
                .get_result(connection)
                .optional()?;
            if due.is_none() {
                return Ok(false);
            }
            let photo: Photo = photos::table.find(id).select(Photo::as_select()).first(connection)?;
            let gone = remove(&photo);
            if gone {
                diesel::delete(photos::table.find(id)).execute(connection)?;
            }
            Ok(gone)
        })
    }

    /// Printed batches that are due: id, how many codes, and the file.
    pub fn due_print_jobs(&self, before: DateTime<Utc>, limit: i64) -> Result<Vec<(Uuid, i32, Option<String>)>> {
        Ok(print_jobs::table
            .filter(print_jobs::created_at.lt(before))
            .filter(print_jobs::state.ne("running"))
            .order((print_jobs::created_at, print_jobs::id))
            .limit(limit)
            .select((print_jobs::id, print_jobs::total, print_jobs::object_name))
            .load(&mut *self.connection()?)?)
    }

    /// Forgets a batch and its list of codes.
    pub fn forget_print_job(&self, id: Uuid) -> Result<()> {
        diesel::delete(print_jobs::table.find(id)).execute(&mut *self.connection()?)?;
        Ok(())
    }
}
