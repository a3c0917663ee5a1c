//! Deputies in grids (代表进网格), with dates; at any day at most one leads a grid.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::{
    AsChangeset, BoolExpressionMethods, ExpressionMethods, Identifiable, Insertable, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper, pg::Pg,
};
use minyi_domain::{audit::ObjectKind, people::PlaceScope, places::GridRole};
use serde::Serialize;
use uuid::Uuid;

use super::{
    CHUNK, Entry, PlaceForm, Resolved, Saving, Target,
    filter::{belongs, one_of, one_of_ids, within},
    lists::deputies_within,
    lookup,
};
use crate::{
    Result, Store,
    schema::{deputies, grid_assignments, grids},
};

/// More assignments of one grid or one deputy than this are not shown.
const MOST_SHOWN: i64 = 300;

/// A deputy as a row names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeputyRef {
    Id(Uuid),
    /// 代表证号.
    Number(String),
    /// The only one of this name in the scope.
    Name(String),
}

/// An assignment as it is filled in; its natural key is grid, deputy and first day.
#[derive(Debug, Clone)]
pub struct AssignmentForm {
    /// The grid's code.
    pub grid: String,
    pub deputy: DeputyRef,
    pub role: GridRole,
    pub valid_from: NaiveDate,
    /// First day on which it no longer holds.
    pub valid_until: Option<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = grid_assignments, check_for_backend(Pg), treat_none_as_null = true)]
pub struct AssignmentRow {
    pub id: Uuid,
    pub grid_id: Uuid,
    pub deputy_id: Uuid,
    /// `lead` or `assistant`.
    pub role: String,
    pub valid_from: NaiveDate,
    /// First day on which it no longer holds.
    pub valid_until: Option<NaiveDate>,
}

impl AssignmentRow {
    fn overlaps(&self, other: &Self) -> bool {
        let ends_before = |one: &Self, other: &Self| one.valid_until.is_some_and(|until| until <= other.valid_from);
        self.grid_id == other.grid_id && !ends_before(self, other) && !ends_before(other, self)
    }

    fn days(&self) -> String {
        match self.valid_until {
            Some(until) => format!("{} 到 {} 前一天", self.valid_from, until),
            None => format!("{} 起", self.valid_from),
        }
    }
}

/// The names of a grid and a deputy, for the audit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AssignmentRecord {
    #[serde(flatten)]
    row: AssignmentRow,
    #[serde(skip)]
    name: String,
    #[serde(skip)]
    region_code: String,
}

/// Id, name, division, and the first and last day of the term.
type DeputyRow = (Uuid, String, Option<String>, NaiveDate, Option<NaiveDate>);

/// The grids and deputies that rows refer to, with what already holds there.
struct Known {
    grids: HashMap<String, (Uuid, String, String)>,
    deputies: Vec<DeputyRow>,
    rows: Vec<AssignmentRow>,
}

