//! Three books of the same events: the database, the stream, and what arrived in the simulator.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query,
    sql_types::{Array, BigInt, Text},
};
use minyi_gateways::{
    queue::{Queue, Stream},
    redis_link::{RedisConfig, RedisLink},
};
use serde_json::Value;

use crate::{feed::Fed, stack::Stack};

/// Totals over the submissions of one run.
#[derive(Debug, QueryableByName)]
struct Database {
    #[diesel(sql_type = BigInt)]
    submissions: i64,
    #[diesel(sql_type = BigInt)]
    routed: i64,
    #[diesel(sql_type = BigInt)]
    told: i64,
    #[diesel(sql_type = BigInt)]
    notifications: i64,
    #[diesel(sql_type = BigInt)]
    sent: i64,
    #[diesel(sql_type = BigInt)]
    dead: i64,
    #[diesel(sql_type = BigInt)]
    unknown_attempts: i64,
}

const TOTALS: &str = "
    WITH fed AS (SELECT id FROM submissions WHERE number = ANY($1)),
         told AS (SELECT n.* FROM notifications n JOIN fed ON n.submission_id = fed.id WHERE n.template = 'deputy_new')
    SELECT (SELECT count(*) FROM fed) AS submissions,
           (SELECT count(DISTINCT submission_id) FROM events JOIN fed ON submission_id = fed.id
             WHERE kind = 'routed') AS routed,
           (SELECT count(DISTINCT submission_id) FROM told WHERE state = 'sent') AS told,
           (SELECT count(*) FROM told) AS notifications,
           (SELECT count(*) FROM told WHERE state = 'sent') AS sent,
           (SELECT count(*) FROM told WHERE state = 'dead') AS dead,
           (SELECT coalesce(sum(unknown_attempts), 0) FROM told) AS unknown_attempts";

/// What the books say in the end.
#[derive(Debug)]
pub struct Books {
    database: Database,
    stream_entries: u64,
    /// Messages about new submissions of this run.
    simulator: i64,
    /// Submissions of this run about which at least one message arrived.
    simulator_numbers: usize,
    waited: Duration,
}

impl fmt::Display for Books {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Database {
            submissions,
            routed,
            told,
            notifications,
            sent,
            dead,
            unknown_attempts,
        } = &self.database;
        writeln!(
            f,
            "database:  {submissions} submissions, {routed} routed, {told} told to somebody"
        )?;
        writeln!(
            f,
            "           {notifications} notifications: {sent} sent, {dead} dead, {unknown_attempts} unknown attempts"
        )?;
        writeln!(f, "stream:    {} entries left", self.stream_entries)?;
        write!(
            f,
            "simulator: {} messages about {} submissions; ",
            self.simulator, self.simulator_numbers
        )?;
        write!(f, "settled {:.1} s after the last receipt", self.waited.as_secs_f64())
    }
}

impl Books {
    /// Every way in which the books disagree.
    pub fn complaints(&self, fed: &Fed) -> Vec<String> {
        let accepted = i64::try_from(fed.numbers.len()).unwrap_or(i64::MAX);
        let refused: usize = fed.refused.values().sum();
        let books = &self.database;
        let pairs = [
            ("sent = accepted + refused", fed.sent as i64, accepted + refused as i64),
            ("accepted = acceptable by the rules", accepted, fed.acceptable as i64),
            ("accepted = submissions in the database", accepted, books.submissions),
            ("accepted = routed", accepted, books.routed),
            ("accepted = told to somebody", accepted, books.told),
            (
                "accepted = submissions known to the simulator",
                accepted,
                self.simulator_numbers as i64,
            ),
            ("notifications = sent", books.notifications, books.sent),
            ("sent = messages in the simulator", books.sent, self.simulator),
            ("stream is empty", 0, self.stream_entries as i64),
        ];
        let differing = pairs.into_iter().filter(|(_, left, right)| left != right);
        differing
            .map(|(what, left, right)| format!("{what}: {left} and {right}"))
            .collect()
    }
}

/// Waits until nothing is on its way any more, at most `patience` seconds, and opens the books.
pub async fn settle(stack: &Stack, numbers: &[String], patience: u64) -> anyhow::Result<Books> {
    let mut database = PgConnection::establish(&stack.database_url).context("the database")?;
    let link = RedisLink::new(&RedisConfig {
        redis_url: stack.redis_url.clone().into(),
        redis_timeout_ms: 60_000,
    })?;
    let queue = Queue::new(link);
    let started = Instant::now();
    loop {
        let totals: Database = sql_query(TOTALS)
            .bind::<Array<Text>, _>(numbers)
            .get_result(&mut database)?;
        let stream_entries = queue.depth(Stream::Notifications).await?.entries;
        let settled = totals.sent + totals.dead == totals.notifications && stream_entries == 0;
        if settled || started.elapsed() > Duration::from_secs(patience) {
            let waited = started.elapsed();
            let messages = arrived(stack, numbers).await?;
            let simulator = messages.values().sum();
            return Ok(Books {
                database: totals,
                stream_entries,
                simulator,
                simulator_numbers: messages.len(),
                waited,
            });
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Number → messages about it as a new submission, over all phones of the simulator.
async fn arrived(stack: &Stack, numbers: &[String]) -> anyhow::Result<HashMap<String, i64>> {
    let wanted: HashSet<&str> = numbers.iter().map(String::as_str).collect();
    let client = reqwest::Client::new();
    let users: Vec<Value> = client
        .get(format!("{}/_sim/users", stack.simulator_url))
        .send()
        .await?
        .json()
        .await?;
    let mut messages = HashMap::new();
    for user in users {
        let openid = user
            .get("openid")
            .and_then(Value::as_str)
            .context("a user without openid")?;
        let url = format!("{}/_sim/users/{openid}/messages", stack.simulator_url);
        let inbox: Value = client.get(url).send().await?.json().await?;
        for item in inbox.get("items").and_then(Value::as_array).into_iter().flatten() {
            // Only the message about a new submission summarises it.
            let is_new = item.pointer("/data/thing3/value").is_some() && item.pointer("/data/phrase5/value").is_some();
            let number = item.pointer("/data/character_string1/value").and_then(Value::as_str);
            if let Some(number) = number.filter(|number| is_new && wanted.contains(number)) {
                *messages.entry(number.to_owned()).or_default() += 1;
            }
        }
    }
    Ok(messages)
}
