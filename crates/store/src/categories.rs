//! The category scheme (分类), and putting submissions into it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, ExpressionMethods, OptionalExtension, PgConnection, PgExpressionMethods, QueryDsl, Queryable,
    RunQueryDsl, Selectable, SelectableHelper, pg::Pg,
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    categories::Category,
    lifecycle::Party,
    people::Actor,
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Act, By, Result, Store, audit, calendar,
    casework::{Case, Refusal, hurry_if_other},
    ids,
    schema::{categories, submissions},
    submissions::EventKind,
};

/// A place of the scheme as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = categories, check_for_backend(Pg))]
pub struct CategoryRow {
    pub id: Uuid,
    pub parent_id: Option<Uuid>,
    /// From 1 to 3.
    pub level: i16,
    pub name: String,
    /// The names from level 1 down, joined by `/`.
    pub path: String,
    /// Nothing new is put into a retired one.
    pub active: bool,
}

/// What an import changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportedCategories {
    pub added: usize,
    /// Were retired and are back.
    pub restored: usize,
    pub retired: usize,
    /// Active ones after the import.
    pub active: usize,
}

impl Store {
    /// The whole scheme in its order, retired ones included. Small: a domain limit bounds it.
    pub fn categories(&self) -> Result<Vec<CategoryRow>> {
        Ok(categories::table
            .order((categories::position, categories::path))
            .select(CategoryRow::as_select())
            .load(&mut *self.connection()?)?)
    }

    /// Makes `scheme` the scheme: adds what is new, brings back what was retired, retires what is missing. Nothing is
    /// deleted: submissions stay where they were put.
    pub fn import_categories(&self, by: &By, scheme: &[Category], now: DateTime<Utc>) -> Result<ImportedCategories> {
        self.connection()?.transaction(|connection| {
            // Two imports at once would take turns row by row.
            diesel::sql_query("LOCK TABLE categories IN SHARE ROW EXCLUSIVE MODE").execute(connection)?;
            let known: Vec<(String, Uuid, bool)> = categories::table
                .select((categories::path, categories::id, categories::active))
                .load(connection)?;
            let mut known: HashMap<String, (Uuid, bool)> = known
                .into_iter()
                .map(|(path, id, active)| (path, (id, active)))
                .collect();
            let mut done = ImportedCategories {
                active: scheme.len(),
                ..ImportedCategories::default()
            };
            for (position, category) in (0_i32..).zip(scheme) {
                if let Some((id, was_active)) = known.get(&category.path) {
                    done.restored += usize::from(!was_active);
                    diesel::update(categories::table.find(id))
                        .set((categories::active.eq(true), categories::position.eq(position)))
                        .execute(connection)?;
                } else {
                    let parent = category.parent().and_then(|path| known.get(path)).map(|(id, _)| *id);
                    let id = insert(connection, category, parent, position, now)?;
                    known.insert(category.path.clone(), (id, true));
                    done.added += 1;
                }
            }
            let paths: Vec<&str> = scheme.iter().map(|category| category.path.as_str()).collect();
            let missing = categories::table
                .filter(categories::active)
                .filter(categories::path.ne_all(paths));
            done.retired = diesel::update(missing)
                .set(categories::active.eq(false))
                .execute(connection)?;
            let act = Act::done(Action::CategoriesImported, ObjectKind::Categories, "scheme");
            let detail = json!({"added": done.added, "restored": done.restored, "retired": done.retired});
            audit::record(connection, by, &act.with(detail), now)?;
            Ok(done)
        })
    }

    /// Puts a submission into a category (分类), or into another one; repeating it changes nothing. Where a shorter time is
    /// promised for that category, the date is brought forward; no category ever puts a promise off.
    pub fn classify(
        &self,
        actor: &Actor,
        id: Uuid,
        category_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<(), Refusal>> {
        self.act(|connection| {
            if Party::of(actor.role) != Some(Party::Handler) {
                return Err(Refusal::Forbidden.into());
            }
            let mut case = Case::lock(connection, actor, id)?;
            let category: CategoryRow = categories::table
                .find(category_id)
                .select(CategoryRow::as_select())
                .first(connection)
                .optional()?
                .ok_or(Refusal::TargetUnknown("category"))?;
            if !category.active {
                return Err(Refusal::TargetUnfit("category").into());
            }
            let before = calendar::rules(connection, id, now)?.policies.answer;
            let changed = diesel::update(
                submissions::table
                    .find(id)
                    .filter(submissions::category_id.is_distinct_from(category_id)),
            )
            .set((
                submissions::category_id.eq(category_id),
                submissions::categorised_by_account_id.eq(actor.account_id),
                submissions::categorised_at.eq(now),
            ))
            .execute(connection)?;
            if changed > 0 {
                hurry_if_other(connection, &mut case, before, now)?;
                let event = case.event(EventKind::Classified, actor, now).internal();
                event
                    .with_data(json!({ "category": category.path, "answer_due_at": case.answer_due_at }))
                    .insert(connection)?;
            }
            Ok(())
        })
    }
}

fn insert(
    connection: &mut PgConnection,
    category: &Category,
    parent_id: Option<Uuid>,
    position: i32,
    now: DateTime<Utc>,
) -> Result<Uuid> {
    let id = ids::new(now);
    diesel::insert_into(categories::table)
        .values((
            categories::id.eq(id),
            categories::parent_id.eq(parent_id),
            categories::level.eq(category.level),
            categories::name.eq(&category.name),
            categories::path.eq(&category.path),
            categories::position.eq(position),
        ))
        .execute(connection)?;
    Ok(id)
}
