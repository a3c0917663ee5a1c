use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, Connection as _, ExpressionMethods, PgTextExpressionMethods, QueryDsl, Queryable,
    QueryableByName, RunQueryDsl, Selectable, SelectableHelper, TextExpressionMethods, pg::Pg, sql_types::BigInt,
};
use minyi_domain::{
    audit::{Action, ObjectKind, Outcome},
    people::{Role, Scope},
};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    Cursor, Page, Result, Store,
    page::one_more,
    schema::audit_log,
    scope::Condition,
    word::{MaybeWord, Word},
};

/// One act.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = audit_log, check_for_backend(Pg))]
pub struct AuditEntry {
    pub id: Uuid,
    /// `None`: nobody was signed in.
    pub account_id: Option<Uuid>,
    /// Name and role as they were at the time.
    pub account_name: String,
    #[diesel(deserialize_as = MaybeWord<Role>)]
    pub account_role: Option<Role>,
    /// The division that it concerns; empty: the whole installation.
    pub region_code: String,
    #[diesel(deserialize_as = Word<Action>)]
    pub action: Action,
    #[diesel(deserialize_as = Word<ObjectKind>)]
    pub object_kind: ObjectKind,
    pub object_id: String,
    #[diesel(deserialize_as = Word<Outcome>)]
    pub result: Outcome,
    /// `None`: on the machine itself.
    pub address: Option<String>,
    pub detail: Value,
    pub occurred_at: DateTime<Utc>,
}

/// Which acts; everything that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    pub from: Option<DateTime<Utc>>,
    /// Not any more at that time.
    pub until: Option<DateTime<Utc>>,
    /// A part of the name of who acted.
    pub person: Option<String>,
    pub account_id: Option<Uuid>,
    pub action: Option<Action>,
    pub object_kind: Option<ObjectKind>,
    pub object_id: Option<String>,
    pub result: Option<Outcome>,
}

type Query<'a> = audit_log::BoxedQuery<'a, Pg>;

fn filtered<'a>(scope: &Scope, filter: &'a AuditFilter) -> Query<'a> {
    let mut query = audit_log::table.filter(acts_in(scope)).into_boxed();
    if let Some(from) = filter.from {
        query = query.filter(audit_log::occurred_at.ge(from));
    }
    if let Some(until) = filter.until {
        query = query.filter(audit_log::occurred_at.lt(until));
    }
    if let Some(person) = &filter.person {
        query = query.filter(audit_log::account_name.ilike(format!("%{}%", escape_like(person))));
    }
    if let Some(account) = filter.account_id {
        query = query.filter(audit_log::account_id.eq(account));
    }
    if let Some(action) = filter.action {
        query = query.filter(audit_log::action.eq(action.as_str()));
    }
    if let Some(kind) = filter.object_kind {
        query = query.filter(audit_log::object_kind.eq(kind.as_str()));
    }
    if let Some(id) = &filter.object_id {
        query = query.filter(audit_log::object_id.eq(id));
    }
    if let Some(result) = filter.result {
        query = query.filter(audit_log::result.eq(result.as_str()));
    }
    query
}

/// An auditor sees what concerns the own division; one of the whole installation sees everything.
fn acts_in(scope: &Scope) -> Condition<audit_log::table> {
    match scope {
        Scope::Region(code) => Box::new(audit_log::region_code.like(format!("{code}%"))),
        _ => Box::new(diesel::dsl::sql::<diesel::sql_types::Bool>("false")),
    }
}

/// For a part of a text that is searched with LIKE.
fn escape_like(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

fn later(query: Query<'_>, Cursor { at, id }: Cursor) -> Query<'_> {
    let same = audit_log::occurred_at.eq(at).and(audit_log::id.lt(id));
    query.filter(audit_log::occurred_at.lt(at).or(same))
}

/// Rows that are read with one question for a file.
const BATCH: i64 = 2_000;

impl Store {
    /// The acts in a scope, newest first.
    pub fn audit_log(
        &self,
        scope: &Scope,
        filter: &AuditFilter,
        cursor: Option<Cursor>,
        limit: i64,
    ) -> Result<Page<AuditEntry>> {
        let mut query = filtered(scope, filter);
        if let Some(cursor) = cursor {
            query = later(query, cursor);
        }
        let items = query
            .order((audit_log::occurred_at.desc(), audit_log::id.desc()))
            .limit(one_more(limit))
            .select(AuditEntry::as_select())
            .load(&mut *self.connection()?)?;
        Ok(Page::cut(items, limit, |item: &AuditEntry| Cursor {
            at: item.occurred_at,
            id: item.id,
        }))
    }

    /// How many acts a filter lets through.
    pub fn audit_count(&self, scope: &Scope, filter: &AuditFilter) -> Result<i64> {
        Ok(filtered(scope, filter).count().get_result(&mut *self.connection()?)?)
    }

    /// All acts that a filter lets through, newest first, in batches; returns how many there were.
    ///
    /// # Errors
    /// Those of the database, and those of `take`.
    pub fn audit_in_batches<E: From<crate::Error>>(
        &self,
        scope: &Scope,
        filter: &AuditFilter,
        mut take: impl FnMut(Vec<AuditEntry>) -> std::result::Result<(), E>,
    ) -> std::result::Result<i64, E> {
        let (mut count, mut cursor) = (0, None);
        loop {
            let page = self.audit_log(scope, filter, cursor, BATCH)?;
            count += i64::try_from(page.items.len()).unwrap_or(0);
            take(page.items)?;
            cursor = page.next;
            if cursor.is_none() {
                return Ok(count);
            }
        }
    }

    /// Looks for acts that were changed or removed behind the program's back; returns how many chains there are and how
    /// many entries do not fit. The oldest entries of a chain may be gone, they are kept for a limited time; never its last one.
    pub fn verify_audit_log(&self) -> Result<(i64, i64)> {
        #[derive(QueryableByName)]
        struct Found {
            #[diesel(sql_type = BigInt)]
            chains: i64,
            #[diesel(sql_type = BigInt)]
            breaks: i64,
        }
        self.connection()?.transaction(|connection| {
            // A log of years is read once, as a whole.
            diesel::sql_query("SET LOCAL statement_timeout = 0").execute(connection)?;
            let found: Found = diesel::sql_query(BREAKS).get_result(connection)?;
            Ok((found.chains, found.breaks))
        })
    }
}

const BREAKS: &str = "
WITH walked AS (
    SELECT chain, seq, digest, digest <> audit_digest(audit_log)
        OR seq <> coalesce(lag(seq) OVER earlier + 1, seq)
        OR previous <> coalesce(lag(digest) OVER earlier, previous) AS is_broken
    FROM audit_log WINDOW earlier AS (PARTITION BY chain ORDER BY seq)
)
SELECT (SELECT count(*) FROM audit_heads) AS chains,
    (SELECT count(*) FROM walked WHERE is_broken)
    + (SELECT count(*) FROM (SELECT DISTINCT ON (chain) * FROM walked ORDER BY chain, seq DESC) AS last
        FULL JOIN audit_heads USING (chain)
        WHERE (last.seq, last.digest) IS DISTINCT FROM (audit_heads.seq, audit_heads.digest)
    ) AS breaks";
