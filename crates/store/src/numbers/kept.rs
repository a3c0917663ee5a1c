//! The kept figures (统计底数): what a submission adds to the statistics is added up once and not counted again and again.
//! The database itself takes out of them what changes (migration 0058), and what falls due is left out by who asks, so that
//! they are true at every moment. See docs/decisions/0058-kept-figures.md.

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, TimeDelta, Utc};
use diesel::{
    Connection as _, QueryableByName, RunQueryDsl,
    connection::SimpleConnection as _,
    dsl::sql,
    pg::Pg,
    query_builder::QueryFragment,
    sql_query,
    sql_types::{Array, BigInt, Bool, Date, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::{
    calendar::local_date,
    people::Scope,
    rates::{Grouping, Measure},
};
use uuid::Uuid;

use super::{ANSWERED_ON, REGISTERED_ON, TOP_CATEGORY, level_below, or_none};
use crate::{
    Result, Store,
    ledger::{FALLS_DUE, LAST_HANDOVER, condition, within_period},
    scope::{COUNTY, Condition, division_by_division},
};

/// The days of what was never answered.
pub(super) const NEVER: i64 = -1;
/// Digits of the division by which the figures are found.
const TOWNSHIP: usize = 9;
/// What came in, fell due or will fall due within this time is not settled. In its first hour most happens to a submission,
/// and the clocks of two machines may differ: nobody who asks is so far behind the worker that settles.
const BUSY: TimeDelta = TimeDelta::hours(1);

/// The text for each measure, in the order of [`Measure::ALL`].
pub(super) fn each(text: impl Fn(Measure) -> String) -> String {
    let all: Vec<String> = Measure::ALL.iter().map(|measure| text(*measure)).collect();
    all.join(", ")
}

/// The working days, numbered through, around what is `counted`.
pub(super) fn days(counted: &str) -> String {
    format!(
        "days AS (
            SELECT series.day, count(*) FILTER (
                WHERE coalesce(NOT calendar_days.is_off, extract(isodow FROM series.day) < 6)
            ) OVER (ORDER BY series.day) AS nth
            FROM (
                SELECT generate_series(min(registered_on), max(answered_on), interval '1 day')::date AS day FROM {counted}
            ) AS series LEFT JOIN calendar_days ON calendar_days.day = series.day
        )"
    )
}

/// The part of a question that the kept figures answer: the whole months of its period, or the whole weeks.
pub(super) struct Kept {
    facet: &'static str,
    /// Its first day, and the day after its last one; the same where there is none.
    first: NaiveDate,
    after: NaiveDate,
    /// Where: a condition around one text.
    within: (&'static str, String, &'static str),
    /// Of a division.
    code: Option<String>,
    now: DateTime<Utc>,
}

impl Kept {
    /// `None`: nothing of it.
    pub fn of(
        scope: &Scope,
        grouping: Grouping,
        (from, to): (NaiveDate, NaiveDate),
        now: DateTime<Utc>,
    ) -> Option<Self> {
        let (within, code) = match scope {
            Scope::Site(site) => (("kept.site_id = ", site.to_string(), "::uuid"), None),
            Scope::Region(code) if code.len() <= TOWNSHIP => {
                (("kept.township LIKE ", format!("{code}%"), ""), Some(code.clone()))
            }
            Scope::Nothing | Scope::Deputy(_) | Scope::Office(_) | Scope::Region(_) => return None,
        };
        // A county and more are kept without their stations too, which are many rows.
        let is_wide = code.as_ref().is_some_and(|code| code.len() <= COUNTY);
        let facet = match grouping {
            Grouping::Region if level_below(scope) <= COUNTY => "county",
            Grouping::Month if is_wide => "county",
            Grouping::Week if is_wide => "county_week",
            Grouping::Office if is_wide => "county_office",
            Grouping::Category if is_wide => "county_category",
            Grouping::Region | Grouping::Site | Grouping::Month => "place",
            Grouping::Week => "week",
            Grouping::Deputy => "deputy",
            Grouping::Office => "office",
            Grouping::Category => "category",
        };
        let mut first = begin(grouping, from)?;
        if first < from {
            first = after(grouping, first)?;
        }
        let last = begin(grouping, to)?;
        let end = after(grouping, last)?;
        // Of a month that is not over, nothing was registered after today.
        let is_whole = to >= local_date(now) || to.succ_opt() == Some(end);
        Some(Self {
            facet,
            first,
            after: first.max(if is_whole { end } else { last }),
            within,
            code,
            now,
        })
    }

    /// What is not in them, in parts that have nothing in common, each with an index: of its whole months what is not
    /// settled, reports on officials, which never are, and what has fallen due since; the days of the period before and
    /// after.
    pub fn elsewhere<From: 'static>(&self, from: NaiveDate, to: NaiveDate) -> Vec<Vec<Condition<From>>> {
        let end = to.succ_opt().unwrap_or(to);
        let (first, after) = (self.first.min(end), self.after.min(end));
        let period = |from: NaiveDate, before: NaiveDate| within_period(Some(from), before.pred_opt());
        let within = [
            "submissions.counted_as IS NULL AND submissions.confidential_region IS NULL".to_owned(),
            "submissions.confidential_region IS NOT NULL".to_owned(),
            self.fallen_due(),
        ];
        let mut parts: Vec<Vec<Condition<From>>> = Vec::new();
        for condition in within {
            let mut part = period(first, after);
            part.push(Box::new(sql::<Bool>(&condition)));
            parts.push(part);
        }
        for (from, before) in [(from, first), (after, end)] {
            if from < before {
                let mut part = period(from, before);
                part.extend(self.code.as_deref().and_then(division_by_division));
                parts.push(part);
            }
        }
        parts
    }

    /// What is settled and has fallen due since. Looked for by itself first: how many there are is guessed from days ago, and
    /// whoever believes that they are many reads the scope's whole period for them.
    fn fallen_due(&self) -> String {
        format!(
            "submissions.id = ANY (ARRAY(SELECT fallen.id FROM submissions AS fallen WHERE fallen.counted_until < '{}'))",
            self.now.to_rfc3339()
        )
    }

    /// Its rows; `key` names the group of one. What was settled or unsettled a moment ago is not added up yet, and what has
    /// fallen due since is taken out.
    pub fn rows(self, key: &str) -> impl QueryFragment<Pg> + use<> {
        let fallen_due = self.fallen_due();
        let (head, value, tail) = self.within;
        let facet = self.facet;
        let counts = each(|measure| measure.to_string());
        sql::<Bool>(&format!(
            " UNION ALL SELECT {key}, kept.days, {counts}
            FROM (SELECT * FROM kept_figures
                UNION ALL SELECT added.* FROM figure_changes, figures_of(counted, times) AS added
                UNION ALL SELECT taken.* FROM submissions, figures_of(counted_as, -1) AS taken WHERE {fallen_due}) AS kept
            WHERE kept.facet = '{facet}' AND {head}"
        ))
        .bind::<Text, _>(value)
        .sql(&format!("{tail} AND kept.begins >= "))
        .bind::<Date, _>(self.first)
        .sql(" AND kept.begins < ")
        .bind::<Date, _>(self.after)
    }
}

