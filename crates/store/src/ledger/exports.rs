//! Who took which list out of the product (导出记录).

use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, ExpressionMethods, QueryDsl, RunQueryDsl,
    dsl::sql,
    sql_types::{Bool, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    people::{Role, Scope},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Act, By, Cursor, Page, Result, Store, audit, ids,
    page::one_more,
    schema::{accounts, exports},
    word::{Word, words},
};

words! {
    /// What was taken out.
    ExportKind {
        LedgerXlsx = "ledger_xlsx",
        LedgerPdf = "ledger_pdf",
        /// A year with timelines and answers.
        Archive = "archive",
    }
}

/// A list that is handed out.
#[derive(Debug, Clone, PartialEq)]
pub struct Export {
    pub account_id: Uuid,
    pub kind: ExportKind,
    /// As it was asked for: an object without personal data.
    pub filter: Value,
    pub row_count: i64,
}

/// What somebody took out, for the auditor.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportRow {
    pub id: Uuid,
    pub account_name: String,
    pub account_role: Role,
    pub kind: ExportKind,
    pub filter: Value,
    pub row_count: i64,
    pub exported_at: DateTime<Utc>,
}

type Row = (Uuid, String, Word<Role>, Word<ExportKind>, Value, i64, DateTime<Utc>);

impl Store {
    /// What was taken out by those whose place lies in a division, newest first; nothing in any other scope.
    pub fn exports(&self, scope: &Scope, cursor: Option<Cursor>, limit: i64) -> Result<Page<ExportRow>> {
        let Scope::Region(code) = scope else {
            return Ok(Page {
                items: Vec::new(),
                next: None,
            });
        };
        let lies_within = sql::<Bool>(
            "coalesce(accounts.region_code, (SELECT region_code FROM sites WHERE sites.id = accounts.site_id)) LIKE ",
        )
        .bind::<Text, _>(format!("{code}%"));
        let mut query = exports::table
            .inner_join(accounts::table)
            .filter(lies_within)
            .order((exports::exported_at.desc(), exports::id.desc()))
            .limit(one_more(limit))
            .select((
                exports::id,
                accounts::display_name,
                accounts::role,
                exports::kind,
                exports::filter,
                exports::row_count,
                exports::exported_at,
            ))
            .into_boxed();
        if let Some(Cursor { at, id }) = cursor {
            let after = sql::<Bool>("(exports.exported_at, exports.id) < (")
                .bind::<Timestamptz, _>(at)
                .sql(", ")
                .bind::<SqlUuid, _>(id)
                .sql(")");
            query = query.filter(after);
        }
        let rows: Vec<Row> = query.load(&mut *self.connection()?)?;
        let row = |(id, account_name, Word(account_role), Word(kind), filter, row_count, exported_at): Row| ExportRow {
            id,
            account_name,
            account_role,
            kind,
            filter,
            row_count,
            exported_at,
        };
        Ok(Page::cut(
            rows.into_iter().map(row).collect(),
            limit,
            |row: &ExportRow| Cursor {
                at: row.exported_at,
                id: row.id,
            },
        ))
    }

    /// Records what is about to be handed out; to be called before.
    pub fn record_export(&self, by: &By, export: &Export, now: DateTime<Utc>) -> Result<()> {
        self.connection()?.transaction(|connection| {
            diesel::insert_into(exports::table)
                .values((
                    exports::id.eq(ids::new(now)),
                    exports::account_id.eq(export.account_id),
                    exports::kind.eq(export.kind.as_str()),
                    exports::filter.eq(&export.filter),
                    exports::row_count.eq(export.row_count),
                    exports::exported_at.eq(now),
                ))
                .execute(connection)?;
            let act = Act::done(Action::ListExported, ObjectKind::List, export.kind.as_str());
            let detail = json!({"filter": export.filter, "rows": export.row_count});
            audit::record(connection, by, &act.with(detail), now)
        })
    }
}
