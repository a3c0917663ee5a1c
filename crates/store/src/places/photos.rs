//! A deputy's photo (代表照片): the object's name stands in the row.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use minyi_domain::{
    audit::{Action, ObjectKind},
    people::{Actor, PlaceScope},
};
use uuid::Uuid;

use super::{
    alone,
    changes::{self, NewChange},
    lists::deputies_within,
};
use crate::{By, Refusal, Result, Store, schema::deputies};

impl Store {
    /// Gives a deputy in the person's scope another photo, or none; the name of the object before. [`Refusal::NotFound`].
    pub fn set_deputy_photo(
        &self,
        by: &By,
        actor: &Actor,
        deputy: Uuid,
        object_name: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<Option<String>, Refusal>> {
        let scope = actor.place_scope();
        self.act(|connection| {
            alone(connection)?;
            let found: Option<(String, Option<String>, Option<String>)> = deputies::table
                .filter(deputies_within(&scope))
                .filter(deputies::id.eq(deputy))
                .select((deputies::name, deputies::region_code, deputies::photo_key))
                .first(connection)
                .optional()?;
            let (name, region, before) = found.ok_or(Refusal::NotFound)?;
            diesel::update(deputies::table.find(deputy))
                .set(deputies::photo_key.eq(object_name))
                .execute(connection)?;
            let change = NewChange {
                kind: ObjectKind::Deputy,
                action: "changed",
                thing: deputy.to_string(),
                name,
                region_code: region.unwrap_or_default(),
                fields: vec!["photo".to_owned()],
            };
            changes::record(connection, (by, actor), Action::PlacesSaved, &[change], now)?;
            Ok(before)
        })
    }

    /// The name of a deputy's photo, if there is one, for those who keep it; `None`: no such deputy in the scope.
    pub fn deputy_photo(&self, scope: &PlaceScope, deputy: Uuid) -> Result<Option<Option<String>>> {
        Ok(deputies::table
            .filter(deputies_within(scope))
            .filter(deputies::id.eq(deputy))
            .select(deputies::photo_key)
            .first(&mut *self.connection()?)
            .optional()?)
    }

    /// The name of a deputy's photo for everybody, if the deputy publishes it.
    pub fn public_deputy_photo(&self, public_token: &str) -> Result<Option<String>> {
        let found: Option<Option<String>> = deputies::table
            .filter(deputies::public_token.eq(public_token))
            .filter(deputies::publishes_photo)
            .select(deputies::photo_key)
            .first(&mut *self.connection()?)
            .optional()?;
        Ok(found.flatten())
    }
}
