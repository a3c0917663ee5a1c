//! The statistics (统计): one statement counts every measure for every group and for the whole.

mod map;

pub use map::{HeatCell, Map, SiteOnMap};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    NullableExpressionMethods, QueryDsl, RunQueryDsl,
    dsl::sql,
    sql_types::{Array, BigInt, Double, Nullable, Text},
};
use minyi_domain::{
    people::Scope,
    rates::{Counts, Grouping, Measure, NONE},
};

use crate::{
    Result, Store,
    ledger::{LAST_HANDOVER, condition, within_period},
    prepared::Prepared,
    schema::{deputies, sites, submissions},
    scope::submissions_in,
};

/// The figures of a group, or of the whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// Names the group for a filter of the ledger: a division's code, an id, a month as `2026-11`, a week by its Monday,
    /// or [`NONE`]; empty for the whole.
    pub key: String,
    /// For people.
    pub label: String,
    pub counts: Counts,
    /// Working days to the first answer; `None`: nothing was answered.
    pub median_days: Option<f64>,
    pub ninetieth_days: Option<f64>,
}

/// All groups, and the whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    /// The largest first; months and weeks in their order.
    pub groups: Vec<Figures>,
    pub total: Figures,
}

type Row = (Option<String>, Option<String>, Vec<i64>, Option<f64>, Option<f64>);
type Columns = (
    Nullable<Text>,
    Nullable<Text>,
    Array<BigInt>,
    Nullable<Double>,
    Nullable<Double>,
);

