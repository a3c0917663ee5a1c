use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper,
    dsl::sql,
    expression::SqlLiteral,
    pg::Pg,
    sql_types::{Bool, Nullable, Text},
};
use minyi_domain::people::Scope;
use uuid::Uuid;

use super::Template;
use crate::{
    Cursor, Page, Result, Store,
    page::one_more,
    schema::{accounts, notifications, submissions},
    scope::submissions_in,
    word::Word,
};

const RECIPIENT: &str = "coalesce(accounts.display_name, (SELECT coalesce(sites.name, offices.name) || '的群'
    FROM group_robots LEFT JOIN sites ON sites.id = site_id LEFT JOIN offices ON offices.id = group_robots.office_id
    WHERE group_robots.id = notifications.robot_id))";

/// A message that will not be sent any more, for those who have to tell the person otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = notifications, check_for_backend(Pg))]
pub struct DeadNotification {
    pub id: Uuid,
    pub submission_id: Uuid,
    #[diesel(select_expression = submissions::number)]
    pub number: String,
    #[diesel(deserialize_as = Word<Template>)]
    pub template: Template,
    /// The account's display name, or whose group it is; `None`: a resident.
    #[diesel(select_expression = sql::<Nullable<Text>>(RECIPIENT), select_expression_type = SqlLiteral<Nullable<Text>>)]
    pub recipient_name: Option<String>,
    pub attempts: i16,
    /// The provider's code of the last failure.
    pub error_code: Option<i32>,
    pub error: Option<String>,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

impl Store {
    /// The dead messages about submissions in a scope, the last to die first.
    pub fn dead_notifications(
        &self,
        scope: &Scope,
        cursor: Option<Cursor>,
        limit: i64,
    ) -> Result<Page<DeadNotification>> {
        let mut query = notifications::table
            .inner_join(submissions::table)
            .left_join(accounts::table)
            // Literally the condition of the partial index over dead messages.
            .filter(sql::<Bool>("notifications.state = 'dead'"))
            .filter(submissions_in(scope))
            .order((notifications::finished_at.desc(), notifications::id.desc()))
            .limit(one_more(limit))
            .select(DeadNotification::as_select())
            .into_boxed();
        if let Some(Cursor { at, id }) = cursor {
            let same = notifications::finished_at
                .eq(at)
                .and(notifications::id.lt(id).nullable());
            query = query.filter(notifications::finished_at.lt(at).or(same));
        }
        let items = query.load(&mut *self.connection()?)?;
        Ok(Page::cut(items, limit, |item: &DeadNotification| Cursor {
            at: item.finished_at.unwrap_or(item.created_at),
            id: item.id,
        }))
    }
}
