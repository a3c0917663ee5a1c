//! Upkeep of places and people (站点网格代表管理): lists to search in, and one way to save, for one row of a form as for
//! thousands of a workbook.
//!
//! Saving is all or nothing: every row is looked up and checked, and only when none is wrong everything is written, with
//! a row for the audit each. What history refers to is never deleted; it ends by a date.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{PgConnection, RunQueryDsl};
use minyi_domain::{
    audit::{Action, ObjectKind},
    calendar::local_date,
    people::{Actor, PlaceScope},
};
use serde::Serialize;
use uuid::Uuid;

mod assignments;
mod boundaries;
mod changes;
mod deputies;
mod filter;
mod grids;
mod lists;
mod lookup;
mod offices;
mod overview;
mod photos;
mod regions;
mod rows;
mod sites;
mod terms;

pub use assignments::{AssignmentForm, AssignmentPlace, AssignmentRow, DeputyRef};
pub use boundaries::{Boundary, MOST_BOUNDARIES, NewBoundary};
pub use changes::PlaceChange;
pub use deputies::DeputyForm;
pub use filter::{PlaceCursor, PlaceFilter};
pub(crate) use filter::{begins, containing, grams, matching};
pub use grids::GridForm;
pub use lists::PlaceAsk;
pub use lookup::SiteRef;
pub use offices::OfficeForm;
pub use overview::Overview;
pub use regions::RegionForm;
pub use rows::{DeputyColumns, DeputyPlace, GridColumns, GridPlace, OfficePlace, RegionPlace, SiteColumns, SitePlace};
pub use sites::SiteForm;
pub use terms::{Advance, Advanced, DeputyTerm};

use crate::{By, Refusal, Result, Store, casework::Stop, ids};

/// Rows that go into one statement; Postgres takes 65,535 values in one, and the widest row has 19.
const CHUNK: usize = 1_000;

/// Any number: who saves places holds the lock of this number, so that what was looked up still holds when it is written.
const LOCK: i64 = 0x706c_6163;

/// Which row an entry is meant to become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// One that does not exist yet.
    New,
    /// This one; a division's code, or an id.
    This(String),
    /// The one with the same natural key, or a new one.
    ByKey,
}

/// A row to be saved.
#[derive(Debug, Clone)]
pub struct Entry<F> {
    /// For people: the row of the workbook, the heading is 1.
    pub row: u32,
    pub target: Target,
    pub form: F,
}

/// What is wrong in one place of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowProblem {
    pub row: u32,
    /// The name of the field.
    pub field: &'static str,
    /// In Chinese, for people.
    pub detail: String,
}

/// What saving did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Saved {
    pub added: usize,
    pub changed: usize,
    pub unchanged: usize,
    /// Not empty: nothing was written.
    pub problems: Vec<RowProblem>,
    /// Of the entries in their order: the id, or a division's code. Empty if there are problems.
    pub things: Vec<String>,
}

/// Something that can be saved; implemented by the forms of this module.
pub trait PlaceForm: Sized {
    /// The row as it stands in the database.
    type Record: Serialize + PartialEq;
    /// The word of the audit.
    const KIND: ObjectKind;
    /// Whether what changes is written before what is new.
    #[doc(hidden)]
    const CHANGES_FIRST: bool = false;

