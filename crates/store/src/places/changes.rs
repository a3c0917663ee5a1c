//! Who changed which place or person (变更记录): every write of this module goes through [`record`].

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, PgConnection, QueryDsl, RunQueryDsl,
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    people::{Actor, PlaceScope},
    places::DIVISION_LENGTHS,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{CHUNK, PlaceForm, filter::within};
use crate::{
    Act, By, Cursor, Page, Result, Store, audit, ids,
    page::one_more,
    schema::{accounts, place_changes},
};

/// A change as it is written.
pub struct NewChange {
    pub kind: ObjectKind,
    pub action: &'static str,
    /// The id, or a division's code.
    pub thing: String,
    pub name: String,
    pub region_code: String,
    /// The names of the fields that were changed.
    pub fields: Vec<String>,
}

/// A change as the auditor reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceChange {
    pub id: Uuid,
    pub changed_at: DateTime<Utc>,
    pub account_name: String,
    /// `region`, `site`, `office`, `grid`, `deputy` or `assignment`.
    pub kind: String,
    /// `added`, `changed` or `advanced`.
    pub action: String,
    /// The id, or a division's code.
    pub thing: String,
    pub name: String,
    pub region_code: String,
    pub fields: Value,
}

/// What saving a row changes.
pub fn change<F: PlaceForm>(before: Option<&F::Record>, after: &F::Record) -> NewChange {
    let (thing, name, region_code) = F::name(after);
    let fields = match before {
        None => Vec::new(),
        Some(before) => differing(&json!(before), &json!(after)),
    };
    NewChange {
        kind: F::KIND,
        action: if before.is_none() { "added" } else { "changed" },
        thing,
        name,
        region_code,
        fields,
    }
}

fn differing(before: &Value, after: &Value) -> Vec<String> {
    let fields = after.as_object().into_iter().flatten();
    fields
        .filter(|(name, value)| before.get(name.as_str()) != Some(*value))
        .map(|(name, _)| name.clone())
        .collect()
}

/// Writes changes down, in the transaction that makes them, and one act in the audit log, as its last statement.
pub fn record(
    connection: &mut PgConnection,
    (by, actor): (&By, &Actor),
    action: Action,
    changes: &[NewChange],
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(first) = changes.first() else { return Ok(()) };
    for changes in changes.chunks(CHUNK) {
        let rows: Vec<_> = changes
            .iter()
            .map(|change| {
                (
                    place_changes::id.eq(ids::new(now)),
                    place_changes::account_id.eq(actor.account_id),
                    place_changes::changed_at.eq(now),
                    place_changes::kind.eq(change.kind.as_str()),
                    place_changes::action.eq(change.action),
                    place_changes::thing.eq(&change.thing),
                    place_changes::name.eq(&change.name),
                    place_changes::region_code.eq(&change.region_code),
                    place_changes::fields.eq(json!(change.fields)),
                )
            })
            .collect();
        diesel::insert_into(place_changes::table)
            .values(rows)
            .execute(connection)?;
    }
    let thing = if changes.len() == 1 { first.thing.as_str() } else { "" };
    let act = Act::done(action, first.kind, thing).in_region(division_of(changes));
    let detail = match changes {
        [only] => json!({"action": only.action, "fields": only.fields}),
        many => json!({"changes": many.len()}),
    };
    audit::record(connection, by, &act.with(detail), now)
}

/// The smallest division in which all of them lie.
fn division_of(changes: &[NewChange]) -> Option<String> {
    let first = &changes.first()?.region_code;
    let mut divisions = DIVISION_LENGTHS.iter().rev().filter_map(|length| first.get(..*length));
    let holds = |division: &&str| changes.iter().all(|change| change.region_code.starts_with(division));
    divisions.find(holds).map(str::to_owned)
}

type Row = (
    Uuid,
    DateTime<Utc>,
    Option<String>,
    String,
    String,
    String,
    String,
    String,
    Value,
);

impl Store {
    /// The changes in a scope, newest first.
    pub fn place_changes(&self, scope: &PlaceScope, cursor: Option<Cursor>, limit: i64) -> Result<Page<PlaceChange>> {
        let mut query = place_changes::table
            .left_join(accounts::table)
            .filter(within(scope, "place_changes.region_code"))
            .order((place_changes::changed_at.desc(), place_changes::id.desc()))
            .limit(one_more(limit))
            .select((
                place_changes::id,
                place_changes::changed_at,
                accounts::display_name.nullable(),
                place_changes::kind,
                place_changes::action,
                place_changes::thing,
                place_changes::name,
                place_changes::region_code,
                place_changes::fields,
            ))
            .into_boxed();
        if let Some(Cursor { at, id }) = cursor {
            let same = place_changes::changed_at.eq(at).and(place_changes::id.lt(id));
            query = query.filter(place_changes::changed_at.lt(at).or(same));
        }
        let rows: Vec<Row> = query.load(&mut *self.connection()?)?;
        let change = |(id, changed_at, account, kind, action, thing, name, region_code, fields): Row| PlaceChange {
            id,
            changed_at,
            account_name: account.unwrap_or_default(),
            kind,
            action,
            thing,
            name,
            region_code,
            fields,
        };
        let items = rows.into_iter().map(change).collect();
        Ok(Page::cut(items, limit, |change: &PlaceChange| Cursor {
            at: change.changed_at,
            id: change.id,
        }))
    }
}
