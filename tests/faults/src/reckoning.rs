//! What must be true after everything: read from the database and from WeChat's counterpart.

use std::{fmt, time::Duration};

use chrono::TimeDelta;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query, sql_types};

use crate::{deliveries, house::House, load::Acknowledged};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = sql_types::Text)]
    name: String,
    #[diesel(sql_type = sql_types::BigInt)]
    count: i64,
}

/// What is not finished, and how much of it goes on without the clock being turned: it is in somebody's hands, or due by
/// `$2`, a few seconds after the present `$1`.
const UNFINISHED: &str = "
SELECT sum(open)::bigint AS open, sum(moving)::bigint AS moving FROM (
    SELECT count(*) AS open, count(*) FILTER (WHERE state IN ('published', 'sending') OR due_at <= $2) AS moving
    FROM notifications WHERE state NOT IN ('sent', 'dead', 'void', 'passed')
    UNION ALL SELECT count(*), count(*) FROM deadline_steps WHERE done_at IS NULL AND due_at <= $1
    UNION ALL SELECT count(*), count(*) FROM submissions_unread
    UNION ALL SELECT count(*), count(*) FILTER (WHERE state = 'asking' OR state = 'waiting' AND due_at <= $2)
    FROM content_checks WHERE state <> 'done'
) AS parts";

#[derive(Clone, Copy, PartialEq, Eq, QueryableByName)]
struct Unfinished {
    #[diesel(sql_type = sql_types::BigInt)]
    open: i64,
    #[diesel(sql_type = sql_types::BigInt)]
    moving: i64,
}

/// So many looks, half a second apart, at the same figures: what seemed to move does not.
const STUCK: u32 = 60;

/// Each counts what must not be.
const NEVER: &[(&str, &str)] = &[
    (
        "answered without an answer",
        "submissions s WHERE state = 'answered' AND NOT EXISTS (SELECT FROM answers WHERE submission_id = s.id)",
    ),
    (
        "registered and nobody was to be told",
        "submissions s WHERE NOT EXISTS (SELECT FROM notifications WHERE submission_id = s.id)",
    ),
    (
        "texts not checked once",
        "submissions s WHERE (SELECT count(*) FROM content_checks WHERE submission_id = s.id AND checker = 'words' \
         AND state = 'done') <> 1",
    ),
    (
        "dead letters without a reason",
        "notifications WHERE state = 'dead' AND error IS NULL",
    ),
    (
        "messages passed on to no other channel",
        "notifications n WHERE state = 'passed' AND NOT EXISTS (SELECT FROM notifications m \
         WHERE m.event_id = n.event_id AND m.account_id = n.account_id AND m.id <> n.id AND m.state <> 'passed')",
    ),
    // It says why; or somebody has done something since, or the matter was closed; or another channel brought it.
    (
        "messages void without a reason",
        "notifications n JOIN events told ON told.id = n.event_id WHERE n.state = 'void' AND n.error IS NULL \
         AND NOT EXISTS (SELECT FROM events e WHERE e.submission_id = n.submission_id \
             AND (e.seq > told.seq OR e.occurred_at > n.created_at) AND (e.actor <> 'clock' OR e.kind = 'closed')) \
         AND NOT EXISTS (SELECT FROM notifications m WHERE m.event_id = n.event_id \
             AND m.account_id = n.account_id AND m.state = 'sent')",
    ),
    (
        "sent on two channels, no outcome unknown",
        "(SELECT 1 FROM notifications GROUP BY event_id, account_id, subscription_id, robot_id \
         HAVING count(*) FILTER (WHERE state = 'sent') > 1 AND sum(unknown_attempts) = 0) x",
    ),
];