/// The first day of the month, or week, in which this day lies.
fn begin(grouping: Grouping, day: NaiveDate) -> Option<NaiveDate> {
    if grouping == Grouping::Week {
        return day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into()));
    }
    day.with_day(1)
}

/// The first day of the next one.
fn after(grouping: Grouping, begin: NaiveDate) -> Option<NaiveDate> {
    if grouping == Grouping::Week {
        return begin.checked_add_days(Days::new(7));
    }
    begin.checked_add_months(Months::new(1))
}

#[derive(QueryableByName)]
struct Quiet {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

#[derive(QueryableByName)]
struct Folded {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

impl Store {
    /// Settles at most `limit` submissions of those with which nothing is happening; how many.
    pub fn settle_figures(&self, now: DateTime<Utc>, limit: usize) -> Result<usize> {
        self.connection()?.transaction(|connection| {
            // Who changes what they are counted by is waited for.
            connection.batch_execute("LOCK TABLE calendar_days, categories IN SHARE MODE")?;
            let quiet: Vec<Quiet> = sql_query(quiet())
                .bind::<Timestamptz, _>(now)
                .bind::<BigInt, _>(i64::try_from(limit).unwrap_or(i64::MAX))
                .load(connection)?;
            let ids: Vec<Uuid> = quiet.into_iter().map(|quiet| quiet.id).collect();
            // A statement of its own: it sees all that was done before they were locked.
            let settled = sql_query(settling(now))
                .bind::<Array<SqlUuid>, _>(ids)
                .execute(connection)?;
            Ok(settled)
        })
    }

