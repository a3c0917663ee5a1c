//! Sites (中心、家、站、点、工作室、流动站、网上站), a tree.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::{
    AsChangeset, BoolExpressionMethods, ExpressionMethods, Identifiable, Insertable, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper, pg::Pg,
};
use minyi_domain::{audit::ObjectKind, places::SiteKind};
use serde::Serialize;
use uuid::Uuid;

use super::{
    CHUNK, Entry, PlaceForm, Resolved, Saving,
    filter::{one_of, one_of_ids, within},
    lookup::{self, Once, SiteRef, pick},
};
use crate::{
    Result,
    schema::{grids, sites},
};

/// A site as it is filled in; its natural key is the division and the name.
#[derive(Debug, Clone)]
pub struct SiteForm {
    pub kind: SiteKind,
    pub name: String,
    pub region_code: String,
    /// The site above, which may come with the same rows.
    pub parent: Option<SiteRef>,
    pub address: String,
    pub hotline: Option<String>,
    pub opening_hours: String,
    /// Degrees, WGS84; both or none.
    pub position: Option<(f64, f64)>,
    /// First day on which it is closed.
    pub valid_until: Option<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = sites, check_for_backend(Pg), treat_none_as_null = true)]
pub struct SiteRecord {
    id: Uuid,
    kind: String,
    name: String,
    region_code: String,
    parent_id: Option<Uuid>,
    address: String,
    hotline: Option<String>,
    opening_hours: String,
    longitude: Option<f64>,
    latitude: Option<f64>,
    valid_until: Option<NaiveDate>,
}

impl SiteForm {
    fn record(&self, id: Uuid, parent_id: Option<Uuid>) -> SiteRecord {
        SiteRecord {
            id,
            kind: self.kind.as_str().to_owned(),
            name: self.name.clone(),
            region_code: self.region_code.clone(),
            parent_id,
            address: self.address.clone(),
            hotline: self.hotline.clone(),
            opening_hours: self.opening_hours.clone(),
            longitude: self.position.map(|(longitude, _)| longitude),
            latitude: self.position.map(|(_, latitude)| latitude),
            valid_until: self.valid_until,
        }
    }
}

impl PlaceForm for SiteForm {
    type Record = SiteRecord;
    const KIND: ObjectKind = ObjectKind::Site;

    fn resolve(saving: &mut Saving<'_>, entries: &[Entry<Self>]) -> Result<Vec<Option<Resolved<SiteRecord>>>> {
        let codes: HashSet<&str> = entries.iter().map(|entry| entry.form.region_code.as_str()).collect();
        let names: Vec<&str> = entries.iter().map(|entry| entry.form.name.as_str()).collect();
        let known = lookup::regions(saving, codes)?;
        let existing: Vec<SiteRecord> = sites::table
            .filter(within(&saving.scope, "sites.region_code"))
            .filter(one_of("sites.name", names).or(one_of_ids("sites.id", lookup::ids(entries))))
            .select(SiteRecord::as_select())
            .load(saving.connection)?;
        let by_id: HashMap<Uuid, &SiteRecord> = existing.iter().map(|site| (site.id, site)).collect();
        let mut by_key: HashMap<(&str, &str), Vec<&SiteRecord>> = HashMap::new();
        for site in &existing {
            by_key
                .entry((site.region_code.as_str(), site.name.as_str()))
                .or_default()
                .push(site);
        }
        let parents = entries.iter().filter_map(|entry| entry.form.parent.as_ref());
        let mut named = lookup::sites(saving, parents)?;
        let mut once = Once::new();
        let mut ids = Vec::with_capacity(entries.len());
        for entry in entries {
            let (row, form) = (entry.row, &entry.form);
            let key = (form.region_code.as_str(), form.name.as_str());
            let mut fits = once.first(saving, row, "name", key);
            fits &= lookup::check_region(saving, &known, row, &form.region_code);
            let same = by_key.get(&key).map_or(&[][..], Vec::as_slice);
            let before = pick(saving, entry, &by_id, same, "name", |site| site.id).filter(|_| fits);
            let id = before.map(|before| before.map_or_else(|| saving.id(), |site| site.id));
            if let Some(id) = id {
                named.add(id, form.name.clone());
            }
            ids.push(before.zip(id));
        }
        let mut resolved = Vec::with_capacity(entries.len());
        for (entry, id) in entries.iter().zip(ids) {
            let parent = entry.form.parent.as_ref().map(|parent| named.find(parent));
            let parent = match parent.transpose() {
                Ok(parent) => parent,
                Err(why) => {
                    saving.wrong(entry.row, "parent_id", why);
                    resolved.push(None);
                    continue;
                }
            };
            resolved.push(id.map(|(before, id)| Resolved {
                before: before.cloned(),
                after: entry.form.record(id, parent),
            }));
        }
        refuse_circles(saving, entries, &resolved)?;
        refuse_closing_with_grids(saving, entries, &resolved)?;
        Ok(resolved)
    }

