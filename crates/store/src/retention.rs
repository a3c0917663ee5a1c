//! How long which data is kept (保存期限), what is due, and the runs that remove it. One mechanism: whatever is thrown away
//! after a while is a class here, and goes in a run. Each person sees what is due in the own division; the periods and the
//! runs are the whole installation's.

mod files;
mod rules;
mod runs;
mod work;

use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Bool, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    people::PlaceScope,
    retention::DataClass,
};
use serde_json::json;
use uuid::Uuid;

use crate::{Act, By, Cursor, Page, Result, Store, audit, page::one_more, word::Word};

pub use runs::{AskedRun, RetentionItem, RetentionRefusal, RetentionRun, RetentionState};
pub use work::RetentionWork;

/// How long a class is kept.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct RetentionPeriod {
    #[diesel(sql_type = Text, deserialize_as = Word<DataClass>)]
    pub class: DataClass,
    /// In the unit of the class.
    #[diesel(sql_type = SmallInt)]
    pub amount: i16,
    /// Cleared every day.
    #[diesel(sql_type = Bool)]
    pub daily: bool,
    #[diesel(sql_type = Nullable<Text>)]
    pub changed_by: Option<String>,
    /// `None`: as the program brought it.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub changed_at: Option<DateTime<Utc>>,
}

impl RetentionPeriod {
    /// What is older than this is due.
    fn due_before(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.class.due_before(self.amount.unsigned_abs(), now)
    }
}

/// What is due of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueData {
    pub class: DataClass,
    /// What is older than this.
    pub before: DateTime<Utc>,
    pub found: i64,
    /// When the period of the oldest row began.
    pub oldest: Option<DateTime<Utc>>,
}

/// A submission of which something is due.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct DueSubmission {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub number: String,
    #[diesel(sql_type = Text)]
    pub region_name: String,
    #[diesel(sql_type = Timestamptz)]
    pub closed_at: DateTime<Utc>,
}

const PERIODS: &str = "
SELECT class, amount, daily, accounts.display_name AS changed_by, changed_at
FROM retention_periods LEFT JOIN accounts ON accounts.id = changed_by_account_id";

/// The periods in force, in the order of the classes.
fn periods(connection: &mut PgConnection) -> Result<Vec<RetentionPeriod>> {
    let mut periods: Vec<RetentionPeriod> = sql_query(PERIODS).load(connection)?;
    periods.sort_by_key(|period| period.class);
    Ok(periods)
}

/// When something that is made now has become due.
pub(crate) fn kept_until(connection: &mut PgConnection, class: DataClass, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let period = periods(connection)?.into_iter().find(|period| period.class == class);
    Ok(period.map_or(now, |period| now + (now - period.due_before(now))))
}

/// Clearing years at once takes longer than any other question may.
fn take_time(connection: &mut PgConnection) -> Result<()> {
    sql_query("SET LOCAL statement_timeout = '60s'").execute(connection)?;
    Ok(())
}

impl Store {
    /// How long each class is kept.
    pub fn retention_periods(&self) -> Result<Vec<RetentionPeriod>> {
        periods(&mut *self.connection()?)
    }

    /// Sets how long a class is kept, within its bounds, and whether it is cleared every day.
    pub fn set_retention_period(
        &self,
        by: &By,
        account: Uuid,
        (class, amount, daily): (DataClass, u16, bool),
        now: DateTime<Utc>,
    ) -> Result<()> {
        self.connection()?.transaction(|connection| {
            sql_query(
                "UPDATE retention_periods SET amount = $2, daily = $3, changed_by_account_id = $4, changed_at = $5
                WHERE class = $1",
            )
            .bind::<Text, _>(class.as_str())
            .bind::<SmallInt, _>(i16::try_from(amount).unwrap_or(i16::MAX))
            .bind::<Bool, _>(daily)
            .bind::<SqlUuid, _>(account)
            .bind::<Timestamptz, _>(now)
            .execute(connection)?;
            if class == DataClass::Prints {
                // What is shown with each file stays true.
                let kept = kept_until(connection, class, now)? - now;
                sql_query("UPDATE print_jobs SET expires_at = created_at + $1 * interval '1 second'")
                    .bind::<BigInt, _>(kept.num_seconds())
                    .execute(connection)?;
            }
            let act = Act::done(Action::RetentionSet, ObjectKind::RetentionPeriod, class);
            audit::record(
                connection,
                by,
                &act.with(json!({"amount": amount, "daily": daily})),
                now,
            )
        })
    }

    /// What is due now: in a division of what belongs to submissions, everywhere of everything.
    pub fn retention_preview(&self, scope: &PlaceScope, now: DateTime<Utc>) -> Result<Vec<DueData>> {
        let Some(region) = scope.prefix().map(|prefix| format!("{prefix}%")) else {
            return Ok(Vec::new());
        };
        self.connection()?.transaction(|connection| {
            take_time(connection)?;
            let mut due = Vec::new();
            for period in periods(connection)? {
                let class = period.class;
                if !class.is_of_submissions() && *scope != PlaceScope::Everywhere {
                    continue;
                }
                let before = period.due_before(now);
                let (found, oldest) = rules::count(connection, class, before, &region)?;
                due.push(DueData {
                    class,
                    before,
                    found,
                    oldest,
                });
            }
            Ok(due)
        })
    }

    /// The submissions of which something of a class is due, those closed first come first.
    pub fn retention_submissions(
        &self,
        scope: &PlaceScope,
        class: DataClass,
        now: DateTime<Utc>,
        cursor: Option<Cursor>,
        limit: i64,
    ) -> Result<Page<DueSubmission>> {
        let Some(region) = scope.prefix().filter(|_| class.is_of_submissions()) else {
            return Ok(Page {
                items: Vec::new(),
                next: None,
            });
        };
        self.connection()?.transaction(|connection| {
            take_time(connection)?;
            let period = periods(connection)?.into_iter().find(|period| period.class == class);
            let before = period.map_or(now, |period| period.due_before(now));
            let due: Vec<String> = rules::rules(class)
                .iter()
                .map(|rule| format!("SELECT submissions.id FROM {}", rule.due))
                .collect();
            let query = format!(
                "SELECT submissions.id, submissions.number, regions.name AS region_name, submissions.closed_at
                FROM submissions JOIN regions ON regions.code = submissions.region_code
                WHERE submissions.id IN ({}) AND ($3 IS NULL OR (submissions.closed_at, submissions.id) > ($3, $4))
                ORDER BY submissions.closed_at, submissions.id LIMIT $5",
                due.join(" UNION ALL ")
            );
            let items = sql_query(query)
                .bind::<Timestamptz, _>(before)
                .bind::<Text, _>(format!("{region}%"))
                .bind::<Nullable<Timestamptz>, _>(cursor.map(|cursor| cursor.at))
                .bind::<Nullable<SqlUuid>, _>(cursor.map(|cursor| cursor.id))
                .bind::<BigInt, _>(one_more(limit))
                .load(connection)?;
            Ok(Page::cut(items, limit, |item: &DueSubmission| Cursor {
                at: item.closed_at,
                id: item.id,
            }))
        })
    }
}
