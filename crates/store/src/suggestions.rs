//! What the program suggests for a submission, and the telling words by which it is found again.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, Connection as _, ExpressionMethods, NullableExpressionMethods, OptionalExtension,
    PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper, pg::Pg,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Result, Store, content, likes,
    schema::{categories, submission_suggestions, submission_terms, submissions, submissions_unread},
};

/// A submission that the program has not read yet.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = submissions, check_for_backend(Pg))]
pub struct Unread {
    pub id: Uuid,
    pub text: String,
}

/// What the program made of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSuggestion {
    pub submission_id: Uuid,
    /// Name of a category of level 1 with the confidence (0 to 1); none: the program does not know.
    pub category: Option<(String, f64)>,
    /// The words that spoke most for it.
    pub reason: Vec<String>,
    /// Fitting places of the scheme, the best first.
    pub candidates: Vec<Uuid>,
    /// Words of danger.
    pub danger: Vec<String>,
    /// Telling words with their weights; the squares sum up to 1.
    pub terms: Vec<(String, f64)>,
    /// Names the model.
    pub model: String,
}

/// Where a submission stands in the scheme, and what is suggested.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sorting {
    /// Id and path of the category that a person chose.
    pub category: Option<(Uuid, String)>,
    /// None: the program has not read it yet.
    pub suggestion: Option<Suggestion>,
}

/// A suggestion; a person decides.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// Name of a category of level 1; none: the program does not know.
    pub category: Option<String>,
    /// Between 0 and 1.
    pub confidence: Option<f64>,
    /// The words that spoke most for the category.
    pub reason: Vec<String>,
    /// Active places of the scheme (id, path), the best first; the last one is the category itself, if the scheme has
    /// it.
    pub candidates: Vec<(Uuid, String)>,
    /// Words of danger in the text: it may be urgent.
    pub danger: Vec<String>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = submission_suggestions, check_for_backend(Pg))]
struct Record {
    category: Option<String>,
    confidence: Option<f64>,
    reason: Value,
    candidates: Value,
    danger: Value,
}

impl Store {
    /// The next submissions that the program has not read, the oldest first.
    pub fn unread_submissions(&self, limit: i64) -> Result<Vec<Unread>> {
        Ok(submissions_unread::table
            .inner_join(submissions::table)
            .order(submissions_unread::submission_id)
            .limit(limit)
            .select(Unread::as_select())
            .load(&mut *self.connection()?)?)
    }

    /// Writes what the program made of a text, its terms, and the cluster that it belongs to, and lets its words be
    /// checked; `false`: somebody else did
    /// so before. A report on an official gets no terms.
    pub fn record_suggestion(&self, new: &NewSuggestion, now: DateTime<Utc>) -> Result<bool> {
        self.connection()?.transaction(|connection| {
            let id = new.submission_id;
            let taken = diesel::delete(submissions_unread::table.find(id)).execute(connection)?;
            if taken == 0 {
                return Ok(false);
            }
            // Locked, so that it cannot become confidential between this look and the terms.
            let (region_code, submitted_at, confidential): (String, DateTime<Utc>, Option<String>) = submissions::table
                .find(id)
                .select((
                    submissions::region_code,
                    submissions::submitted_at,
                    submissions::confidential_region,
                ))
                .for_share()
                .first(connection)?;
            let findable = confidential.is_none() && !new.terms.is_empty() && submitted_at > now - likes::WINDOW;
            let (category, confidence) = new.category.clone().unzip();
            diesel::insert_into(submission_suggestions::table)
                .values((
                    submission_suggestions::submission_id.eq(id),
                    submission_suggestions::category.eq(category),
                    submission_suggestions::confidence.eq(confidence),
                    submission_suggestions::reason.eq(json!(new.reason)),
                    submission_suggestions::candidates.eq(json!(new.candidates)),
                    submission_suggestions::danger.eq(json!(new.danger)),
                    submission_suggestions::model.eq(&new.model),
                    submission_suggestions::made_at.eq(now),
                    submission_suggestions::terms_from.eq(findable.then_some(submitted_at)),
                ))
                .execute(connection)?;
            content::await_words(connection, id, now)?;
            if findable {
                let county = likes::county(&region_code);
                keep_terms(connection, new, &county, submitted_at)?;
                likes::join_cluster(connection, id, &county, now)?;
            }
            Ok(true)
        })
    }
}

fn keep_terms(
    connection: &mut PgConnection,
    new: &NewSuggestion,
    county: &str,
    submitted_at: DateTime<Utc>,
) -> Result<()> {
    let rows: Vec<_> = new
        .terms
        .iter()
        .map(|(term, weight)| {
            (
                submission_terms::county.eq(county),
                submission_terms::term.eq(term),
                submission_terms::submitted_at.eq(submitted_at),
                submission_terms::submission_id.eq(new.submission_id),
                submission_terms::weight.eq(weight),
            )
        })
        .collect();
    diesel::insert_into(submission_terms::table)
        .values(rows)
        .execute(connection)?;
    Ok(())
}

/// The category and the suggestion of a submission whose reader was let through before.
pub fn sorting(connection: &mut PgConnection, id: Uuid) -> Result<Sorting> {
    let category: Option<(Uuid, String)> = submissions::table
        .inner_join(categories::table)
        .filter(submissions::id.eq(id))
        .select((categories::id, categories::path))
        .first(connection)
        .optional()?;
    let record: Option<Record> = submission_suggestions::table
        .find(id)
        .select(Record::as_select())
        .first(connection)
        .optional()?;
    let suggestion = record.map(|record| suggestion(connection, record)).transpose()?;
    Ok(Sorting { category, suggestion })
}

fn suggestion(connection: &mut PgConnection, record: Record) -> Result<Suggestion> {
    let ids: Vec<Uuid> = list(record.candidates);
    let named: Vec<(Uuid, String)> = categories::table
        .filter(categories::active)
        .filter(
            categories::id
                .eq_any(&ids)
                .or(categories::path.nullable().eq(&record.category)),
        )
        .select((categories::id, categories::path))
        .load(connection)?;
    let place = |id: &Uuid| named.iter().find(|(other, _)| other == id).cloned();
    let mut candidates: Vec<(Uuid, String)> = ids.iter().filter_map(place).collect();
    candidates.extend(named.iter().filter(|(id, _)| !ids.contains(id)).cloned());
    Ok(Suggestion {
        category: record.category,
        confidence: record.confidence,
        reason: list(record.reason),
        candidates,
        danger: list(record.danger),
    })
}

/// A list that this program wrote.
fn list<T: serde::de::DeserializeOwned>(value: Value) -> Vec<T> {
    serde_json::from_value(value).unwrap_or_default()
}