/// Steps of the clock with the event that each leaves behind.
const ONCE: &[(&str, &str)] = &[
    (
        "remind_half",
        "kind = 'reminded' AND data ? 'half' AND NOT data ? 'office'",
    ),
    (
        "remind",
        "kind = 'reminded' AND NOT data ?| ARRAY['half', 'late', 'office']",
    ),
    ("overdue", "kind = 'overdue'"),
    (
        "overdue_daily",
        "kind = 'reminded' AND data ? 'late' AND NOT data ? 'office'",
    ),
    ("escalate_head", "kind = 'escalated' AND data ->> 'to' = 'station_head'"),
    ("escalate", "kind = 'escalated' AND NOT data ? 'to'"),
    ("escalate_county", "kind = 'escalated' AND data ->> 'to' = 'county'"),
    ("auto_close", "kind = 'closed'"),
    ("handover_accept", "kind = 'handover_overdue' AND data ? 'of'"),
    (
        "handover_remind_half",
        "kind = 'reminded' AND data ?& ARRAY['half', 'office']",
    ),
    (
        "handover_remind",
        "kind = 'reminded' AND data ? 'office' AND NOT data ?| ARRAY['half', 'late']",
    ),
    ("handover_overdue", "kind = 'handover_overdue' AND NOT data ? 'of'"),
    (
        "handover_daily",
        "kind = 'reminded' AND data ?& ARRAY['late', 'office']",
    ),
    (
        "handover_escalate_head",
        "kind = 'handover_escalated' AND data ->> 'to' = 'station_head'",
    ),
    ("handover_escalate", "kind = 'handover_escalated' AND NOT data ? 'to'"),
    (
        "handover_escalate_county",
        "kind = 'handover_escalated' AND data ->> 'to' = 'county'",
    ),
    ("judge", "kind = 'judgement_overdue'"),
];

fn once(step: &str, event: &str) -> String {
    format!(
        "(SELECT submission_id, count(*) FROM deadline_steps WHERE step = '{step}' AND outcome = 'done' GROUP BY 1) d
        FULL JOIN (SELECT submission_id, count(*) FROM events WHERE {event} GROUP BY 1) e
        USING (submission_id) WHERE d.count IS DISTINCT FROM e.count"
    )
}

