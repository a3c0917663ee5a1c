//! Offices that handle matters (承办单位).

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::{
    AsChangeset, BoolExpressionMethods, Identifiable, Insertable, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper, pg::Pg,
};
use minyi_domain::audit::ObjectKind;
use serde::Serialize;
use uuid::Uuid;

use super::{
    CHUNK, Entry, PlaceForm, Resolved, Saving,
    filter::{one_of, one_of_ids, within},
    lookup::{self, Once, pick},
};
use crate::{Result, schema::offices};

/// An office as it is filled in; its natural key is the division and the name.
#[derive(Debug, Clone)]
pub struct OfficeForm {
    pub name: String,
    pub region_code: String,
    /// First day on which it no longer handles matters.
    pub valid_until: Option<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = offices, check_for_backend(Pg), treat_none_as_null = true)]
pub struct OfficeRecord {
    id: Uuid,
    name: String,
    region_code: String,
    valid_until: Option<NaiveDate>,
}

impl PlaceForm for OfficeForm {
    type Record = OfficeRecord;
    const KIND: ObjectKind = ObjectKind::Office;

    fn resolve(saving: &mut Saving<'_>, entries: &[Entry<Self>]) -> Result<Vec<Option<Resolved<OfficeRecord>>>> {
        let codes: HashSet<&str> = entries.iter().map(|entry| entry.form.region_code.as_str()).collect();
        let names: Vec<&str> = entries.iter().map(|entry| entry.form.name.as_str()).collect();
        let known = lookup::regions(saving, codes)?;
        let existing: Vec<OfficeRecord> = offices::table
            .filter(within(&saving.scope, "offices.region_code"))
            .filter(one_of("offices.name", names).or(one_of_ids("offices.id", lookup::ids(entries))))
            .select(OfficeRecord::as_select())
            .load(saving.connection)?;
        let by_id: HashMap<Uuid, &OfficeRecord> = existing.iter().map(|office| (office.id, office)).collect();
        let mut by_key: HashMap<(&str, &str), Vec<&OfficeRecord>> = HashMap::new();
        for office in &existing {
            by_key
                .entry((office.region_code.as_str(), office.name.as_str()))
                .or_default()
                .push(office);
        }
        let mut once = Once::new();
        let mut resolved = Vec::with_capacity(entries.len());
        for entry in entries {
            let (row, form) = (entry.row, &entry.form);
            let key = (form.region_code.as_str(), form.name.as_str());
            let mut fits = once.first(saving, row, "name", key);
            fits &= lookup::check_region(saving, &known, row, &form.region_code);
            let same = by_key.get(&key).map_or(&[][..], Vec::as_slice);
            let before = pick(saving, entry, &by_id, same, "name", |office| office.id);
            resolved.push(before.filter(|_| fits).map(|before| Resolved {
                after: OfficeRecord {
                    id: before.map_or_else(|| saving.id(), |office| office.id),
                    name: form.name.clone(),
                    region_code: form.region_code.clone(),
                    valid_until: form.valid_until,
                },
                before: before.cloned(),
            }));
        }
        Ok(resolved)
    }

    fn insert(saving: &mut Saving<'_>, records: &[&OfficeRecord]) -> Result<()> {
        for records in records.chunks(CHUNK) {
            diesel::insert_into(offices::table)
                .values(records.to_vec())
                .execute(saving.connection)?;
        }
        Ok(())
    }

    fn update(saving: &mut Saving<'_>, record: &OfficeRecord) -> Result<()> {
        diesel::update(record).set(record).execute(saving.connection)?;
        Ok(())
    }

    fn name(record: &OfficeRecord) -> (String, String, String) {
        (record.id.to_string(), record.name.clone(), record.region_code.clone())
    }
}
