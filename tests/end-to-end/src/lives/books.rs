//! What must be true at the end, read from the database.

use std::{collections::BTreeMap, fmt};

use chrono::{DateTime, Utc};
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query, sql_types};
use minyi_store::Break;

use crate::world::World;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = sql_types::Text)]
    name: String,
    #[diesel(sql_type = sql_types::BigInt)]
    count: i64,
}

/// Each counts what must not be; `$1` is the time at the end.
const NEVER: &[(&str, &str)] = &[
    (
        "closed without an answer",
        "submissions s WHERE state = 'closed' AND NOT EXISTS (SELECT FROM answers WHERE submission_id = s.id)",
    ),
    (
        "open, late, and nobody was told",
        "submissions WHERE state IN ('registered', 'accepted', 'handed_over', 'reopened')
            AND answer_due_at < $1 AND overdue_at IS NULL",
    ),
    (
        "open without a running clock",
        "submissions s WHERE state IN ('registered', 'accepted', 'handed_over', 'reopened', 'awaiting_resident')
            AND escalated_at IS NULL AND NOT EXISTS (
                SELECT FROM deadline_steps d WHERE d.submission_id = s.id AND d.clock = s.clock AND done_at IS NULL
                AND handover_id IS NULL AND promise_id IS NULL)",
    ),
    (
        "answered or declined and never to be closed",
        "submissions s WHERE state IN ('answered', 'declined') AND NOT EXISTS (
            SELECT FROM deadline_steps d WHERE d.submission_id = s.id AND step = 'auto_close' AND done_at IS NULL)",
    ),
    (
        "merged into one that is answered without it",
        "submissions s JOIN submissions p ON p.id = s.merged_into_id
            WHERE s.state = 'merged' AND p.state IN ('answered', 'declined', 'closed')",
    ),
    (
        "steps that are due and not done",
        "deadline_steps WHERE done_at IS NULL AND due_at <= $1",
    ),
    (
        "offices that are late and were not told",
        "handovers WHERE state IN ('accepted', 'redo') AND answer_due_at < $1 AND overdue_at IS NULL",
    ),
    (
        "closed unsolved, and nobody asks again",
        "submissions s WHERE state = 'closed' AND confidential_region IS NULL
            AND NOT EXISTS (SELECT FROM revisits r WHERE r.submission_id = s.id)
            AND NOT (SELECT solved FROM ratings r WHERE r.submission_id = s.id ORDER BY round DESC LIMIT 1)",
    ),
    (
        "public without consent",
        "releases r JOIN submissions s ON s.id = r.submission_id
            WHERE r.withdrawn_at IS NULL AND (s.publish_consent_at IS NULL OR s.confidential_region IS NOT NULL)",
    ),
    (
        "messages that are not finished",
        "notifications WHERE state NOT IN ('sent', 'dead', 'void', 'passed') AND due_at <= $1",
    ),
];

/// Steps of the clock with the event that each leaves behind: as many of the one as of the other, for each submission.
const ONCE: &[(&str, &str)] = &[
    (
        "remind_half', 'handover_remind_half",
        "kind = 'reminded' AND data ? 'half'",
    ),
    (
        "remind', 'handover_remind', 'promise_remind",
        "kind = 'reminded' AND NOT data ?| ARRAY['half', 'late']",
    ),
    ("overdue", "kind = 'overdue'"),
    ("overdue_daily', 'handover_daily", "kind = 'reminded' AND data ? 'late'"),
    ("escalate_head", "kind = 'escalated' AND data ->> 'to' = 'station_head'"),
    ("escalate", "kind = 'escalated' AND NOT data ? 'to'"),
    ("info_lapse", "kind = 'info_lapsed'"),
    ("judge", "kind = 'judgement_overdue'"),
    ("promise_overdue", "kind = 'promise_overdue'"),
    ("handover_escalate", "kind = 'handover_escalated' AND NOT data ? 'to'"),
];