    fn insert(saving: &mut Saving<'_>, records: &[&SiteRecord]) -> Result<()> {
        // A parent may stand after its children: first all rows, then who is above whom.
        for records in records.chunks(CHUNK) {
            let rows: Vec<SiteRecord> = records
                .iter()
                .map(|site| SiteRecord {
                    parent_id: None,
                    ..(*site).clone()
                })
                .collect();
            diesel::insert_into(sites::table)
                .values(rows)
                .execute(saving.connection)?;
        }
        for site in records.iter().filter(|site| site.parent_id.is_some()) {
            Self::update(saving, site)?;
        }
        Ok(())
    }

    fn update(saving: &mut Saving<'_>, record: &SiteRecord) -> Result<()> {
        diesel::update(record).set(record).execute(saving.connection)?;
        Ok(())
    }

    fn name(record: &SiteRecord) -> (String, String, String) {
        (record.id.to_string(), record.name.clone(), record.region_code.clone())
    }
}

/// A site may not stand above itself.
fn refuse_circles(
    saving: &mut Saving<'_>,
    entries: &[Entry<SiteForm>],
    resolved: &[Option<Resolved<SiteRecord>>],
) -> Result<()> {
    let all: Vec<(Uuid, Option<Uuid>)> = sites::table
        .filter(sites::parent_id.is_not_null())
        .select((sites::id, sites::parent_id))
        .load(saving.connection)?;
    let mut above: HashMap<Uuid, Option<Uuid>> = all.into_iter().collect();
    let rows = resolved.iter().flatten();
    above.extend(rows.map(|site| (site.after.id, site.after.parent_id)));
    for (entry, site) in entries.iter().zip(resolved) {
        let Some(site) = site else { continue };
        let mut seen = HashSet::from([site.after.id]);
        let mut at = site.after.parent_id;
        while let Some(parent) = at {
            if !seen.insert(parent) {
                saving.wrong(entry.row, "parent_id", "上级站点绕成了圈，请核对。");
                break;
            }
            at = above.get(&parent).copied().flatten();
        }
    }
    Ok(())
}

/// A grid in force needs an open site.
fn refuse_closing_with_grids(
    saving: &mut Saving<'_>,
    entries: &[Entry<SiteForm>],
    resolved: &[Option<Resolved<SiteRecord>>],
) -> Result<()> {
    let closing: Vec<Uuid> = resolved
        .iter()
        .flatten()
        .filter(|site| site.after.valid_until.is_some())
        .map(|site| site.after.id)
        .collect();
    if closing.is_empty() {
        return Ok(());
    }
    let held: Vec<Uuid> = grids::table
        .filter(one_of_ids("grids.site_id", closing))
        .filter(grids::valid_until.is_null())
        .select(grids::site_id)
        .distinct()
        .load(saving.connection)?;
    for (entry, site) in entries.iter().zip(resolved) {
        let Some(site) = site else { continue };
        if site.after.valid_until.is_some() && held.contains(&site.after.id) {
            saving.wrong(entry.row, "valid_until", "还有网格归这个站点，请先把它们转到别的站点。");
        }
    }
    Ok(())
}
