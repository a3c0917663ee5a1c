//! The ledger (台账): every submission of a scope in one row, with filters; and what is taken out of it.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, NullableExpressionMethods, QueryDsl, RunQueryDsl,
    dsl::sql,
    sql_types::{Nullable, Text},
};
use minyi_domain::{
    handover::ResultClass,
    lifecycle::State,
    people::Scope,
    rates::Measure,
    submission::{Channel, Kind, Satisfaction},
};
use uuid::Uuid;

use crate::{
    Cursor, Page, Result, Store,
    page::one_more,
    schema::{deputies, grids, sites, submissions},
    scope::{division_by_division, submissions_in},
    word::Word,
};

mod exports;
mod filter;
mod records;

pub use exports::{Export, ExportKind, ExportRow};
pub(crate) use filter::{FALLS_DUE, LAST_HANDOVER, condition, within_period};
pub use filter::{LedgerFilter, Pick, RegionPick};
pub use records::Record;

/// Rows that are read at once when a whole list is taken out.
const BATCH: i64 = 500;
/// What the list shows of a text, in characters.
const SUMMARY: usize = 120;

/// A submission in the ledger. No contact data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    pub id: Uuid,
    pub number: String,
    pub channel: Channel,
    pub kind: Kind,
    pub state: State,
    pub submitted_at: DateTime<Utc>,
    pub grid_name: String,
    pub site_name: String,
    /// The names of the category from the first level down, joined by `/`.
    pub category: Option<String>,
    /// The beginning of the text.
    pub summary: String,
    /// The responsible deputy; `None`: the station's staff, or the level above.
    pub handler: Option<String>,
    /// The office that has it, or had it last.
    pub office: Option<String>,
    /// The promise of the first answer.
    pub promised_at: DateTime<Utc>,
    pub first_answered_at: Option<DateTime<Utc>>,
    /// What the office said came of it.
    pub result: Option<ResultClass>,
    /// The kind of refusal, if it was declined.
    pub declined_as: Option<String>,
    /// The last rating: solved, and how content.
    pub rating: Option<(bool, Satisfaction)>,
    pub overdue: bool,
}

type Row = (
    (Uuid, String, Word<Channel>, Word<Kind>, Word<State>, DateTime<Utc>),
    (String, String, String, Option<String>, Option<String>, Option<String>),
    (DateTime<Utc>, Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    (Option<Word<ResultClass>>, Option<String>),
    (Option<bool>, Option<Word<Satisfaction>>),
    bool,
);

impl Store {
    /// A page of the ledger, newest first.
    pub fn ledger(
        &self,
        scope: &Scope,
        filter: &LedgerFilter,
        now: DateTime<Utc>,
        cursor: Option<Cursor>,
        limit: i64,
    ) -> Result<Page<LedgerRow>> {
        let mut query = submissions::table
            .inner_join(grids::table)
            .inner_join(sites::table)
            .left_join(deputies::table)
            .filter(submissions_in(scope))
            .order((submissions::submitted_at.desc(), submissions::id.desc()))
            .limit(one_more(limit))
            .select((
                (
                    submissions::id,
                    submissions::number,
                    submissions::channel,
                    submissions::kind,
                    submissions::state,
                    submissions::submitted_at,
                ),
                (
                    grids::name,
                    sites::name,
                    sql::<Text>(&format!("left(submissions.text, {SUMMARY})")),
                    deputies::name.nullable(),
                    sql::<Nullable<Text>>(&format!(
                        "(SELECT offices.name FROM offices WHERE offices.id = {LAST_HANDOVER})"
                    )),
                    sql::<Nullable<Text>>("(SELECT path FROM categories WHERE id = submissions.category_id)"),
                ),
                (
                    submissions::answer_due_at,
                    submissions::first_due_at,
                    submissions::first_answered_at,
                ),
                (
                    sql::<Nullable<Text>>(LAST_RESULT),
                    sql::<Nullable<Text>>("(SELECT name FROM decline_kinds WHERE code = submissions.decline_kind)"),
                ),
                (submissions::rated_solved, submissions::rated_satisfaction),
                sql::<diesel::sql_types::Bool>(&condition(Measure::Overdue, now)),
            ))
            .into_boxed();
        for condition in filter.conditions(now) {
            query = query.filter(condition);
        }
        if let Some(cursor) = cursor {
            query = query.filter(filter::after(cursor));
        }
        let rows: Vec<Row> = query.load(&mut *self.connection()?)?;
        let rows = rows.into_iter().map(ledger_row).collect();
        Ok(Page::cut(rows, limit, |row: &LedgerRow| Cursor {
            at: row.submitted_at,
            id: row.id,
        }))
    }

    /// How many rows the filter lets through.
    pub fn ledger_count(&self, scope: &Scope, filter: &LedgerFilter, now: DateTime<Utc>) -> Result<i64> {
        let mut query = submissions::table.filter(submissions_in(scope)).count().into_boxed();
        for condition in filter.conditions(now) {
            query = query.filter(condition);
        }
        if let Some(division) = filter.division_of_days(scope).and_then(division_by_division) {
            query = query.filter(division);
        }
        Ok(query.get_result(&mut *self.connection()?)?)
    }

    /// Hands the whole list to `each`, some hundred rows at a time; says how many there were.
    ///
    /// # Errors
    /// Those of the database, and whatever `each` refuses.
    pub fn ledger_in_batches<E: From<crate::Error>>(
        &self,
        scope: &Scope,
        filter: &LedgerFilter,
        now: DateTime<Utc>,
        mut each: impl FnMut(Vec<LedgerRow>) -> std::result::Result<(), E>,
    ) -> std::result::Result<i64, E> {
        let (mut cursor, mut count) = (None, 0);
        loop {
            let page = self.ledger(scope, filter, now, cursor, BATCH)?;
            count += i64::try_from(page.items.len()).unwrap_or(0);
            each(page.items)?;
            cursor = page.next;
            if cursor.is_none() {
                return Ok(count);
            }
        }
    }
}

const LAST_RESULT: &str = "(SELECT handover_answers.result FROM handover_submissions
    JOIN handovers ON handovers.id = handover_submissions.handover_id
    JOIN handover_answers ON handover_answers.handover_id = handovers.id
    WHERE handover_submissions.submission_id = submissions.id AND handovers.state NOT IN ('refused', 'withdrawn')
    ORDER BY handovers.handed_at DESC, handovers.id DESC, handover_answers.redo DESC LIMIT 1)";

fn ledger_row(row: Row) -> LedgerRow {
    let (
        (id, number, Word(channel), Word(kind), Word(state), submitted_at),
        (grid_name, site_name, summary, handler, office, category),
        (answer_due_at, first_due_at, first_answered_at),
        (result, declined_as),
        (solved, satisfaction),
        overdue,
    ) = row;
    LedgerRow {
        id,
        number,
        channel,
        kind,
        state,
        submitted_at,
        grid_name,
        site_name,
        category,
        summary,
        handler,
        office,
        promised_at: first_due_at.unwrap_or(answer_due_at),
        first_answered_at,
        result: result.map(|Word(result)| result),
        declined_as,
        rating: solved.zip(satisfaction.map(|Word(satisfaction)| satisfaction)),
        overdue,
    }
}