/// The books at the end.
pub struct Books {
    done: BTreeMap<(String, u16), usize>,
    states: Vec<(String, i64)>,
    reasons: Vec<(String, i64)>,
    handovers: Vec<(String, i64)>,
    steps: Vec<(String, i64)>,
    notifications: Vec<(String, i64)>,
    meetings: Vec<(String, i64)>,
    never: Vec<(&'static str, i64)>,
    once: Vec<(&'static str, i64)>,
    timelines: usize,
    breaks: Vec<Break>,
}

pub fn read(world: &World) -> anyhow::Result<Books> {
    let connection = &mut PgConnection::establish(world.database.url())?;
    let mut by = |column: &str, from: &str| -> anyhow::Result<Vec<(String, i64)>> {
        let sql = format!("SELECT {column} AS name, count(*) AS count FROM {from} GROUP BY 1 ORDER BY 1");
        let rows: Vec<Count> = sql_query(sql).load(connection)?;
        Ok(rows.into_iter().map(|row| (row.name, row.count)).collect())
    };
    let states = by("state", "submissions")?;
    let reasons = by("close_reason", "submissions WHERE close_reason IS NOT NULL")?;
    let handovers = by("channel || ' ' || state", "handovers")?;
    let steps = by("step || ' ' || coalesce(outcome, 'open')", "deadline_steps")?;
    let notifications = by("state", "notifications")?;
    let meetings = by(
        "what || ' ' || state",
        "(SELECT 'appointment' AS what, state FROM appointments UNION ALL SELECT 'hearing', state FROM hearings
            UNION ALL SELECT 'revisit', coalesce(outcome, 'open') FROM revisits
            UNION ALL SELECT 'release', CASE WHEN withdrawn_at IS NULL THEN 'public' ELSE 'withdrawn' END FROM releases)
            AS around",
    )?;
    let now = world.now();
    let never = NEVER
        .iter()
        .map(|(name, from)| Ok((*name, count(connection, from, now)?)))
        .collect::<anyhow::Result<_>>()?;
    let once = ONCE
        .iter()
        .map(|(step, event)| {
            let from = format!(
                "(SELECT submission_id, count(*) FROM deadline_steps WHERE step IN ('{step}') AND outcome = 'done' GROUP BY 1) d
                FULL JOIN (SELECT submission_id, count(*) FROM events WHERE {event} GROUP BY 1) e
                USING (submission_id) WHERE d.count IS DISTINCT FROM e.count AND $1 IS NOT NULL"
            );
            Ok((*step, count(connection, &from, now)?))
        })
        .collect::<anyhow::Result<_>>()?;
    let verified = world.store.verify_timelines(|_| ())?;
    Ok(Books {
        done: world.done.clone(),
        states,
        reasons,
        handovers,
        steps,
        notifications,
        meetings,
        never,
        once,
        timelines: verified.submissions,
        breaks: verified.breaks,
    })
}

fn count(connection: &mut PgConnection, from: &str, now: DateTime<Utc>) -> anyhow::Result<i64> {
    let sql = format!("SELECT '' AS name, count(*) AS count FROM {from}");
    let sql = if sql.contains("$1") {
        sql
    } else {
        format!("{sql} AND $1 IS NOT NULL")
    };
    let row: Count = sql_query(sql)
        .bind::<sql_types::Timestamptz, _>(now)
        .get_result(connection)?;
    Ok(row.count)
}

impl Books {
    /// Everything that is not as it must be.
    pub fn complaints(&self) -> Vec<String> {
        let never = self.never.iter().filter(|(_, count)| *count > 0);
        let mut complaints: Vec<String> = never.map(|(name, count)| format!("{name}: {count}")).collect();
        let once = self.once.iter().filter(|(_, count)| *count > 0);
        complaints.extend(once.map(|(step, count)| format!("step {step} and its event differ: {count}")));
        complaints.extend(self.breaks.iter().map(|found| format!("timeline: {found:?}")));
        complaints
    }
}

impl fmt::Display for Books {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nwhat was done (kind, status, times)")?;
        for ((what, status), times) in &self.done {
            writeln!(f, "  {what:<28} {status} {times:>7}")?;
        }
        let tables = [
            ("submissions", &self.states),
            ("closed because", &self.reasons),
            ("handovers", &self.handovers),
            ("steps of clocks", &self.steps),
            ("messages", &self.notifications),
            ("meetings, revisits, releases", &self.meetings),
        ];
        for (title, rows) in tables {
            writeln!(f, "{title}")?;
            for (name, count) in rows {
                writeln!(f, "  {name:<34} {count:>7}")?;
            }
        }
        write!(
            f,
            "timelines verified: {}, breaks: {}",
            self.timelines,
            self.breaks.len()
        )
    }
}
