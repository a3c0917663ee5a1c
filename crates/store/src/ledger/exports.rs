//! Who took which list out of the product (导出记录).

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use crate::{Result, Store, ids, schema::exports, word::words};

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

impl Store {
    /// Records what is about to be handed out; to be called before.
    pub fn record_export(&self, export: &Export, now: DateTime<Utc>) -> Result<()> {
        diesel::insert_into(exports::table)
            .values((
                exports::id.eq(ids::new(now)),
                exports::account_id.eq(export.account_id),
                exports::kind.eq(export.kind.as_str()),
                exports::filter.eq(&export.filter),
                exports::row_count.eq(export.row_count),
                exports::exported_at.eq(now),
            ))
            .execute(&mut *self.connection()?)?;
        Ok(())
    }
}