/// Turns the clock on until nothing is on its way any more: what waits for its next attempt gets it. While something moves
/// by itself the clock stands, however slow the machine is: each morning would bring its reminders before those of the last
/// one have gone out, and a message in a worker's hands would look as if that worker had vanished with it.
pub async fn settle(house: &House) -> anyhow::Result<()> {
    let (mut before, mut same) = (None, 0);
    for _ in 0..1_200 {
        let found: Unfinished = {
            let connection = &mut PgConnection::establish(&house.database_url())?;
            sql_query(UNFINISHED)
                .bind::<sql_types::Timestamptz, _>(house.now())
                .bind::<sql_types::Timestamptz, _>(house.now() + TimeDelta::seconds(5))
                .get_result(connection)?
        };
        if found.open == 0 {
            return Ok(());
        }
        same = if before.replace(found) == Some(found) {
            same + 1
        } else {
            0
        };
        if found.moving == 0 || same >= STUCK {
            house.jump(TimeDelta::minutes(30))?;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    anyhow::bail!("messages, steps or checks are still on their way")
}

/// The books at the end.
pub struct Books {
    rows: Vec<(String, i64)>,
    wrong: Vec<(String, i64)>,
    /// Messages that arrived more often than they were sent for sure.
    pub again: i64,
}

pub async fn read(house: &House, acknowledged: &Acknowledged) -> anyhow::Result<Books> {
    let verified = house.store()?.verify_timelines(|_| ())?;
    let (ledger, mut rows, mut wrong) = {
        let connection = &mut PgConnection::establish(&house.database_url())?;
        let ledger = deliveries::ledger(connection)?;
        (ledger, counted(connection)?, never(connection, acknowledged)?)
    };
    let held = deliveries::compare(&ledger, &deliveries::received(house).await?);
    wrong.extend([
        ("events sent to a person and not received".to_owned(), held.lost),
        ("received by another person, or in other words".to_owned(), held.astray),
        ("one message for two events".to_owned(), held.shared),
        (
            "received, and no unknown outcome explains it".to_owned(),
            held.unexplained,
        ),
        (
            "timelines with a break".to_owned(),
            i64::try_from(verified.breaks.len())?,
        ),
        ("people who gave up".to_owned(), i64::try_from(acknowledged.given_up)?),
    ]);
    let said = [
        ("acknowledged submissions", acknowledged.receipts.len()),
        ("acknowledged answers", acknowledged.answers.len()),
        ("tries again of residents and deputies", acknowledged.retries),
        ("timelines verified", verified.submissions),
    ];
    rows.extend(said.map(|(name, count)| (name.to_owned(), i64::try_from(count).unwrap())));
    let events = ledger.len();
    let received = [
        (
            "events and people, each held against what was received",
            i64::try_from(events)?,
        ),
        ("received, named by the row of its event", held.named),
        ("received, of an attempt of unknown outcome", held.fitted),
        ("of these beside another one of the same event", held.again),
    ];
    rows.extend(received.map(|(name, count)| (name.to_owned(), count)));
    Ok(Books {
        rows,
        wrong,
        again: held.again,
    })
}

/// What there is, for the reader.
fn counted(connection: &mut PgConnection) -> anyhow::Result<Vec<(String, i64)>> {
    let mut rows = Vec::new();
    for (title, from) in [
        ("submissions", "state AS name FROM submissions"),
        ("messages", "state AS name FROM notifications"),
        ("dead because", "error AS name FROM notifications WHERE state = 'dead'"),
        (
            "steps of the clock",
            "step || ' ' || coalesce(outcome, 'open') AS name FROM deadline_steps",
        ),
    ] {
        let sql = format!("SELECT name, count(*) AS count FROM (SELECT {from}) x GROUP BY 1 ORDER BY 1");
        let found: Vec<Count> = sql_query(sql).load(connection)?;
        rows.extend(
            found
                .into_iter()
                .map(|row| (format!("{title}: {}", row.name), row.count)),
        );
    }
    Ok(rows)
}

/// What must not be, as far as the database knows.
fn never(connection: &mut PgConnection, acknowledged: &Acknowledged) -> anyhow::Result<Vec<(String, i64)>> {
    let states = NEVER
        .iter()
        .map(|(name, from)| ((*name).to_owned(), (*from).to_owned()));
    let steps = ONCE.iter().map(|(step, event)| {
        let name = format!("steps done more or less than once: {step}");
        (name, once(step, event))
    });
    let mut wrong = Vec::new();
    for (name, from) in states.chain(steps) {
        let sql = format!("SELECT '' AS name, count(*) AS count FROM {from}");
        let found: Count = sql_query(sql).get_result(connection)?;
        wrong.push((name, found.count));
    }
    wrong.push((
        "acknowledged submissions that are not there".to_owned(),
        lost_receipts(connection, acknowledged)?,
    ));
    wrong.push((
        "acknowledged answers that are not there once".to_owned(),
        lost_answers(connection, acknowledged)?,
    ));
    Ok(wrong)
}

fn lost_receipts(connection: &mut PgConnection, acknowledged: &Acknowledged) -> anyhow::Result<i64> {
    let found: Count = sql_query(
        "SELECT '' AS name, count(*) AS count FROM unnest($1) AS said (receipt)
         WHERE (SELECT count(*) FROM submissions s WHERE s.receipt = said.receipt
             AND EXISTS (SELECT FROM events e WHERE e.submission_id = s.id AND kind = 'registered')) <> 1",
    )
    .bind::<sql_types::Array<sql_types::Text>, _>(&acknowledged.receipts)
    .get_result(connection)?;
    Ok(found.count)
}

fn lost_answers(connection: &mut PgConnection, acknowledged: &Acknowledged) -> anyhow::Result<i64> {
    let (ids, texts): (Vec<_>, Vec<_>) = acknowledged.answers.iter().cloned().unzip();
    let found: Count = sql_query(
        "SELECT '' AS name, count(*) AS count FROM unnest($1, $2) AS said (id, text)
         WHERE (SELECT count(*) FROM answers a WHERE a.submission_id = said.id AND a.text = said.text) <> 1",
    )
    .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
    .bind::<sql_types::Array<sql_types::Text>, _>(texts)
    .get_result(connection)?;
    Ok(found.count)
}

impl Books {
    /// Everything that is not as it must be.
    pub fn complaints(&self) -> Vec<String> {
        let wrong = self.wrong.iter().filter(|(_, count)| *count > 0);
        wrong.map(|(name, count)| format!("{name}: {count}")).collect()
    }
}

impl fmt::Display for Books {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "counted")?;
        for (name, count) in &self.rows {
            writeln!(f, "  {name:<56} {count:>7}")?;
        }
        writeln!(f, "must be zero")?;
        for (name, count) in &self.wrong {
            writeln!(f, "  {name:<56} {count:>7}")?;
        }
        Ok(())
    }
}
