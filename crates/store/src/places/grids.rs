//! Grids (网格).

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::{
    AsChangeset, BoolExpressionMethods, Identifiable, Insertable, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper, pg::Pg,
};
use minyi_domain::{audit::ObjectKind, places::is_grid_code};
use serde::Serialize;
use uuid::Uuid;

use super::{
    CHUNK, Entry, PlaceForm, Resolved, Saving,
    filter::{one_of, one_of_ids},
    lookup::{self, Once, SiteRef, pick},
};
use crate::{Result, schema::grids};

/// A grid as it is filled in; its natural key is the code.
#[derive(Debug, Clone)]
pub struct GridForm {
    /// 15 digits that begin with the division's.
    pub code: String,
    pub name: String,
    /// What a resident reads as "where this code hangs".
    pub place: String,
    pub region_code: String,
    pub site: SiteRef,
    /// First day on which it no longer exists.
    pub valid_until: Option<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = grids, check_for_backend(Pg), treat_none_as_null = true)]
pub struct GridRecord {
    id: Uuid,
    code: String,
    region_code: String,
    site_id: Uuid,
    name: String,
    place: String,
    valid_until: Option<NaiveDate>,
}

impl PlaceForm for GridForm {
    type Record = GridRecord;
    const KIND: ObjectKind = ObjectKind::Grid;

    fn resolve(saving: &mut Saving<'_>, entries: &[Entry<Self>]) -> Result<Vec<Option<Resolved<GridRecord>>>> {
        let regions: HashSet<&str> = entries.iter().map(|entry| entry.form.region_code.as_str()).collect();
        let codes: Vec<&str> = entries.iter().map(|entry| entry.form.code.as_str()).collect();
        let known = lookup::regions(saving, regions)?;
        let sites = lookup::sites(saving, entries.iter().map(|entry| &entry.form.site))?;
        // Not limited to the scope: a code is taken wherever it is.
        let existing: Vec<GridRecord> = grids::table
            .filter(one_of("grids.code", codes).or(one_of_ids("grids.id", lookup::ids(entries))))
            .select(GridRecord::as_select())
            .load(saving.connection)?;
        let kept = existing.iter().filter(|grid| saving.scope.covers(&grid.region_code));
        let by_id: HashMap<Uuid, &GridRecord> = kept.map(|grid| (grid.id, grid)).collect();
        let by_code: HashMap<&str, &GridRecord> = existing.iter().map(|grid| (grid.code.as_str(), grid)).collect();
        let mut once = Once::new();
        let mut resolved = Vec::with_capacity(entries.len());
        for entry in entries {
            let (row, form) = (entry.row, &entry.form);
            let mut fits = once.first(saving, row, "code", form.code.as_str());
            fits &= lookup::check_region(saving, &known, row, &form.region_code);
            if !is_grid_code(&form.code, &form.region_code) {
                saving.wrong(row, "code", "网格编码要有 15 位数字，开头是所属区划的代码。");
                fits = false;
            }
            let site = sites.find(&form.site);
            if let Err(why) = &site {
                saving.wrong(row, "site_id", why);
            }
            let same: Vec<&GridRecord> = by_code.get(form.code.as_str()).copied().into_iter().collect();
            if same.iter().any(|grid| !by_id.contains_key(&grid.id)) {
                saving.wrong(row, "code", "这个编码已经用在您管理的范围之外。");
                fits = false;
            }
            let before = pick(saving, entry, &by_id, &same, "code", |grid| grid.id);
            let fitting = before.filter(|_| fits).zip(site.ok());
            resolved.push(fitting.map(|(before, site_id)| Resolved {
                after: GridRecord {
                    id: before.map_or_else(|| saving.id(), |grid| grid.id),
                    code: form.code.clone(),
                    region_code: form.region_code.clone(),
                    site_id,
                    name: form.name.clone(),
                    place: form.place.clone(),
                    valid_until: form.valid_until,
                },
                before: before.cloned(),
            }));
        }
        Ok(resolved)
    }

    fn insert(saving: &mut Saving<'_>, records: &[&GridRecord]) -> Result<()> {
        for records in records.chunks(CHUNK) {
            diesel::insert_into(grids::table)
                .values(records.to_vec())
                .execute(saving.connection)?;
        }
        Ok(())
    }

    fn update(saving: &mut Saving<'_>, record: &GridRecord) -> Result<()> {
        diesel::update(record).set(record).execute(saving.connection)?;
        Ok(())
    }

    fn name(record: &GridRecord) -> (String, String, String) {
        (record.id.to_string(), record.name.clone(), record.region_code.clone())
    }
}
