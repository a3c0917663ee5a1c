use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl, dsl::sql, sql_types, upsert::excluded};
use minyi_domain::{
    people::Scope,
    scans::{COMPARED_DAYS, FEWEST_UNUSUAL, is_unusual, usual},
    token::CodeToken,
};
use uuid::Uuid;

use crate::{
    Page, Result, Store,
    page::one_more,
    schema::{code_alarms, code_scans, codes, grids, sites},
    scope::grids_in,
    word::Word,
};

/// A day on which a code was scanned far more often than usual (扫码异常).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeAlarm {
    pub token: CodeToken,
    pub grid_name: String,
    pub place: String,
    pub site_name: String,
    pub on_date: NaiveDate,
    pub scans: i32,
    /// The median of the 28 days before.
    pub usual: i32,
    pub noticed_at: DateTime<Utc>,
}

/// Where the next page of alarms begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmCursor {
    pub on_date: NaiveDate,
    pub token: String,
}

type Row = (
    Word<CodeToken>,
    String,
    String,
    String,
    NaiveDate,
    i32,
    i32,
    DateTime<Utc>,
);

impl Store {
    /// Writes down which codes were scanned unusually often on this day; again later, what was noticed grows. Returns how
    /// many there are.
    pub fn notice_unusual_scans(&self, on: NaiveDate, now: DateTime<Utc>) -> Result<usize> {
        let mut connection = self.connection()?;
        let many = i32::try_from(FEWEST_UNUSUAL).unwrap_or(i32::MAX);
        let today: Vec<(Uuid, i32)> = code_scans::table
            .filter(code_scans::on_date.eq(on))
            .filter(code_scans::scans.gt(many))
            .select((code_scans::code_id, code_scans::scans))
            .load(&mut *connection)?;
        let ids: Vec<Uuid> = today.iter().map(|(id, _)| *id).collect();
        let days: Vec<(Uuid, i32)> = code_scans::table
            .filter(code_scans::code_id.eq_any(&ids))
            .filter(code_scans::on_date.lt(on))
            .filter(code_scans::on_date.ge(on - Days::new(COMPARED_DAYS.into())))
            .select((code_scans::code_id, code_scans::scans))
            .load(&mut *connection)?;
        let mut before: HashMap<Uuid, Vec<u32>> = HashMap::new();
        for (id, scans) in days {
            before.entry(id).or_default().push(scans.unsigned_abs());
        }
        let nothing = Vec::new();
        let alarms: Vec<_> = today
            .into_iter()
            .filter_map(|(id, scans)| {
                let before = before.get(&id).unwrap_or(&nothing);
                is_unusual(scans.unsigned_abs(), before).then(|| (id, scans, usual(before)))
            })
            .map(|(id, scans, usual)| {
                (
                    code_alarms::code_id.eq(id),
                    code_alarms::on_date.eq(on),
                    code_alarms::scans.eq(scans),
                    code_alarms::usual.eq(i32::try_from(usual).unwrap_or(i32::MAX)),
                    code_alarms::noticed_at.eq(now),
                )
            })
            .collect();
        diesel::insert_into(code_alarms::table)
            .values(&alarms)
            .on_conflict((code_alarms::code_id, code_alarms::on_date))
            .do_update()
            .set(code_alarms::scans.eq(excluded(code_alarms::scans)))
            .execute(&mut *connection)?;
        Ok(alarms.len())
    }

    /// How many days of unusual scans there are in a scope since a day.
    pub fn count_code_alarms(&self, scope: &Scope, since: NaiveDate) -> Result<i64> {
        Ok(code_alarms::table
            .inner_join(codes::table.inner_join(grids::table))
            .filter(grids_in(scope))
            .filter(code_alarms::on_date.ge(since))
            .count()
            .get_result(&mut *self.connection()?)?)
    }

    /// Days of unusual scans in a scope since a day, the latest first.
    pub fn code_alarms(
        &self,
        scope: &Scope,
        since: NaiveDate,
        cursor: Option<&AlarmCursor>,
        limit: i64,
    ) -> Result<Page<CodeAlarm, AlarmCursor>> {
        let mut query = code_alarms::table
            .inner_join(codes::table.inner_join(grids::table.inner_join(sites::table)))
            .filter(grids_in(scope))
            .filter(code_alarms::on_date.ge(since))
            .order((code_alarms::on_date.desc(), codes::token.desc()))
            .limit(one_more(limit))
            .select((
                codes::token,
                grids::name,
                grids::place,
                sites::name,
                code_alarms::on_date,
                code_alarms::scans,
                code_alarms::usual,
                code_alarms::noticed_at,
            ))
            .into_boxed();
        if let Some(AlarmCursor { on_date, token }) = cursor {
            query = query.filter(
                sql::<sql_types::Bool>("(code_alarms.on_date, codes.token) < (")
                    .bind::<sql_types::Date, _>(*on_date)
                    .sql(", ")
                    .bind::<sql_types::Text, _>(token.clone())
                    .sql(")"),
            );
        }
        let rows: Vec<Row> = query.load(&mut *self.connection()?)?;
        let alarm = |(Word(token), grid_name, place, site_name, on_date, scans, usual, noticed_at): Row| CodeAlarm {
            token,
            grid_name,
            place,
            site_name,
            on_date,
            scans,
            usual,
            noticed_at,
        };
        Ok(Page::cut(
            rows.into_iter().map(alarm).collect(),
            limit,
            |alarm: &CodeAlarm| AlarmCursor {
                on_date: alarm.on_date,
                token: alarm.token.as_str().to_owned(),
            },
        ))
    }
}
