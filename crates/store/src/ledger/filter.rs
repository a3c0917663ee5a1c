//! What a row must meet to be in the list. The statistics count with the same conditions, so that a number leads to
//! exactly the rows that it counts.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use diesel::{
    dsl::sql,
    sql_types::{Bool, Double, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::{
    calendar::at_local_time,
    lifecycle::State,
    people::Scope,
    rates::Measure,
    submission::{Channel, Kind, Location, Satisfaction},
};
use uuid::Uuid;

use crate::{Cursor, scope::Condition};

/// One of several, or expressly none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    This(Uuid),
    None,
}

/// A division.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionPick {
    /// Without trailing zeros.
    pub code: String,
    /// Only what stands in this very division, not what lies below it.
    pub exact: bool,
}

/// Which rows; everything that is `None` lets all through.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LedgerFilter {
    /// First day of registration, in China.
    pub from: Option<NaiveDate>,
    /// Last day of registration, in China.
    pub to: Option<NaiveDate>,
    pub region: Option<RegionPick>,
    pub site: Option<Uuid>,
    /// Who is responsible now.
    pub deputy: Option<Pick>,
    /// The office that has it, or had it last.
    pub office: Option<Pick>,
    /// A category with all that lies below it.
    pub category: Option<Pick>,
    pub channel: Option<Channel>,
    pub kind: Option<Kind>,
    pub state: Option<State>,
    /// By the last rating.
    pub satisfaction: Option<Satisfaction>,
    /// All of them must be met.
    pub measures: Vec<Measure>,
    /// A square of the map, by its middle.
    pub square: Option<Location>,
    /// What belongs to a cluster of like ones.
    pub cluster: Option<Uuid>,
    /// How the number begins, or what stands behind the day.
    pub number: Option<String>,
}

/// The id of the office that has a submission, or had it last.
pub const LAST_HANDOVER: &str = "(SELECT handovers.office_id FROM handover_submissions
    JOIN handovers ON handovers.id = handover_submissions.handover_id
    WHERE handover_submissions.submission_id = submissions.id AND handovers.state NOT IN ('refused', 'withdrawn')
    ORDER BY handovers.handed_at DESC, handovers.id DESC LIMIT 1)";

/// When the promise of the first answer is over. While the resident is asked nothing falls due; after the first answer its
/// promise stays as it was.
const FIRST_PROMISE: &str = "coalesce(submissions.first_due_at,
    CASE WHEN submissions.state <> 'awaiting_resident' THEN submissions.answer_due_at END)";
/// When that of the present answer is.
const PROMISE: &str = "CASE WHEN submissions.state IN ('registered', 'accepted', 'handed_over', 'reopened')
    THEN submissions.answer_due_at END";
/// The moments, each past or still to come or none, at which time alone changes what [`condition`] says of a submission.
pub const FALLS_DUE: [&str; 2] = [FIRST_PROMISE, PROMISE];

/// What a measure counts, in SQL over `submissions`. The time stands in the text, because a statement asks for it in
/// many places and [`Prepared`](crate::prepared::Prepared) binds in one.
pub fn condition(measure: Measure, now: DateTime<Utc>) -> String {
    let now = format!("timestamptz '{}'", now.to_rfc3339());
    let due = format!("{FIRST_PROMISE} < {now}");
    match measure {
        Measure::Registered => "true".to_owned(),
        Measure::Answered => "submissions.first_answered_at IS NOT NULL".to_owned(),
        Measure::Declined => DECLINED.to_owned(),
        Measure::Open => OPEN.to_owned(),
        Measure::Closed => "submissions.state = 'closed'".to_owned(),
        // As `PROMISE`, in the words of an index.
        Measure::Overdue => format!(
            "submissions.state IN ('registered', 'accepted', 'handed_over', 'reopened') AND submissions.answer_due_at < {now}"
        ),
        // The mark is taken away when the clock starts anew; the timeline remembers.
        Measure::Escalated => "(submissions.escalated_at IS NOT NULL OR submissions.clock > 0 AND EXISTS (
            SELECT FROM events WHERE events.submission_id = submissions.id AND events.kind = 'escalated'))"
            .to_owned(),
        Measure::EscalatedOpen => format!("{OPEN} AND submissions.escalated_at IS NOT NULL"),
        Measure::Reopened => "submissions.round > 0".to_owned(),
        Measure::Due => due,
        Measure::InTime => format!("({due} AND submissions.first_answered_at <= submissions.first_due_at)"),
        Measure::Rateable => format!(
            "(submissions.rated_solved IS NOT NULL OR submissions.first_answered_at IS NOT NULL AND NOT ({DECLINED}))"
        ),
        Measure::Rated => "submissions.rated_solved IS NOT NULL".to_owned(),
        Measure::Solved => "submissions.rated_solved".to_owned(),
        Measure::Content => "submissions.rated_satisfaction IN ('satisfied', 'basically_satisfied')".to_owned(),
        Measure::Satisfied => rated(Satisfaction::Satisfied),
        Measure::BasicallySatisfied => rated(Satisfaction::BasicallySatisfied),
        Measure::Dissatisfied => rated(Satisfaction::Dissatisfied),
    }
}

const OPEN: &str = "submissions.state NOT IN ('answered', 'declined', 'closed')";

const DECLINED: &str =
    "submissions.state = 'declined' OR submissions.state = 'closed' AND submissions.close_reason = 'declined'";

fn rated(satisfaction: Satisfaction) -> String {
    format!("submissions.rated_satisfaction = '{}'", satisfaction.as_str())
}

