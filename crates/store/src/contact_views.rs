//! Who opened whose contact data (联系方式查看记录): the events of the timeline, read by the auditor.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper, dsl::sql,
    pg::Pg, sql_types::Bool,
};
use minyi_domain::people::{Role, Scope};
use uuid::Uuid;

use crate::{
    Cursor, Page, Result, Store,
    page::one_more,
    schema::{accounts, events, submissions},
    scope::submissions_in,
    word::Word,
};

/// One look at contact data.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = events, check_for_backend(Pg))]
pub struct ContactView {
    pub id: Uuid,
    #[diesel(select_expression = submissions::number)]
    pub number: String,
    #[diesel(select_expression = accounts::display_name)]
    pub viewer_name: String,
    #[diesel(select_expression = accounts::role, deserialize_as = Word<Role>)]
    pub viewer_role: Role,
    pub occurred_at: DateTime<Utc>,
}

impl Store {
    /// The looks at contact data of submissions in a scope, newest first.
    pub fn contact_views(&self, scope: &Scope, cursor: Option<Cursor>, limit: i64) -> Result<Page<ContactView>> {
        let mut query = events::table
            .inner_join(submissions::table)
            .inner_join(accounts::table)
            // Literally the condition of the partial index.
            .filter(sql::<Bool>("events.kind = 'contact_viewed'"))
            .filter(submissions_in(scope))
            .order((events::occurred_at.desc(), events::id.desc()))
            .limit(one_more(limit))
            .select(ContactView::as_select())
            .into_boxed();
        if let Some(Cursor { at, id }) = cursor {
            let same = events::occurred_at.eq(at).and(events::id.lt(id));
            query = query.filter(events::occurred_at.lt(at).or(same));
        }
        let items = query.load(&mut *self.connection()?)?;
        Ok(Page::cut(items, limit, |item: &ContactView| Cursor {
            at: item.occurred_at,
            id: item.id,
        }))
    }
}