fn known(saving: &mut Saving<'_>, entries: &[Entry<AssignmentForm>]) -> Result<Known> {
    let codes: Vec<&str> = entries.iter().map(|entry| entry.form.grid.as_str()).collect();
    let found: Vec<(String, Uuid, String, String)> = grids::table
        .filter(within(&saving.scope, "grids.region_code"))
        .filter(one_of("grids.code", codes))
        .select((grids::code, grids::id, grids::name, grids::region_code))
        .load(saving.connection)?;
    let grid_ids: Vec<Uuid> = found.iter().map(|grid| grid.1).collect();
    let (mut ids, mut names, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
    for entry in entries {
        match &entry.form.deputy {
            DeputyRef::Id(id) => ids.push(*id),
            DeputyRef::Name(name) => names.push(name.as_str()),
            DeputyRef::Number(number) => numbers.push(number.as_str()),
        }
    }
    let asked = one_of_ids("deputies.id", ids)
        .or(one_of("deputies.name", names))
        .or(one_of("deputies.number", numbers));
    let deputies = deputies::table
        .filter(deputies_within(&saving.scope))
        .filter(asked)
        .select((
            deputies::id,
            deputies::name,
            deputies::number,
            deputies::term_from,
            deputies::term_until,
        ))
        .load(saving.connection)?;
    let held =
        one_of_ids("grid_assignments.grid_id", grid_ids).or(one_of_ids("grid_assignments.id", lookup::ids(entries)));
    let rows = grid_assignments::table
        .inner_join(grids::table)
        .filter(within(&saving.scope, "grids.region_code"))
        .filter(held)
        .select(AssignmentRow::as_select())
        .load(saving.connection)?;
    let grid = |(code, id, name, region): (String, Uuid, String, String)| (code, (id, name, region));
    Ok(Known {
        grids: found.into_iter().map(grid).collect(),
        deputies,
        rows,
    })
}

impl Known {
    fn deputy(&self, deputy: &DeputyRef) -> std::result::Result<(Uuid, &str), String> {
        let matches =
            |(id, name, number, ..): &&(Uuid, String, Option<String>, NaiveDate, Option<NaiveDate>)| match deputy {
                DeputyRef::Id(asked) => id == asked,
                DeputyRef::Name(asked) => name == asked,
                DeputyRef::Number(asked) => number.as_ref() == Some(asked),
            };
        let mut found = self.deputies.iter().filter(matches);
        match (found.next(), found.next()) {
            (Some((id, name, ..)), None) => Ok((*id, name)),
            (None, _) => Err("没有这位代表，或者不在您管理的范围内。".to_owned()),
            (Some(_), Some(_)) => Err("同名的代表不止一位，请写代表证号。".to_owned()),
        }
    }
}

impl PlaceForm for AssignmentForm {
    type Record = AssignmentRecord;
    const KIND: ObjectKind = ObjectKind::Assignment;
    // One may end on the day on which a new one begins.
    const CHANGES_FIRST: bool = true;

    fn resolve(saving: &mut Saving<'_>, entries: &[Entry<Self>]) -> Result<Vec<Option<Resolved<AssignmentRecord>>>> {
        let known = known(saving, entries)?;
        let mut resolved = Vec::with_capacity(entries.len());
        for entry in entries {
            let (row, form) = (entry.row, &entry.form);
            if let Target::This(id) = &entry.target
                && !known.rows.iter().any(|old| old.id.to_string() == *id)
            {
                saving.missing = true;
            }
            let grid = known.grids.get(&form.grid);
            if grid.is_none() {
                saving.wrong(
                    row,
                    "grid_code",
                    format!("没有网格 {}，或者不在您管理的范围内。", form.grid),
                );
            }
            let deputy = known.deputy(&form.deputy);
            if let Err(why) = &deputy {
                saving.wrong(row, "deputy_id", why);
            }
            let (Some((grid_id, grid_name, region)), Ok((deputy_id, deputy_name))) = (grid, deputy) else {
                resolved.push(None);
                continue;
            };
            let same = known.rows.iter().find(|old| match &entry.target {
                // Of the same grid: what lies outside of the scope is not drawn into it.
                Target::This(id) => old.id.to_string() == *id && old.grid_id == *grid_id,
                _ => old.grid_id == *grid_id && old.deputy_id == deputy_id && old.valid_from == form.valid_from,
            });
            if matches!(entry.target, Target::This(_)) && same.is_none() {
                saving.wrong(
                    row,
                    "grid_code",
                    "一个安排不能换到别的网格，请给它填上截止日期，再加一个新的。",
                );
                resolved.push(None);
                continue;
            }
            let record = |row: AssignmentRow| AssignmentRecord {
                row,
                name: format!("{deputy_name} → {grid_name}"),
                region_code: region.clone(),
            };
            resolved.push(Some(Resolved {
                before: same.cloned().map(record),
                after: record(AssignmentRow {
                    id: same.map_or_else(|| saving.id(), |old| old.id),
                    grid_id: *grid_id,
                    deputy_id,
                    role: form.role.as_str().to_owned(),
                    valid_from: form.valid_from,
                    valid_until: form.valid_until,
                }),
            }));
        }
        refuse_overlaps(saving, entries, &known, &resolved);
        Ok(resolved)
    }

    fn insert(saving: &mut Saving<'_>, records: &[&AssignmentRecord]) -> Result<()> {
        for records in records.chunks(CHUNK) {
            let rows: Vec<&AssignmentRow> = records.iter().map(|record| &record.row).collect();
            diesel::insert_into(grid_assignments::table)
                .values(rows)
                .execute(saving.connection)?;
        }
        Ok(())
    }

    fn update(saving: &mut Saving<'_>, record: &AssignmentRecord) -> Result<()> {
        diesel::update(&record.row)
            .set(&record.row)
            .execute(saving.connection)?;
        Ok(())
    }

    fn name(record: &AssignmentRecord) -> (String, String, String) {
        (
            record.row.id.to_string(),
            record.name.clone(),
            record.region_code.clone(),
        )
    }
}

/// What the table forbids, said by row: two leads at one time, one deputy twice in one grid at one time.
fn refuse_overlaps(
    saving: &mut Saving<'_>,
    entries: &[Entry<AssignmentForm>],
    known: &Known,
    resolved: &[Option<Resolved<AssignmentRecord>>],
) {
    let mut by_grid: HashMap<Uuid, Vec<(Option<u32>, &AssignmentRow)>> = HashMap::new();
    let replaced: Vec<Uuid> = resolved.iter().flatten().map(|new| new.after.row.id).collect();
    let replaced: std::collections::HashSet<Uuid> = replaced.into_iter().collect();
    for old in known.rows.iter().filter(|old| !replaced.contains(&old.id)) {
        by_grid.entry(old.grid_id).or_default().push((None, old));
    }
    for (entry, new) in entries.iter().zip(resolved) {
        let Some(new) = new.as_ref().map(|new| &new.after.row) else {
            continue;
        };
        let others = by_grid.entry(new.grid_id).or_default();
        let clash = others.iter().find(|(_, other)| {
            let both_lead = new.role == "lead" && other.role == "lead";
            (both_lead || new.deputy_id == other.deputy_id) && new.overlaps(other)
        });
        if let Some((row, other)) = clash {
            let name = known
                .deputies
                .iter()
                .find(|deputy| deputy.0 == other.deputy_id)
                .map_or("别的代表", |deputy| deputy.1.as_str());
            let place = row.map_or_else(String::new, |row| format!("（第 {row} 行）"));
            let what = if new.deputy_id == other.deputy_id {
                format!(
                    "这位代表在这个网格里已经有一段：{}{place}，日期不能重叠。",
                    other.days()
                )
            } else {
                format!(
                    "这个网格已经有责任代表{name}：{}{place}。同一天只能有一位责任代表，请先给前一位填上截止日期。",
                    other.days()
                )
            };
            saving.wrong(entry.row, "valid_from", what);
        }
        others.push((Some(entry.row), new));
    }
}

/// An assignment in a list.
pub type AssignmentPlace = (AssignmentRow, String, String, String);

impl Store {
    /// The assignments of one grid or of one deputy in the scope, the latest first: row, grid's code, grid's name,
    /// deputy's name.
    pub fn assignments(
        &self,
        scope: &PlaceScope,
        grid: Option<Uuid>,
        deputy: Option<Uuid>,
    ) -> Result<Vec<AssignmentPlace>> {
        let mut query = grid_assignments::table
            .inner_join(grids::table)
            .inner_join(deputies::table)
            .filter(within(scope, "grids.region_code"))
            .order((grid_assignments::valid_from.desc(), grid_assignments::id))
            .limit(MOST_SHOWN)
            .select((AssignmentRow::as_select(), grids::code, grids::name, deputies::name))
            .into_boxed();
        if let Some(grid) = grid {
            query = query.filter(belongs("grid_assignments.grid_id", grid));
        }
        if let Some(deputy) = deputy {
            query = query.filter(belongs("grid_assignments.deputy_id", deputy));
        }
        Ok(query.load(&mut *self.connection()?)?)
    }
}
