use std::collections::{BTreeMap, btree_map::Entry};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl,
    sql_types::{Array, Bool, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::{
    calendar::{Deadline, WorkCalendar, end_of_day, local_date},
    deadlines::{self, AnswerPlan, Book, Matter, Policies, Policy},
    people::Scope,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{CHUNK, Hear, Heard};
use crate::{Error, Result};

/// What became of the provisional promises whose clock still runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replanned {
    /// How many there were.
    pub examined: usize,
    /// Of those: the promised date is another one now.
    pub moved: usize,
    /// Of those: another year is still unknown.
    pub still_provisional: usize,
}

/// A submission that waits for an answer until a provisional date.
#[derive(QueryableByName)]
struct Open {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    number: String,
    #[diesel(sql_type = SmallInt)]
    clock: i16,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Nullable<Text>)]
    category: Option<String>,
    #[diesel(sql_type = Text)]
    urgency: String,
    #[diesel(sql_type = Text)]
    region_code: String,
    /// Days that were left when the clock went on; none: the policy decides.
    #[diesel(sql_type = Nullable<SmallInt>)]
    clock_days: Option<i16>,
    #[diesel(sql_type = Text)]
    clock_unit: String,
    #[diesel(sql_type = Timestamptz)]
    began_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    answer_due_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    overdue_at: Option<DateTime<Utc>>,
}

/// The submissions are locked before their steps, as everywhere.
const OPEN: &str = "
SELECT id, number, clock, kind, (SELECT path FROM categories WHERE categories.id = category_id) AS category, urgency, region_code,
    clock_days, clock_unit, answer_due_at, overdue_at, clock_started_at AS began_at
FROM submissions WHERE state IN ('registered', 'accepted', 'reopened') AND answer_due_provisional
ORDER BY id FOR UPDATE OF submissions";

const PROMISE: &str = "
UPDATE submissions SET answer_due_at = planned.due_at, answer_due_provisional = planned.provisional
FROM unnest($1, $2, $3) AS planned (id, due_at, provisional)
WHERE submissions.id = planned.id";

/// A step that was done stays done: nobody is reminded twice.
const STEPS: &str = "
INSERT INTO deadline_steps (id, submission_id, clock, step, due_at)
SELECT sibling_id(submission_id), submission_id, clock, step, due_at
FROM unnest($1, $2, $3, $4) AS planned (submission_id, clock, step, due_at)
ON CONFLICT (submission_id, handover_id, promise_id, clock, step, turn) DO UPDATE SET due_at = excluded.due_at, published_at = NULL
WHERE deadline_steps.done_at IS NULL AND deadline_steps.due_at <> excluded.due_at";

/// Plans the clocks again that were planned through an unknown year, from the time at which they started.
pub fn provisional(connection: &mut PgConnection, now: DateTime<Utc>, hear: &mut Hear<'_>) -> Result<Replanned> {
    let calendar = super::calendar(connection)?;
    let open: Vec<Open> = diesel::sql_query(OPEN).load(connection)?;
    let mut books = BTreeMap::<NaiveDate, Book>::new();
    let mut count = Replanned::default();
    for some in open.chunks(CHUNK) {
        let mut planned = Vec::with_capacity(some.len());
        for submission in some {
            let book = in_force(connection, &mut books, local_date(submission.began_at))?;
            let plan = plan(&calendar, &book.policies(&submission.matter()?), submission, now)?;
            count.examined += 1;
            count.moved += usize::from(plan.answer_due.at != submission.answer_due_at);
            count.still_provisional += usize::from(plan.answer_due.provisional);
            planned.push((submission, plan));
        }
        write(connection, &planned)?;
        hear(Heard::Did(some.len()))?;
    }
    Ok(count)
}

/// The policies in effect on the day on which a clock began; read once for each day.
pub(super) fn in_force<'b>(
    connection: &mut PgConnection,
    books: &'b mut BTreeMap<NaiveDate, Book>,
    day: NaiveDate,
) -> Result<&'b Book> {
    let book = match books.entry(day) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(free) => free.insert(super::book(connection, day)?),
    };
    Ok(book)
}

/// What decides about policies, from the words of the database.
pub(super) fn matter_of(kind: &str, category: Option<String>, urgency: &str, region_code: &str) -> Result<Matter> {
    Ok(Matter {
        kind: kind.parse().map_err(|_| Error::Unknown(kind.to_owned()))?,
        category,
        urgency: urgency.parse().map_err(|_| Error::Unknown(urgency.to_owned()))?,
        region_code: region_code.to_owned(),
    })
}

impl Open {
    fn matter(&self) -> Result<Matter> {
        matter_of(&self.kind, self.category.clone(), &self.urgency, &self.region_code)
    }