    /// Takes at most `limit` submissions that are about to fall due out of the figures, so that nobody who asks need do it;
    /// how many.
    pub fn unsettle_due(&self, now: DateTime<Utc>, limit: usize) -> Result<usize> {
        let unsettled = sql_query(
            "UPDATE submissions SET counted_as = NULL WHERE id = ANY (ARRAY(
                SELECT id FROM submissions WHERE counted_until < $1
                ORDER BY counted_until LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED))",
        )
        .bind::<Timestamptz, _>(now + BUSY)
        .bind::<BigInt, _>(i64::try_from(limit).unwrap_or(i64::MAX))
        .execute(&mut *self.connection()?)?;
        Ok(unsettled)
    }

    /// Adds at most `limit` of the changes since to the kept figures; how many.
    pub fn fold_figures(&self, limit: usize) -> Result<usize> {
        let folded: Folded = sql_query("SELECT fold_figures($1) AS count")
            .bind::<BigInt, _>(i64::try_from(limit).unwrap_or(i64::MAX))
            .get_result(&mut *self.connection()?)?;
        Ok(usize::try_from(folded.count).unwrap_or(0))
    }
}

/// What came in a while ago, and falls due neither just now nor soon: `$2` of them at `$1`.
fn quiet() -> String {
    let busy = BUSY.num_seconds();
    let due = FALLS_DUE.map(|moment| format!("coalesce(abs(extract(epoch FROM {moment} - $1)) > {busy}, true)"));
    format!(
        "SELECT id FROM submissions
        WHERE counted_as IS NULL AND confidential_region IS NULL AND submitted_at < $1 - interval '{busy} seconds'
            AND {} AND {}
        ORDER BY submitted_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED",
        due[0], due[1]
    )
}

/// Writes into each submission of `$1` what it is counted as, in the order of the type `submission_figures`, and until when.
fn settling(now: DateTime<Utc>) -> String {
    let to_come = |moment: &str| format!("CASE WHEN {moment} >= '{0}' THEN {moment} END", now.to_rfc3339());
    let [first, present] = FALLS_DUE.map(to_come);
    format!(
        "WITH chosen AS (
            SELECT submissions.id, {REGISTERED_ON} AS registered_on, {ANSWERED_ON} AS answered_on,
                least({first}, {present}) AS until,
                submissions.region_code, submissions.site_id, {} AS deputy, {} AS office, {} AS category, {}
            FROM submissions WHERE submissions.id = ANY ($1)
        ),
        {}
        UPDATE submissions SET counted_as = ROW(registered_on, chosen.region_code, chosen.site_id, deputy, office, category,
            coalesce(answer.nth - since.nth, {NEVER}), {})::submission_figures, counted_until = until
        FROM chosen LEFT JOIN days AS since ON since.day = registered_on LEFT JOIN days AS answer ON answer.day = answered_on
        WHERE submissions.id = chosen.id",
        or_none("submissions.assignee_deputy_id"),
        or_none(LAST_HANDOVER),
        or_none(TOP_CATEGORY),
        each(|measure| format!("coalesce({}, false) AS {measure}", condition(measure, now))),
        days("chosen"),
        each(|measure| measure.to_string()),
    )
}
