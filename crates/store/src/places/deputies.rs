//! Deputies (人大代表), with what each lets everybody read.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::{
    AsChangeset, BoolExpressionMethods, ExpressionMethods, Identifiable, Insertable, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper, pg::Pg,
};
use minyi_domain::{audit::ObjectKind, people::DeputyLevel};
use serde::Serialize;
use uuid::Uuid;

use super::{
    CHUNK, Entry, PlaceForm, Resolved, Saving, Target,
    filter::{one_of, one_of_ids},
    lists::deputies_within,
    lookup::{self, Once, SiteRef, pick},
};
use crate::{
    Result,
    schema::{deputies, deputy_terms},
};

/// A deputy as it is filled in; the natural key is the number, or name, level and division.
#[derive(Debug, Clone)]
pub struct DeputyForm {
    /// 代表证号.
    pub number: Option<String>,
    pub name: String,
    pub level: DeputyLevel,
    /// The division that looks after the deputy.
    pub region_code: String,
    pub site: Option<SiteRef>,
    pub workplace: String,
    pub title: String,
    pub introduction: String,
    pub office_phone: Option<String>,
    pub publishes_name: bool,
    pub publishes_workplace: bool,
    pub publishes_phone: bool,
    pub publishes_photo: bool,
    /// Such as 第十八届; written down with a new deputy only.
    pub term_name: String,
    pub term_from: NaiveDate,
    /// First day on which the term no longer runs.
    pub term_until: Option<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = deputies, check_for_backend(Pg), treat_none_as_null = true)]
pub struct DeputyRow {
    id: Uuid,
    public_token: String,
    name: String,
    level: String,
    site_id: Option<Uuid>,
    workplace: String,
    title: String,
    introduction: String,
    office_phone: Option<String>,
    publishes_name: bool,
    publishes_workplace: bool,
    publishes_phone: bool,
    publishes_photo: bool,
    term_from: NaiveDate,
    term_until: Option<NaiveDate>,
    number: Option<String>,
    region_code: Option<String>,
}

/// A deputy's row and the name of the latest term.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeputyRecord {
    #[serde(flatten)]
    row: DeputyRow,
    term_name: String,
}

impl DeputyForm {
    fn record(&self, before: Option<&DeputyRecord>, new_id: Uuid, site_id: Option<Uuid>) -> DeputyRecord {
        let kept = before.map(|before| before.term_name.as_str()).unwrap_or_default();
        let term_name = if self.term_name.is_empty() {
            kept
        } else {
            &self.term_name
        };
        DeputyRecord {
            term_name: term_name.to_owned(),
            row: DeputyRow {
                id: before.map_or(new_id, |before| before.row.id),
                // Stands in the address of a public page: no secret.
                public_token: before
                    .map_or_else(|| new_id.simple().to_string(), |before| before.row.public_token.clone()),
                name: self.name.clone(),
                level: self.level.as_str().to_owned(),
                site_id,
                workplace: self.workplace.clone(),
                title: self.title.clone(),
                introduction: self.introduction.clone(),
                office_phone: self.office_phone.clone(),
                publishes_name: self.publishes_name,
                publishes_workplace: self.publishes_workplace,
                publishes_phone: self.publishes_phone,
                publishes_photo: self.publishes_photo,
                term_from: self.term_from,
                term_until: self.term_until,
                number: self.number.clone(),
                region_code: Some(self.region_code.clone()),
            },
        }
    }
}

/// The deputies that the entries may mean: of their ids, numbers and names; of the scope only.
fn existing(saving: &mut Saving<'_>, entries: &[Entry<DeputyForm>]) -> Result<Vec<DeputyRecord>> {
    let names: Vec<&str> = entries.iter().map(|entry| entry.form.name.as_str()).collect();
    let numbers: Vec<&str> = entries
        .iter()
        .filter_map(|entry| entry.form.number.as_deref())
        .collect();
    let asked = one_of("deputies.name", names)
        .or(one_of("deputies.number", numbers))
        .or(one_of_ids("deputies.id", lookup::ids(entries)));
    let rows: Vec<DeputyRow> = deputies::table
        .filter(deputies_within(&saving.scope))
        .filter(asked)
        .select(DeputyRow::as_select())
        .load(saving.connection)?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let terms: Vec<(Uuid, String)> = deputy_terms::table
        .filter(one_of_ids("deputy_terms.deputy_id", ids))
        .order(deputy_terms::valid_from)
        .select((deputy_terms::deputy_id, deputy_terms::name))
        .load(saving.connection)?;
    // The latest comes last and stays.
    let mut terms: HashMap<Uuid, String> = terms.into_iter().collect();
    let record = |row: DeputyRow| DeputyRecord {
        term_name: terms.remove(&row.id).unwrap_or_default(),
        row,
    };
    Ok(rows.into_iter().map(record).collect())
}

/// Numbers that belong to deputies outside of the scope.
fn taken_elsewhere(
    saving: &mut Saving<'_>,
    entries: &[Entry<DeputyForm>],
    own: &[DeputyRecord],
) -> Result<HashSet<String>> {
    let numbers: Vec<&str> = entries
        .iter()
        .filter_map(|entry| entry.form.number.as_deref())
        .collect();
    let own: HashSet<Uuid> = own.iter().map(|deputy| deputy.row.id).collect();
    let taken: Vec<(Uuid, Option<String>)> = deputies::table
        .filter(one_of("deputies.number", numbers))
        .select((deputies::id, deputies::number))
        .load(saving.connection)?;
    let elsewhere = taken.into_iter().filter(|(id, _)| !own.contains(id));
    Ok(elsewhere.filter_map(|(_, number)| number).collect())
}

impl PlaceForm for DeputyForm {
    type Record = DeputyRecord;
    const KIND: ObjectKind = ObjectKind::Deputy;