    /// What was left when the clock went on.
    fn left(&self) -> Result<Option<Policy>> {
        let Some(days) = self.clock_days else { return Ok(None) };
        let unit = self.clock_unit.parse();
        Ok(Some(Policy {
            amount: days.unsigned_abs(),
            unit: unit.map_err(|_| Error::Unknown(self.clock_unit.clone()))?,
        }))
    }
}

fn plan(calendar: &WorkCalendar, policies: &Policies, submission: &Open, now: DateTime<Utc>) -> Result<AnswerPlan> {
    let plan = match submission.left()? {
        Some(left) => deadlines::resume_answer(calendar, policies, left, submission.began_at),
        None => deadlines::plan_answer(calendar, policies, submission.began_at),
    };
    let promised = submission.answer_due_at;
    let due_at = if submission.overdue_at.is_some() {
        // Everybody was told that this date has passed; only how sure it is changes.
        promised
    } else if plan.answer_due.at < now {
        promised.max(end_of_day(local_date(now)))
    } else {
        plan.answer_due.at
    };
    if due_at == plan.answer_due.at {
        return Ok(plan);
    }
    let due = Deadline {
        at: due_at,
        ..plan.answer_due
    };
    // Reminders before the date stay where the calendar puts them.
    let Policies { answer, around, .. } = policies;
    Ok(AnswerPlan {
        half_at: plan.half_at,
        remind_at: plan.remind_at,
        ..deadlines::plan_until(calendar, around, answer.unit, due, submission.began_at)
    })
}

fn write(connection: &mut PgConnection, planned: &[(&Open, AnswerPlan)]) -> Result<()> {
    let (mut ids, mut due_ats, mut provisional) = (Vec::new(), Vec::new(), Vec::new());
    let (mut of, mut clocks, mut steps, mut times) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (submission, plan) in planned {
        ids.push(submission.id);
        due_ats.push(plan.answer_due.at);
        provisional.push(plan.answer_due.provisional);
        for (step, at) in plan.steps() {
            let Some(at) = at else { continue };
            of.push(submission.id);
            clocks.push(submission.clock);
            steps.push(step.as_str());
            times.push(at);
        }
    }
    diesel::sql_query(PROMISE)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<Timestamptz>, _>(due_ats)
        .bind::<Array<Bool>, _>(provisional)
        .execute(connection)?;
    diesel::sql_query(STEPS)
        .bind::<Array<SqlUuid>, _>(of)
        .bind::<Array<SmallInt>, _>(clocks)
        .bind::<Array<Text>, _>(steps)
        .bind::<Array<Timestamptz>, _>(times)
        .execute(connection)?;
    Ok(())
}

/// A clock whose date becomes another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedClock {
    pub submission_id: Uuid,
    pub number: String,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

/// Those that run by a policy and are not late: who was told that a date has passed is not told another one.
const RUNNING: &str = "
SELECT id, number, clock, kind, (SELECT path FROM categories WHERE categories.id = category_id) AS category, urgency, region_code,
    clock_days, clock_unit, answer_due_at, overdue_at, clock_started_at AS began_at
FROM submissions WHERE state IN ('registered', 'accepted', 'reopened') AND clock_days IS NULL AND overdue_at IS NULL
    AND region_code LIKE $1 AND (confidential_region IS NULL OR confidential_region LIKE $1)
ORDER BY id FOR UPDATE OF submissions";

/// Plans the clocks of a scope again with the policies in force on `now`, from the time at which they started; returns how
/// many there are, and those that moved.
pub fn running(
    connection: &mut PgConnection,
    scope: &Scope,
    now: DateTime<Utc>,
    hear: &mut Hear<'_>,
) -> Result<(usize, Vec<MovedClock>)> {
    let within = match scope {
        Scope::Region(code) => format!("{code}%"),
        // Who sets policies without a division sets those of the whole installation.
        _ => "%".to_owned(),
    };
    let calendar = super::calendar(connection)?;
    let book = super::book(connection, local_date(now))?;
    let open: Vec<Open> = diesel::sql_query(RUNNING).bind::<Text, _>(within).load(connection)?;
    hear(Heard::Found(open.len()))?;
    let mut moved = Vec::new();
    for some in open.chunks(CHUNK) {
        let mut planned = Vec::new();
        for submission in some {
            let plan = plan(&calendar, &book.policies(&submission.matter()?), submission, now)?;
            if plan.answer_due.at != submission.answer_due_at {
                planned.push((submission, plan));
            }
        }
        write(connection, &planned)?;
        moved.extend(planned.iter().map(|(submission, plan)| MovedClock {
            submission_id: submission.id,
            number: submission.number.clone(),
            from: submission.answer_due_at,
            to: plan.answer_due.at,
        }));
        hear(Heard::Did(some.len()))?;
    }
    Ok((open.len(), moved))
}
