//! Numbers that everybody may read: how many came in, were answered, in time, solved, and content. Reports on officials
//! are in none of them; a count so small that it may point to a person is not told.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    QueryableByName, RunQueryDsl,
    sql_types::{BigInt, Date, Text, Timestamptz},
};

use super::OpenPlace;
use crate::{Result, Store};

/// The smallest count that is told.
pub const SMALLEST: i64 = 5;

/// Counts of a period; `None`: too few to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenNumbers {
    /// First instant of the period.
    pub since: DateTime<Utc>,
    /// 登记.
    pub registered: Option<i64>,
    /// 已答复: those of them that have an answer.
    pub answered: Option<i64>,
    /// Answered, or the time for it is over: what `in_time` is a part of.
    pub due: Option<i64>,
    /// 按期答复: the first answer came before the time was over.
    pub in_time: Option<i64>,
    /// 已评价: whoever says nothing is not among them.
    pub rated: Option<i64>,
    /// 已解决: the last rating says so.
    pub solved: Option<i64>,
    /// 满意或基本满意: the last rating says so.
    pub satisfied: Option<i64>,
    /// The oldest first.
    pub months: Vec<MonthNumbers>,
}

/// Counts of what came in during a month (China).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthNumbers {
    /// Its first day.
    pub month: NaiveDate,
    pub registered: Option<i64>,
    pub answered: Option<i64>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Date)]
    month: NaiveDate,
    #[diesel(sql_type = BigInt)]
    registered: i64,
    #[diesel(sql_type = BigInt)]
    answered: i64,
    #[diesel(sql_type = BigInt)]
    due: i64,
    #[diesel(sql_type = BigInt)]
    in_time: i64,
    #[diesel(sql_type = BigInt)]
    rated: i64,
    #[diesel(sql_type = BigInt)]
    solved: i64,
    #[diesel(sql_type = BigInt)]
    satisfied: i64,
}

/// Late is what the clock marked before the first answer came; the marks on the row itself begin anew with each round.
const COUNTS: &str = "SELECT date_trunc('month', submitted_at AT TIME ZONE 'Asia/Shanghai')::date AS month,
        count(*) AS registered,
        count(first_answered_at) AS answered,
        count(*) FILTER (WHERE first_answered_at IS NOT NULL OR late) AS due,
        count(*) FILTER (WHERE first_answered_at IS NOT NULL AND NOT late) AS in_time,
        count(solved) AS rated,
        count(*) FILTER (WHERE solved) AS solved,
        count(*) FILTER (WHERE satisfaction IN ('satisfied', 'basically_satisfied')) AS satisfied
    FROM submissions
    LEFT JOIN LATERAL (SELECT solved, satisfaction FROM ratings WHERE submission_id = submissions.id
        ORDER BY round DESC LIMIT 1) AS rating ON true
    CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM events WHERE submission_id = submissions.id AND kind = 'overdue'
        AND occurred_at <= coalesce(first_answered_at, 'infinity')) AS late) AS clock
    WHERE confidential_region IS NULL AND submitted_at >= $1 AND ";

impl Store {
    /// The numbers of a place for what came in from `since`, the first instant of a month, on.
    pub fn open_numbers(&self, place: &OpenPlace, since: DateTime<Utc>) -> Result<OpenNumbers> {
        let (condition, value) = match place {
            OpenPlace::Station(id) => ("site_id = $2::uuid", id.to_string()),
            OpenPlace::Region(code) => ("region_code LIKE $2", format!("{code}%")),
        };
        let rows: Vec<Row> = diesel::sql_query(format!("{COUNTS} {condition} GROUP BY 1 ORDER BY 1"))
            .bind::<Timestamptz, _>(since)
            .bind::<Text, _>(value)
            .load(&mut *self.connection()?)?;
        let sum = |count: fn(&Row) -> i64| told(rows.iter().map(count).sum());
        let month = |row: &Row| MonthNumbers {
            month: row.month,
            registered: told(row.registered),
            answered: told(row.answered),
        };
        Ok(OpenNumbers {
            since,
            registered: sum(|row| row.registered),
            answered: sum(|row| row.answered),
            due: sum(|row| row.due),
            in_time: sum(|row| row.in_time),
            rated: sum(|row| row.rated),
            solved: sum(|row| row.solved),
            satisfied: sum(|row| row.satisfied),
            months: rows.iter().map(month).collect(),
        })
    }
}

fn told(count: i64) -> Option<i64> {
    (count >= SMALLEST).then_some(count)
}
