//! What waits for a resident: until when a question may be answered, and until when an answer may be rated. Where such a
//! time is counted in working days, a year's notice moves it as it moves a promise.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    ExpressionMethods, PgConnection, QueryDsl, QueryableByName, RunQueryDsl,
    sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::{
    calendar::{WorkCalendar, end_of_day, local_date},
    deadlines::{Book, Step},
};
use uuid::Uuid;

use super::{
    CHUNK, Hear, Heard,
    replan::{in_force, matter_of},
};
use crate::{
    Result,
    schema::{deadline_steps, info_requests},
};

/// An open step of a submission that waits for a resident.
#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    submission_id: Uuid,
    #[diesel(sql_type = Text)]
    step: String,
    #[diesel(sql_type = Timestamptz)]
    due_at: DateTime<Utc>,
    /// When the question was asked, or the last answer given.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    began_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Nullable<Text>)]
    category: Option<String>,
    #[diesel(sql_type = Text)]
    urgency: String,
    #[diesel(sql_type = Text)]
    region_code: String,
}

/// The submissions are locked before their steps, as everywhere.
const WAITING: &str = "
SELECT d.id, d.submission_id, d.step, d.due_at,
    CASE d.step WHEN 'info_lapse'
        THEN (SELECT max(r.asked_at) FROM info_requests r WHERE r.submission_id = s.id AND r.ended_at IS NULL)
        ELSE (SELECT max(e.occurred_at) FROM events e WHERE e.submission_id = s.id AND e.kind IN ('answered', 'declined'))
    END AS began_at,
    s.kind, (SELECT path FROM categories WHERE categories.id = s.category_id) AS category, s.urgency, s.region_code
FROM deadline_steps d JOIN submissions s ON s.id = d.submission_id
WHERE d.step IN ('auto_close', 'info_lapse') AND d.done_at IS NULL
ORDER BY s.id FOR UPDATE OF s";

/// Plans these steps again that stand where `before`, in which a year was unknown, had put them.
pub fn replan(
    connection: &mut PgConnection,
    before: &WorkCalendar,
    now: DateTime<Utc>,
    hear: &mut Hear<'_>,
) -> Result<()> {
    let calendar = super::calendar(connection)?;
    let waiting: Vec<Waiting> = diesel::sql_query(WAITING).load(connection)?;
    let mut books = BTreeMap::<NaiveDate, Book>::new();
    for some in waiting.chunks(CHUNK) {
        for row in some {
            let Some(began_at) = row.began_at else { continue };
            let matter = matter_of(&row.kind, row.category.clone(), &row.urgency, &row.region_code)?;
            let policies = in_force(connection, &mut books, local_date(began_at))?.policies(&matter);
            let policy = if row.is_question() {
                policies.give_info
            } else {
                policies.auto_close
            };
            let planned = policy.after(before, began_at);
            if !planned.provisional || planned.at != row.due_at {
                continue;
            }
            let mut at = policy.after(&calendar, began_at).at;
            if at < now {
                // No date moves into the past.
                at = row.due_at.max(end_of_day(local_date(now)));
            }
            if at != row.due_at {
                row.move_to(connection, at)?;
            }
        }
        hear(Heard::Did(some.len()))?;
    }
    Ok(())
}

impl Waiting {
    fn is_question(&self) -> bool {
        self.step == Step::InfoLapse.as_str()
    }

    fn move_to(&self, connection: &mut PgConnection, at: DateTime<Utc>) -> Result<()> {
        diesel::update(deadline_steps::table.find(self.id))
            .set((
                deadline_steps::due_at.eq(at),
                deadline_steps::published_at.eq(None::<DateTime<Utc>>),
            ))
            .execute(connection)?;
        if self.is_question() {
            let open = info_requests::table
                .filter(info_requests::submission_id.eq(self.submission_id))
                .filter(info_requests::ended_at.is_null());
            diesel::update(open)
                .set(info_requests::due_at.eq(at))
                .execute(connection)?;
        }
        Ok(())
    }
}
