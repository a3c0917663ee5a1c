use chrono::{DateTime, Days, NaiveDate, Utc};
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl};
use minyi_domain::{people::Scope, sheet::Template, token::CodeToken};
use uuid::Uuid;

use super::{
    CodeRow, Installation,
    act::CodeEventKind,
    installations::installations_of,
    lists::{CodeFilter, rows_of},
};
use crate::{
    PhotoView, Result, Store,
    schema::{accounts, code_events, code_scans, codes, print_job_codes, print_jobs},
    word::Word,
};

/// So many days of scans are shown.
const SHOWN_DAYS: u64 = 90;
/// So many of the latest print jobs are shown.
const SHOWN_PRINTS: i64 = 10;

/// All that is known of one code.
#[derive(Debug, Clone)]
pub struct CodeRecord {
    pub row: CodeRow,
    /// The code that hung in its place before.
    pub predecessor: Option<CodeToken>,
    /// The code that hangs in its place now.
    pub successor: Option<CodeToken>,
    /// The oldest first.
    pub events: Vec<CodeEvent>,
    /// The present one first.
    pub installations: Vec<(Installation, Option<PhotoView>)>,
    /// The latest 90 days, by day; days without scans are left out.
    pub scans: Vec<(NaiveDate, i32)>,
    /// The latest first.
    pub prints: Vec<(DateTime<Utc>, Template)>,
}

/// What happened to a code, and who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeEvent {
    pub kind: CodeEventKind,
    pub reason: Option<String>,
    pub account_name: String,
    pub occurred_at: DateTime<Utc>,
}

impl Store {
    /// All that is known of a code in this scope.
    pub fn code_record(&self, scope: &Scope, token: &CodeToken, on: NaiveDate) -> Result<Option<CodeRecord>> {
        let mut connection = self.connection()?;
        let only = CodeFilter {
            token: Some(token.clone()),
            ..CodeFilter::default()
        };
        let Some(row) = rows_of(&mut connection, scope, &only, on, None, 1)?.pop() else {
            return Ok(None);
        };
        let id = row.id;
        let successor_id: Option<Uuid> = codes::table
            .find(id)
            .select(codes::successor_id)
            .first(&mut *connection)?;
        let successor = match successor_id {
            Some(next) => super::last_successor(&mut connection, next)?,
            None => None,
        };
        let predecessor: Option<Word<CodeToken>> = codes::table
            .filter(codes::successor_id.eq(id))
            .select(codes::token)
            .first(&mut *connection)
            .optional()?;
        Ok(Some(CodeRecord {
            predecessor: predecessor.map(|word| word.0),
            successor,
            events: events(&mut connection, id)?,
            installations: installations_of(&mut connection, id)?,
            scans: code_scans::table
                .filter(code_scans::code_id.eq(id))
                .filter(code_scans::on_date.gt(on - Days::new(SHOWN_DAYS)))
                .order(code_scans::on_date)
                .select((code_scans::on_date, code_scans::scans))
                .load(&mut *connection)?,
            prints: prints(&mut connection, id)?,
            row,
        }))
    }
}

/// Kind, reason, who and when.
type EventRow = (Word<CodeEventKind>, Option<String>, String, DateTime<Utc>);

fn events(connection: &mut PgConnection, code_id: Uuid) -> Result<Vec<CodeEvent>> {
    let rows: Vec<EventRow> = code_events::table
        .inner_join(accounts::table)
        .filter(code_events::code_id.eq(code_id))
        .order((code_events::occurred_at, code_events::id))
        .select((
            code_events::kind,
            code_events::reason,
            accounts::display_name,
            code_events::occurred_at,
        ))
        .load(connection)?;
    let event = |(Word(kind), reason, account_name, occurred_at)| CodeEvent {
        kind,
        reason,
        account_name,
        occurred_at,
    };
    Ok(rows.into_iter().map(event).collect())
}

fn prints(connection: &mut PgConnection, code_id: Uuid) -> Result<Vec<(DateTime<Utc>, Template)>> {
    let rows: Vec<(DateTime<Utc>, Word<Template>)> = print_job_codes::table
        .inner_join(print_jobs::table)
        .filter(print_job_codes::code_id.eq(code_id))
        .filter(print_jobs::state.eq("done"))
        .order((print_jobs::created_at.desc(), print_jobs::id.desc()))
        .limit(SHOWN_PRINTS)
        .select((print_jobs::created_at, print_jobs::template))
        .load(connection)?;
    Ok(rows.into_iter().map(|(at, Word(template))| (at, template)).collect())
}