    fn resolve(saving: &mut Saving<'_>, entries: &[Entry<Self>]) -> Result<Vec<Option<Resolved<DeputyRecord>>>> {
        let regions: HashSet<&str> = entries.iter().map(|entry| entry.form.region_code.as_str()).collect();
        let known = lookup::regions(saving, regions)?;
        let sites = lookup::sites(saving, entries.iter().filter_map(|entry| entry.form.site.as_ref()))?;
        let existing = existing(saving, entries)?;
        let taken = taken_elsewhere(saving, entries, &existing)?;
        let by_id: HashMap<Uuid, &DeputyRecord> = existing.iter().map(|deputy| (deputy.row.id, deputy)).collect();
        let mut by_number: HashMap<&str, Vec<&DeputyRecord>> = HashMap::new();
        let mut by_name: HashMap<(&str, &str, Option<&str>), Vec<&DeputyRecord>> = HashMap::new();
        for deputy in &existing {
            let row = &deputy.row;
            if let Some(number) = &row.number {
                by_number.entry(number).or_default().push(deputy);
            }
            let key = (row.name.as_str(), row.level.as_str(), row.region_code.as_deref());
            by_name.entry(key).or_default().push(deputy);
        }
        let mut once = Once::new();
        let mut resolved = Vec::with_capacity(entries.len());
        for entry in entries {
            let (row, form) = (entry.row, &entry.form);
            let name = (form.name.as_str(), form.level.as_str(), Some(form.region_code.as_str()));
            let by_key = entry.target == Target::ByKey;
            let namesakes = by_name.get(&name).into_iter().flatten().copied();
            let unnumbered = |deputy: &&DeputyRecord| deputy.row.number.is_none();
            let (field, key, same): (_, _, Vec<_>) = match form.number.as_deref() {
                Some(number) => {
                    let known = by_number.get(number).cloned().unwrap_or_default();
                    // Who comes with a number for the first time was known by the name.
                    let first_time = known.is_empty() && by_key;
                    let same = if first_time {
                        namesakes.filter(unnumbered).collect()
                    } else {
                        known
                    };
                    ("number", (number, "", None), same)
                }
                None => (
                    "name",
                    name,
                    namesakes.filter(|deputy| by_key || unnumbered(deputy)).collect(),
                ),
            };
            let mut fits = once.first(saving, row, field, key);
            fits &= lookup::check_region(saving, &known, row, &form.region_code);
            if form.number.as_ref().is_some_and(|number| taken.contains(number)) {
                saving.wrong(row, "number", "这个代表证号已经是别人的。");
                fits = false;
            }
            let site = form.site.as_ref().map(|site| sites.find(site)).transpose();
            if let Err(why) = &site {
                saving.wrong(row, "site_id", why);
            }
            let before = pick(saving, entry, &by_id, &same, field, |deputy| deputy.row.id);
            let fitting = before.filter(|_| fits).zip(site.ok());
            resolved.push(fitting.map(|(before, site_id)| Resolved {
                after: form.record(before, saving.id(), site_id),
                before: before.cloned(),
            }));
        }
        Ok(resolved)
    }

    fn insert(saving: &mut Saving<'_>, records: &[&DeputyRecord]) -> Result<()> {
        for records in records.chunks(CHUNK) {
            let rows: Vec<&DeputyRow> = records.iter().map(|deputy| &deputy.row).collect();
            diesel::insert_into(deputies::table)
                .values(rows)
                .execute(saving.connection)?;
            let terms: Vec<_> = records.iter().map(|deputy| first_term(deputy)).collect();
            diesel::insert_into(deputy_terms::table)
                .values(terms)
                .execute(saving.connection)?;
        }
        Ok(())
    }

    fn update(saving: &mut Saving<'_>, record: &DeputyRecord) -> Result<()> {
        let row = &record.row;
        diesel::update(row).set(row).execute(saving.connection)?;
        let terms: Vec<NaiveDate> = deputy_terms::table
            .filter(deputy_terms::deputy_id.eq(row.id))
            .order(deputy_terms::valid_from)
            .select(deputy_terms::valid_from)
            .load(saving.connection)?;
        let Some(&latest) = terms.last() else {
            diesel::insert_into(deputy_terms::table)
                .values(first_term(record))
                .execute(saving.connection)?;
            return Ok(());
        };
        // The only term begins with the service; of several the earlier ones stay as they are.
        let from = if terms.len() == 1 { row.term_from } else { latest };
        diesel::update(deputy_terms::table.find((row.id, latest)))
            .set((
                deputy_terms::name.eq(&record.term_name),
                deputy_terms::valid_from.eq(from),
                deputy_terms::valid_until.eq(row.term_until),
            ))
            .execute(saving.connection)?;
        Ok(())
    }

    fn name(record: &DeputyRecord) -> (String, String, String) {
        let row = &record.row;
        (
            row.id.to_string(),
            row.name.clone(),
            row.region_code.clone().unwrap_or_default(),
        )
    }
}

type Term<'a> = (
    diesel::dsl::Eq<deputy_terms::deputy_id, Uuid>,
    diesel::dsl::Eq<deputy_terms::name, &'a str>,
    diesel::dsl::Eq<deputy_terms::valid_from, NaiveDate>,
    diesel::dsl::Eq<deputy_terms::valid_until, Option<NaiveDate>>,
);

fn first_term(deputy: &DeputyRecord) -> Term<'_> {
    (
        deputy_terms::deputy_id.eq(deputy.row.id),
        deputy_terms::name.eq(deputy.term_name.as_str()),
        deputy_terms::valid_from.eq(deputy.row.term_from),
        deputy_terms::valid_until.eq(deputy.row.term_until),
    )
}
