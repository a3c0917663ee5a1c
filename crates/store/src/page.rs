use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Where the next page of a list ordered by time begins: after the row with this time and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub at: DateTime<Utc>,
    pub id: Uuid,
}

/// A part of a list and where it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, C = Cursor> {
    pub items: Vec<T>,
    /// None: this was the last page.
    pub next: Option<C>,
}

impl<T, C> Page<T, C> {
    /// Cuts a list that was asked for one row more than `limit`: the extra row only tells that there is a next page.
    pub(crate) fn cut(mut items: Vec<T>, limit: i64, cursor: impl Fn(&T) -> C) -> Self {
        let limit = usize::try_from(limit).unwrap_or(0);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(cursor) } else { None };
        Self { items, next }
    }
}

/// The `LIMIT` of a page: one row more than asked for, see [`Page::cut`].
pub(crate) const fn one_more(limit: i64) -> i64 {
    limit.saturating_add(1)
}
