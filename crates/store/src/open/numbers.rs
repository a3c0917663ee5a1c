//! Numbers that everybody may read: how many came in, were answered, in time, solved, and content. Reports on officials
//! are in none of them; a count so small that it may point to a person is not told.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    QueryableByName, RunQueryDsl,
    sql_types::{BigInt, Date, Text, Timestamptz},
};

use minyi_domain::rates::Measure;

use super::OpenPlace;
use crate::{Result, Store, ledger::condition};

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
    /// 承诺到期: the promise of the first answer is over.
    pub due: Option<i64>,
    /// 按期答复: those of `due` whose first answer came in time.
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

impl Store {
    /// The numbers of a place for what came in from `since`, the first instant of a month, on; counted as everywhere
    /// else.
    pub fn open_numbers(&self, place: &OpenPlace, since: DateTime<Utc>, now: DateTime<Utc>) -> Result<OpenNumbers> {
        let (within, value) = match place {
            OpenPlace::Station(id) => ("site_id = $2::uuid", id.to_string()),
            OpenPlace::Region(code) => ("region_code LIKE $2", format!("{code}%")),
        };
        let count = |(name, measure): &(&str, Measure)| {
            format!(", count(*) FILTER (WHERE {}) AS {name}", condition(*measure, now))
        };
        let counts: String = COUNTS.iter().map(count).collect();
        let query = format!(
            "SELECT date_trunc('month', submitted_at AT TIME ZONE 'Asia/Shanghai')::date AS month{counts}
            FROM submissions WHERE confidential_region IS NULL AND submitted_at >= $1 AND {within}
            GROUP BY 1 ORDER BY 1"
        );
        let rows: Vec<Row> = diesel::sql_query(query)
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

/// What is counted, under the names of [`Row`].
const COUNTS: [(&str, Measure); 7] = [
    ("registered", Measure::Registered),
    ("answered", Measure::Answered),
    ("due", Measure::Due),
    ("in_time", Measure::InTime),
    ("rated", Measure::Rated),
    ("solved", Measure::Solved),
    ("satisfied", Measure::Content),
];

fn told(count: i64) -> Option<i64> {
    (count >= SMALLEST).then_some(count)
}
