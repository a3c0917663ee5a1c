use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableExpression, SelectableHelper,
    dsl::{count_star, sql},
    pg::Pg,
    sql_types::Bool,
};
use minyi_domain::{
    lifecycle::State,
    people::Scope,
    submission::{Kind, Satisfaction, Urgency},
};
use uuid::Uuid;

use crate::{
    Cursor, Page, Result, Store,
    page::one_more,
    receipts::CloseReason,
    schema::{grids, photos, submissions},
    scope::{Condition, submissions_in},
    word::Word,
};

/// Which submissions an inbox shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InboxFilter {
    /// Empty: all states.
    pub states: Vec<State>,
    /// Only those that await an answer, the most urgent first; `states` does not count then.
    pub open_only: bool,
    /// Only those that owe an answer (what waits for the resident does not) and are due later than this…
    pub due_after: Option<DateTime<Utc>>,
    /// …and not later than this.
    pub due_until: Option<DateTime<Utc>>,
}

/// A submission in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxItem {
    pub id: Uuid,
    pub number: String,
    pub kind: Kind,
    pub state: State,
    pub text: String,
    pub place: String,
    pub grid_name: String,
    pub submitted_at: DateTime<Utc>,
    pub answer_due_at: DateTime<Utc>,
    /// A year of the deadline was not yet announced.
    pub answer_due_provisional: bool,
    /// The answer is missing and the time is over.
    pub overdue: bool,
    pub photo_count: i64,
    pub urgency: Urgency,
    /// A report on an official.
    pub confidential: bool,
    /// The level above answers.
    pub handled_above: bool,
    /// Why it is closed.
    pub close_reason: Option<CloseReason>,
    /// The last rating.
    pub satisfaction: Option<Satisfaction>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = submissions, check_for_backend(Pg))]
struct ItemRecord {
    id: Uuid,
    number: String,
    #[diesel(deserialize_as = Word<Kind>)]
    kind: Kind,
    #[diesel(deserialize_as = Word<State>)]
    state: State,
    text: String,
    #[diesel(select_expression = grids::place)]
    place: String,
    #[diesel(select_expression = grids::name)]
    grid_name: String,
    submitted_at: DateTime<Utc>,
    answer_due_at: DateTime<Utc>,
    answer_due_provisional: bool,
    overdue_at: Option<DateTime<Utc>>,
    #[diesel(deserialize_as = Word<Urgency>)]
    urgency: Urgency,
    confidential_region: Option<String>,
    handled_above: bool,
    close_reason: Option<Word<CloseReason>>,
    rated_satisfaction: Option<Word<Satisfaction>>,
}

impl Store {
    /// The submissions in a scope, newest first; with `open_only` by the date the answer is due.
    pub fn inbox(
        &self,
        scope: &Scope,
        filter: &InboxFilter,
        cursor: Option<Cursor>,
        limit: i64,
    ) -> Result<Page<InboxItem>> {
        let mut connection = self.connection()?;
        let mut query = submissions::table
            .inner_join(grids::table)
            .filter(submissions_in(scope))
            .limit(one_more(limit))
            .select(ItemRecord::as_select())
            .into_boxed();
        query = if filter.open_only {
            // Literally the condition of the partial index over open submissions.
            query
                .filter(sql::<Bool>(
                    "submissions.state IN ('registered', 'accepted', 'awaiting_resident', 'handed_over', 'reopened')",
                ))
                .order((submissions::answer_due_at.asc(), submissions::id.asc()))
        } else {
            query.order((submissions::submitted_at.desc(), submissions::id.desc()))
        };
        if !filter.open_only && !filter.states.is_empty() {
            let words: Vec<&str> = filter.states.iter().map(|state| state.as_str()).collect();
            query = query.filter(submissions::state.eq_any(words));
        }
        if filter.due_after.is_some() || filter.due_until.is_some() {
            query = query.filter(submissions::state.ne(State::AwaitingResident.as_str()));
        }
        if let Some(at) = filter.due_after {
            query = query.filter(submissions::answer_due_at.gt(at));
        }
        if let Some(at) = filter.due_until {
            query = query.filter(submissions::answer_due_at.le(at));
        }
        if let Some(cursor) = cursor {
            query = query.filter(after(cursor, filter.open_only));
        }
        let records: Vec<ItemRecord> = query.load(&mut *connection)?;
        let photos = photo_counts(&mut connection, &records)?;
        let items = records.into_iter().map(|record| item(record, &photos)).collect();
        Ok(Page::cut(items, limit, |item| position(item, filter.open_only)))
    }
}

fn position(item: &InboxItem, open_only: bool) -> Cursor {
    let at = if open_only {
        item.answer_due_at
    } else {
        item.submitted_at
    };
    Cursor { at, id: item.id }
}

/// What comes after the cursor in the order of the list.
fn after<From: 'static>(Cursor { at, id }: Cursor, open_only: bool) -> Condition<From>
where
    submissions::answer_due_at: SelectableExpression<From>,
    submissions::submitted_at: SelectableExpression<From>,
    submissions::id: SelectableExpression<From>,
{
    if open_only {
        let same = submissions::answer_due_at.eq(at).and(submissions::id.gt(id));
        Box::new(submissions::answer_due_at.gt(at).or(same))
    } else {
        let same = submissions::submitted_at.eq(at).and(submissions::id.lt(id));
        Box::new(submissions::submitted_at.lt(at).or(same))
    }
}

fn photo_counts(connection: &mut PgConnection, records: &[ItemRecord]) -> Result<HashMap<Uuid, i64>> {
    let ids: Vec<Uuid> = records.iter().map(|record| record.id).collect();
    let rows: Vec<(Option<Uuid>, i64)> = photos::table
        .filter(photos::submission_id.eq_any(ids))
        .group_by(photos::submission_id)
        .select((photos::submission_id, count_star()))
        .load(connection)?;
    Ok(rows.into_iter().filter_map(|(id, count)| Some((id?, count))).collect())
}

fn item(record: ItemRecord, photos: &HashMap<Uuid, i64>) -> InboxItem {
    InboxItem {
        photo_count: photos.get(&record.id).copied().unwrap_or(0),
        overdue: record.overdue_at.is_some() && record.state.awaits_answer(),
        id: record.id,
        number: record.number,
        kind: record.kind,
        state: record.state,
        text: record.text,
        place: record.place,
        grid_name: record.grid_name,
        submitted_at: record.submitted_at,
        answer_due_at: record.answer_due_at,
        answer_due_provisional: record.answer_due_provisional,
        urgency: record.urgency,
        confidential: record.confidential_region.is_some(),
        handled_above: record.handled_above,
        close_reason: record.close_reason.map(|word| word.0),
        satisfaction: record.rated_satisfaction.map(|word| word.0),
    }
}
