use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl as _, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper, pg::Pg,
};
use minyi_domain::{
    handover::{Channel, State},
    people::Scope,
};
use uuid::Uuid;

use crate::{
    Cursor, Page, Result, Store,
    page::one_more,
    schema::{handovers, offices, submissions},
    scope::handovers_in,
    word::Word,
};

/// Which handovers a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HandoverFilter {
    /// Empty: all states.
    pub states: Vec<State>,
    /// Only those that are not over, what is due first in front; `states` does not count then.
    pub open_only: bool,
}

/// A handover in a list.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = handovers, check_for_backend(Pg))]
pub struct HandoverItem {
    pub id: Uuid,
    #[diesel(deserialize_as = Word<Channel>)]
    pub channel: Channel,
    #[diesel(deserialize_as = Word<State>)]
    pub state: State,
    pub office_id: Uuid,
    #[diesel(select_expression = offices::name)]
    pub office_name: String,
    pub handed_by_name: String,
    pub demand: String,
    pub is_hard: bool,
    pub handed_at: DateTime<Utc>,
    pub accept_due_at: DateTime<Utc>,
    pub answer_due_at: DateTime<Utc>,
    pub answer_due_provisional: bool,
    pub overdue_at: Option<DateTime<Utc>>,
    pub lead_submission_id: Uuid,
    /// Number of the lead submission.
    #[diesel(select_expression = submissions::number)]
    pub number: String,
}

impl Store {
    /// The handovers in a scope, newest first; with `open_only` by the date the office's answer is due.
    pub fn handovers(
        &self,
        scope: &Scope,
        filter: &HandoverFilter,
        cursor: Option<Cursor>,
        limit: i64,
    ) -> Result<Page<HandoverItem>> {
        let mut query = handovers::table
            .inner_join(offices::table)
            .inner_join(submissions::table.on(submissions::id.eq(handovers::lead_submission_id)))
            .filter(handovers_in(scope))
            .limit(one_more(limit))
            .select(HandoverItem::as_select())
            .into_boxed();
        if filter.open_only {
            query = query
                .filter(handovers::finished_at.is_null())
                .order((handovers::answer_due_at.asc(), handovers::id.asc()));
        } else {
            query = query.order((handovers::handed_at.desc(), handovers::id.desc()));
            if !filter.states.is_empty() {
                let words: Vec<&str> = filter.states.iter().map(|state| state.as_str()).collect();
                query = query.filter(handovers::state.eq_any(words));
            }
        }
        if let Some(Cursor { at, id }) = cursor {
            query = if filter.open_only {
                let same = handovers::answer_due_at.eq(at).and(handovers::id.gt(id));
                query.filter(handovers::answer_due_at.gt(at).or(same))
            } else {
                let same = handovers::handed_at.eq(at).and(handovers::id.lt(id));
                query.filter(handovers::handed_at.lt(at).or(same))
            };
        }
        let items: Vec<HandoverItem> = query.load(&mut *self.connection()?)?;
        let at = |item: &HandoverItem| {
            if filter.open_only {
                item.answer_due_at
            } else {
                item.handed_at
            }
        };
        Ok(Page::cut(items, limit, |item| Cursor {
            at: at(item),
            id: item.id,
        }))
    }
}