impl Store {
    /// Counts what was registered from `from` to `to`, days in China, both included.
    pub fn statistics(
        &self,
        scope: &Scope,
        grouping: Grouping,
        from: NaiveDate,
        to: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<Statistics> {
        let mut chosen = submissions::table
            .inner_join(sites::table)
            .left_join(deputies::table)
            .filter(submissions_in(scope))
            .select(sql::<Text>(&columns(grouping, scope, now)).nullable())
            .into_boxed();
        for condition in within_period(Some(from), Some(to)) {
            chosen = chosen.filter(condition);
        }
        let counted = Prepared::<Columns, _>::new(HEAD, chosen, TAIL);
        let rows: Vec<Row> = counted.load(&mut *self.connection()?)?;
        Ok(assemble(rows, grouping))
    }
}

/// What is selected of each submission, in the order of [`HEAD`].
fn columns(grouping: Grouping, scope: &Scope, now: DateTime<Utc>) -> String {
    let (key, label) = group(grouping, scope);
    let conditions: Vec<String> = Measure::ALL
        .iter()
        .map(|measure| format!("coalesce({}, false)", condition(*measure, now)))
        .collect();
    format!(
        "{key}, {label}, (submissions.submitted_at AT TIME ZONE 'Asia/Shanghai')::date,
        (submissions.first_answered_at AT TIME ZONE 'Asia/Shanghai')::date, ARRAY[{}]",
        conditions.join(", ")
    )
}

/// Key and label of a submission's group.
fn group(grouping: Grouping, scope: &Scope) -> (String, String) {
    let none = |column: &str| format!("coalesce({column}::text, '{NONE}')");
    match grouping {
        Grouping::Region => {
            let key = format!("left(submissions.region_code, {})", level_below(scope));
            let label = format!("coalesce((SELECT name FROM regions WHERE code = {key}), {key})");
            (key, label)
        }
        Grouping::Site => ("submissions.site_id::text".to_owned(), "sites.name".to_owned()),
        Grouping::Deputy => (
            none("submissions.assignee_deputy_id"),
            "coalesce(deputies.name, '联络站或上级办理')".to_owned(),
        ),
        Grouping::Office => (
            none(LAST_HANDOVER),
            format!("coalesce((SELECT name FROM offices WHERE id = {LAST_HANDOVER}), '没有交办')"),
        ),
        Grouping::Category => (
            none(&format!("(SELECT top.id {TOP_CATEGORY})")),
            format!("coalesce((SELECT top.name {TOP_CATEGORY}), '没有分类')"),
        ),
        Grouping::Month => {
            let month = "to_char(submissions.submitted_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')";
            (month.to_owned(), month.to_owned())
        }
        Grouping::Week => {
            let week =
                "to_char(date_trunc('week', submissions.submitted_at AT TIME ZONE 'Asia/Shanghai'), 'YYYY-MM-DD')";
            (week.to_owned(), week.to_owned())
        }
    }
}

/// The category's ancestor at the first level.
const TOP_CATEGORY: &str = "FROM categories JOIN categories AS top ON top.path = split_part(categories.path, '/', 1)
    WHERE categories.id = submissions.category_id";

/// Digits of the division codes one level below the scope's.
pub fn level_below(scope: &Scope) -> usize {
    const LEVELS: [usize; 5] = [2, 4, 6, 9, 12];
    let own = match scope {
        Scope::Region(code) => code.len(),
        Scope::Nothing | Scope::Deputy(_) | Scope::Site(_) | Scope::Office(_) => 9,
    };
    LEVELS.into_iter().find(|level| *level > own).unwrap_or(12)
}

const HEAD: &str = "WITH chosen (group_key, label, registered_on, answered_on, met) AS (";

/// Working days are numbered through once, so that each submission only takes a difference.
const TAIL: &str = "),
days AS (
    SELECT series.day, count(*) FILTER (
        WHERE coalesce(NOT calendar_days.is_off, extract(isodow FROM series.day) < 6)) OVER (ORDER BY series.day) AS nth
    FROM (
        SELECT generate_series(min(registered_on), max(answered_on), interval '1 day')::date AS day FROM chosen
    ) AS series LEFT JOIN calendar_days ON calendar_days.day = series.day
),
timed AS (
    SELECT chosen.*, until.nth - since.nth AS days
    FROM chosen LEFT JOIN days AS since ON since.day = registered_on LEFT JOIN days AS until ON until.day = answered_on
)
SELECT group_key, label, ARRAY[
        count(*) FILTER (WHERE met[1]), count(*) FILTER (WHERE met[2]), count(*) FILTER (WHERE met[3]),
        count(*) FILTER (WHERE met[4]), count(*) FILTER (WHERE met[5]), count(*) FILTER (WHERE met[6]),
        count(*) FILTER (WHERE met[7]), count(*) FILTER (WHERE met[8]), count(*) FILTER (WHERE met[9]),
        count(*) FILTER (WHERE met[10]), count(*) FILTER (WHERE met[11]), count(*) FILTER (WHERE met[12]),
        count(*) FILTER (WHERE met[13]), count(*) FILTER (WHERE met[14]), count(*) FILTER (WHERE met[15]),
        count(*) FILTER (WHERE met[16]), count(*) FILTER (WHERE met[17]), count(*) FILTER (WHERE met[18])],
    percentile_cont(0.5) WITHIN GROUP (ORDER BY days) FILTER (WHERE days IS NOT NULL),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY days) FILTER (WHERE days IS NOT NULL)
FROM timed GROUP BY GROUPING SETS ((group_key, label), ())";

fn assemble(rows: Vec<Row>, grouping: Grouping) -> Statistics {
    let figures = |(key, label, counts, median_days, ninetieth_days): Row| Figures {
        key: key.unwrap_or_default(),
        label: label.unwrap_or_else(|| "合计".to_owned()),
        counts: Counts::new(counts),
        median_days,
        ninetieth_days,
    };
    // Only the whole has no key.
    let (whole, groups): (Vec<_>, Vec<_>) = rows.into_iter().map(figures).partition(|row| row.key.is_empty());
    let nothing = || figures((None, None, Vec::new(), None, None));
    let mut groups = groups;
    if matches!(grouping, Grouping::Month | Grouping::Week) {
        groups.sort_by(|one, other| one.key.cmp(&other.key));
    } else {
        let size = |figures: &Figures| std::cmp::Reverse(figures.counts.of(Measure::Registered));
        groups.sort_by(|one, other| (size(one), &one.label, &one.key).cmp(&(size(other), &other.label, &other.key)));
    }
    Statistics {
        groups,
        total: whole.into_iter().next().unwrap_or_else(nothing),
    }
}
