//! The statistics (统计): one statement counts every measure for every group. What is settled is read from the kept figures
//! ([`kept`]), everything else is counted as it stands.

mod kept;
mod map;

pub use map::{HeatCell, Map, SiteOnMap};

use std::{cmp::Reverse, collections::BTreeMap};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    QueryDsl, RunQueryDsl,
    dsl::sql,
    pg::Pg,
    query_builder::QueryFragment,
    sql_types::{Array, BigInt, Bool, Text},
};
use minyi_domain::{
    people::Scope,
    rates::{Counts, Grouping, Measure, NONE, Times},
};

use crate::{
    Result, Store,
    ledger::{LAST_HANDOVER, condition, within_period},
    prepared::{Pieces, Prepared},
    schema::submissions,
    scope::{Condition, submissions_in},
};
use kept::{Kept, NEVER, days, each};

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

/// Of a group, what was answered first after the same number of working days.
type Row = (String, String, i64, Vec<i64>);
type Columns = (Text, Text, BigInt, Array<BigInt>);

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
        let kept = Kept::of(scope, grouping, (from, to), now);
        let parts = match &kept {
            Some(kept) => kept.elsewhere(from, to),
            None => vec![within_period(Some(from), Some(to))],
        };
        let mut pieces = Pieces::default();
        for (index, part) in parts.into_iter().enumerate() {
            if index > 0 {
                pieces.push(sql::<Bool>(" UNION ALL "));
            }
            pieces.push(chosen(&columns(grouping, scope, now), scope, part));
        }
        pieces.push(sql::<Bool>(&counted()));
        if let Some(kept) = kept {
            pieces.push(kept.rows(&kept_key(grouping, scope)));
        }
        pieces.push(sql::<Bool>(&grouped(grouping)));
        let question = Prepared::<Columns, _>::new("WITH chosen AS (", pieces, "");
        let rows: Vec<Row> = question.load(&mut *self.connection()?)?;
        Ok(assemble(rows, grouping))
    }
}

/// The submissions of a scope that meet all conditions.
fn chosen(
    columns: &str,
    scope: &Scope,
    conditions: Vec<Condition<submissions::table>>,
) -> impl QueryFragment<Pg> + use<> {
    let mut chosen = submissions::table
        .filter(submissions_in(scope))
        .select(sql::<Text>(columns))
        .into_boxed();
    for condition in conditions {
        chosen = chosen.filter(condition);
    }
    chosen
}

/// What is selected of each.
fn columns(grouping: Grouping, scope: &Scope, now: DateTime<Utc>) -> String {
    let met = each(|measure| format!("({}) AS {measure}", condition(measure, now)));
    format!(
        "{} AS group_key, {REGISTERED_ON} AS registered_on, {ANSWERED_ON} AS answered_on, {met}",
        key(grouping, scope)
    )
}

/// The day in China.
const REGISTERED_ON: &str = "(submissions.submitted_at AT TIME ZONE 'Asia/Shanghai')::date";
const ANSWERED_ON: &str = "(submissions.first_answered_at AT TIME ZONE 'Asia/Shanghai')::date";

/// The first level of its category.
const TOP_CATEGORY: &str = "(SELECT top.id FROM categories JOIN categories AS top
    ON top.path = split_part(categories.path, '/', 1) WHERE categories.id = submissions.category_id)";

/// An id as a group's key.
fn or_none(id: &str) -> String {
    format!("coalesce({id}::text, '{NONE}')")
}

/// The key of a submission's group.
fn key(grouping: Grouping, scope: &Scope) -> String {
    match grouping {
        Grouping::Region => format!("left(submissions.region_code, {})", level_below(scope)),
        Grouping::Site => "submissions.site_id::text".to_owned(),
        Grouping::Deputy => or_none("submissions.assignee_deputy_id"),
        Grouping::Office => or_none(LAST_HANDOVER),
        Grouping::Category => or_none(TOP_CATEGORY),
        Grouping::Month => "to_char(submissions.submitted_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')".to_owned(),
        Grouping::Week => {
            "to_char(date_trunc('week', submissions.submitted_at AT TIME ZONE 'Asia/Shanghai'), 'YYYY-MM-DD')"
                .to_owned()
        }
    }
}