    /// What each entry becomes: the row that exists, if one does, and the row as it shall be. `None` for one with a
    /// problem.
    #[doc(hidden)]
    fn resolve(saving: &mut Saving<'_>, entries: &[Entry<Self>]) -> Result<Vec<Option<Resolved<Self::Record>>>>;
    #[doc(hidden)]
    fn insert(saving: &mut Saving<'_>, records: &[&Self::Record]) -> Result<()>;
    #[doc(hidden)]
    fn update(saving: &mut Saving<'_>, record: &Self::Record) -> Result<()>;
    /// For the audit: id or code, name, division.
    #[doc(hidden)]
    fn name(record: &Self::Record) -> (String, String, String);
}

/// A row as it is and as it shall be.
#[doc(hidden)]
#[derive(Debug)]
pub struct Resolved<R> {
    pub before: Option<R>,
    pub after: R,
}

/// One run of saving.
#[doc(hidden)]
pub struct Saving<'a> {
    pub(crate) connection: &'a mut PgConnection,
    pub(crate) scope: PlaceScope,
    pub(crate) today: NaiveDate,
    pub(crate) now: DateTime<Utc>,
    pub(crate) problems: Vec<RowProblem>,
    /// A row that was asked for by its id is not in the scope.
    pub(crate) missing: bool,
}

impl Saving<'_> {
    pub(crate) fn wrong(&mut self, row: u32, field: &'static str, detail: impl Into<String>) {
        self.problems.push(RowProblem {
            row,
            field,
            detail: detail.into(),
        });
    }

    /// A new id.
    pub(crate) fn id(&self) -> Uuid {
        ids::new(self.now)
    }
}

impl Store {
    /// Saves rows of one kind within the person's scope, all or none; with `commit` false it only tells what would be.
    /// [`Refusal::Forbidden`]; [`Refusal::NotFound`] for a [`Target::This`] that is not in the scope.
    pub fn save_places<F: PlaceForm>(
        &self,
        by: &By,
        actor: &Actor,
        entries: &[Entry<F>],
        commit: bool,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<Saved, Refusal>> {
        let scope = actor.place_scope();
        if scope == PlaceScope::Nothing {
            return Ok(Err(Refusal::Forbidden));
        }
        self.act(|connection| {
            alone(connection)?;
            let mut saving = Saving {
                connection,
                scope,
                today: local_date(now),
                now,
                problems: Vec::new(),
                missing: false,
            };
            let resolved = F::resolve(&mut saving, entries)?;
            if saving.missing {
                return Err(Stop::Refused(Refusal::NotFound));
            }
            if !saving.problems.is_empty() {
                let mut problems = saving.problems;
                problems.sort_by_key(|problem| problem.row);
                return Ok(Saved {
                    problems,
                    ..Saved::default()
                });
            }
            // Without a problem and with nothing missing every entry has become a row.
            let resolved: Vec<Resolved<F::Record>> = resolved.into_iter().flatten().collect();
            Ok(write::<F>(&mut saving, (by, actor), &resolved, commit)?)
        })
    }
}

fn write<F: PlaceForm>(
    saving: &mut Saving<'_>,
    by: (&By, &Actor),
    resolved: &[Resolved<F::Record>],
    commit: bool,
) -> Result<Saved> {
    let new: Vec<&F::Record> = resolved
        .iter()
        .filter(|row| row.before.is_none())
        .map(|row| &row.after)
        .collect();
    let changed: Vec<&Resolved<F::Record>> = resolved
        .iter()
        .filter(|row| row.before.as_ref().is_some_and(|before| *before != row.after))
        .collect();
    let saved = Saved {
        added: new.len(),
        changed: changed.len(),
        unchanged: resolved.len() - new.len() - changed.len(),
        problems: Vec::new(),
        things: resolved.iter().map(|row| F::name(&row.after).0).collect(),
    };
    if !commit {
        return Ok(saved);
    }
    let change = |saving: &mut Saving<'_>| changed.iter().try_for_each(|row| F::update(saving, &row.after));
    if F::CHANGES_FIRST {
        change(saving)?;
        F::insert(saving, &new)?;
    } else {
        F::insert(saving, &new)?;
        change(saving)?;
    }
    let added = new.iter().map(|record| (None, *record));
    let rows: Vec<_> = added
        .chain(changed.iter().map(|row| (row.before.as_ref(), &row.after)))
        .map(|(before, after)| changes::change::<F>(before, after))
        .collect();
    changes::record(saving.connection, by, Action::PlacesSaved, &rows, saving.now)?;
    Ok(saved)
}

/// Holds the lock until the transaction ends.
pub(crate) fn alone(connection: &mut PgConnection) -> Result<()> {
    diesel::select(pg_advisory_xact_lock(LOCK)).execute(connection)?;
    Ok(())
}

diesel::define_sql_function! {
    fn pg_advisory_xact_lock(number: diesel::sql_types::BigInt) -> diesel::sql_types::Text;
}
