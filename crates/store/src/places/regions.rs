//! Divisions (行政区划).

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::{AsChangeset, Insertable, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper, pg::Pg};
use minyi_domain::{audit::ObjectKind, places::division_above};
use serde::Serialize;

use super::{CHUNK, Entry, PlaceForm, Resolved, Saving, Target, filter::one_of, lookup::Once};
use crate::{Result, schema::regions};

/// A division as it is filled in; its code is its natural key.
#[derive(Debug, Clone)]
pub struct RegionForm {
    /// Without trailing zeros.
    pub code: String,
    pub name: String,
    pub valid_from: Option<NaiveDate>,
    /// First day on which it no longer exists.
    pub valid_until: Option<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = regions, primary_key(code), check_for_backend(Pg), treat_none_as_null = true)]
pub struct RegionRecord {
    code: String,
    name: String,
    valid_from: Option<NaiveDate>,
    valid_until: Option<NaiveDate>,
}

impl PlaceForm for RegionForm {
    type Record = RegionRecord;
    const KIND: ObjectKind = ObjectKind::Region;

    fn resolve(saving: &mut Saving<'_>, entries: &[Entry<Self>]) -> Result<Vec<Option<Resolved<RegionRecord>>>> {
        let codes: HashSet<&str> = entries.iter().map(|entry| entry.form.code.as_str()).collect();
        let above: HashSet<&str> = codes.iter().filter_map(|code| division_above(code)).collect();
        let existing: Vec<RegionRecord> = regions::table
            .filter(one_of("regions.code", codes.iter().chain(&above).copied()))
            .select(RegionRecord::as_select())
            .load(saving.connection)?;
        let existing: HashMap<String, RegionRecord> = existing
            .into_iter()
            .map(|region| (region.code.clone(), region))
            .collect();
        let mut once = Once::new();
        let mut resolved = Vec::with_capacity(entries.len());
        for Entry { row, target, form } in entries {
            let code = form.code.as_str();
            let mut fits = once.first(saving, *row, "code", code);
            if !saving.scope.covers(code) {
                saving.wrong(*row, "code", format!("区划 {code} 不在您管理的范围内。"));
                fits = false;
            }
            // A county alone needs no province; a village without its township is a mistyped code.
            let upper = division_above(code).filter(|_| code.len() > 6);
            if let Some(upper) = upper.filter(|upper| !codes.contains(upper) && !existing.contains_key(*upper)) {
                saving.wrong(
                    *row,
                    "code",
                    format!("没有上级区划 {upper}，请先加上它，或者核对代码。"),
                );
                fits = false;
            }
            let before = existing.get(code).cloned();
            match (target, &before) {
                (Target::New, Some(_)) => {
                    saving.wrong(*row, "code", format!("区划 {code} 已经有了。"));
                    fits = false;
                }
                (Target::This(_), None) => saving.missing = true,
                _ => {}
            }
            resolved.push(fits.then(|| Resolved {
                before,
                after: RegionRecord {
                    code: form.code.clone(),
                    name: form.name.clone(),
                    valid_from: form.valid_from,
                    valid_until: form.valid_until,
                },
            }));
        }
        Ok(resolved)
    }

    fn insert(saving: &mut Saving<'_>, records: &[&RegionRecord]) -> Result<()> {
        for records in records.chunks(CHUNK) {
            diesel::insert_into(regions::table)
                .values(records.to_vec())
                .execute(saving.connection)?;
        }
        Ok(())
    }

    fn update(saving: &mut Saving<'_>, record: &RegionRecord) -> Result<()> {
        diesel::update(regions::table.find(&record.code))
            .set(record)
            .execute(saving.connection)?;
        Ok(())
    }

    fn name(record: &RegionRecord) -> (String, String, String) {
        (record.code.clone(), record.name.clone(), record.code.clone())
    }
}