/// The same of a row of the kept figures.
fn kept_key(grouping: Grouping, scope: &Scope) -> String {
    match grouping {
        Grouping::Region => format!("left(kept.key, {})", level_below(scope)),
        Grouping::Site => "kept.site_id::text".to_owned(),
        Grouping::Deputy | Grouping::Office | Grouping::Category => "kept.key".to_owned(),
        Grouping::Month => "to_char(kept.begins, 'YYYY-MM')".to_owned(),
        Grouping::Week => "to_char(kept.begins, 'YYYY-MM-DD')".to_owned(),
    }
}

/// What a group is called.
fn label(grouping: Grouping) -> String {
    let named = |table: &str, otherwise: &str| {
        format!("coalesce((SELECT name FROM {table} WHERE id = nullif(group_key, '{NONE}')::uuid), {otherwise})")
    };
    match grouping {
        Grouping::Region => "coalesce((SELECT name FROM regions WHERE code = group_key), group_key)".to_owned(),
        Grouping::Site => named("sites", "group_key"),
        Grouping::Deputy => named("deputies", "'联络站或上级办理'"),
        Grouping::Office => named("offices", "'没有交办'"),
        Grouping::Category => named("categories", "'没有分类'"),
        Grouping::Month | Grouping::Week => "group_key".to_owned(),
    }
}

/// From each submission that was chosen to the figures of a group, a day of registration and a day of the answer, and on to
/// those of a group and the days between. Working days are numbered through once, so that each only takes a difference.
fn counted() -> String {
    format!(
        "),
        counted AS (
            SELECT group_key, registered_on, answered_on, {}
            FROM chosen GROUP BY group_key, registered_on, answered_on
        ),
        {},
        figures AS (
            SELECT group_key, coalesce(until.nth - since.nth, {NEVER}) AS days, {}
            FROM counted LEFT JOIN days AS since ON since.day = registered_on
                LEFT JOIN days AS until ON until.day = answered_on",
        each(|measure| format!("count(*) FILTER (WHERE {measure}) AS {measure}")),
        days("counted"),
        each(|measure| measure.to_string()),
    )
}

/// The end of the statement. What was taken out of the kept figures a moment ago leaves nothing of its group.
fn grouped(grouping: Grouping) -> String {
    format!(
        ") SELECT group_key, {}, days, ARRAY[{}] FROM figures GROUP BY group_key, days HAVING sum(registered) > 0",
        label(grouping),
        each(|measure| format!("sum({measure})::bigint")),
    )
}

/// Digits of the division codes one level below the scope's.
pub fn level_below(scope: &Scope) -> usize {
    const LEVELS: [usize; 5] = [2, 4, 6, 9, 12];
    let own = match scope {
        Scope::Region(code) => code.len(),
        Scope::Nothing | Scope::Deputy(_) | Scope::Site(_) | Scope::Office(_) => 9,
    };
    LEVELS.into_iter().find(|level| *level > own).unwrap_or(12)
}

/// What is known of a group before its figures are told.
#[derive(Default)]
struct Tally {
    label: String,
    counts: Counts,
    times: Times,
}

impl Tally {
    fn add(&mut self, counts: Counts, days: i64) {
        self.counts = self.counts + counts;
        if days > NEVER {
            self.times.add(days, counts.of(Measure::Registered));
        }
    }

    fn figures(self, key: String) -> Figures {
        Figures {
            key,
            label: self.label,
            counts: self.counts,
            median_days: self.times.within(0.5),
            ninetieth_days: self.times.within(0.9),
        }
    }
}

fn assemble(rows: Vec<Row>, grouping: Grouping) -> Statistics {
    let mut groups: BTreeMap<String, Tally> = BTreeMap::new();
    let mut total = Tally {
        label: "合计".to_owned(),
        ..Tally::default()
    };
    for (key, label, days, counts) in rows {
        let counts = Counts::new(counts);
        total.add(counts, days);
        let group = groups.entry(key).or_default();
        group.label = label;
        group.add(counts, days);
    }
    let mut groups: Vec<Figures> = groups.into_iter().map(|(key, tally)| tally.figures(key)).collect();
    if !matches!(grouping, Grouping::Month | Grouping::Week) {
        let size = |figures: &Figures| Reverse(figures.counts.of(Measure::Registered));
        groups.sort_by(|one, other| (size(one), &one.label, &one.key).cmp(&(size(other), &other.label, &other.key)));
    }
    Statistics {
        groups,
        total: total.figures(String::new()),
    }
}