/// Registered from the first to the last day, both in China, both included.
pub fn within_period<From: 'static>(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Vec<Condition<From>> {
    let midnight = |day: NaiveDate| at_local_time(day, NaiveTime::MIN);
    let mut all: Vec<Condition<From>> = Vec::new();
    if let Some(from) = from {
        all.push(Box::new(
            sql::<Bool>("submissions.submitted_at >= ").bind::<Timestamptz, _>(midnight(from)),
        ));
    }
    if let Some(after) = to.and_then(|to| to.succ_opt()) {
        all.push(Box::new(
            sql::<Bool>("submissions.submitted_at < ").bind::<Timestamptz, _>(midnight(after)),
        ));
    }
    all
}

impl LedgerFilter {
    /// The code of the division of which some days are asked for.
    pub(super) fn division_of_days<'a>(&'a self, scope: &'a Scope) -> Option<&'a str> {
        let Scope::Region(own) = scope else { return None };
        // Whoever asks for less than a division is better served by its index.
        let is_less = self.site.is_some() || self.deputy.is_some() || self.cluster.is_some() || self.number.is_some();
        if is_less || self.square.is_some() {
            return None;
        }
        self.from.or(self.to)?;
        let picked = self.region.as_ref().map(|region| region.code.as_str());
        // Both hold, and the longer one says more.
        picked.into_iter().chain([own.as_str()]).max_by_key(|code| code.len())
    }

    /// As conditions of a query over submissions.
    pub(super) fn conditions<From: 'static>(&self, now: DateTime<Utc>) -> Vec<Condition<From>> {
        let mut all = within_period(self.from, self.to);
        if let Some(RegionPick { code, exact }) = &self.region {
            let operator = if *exact { " = " } else { " LIKE " };
            let pattern = if *exact { code.clone() } else { format!("{code}%") };
            let column = format!("submissions.region_code{operator}");
            all.push(Box::new(sql::<Bool>(&column).bind::<Text, _>(pattern)));
        }
        if let Some(site) = self.site {
            all.push(Box::new(sql::<Bool>("submissions.site_id = ").bind::<SqlUuid, _>(site)));
        }
        all.extend(
            self.deputy
                .map(|deputy| picked("submissions.assignee_deputy_id", deputy)),
        );
        all.extend(self.office.map(|office| picked(LAST_HANDOVER, office)));
        all.extend(self.category.map(categorised));
        let words = [
            ("channel", self.channel.map(Channel::as_str)),
            ("kind", self.kind.map(Kind::as_str)),
            ("state", self.state.map(State::as_str)),
            ("rated_satisfaction", self.satisfaction.map(Satisfaction::as_str)),
        ];
        for (column, word) in words {
            if let Some(word) = word {
                let column = format!("submissions.{column} = ");
                all.push(Box::new(sql::<Bool>(&column).bind::<Text, _>(word)));
            }
        }
        for &measure in &self.measures {
            all.push(Box::new(sql::<Bool>(&format!("({})", condition(measure, now)))));
        }
        all.extend(self.square.as_ref().map(within_square));
        all.extend(self.cluster.map(of_cluster));
        all.extend(self.number.as_deref().and_then(numbered));
        all
    }
}

/// Two conditions, because each has its index: people know the whole number, or what stands behind the day.
fn numbered<From: 'static>(typed: &str) -> Option<Condition<From>> {
    let typed = typed.replace(['%', '_', '\\'], "");
    if typed.is_empty() {
        return None;
    }
    let begins = format!("{typed}%");
    Some(Box::new(
        sql::<Bool>("(submissions.number LIKE ")
            .bind::<Text, _>(begins.clone())
            .sql(" OR substr(submissions.number, 10) LIKE ")
            .bind::<Text, _>(begins)
            .sql(")"),
    ))
}

fn picked<From: 'static>(column: &str, pick: Pick) -> Condition<From> {
    match pick {
        Pick::This(id) => Box::new(sql::<Bool>(&format!("{column} = ")).bind::<SqlUuid, _>(id)),
        Pick::None => Box::new(sql::<Bool>(&format!("{column} IS NULL"))),
    }
}

/// The same rounding as the map's.
fn within_square<From: 'static>(square: &Location) -> Condition<From> {
    Box::new(
        sql::<Bool>("(submissions.coordinate_system = ")
            .bind::<Text, _>(square.coordinate_system.as_str())
            .sql(" AND round(submissions.longitude::numeric, 3)::float8 = ")
            .bind::<Double, _>(square.longitude)
            .sql(" AND round(submissions.latitude::numeric, 3)::float8 = ")
            .bind::<Double, _>(square.latitude)
            .sql(")"),
    )
}

fn of_cluster<From: 'static>(cluster: Uuid) -> Condition<From> {
    Box::new(
        sql::<Bool>("submissions.id IN (SELECT submission_id FROM cluster_members WHERE cluster_id = ")
            .bind::<SqlUuid, _>(cluster)
            .sql(")"),
    )
}

fn categorised<From: 'static>(pick: Pick) -> Condition<From> {
    match pick {
        Pick::This(id) => Box::new(
            sql::<Bool>(
                "submissions.category_id IN (SELECT below.id FROM categories AS above JOIN categories AS below
                    ON below.id = above.id OR starts_with(below.path, above.path || '/') WHERE above.id = ",
            )
            .bind::<SqlUuid, _>(id)
            .sql(")"),
        ),
        Pick::None => Box::new(sql::<Bool>("submissions.category_id IS NULL")),
    }
}

/// What comes after the cursor, newest first.
pub fn after<From: 'static>(Cursor { at, id }: Cursor) -> Condition<From> {
    Box::new(
        sql::<Bool>("(submissions.submitted_at, submissions.id) < (")
            .bind::<Timestamptz, _>(at)
            .sql(", ")
            .bind::<SqlUuid, _>(id)
            .sql(")"),
    )
}
