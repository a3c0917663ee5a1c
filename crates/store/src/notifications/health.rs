//! How delivery goes (送达情况): what waits where and since when, what each channel takes and refuses, how long it takes.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, PgConnection, QueryDsl, QueryableByName, RunQueryDsl,
    dsl::sql,
    sql_query,
    sql_types::{Array, BigInt, Bool, Double, Integer, Nullable, SingleValue, Text, Timestamptz},
};
use minyi_domain::{delivery::Channel, people::Scope};

use crate::{
    Result, Store,
    schema::{notifications, submissions},
    scope::submissions_in,
    word::Word,
};

/// Upper ends of the classes in which the time to delivery is counted, in seconds.
pub const LATENCY_BOUNDS: [f64; 8] = [0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 30.0, 300.0];
/// More different errors than anybody reads.
const MOST_ERRORS: i64 = 50;

/// Messages that are somewhere on their way, or at its end without success.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct DeliveryStage {
    /// `outbox`, `later`, `stream`, `sending`, `retry`, `unknown` or `dead`.
    #[diesel(sql_type = Text)]
    pub stage: String,
    #[diesel(sql_type = BigInt)]
    pub count: i64,
    /// Since when the oldest of them is there.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub since: Option<DateTime<Utc>>,
}

/// What a channel did with the messages of a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelNumbers {
    pub channel: Channel,
    pub sent: i64,
    /// Refused here; another channel took over.
    pub passed: i64,
    pub dead: i64,
    /// Not finished.
    pub open: i64,
}

/// How often a channel said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelError {
    pub channel: Channel,
    pub code: Option<i32>,
    pub error: String,
    pub count: i64,
}

/// From the commit to the provider's yes, in seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Latency {
    pub count: i64,
    /// The 50th, 95th and 99th percentile; empty: nothing was sent.
    pub percentiles: Vec<f64>,
    /// How many took no longer than each of [`LATENCY_BOUNDS`].
    pub within: Vec<i64>,
}

/// Everything together.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryHealth {
    pub stages: Vec<DeliveryStage>,
    pub channels: Vec<ChannelNumbers>,
    pub errors: Vec<ChannelError>,
    pub latency: Latency,
}

/// What waits for a quiet time to end, or for the digest, waits on purpose.
const STAGE: &str = "CASE notifications.state WHEN 'published' THEN 'stream' WHEN 'waiting' THEN
        CASE WHEN notifications.attempts > 0 THEN 'retry' WHEN notifications.due_at > ";
const STAGE_END: &str = " THEN 'later' ELSE 'outbox' END ELSE notifications.state END";
/// What is not finished well, written as the conditions of three indexes, so that what was sent long ago is not read.
const UNDER_WAY: &str =
    "(notifications.state IN ('waiting', 'unknown') OR notifications.state IN ('published', 'sending')
    OR notifications.state = 'dead')";
const SINCE: &str = "min(CASE notifications.state WHEN 'published' THEN notifications.published_at
    WHEN 'sending' THEN notifications.sending_at WHEN 'dead' THEN notifications.finished_at
    WHEN 'unknown' THEN notifications.sending_at
    ELSE CASE WHEN notifications.attempts > 0 THEN notifications.sending_at ELSE notifications.due_at END END)";
/// A first attempt is measured from the time at which it was allowed: nobody is slow who waits for the morning.
const SECONDS: &str = "extract(epoch FROM notifications.finished_at - CASE WHEN notifications.attempts = 1
    THEN notifications.due_at ELSE notifications.created_at END)::float8";

impl Store {
    /// How delivery goes for submissions in a scope: what waits now, and what became of the messages written since `since`.
    pub fn delivery_health(&self, scope: &Scope, since: DateTime<Utc>, now: DateTime<Utc>) -> Result<DeliveryHealth> {
        let mut connection = self.connection()?;
        Ok(DeliveryHealth {
            stages: stages(&mut connection, scope, now)?,
            channels: channels(&mut connection, scope, since)?,
            errors: errors(&mut connection, scope, since)?,
            latency: latency(&mut connection, scope, since)?,
        })
    }
}

fn stages(connection: &mut PgConnection, scope: &Scope, now: DateTime<Utc>) -> Result<Vec<DeliveryStage>> {
    let rows: Vec<(String, i64, Option<DateTime<Utc>>)> = notifications::table
        .inner_join(submissions::table)
        .filter(sql::<Bool>(UNDER_WAY))
        .filter(submissions_in(scope))
        .group_by(sql::<Text>("1"))
        .select((
            sql::<Text>(STAGE).bind::<Timestamptz, _>(now).sql(STAGE_END),
            sql::<BigInt>("count(*)"),
            sql::<Nullable<Timestamptz>>(SINCE),
        ))
        .load(connection)?;
    let stage = |(stage, count, since)| DeliveryStage { stage, count, since };
    Ok(filled(&rows.into_iter().map(stage).collect::<Vec<_>>()))
}

/// The stages of all messages of the installation, for metrics.
pub(crate) fn backlog(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<Vec<DeliveryStage>> {
    let query = format!(
        "SELECT {STAGE}$1{STAGE_END} AS stage, count(*) AS count, {SINCE} AS since FROM notifications
        WHERE {UNDER_WAY} GROUP BY 1"
    );
    let rows: Vec<DeliveryStage> = sql_query(query).bind::<Timestamptz, _>(now).load(connection)?;
    Ok(filled(&rows))
}

/// Every stage, in the order of a message's way; one without messages is told as zero, so that its figure falls back.
fn filled(rows: &[DeliveryStage]) -> Vec<DeliveryStage> {
    let stage = |name: &str| {
        let found = rows.iter().find(|row| row.stage == name);
        found.cloned().unwrap_or_else(|| DeliveryStage {
            stage: name.to_owned(),
            count: 0,
            since: None,
        })
    };
    ["outbox", "later", "stream", "sending", "retry", "unknown", "dead"]
        .map(stage)
        .to_vec()
}

fn channels(connection: &mut PgConnection, scope: &Scope, since: DateTime<Utc>) -> Result<Vec<ChannelNumbers>> {
    let of = |state: &str| sql::<BigInt>(&format!("count(*) FILTER (WHERE notifications.state = '{state}')"));
    let rows: Vec<(Word<Channel>, i64, i64, i64, i64)> = notifications::table
        .inner_join(submissions::table)
        .filter(notifications::created_at.ge(since))
        .filter(submissions_in(scope))
        .group_by(sql::<Text>("1"))
        .select((
            sql::<Text>("notifications.channel"),
            of("sent"),
            of("passed"),
            of("dead"),
            sql::<BigInt>("count(*) FILTER (WHERE notifications.finished_at IS NULL)"),
        ))
        .load(connection)?;
    let mut numbers: Vec<ChannelNumbers> = rows
        .into_iter()
        .map(|(Word(channel), sent, passed, dead, open)| ChannelNumbers {
            channel,
            sent,
            passed,
            dead,
            open,
        })
        .collect();
    numbers.sort_by_key(|numbers| numbers.channel);
    Ok(numbers)
}

fn errors(connection: &mut PgConnection, scope: &Scope, since: DateTime<Utc>) -> Result<Vec<ChannelError>> {
    let rows: Vec<(Word<Channel>, Option<i32>, String, i64)> = notifications::table
        .inner_join(submissions::table)
        .filter(notifications::created_at.ge(since))
        .filter(notifications::error.is_not_null())
        .filter(notifications::state.ne("void"))
        .filter(submissions_in(scope))
        .group_by(sql::<Text>("1, 2, 3"))
        .order(sql::<BigInt>("4 DESC, 1, 2, 3"))
        .limit(MOST_ERRORS)
        .select((
            sql::<Text>("notifications.channel"),
            sql::<Nullable<Integer>>("notifications.error_code"),
            sql::<Text>("notifications.error"),
            sql::<BigInt>("count(*)"),
        ))
        .load(connection)?;
    let error = |(Word(channel), code, error, count)| ChannelError {
        channel,
        code,
        error,
        count,
    };
    Ok(rows.into_iter().map(error).collect())
}

fn latency(connection: &mut PgConnection, scope: &Scope, since: DateTime<Utc>) -> Result<Latency> {
    let within = LATENCY_BOUNDS
        .map(|bound| format!("count(*) FILTER (WHERE {SECONDS} <= {bound})"))
        .join(", ");
    let (count, percentiles, within): (i64, Option<Vec<f64>>, Vec<i64>) = notifications::table
        .inner_join(submissions::table)
        .filter(notifications::created_at.ge(since))
        .filter(notifications::state.eq("sent"))
        .filter(submissions_in(scope))
        .select((
            sql::<BigInt>("count(*)"),
            literal::<Nullable<Array<Double>>>(format!(
                "percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY {SECONDS})"
            )),
            literal::<Array<BigInt>>(format!("ARRAY[{within}]")),
        ))
        .first(connection)?;
    Ok(Latency {
        count,
        percentiles: percentiles.unwrap_or_default(),
        within,
    })
}

fn literal<ST: SingleValue>(text: String) -> diesel::expression::SqlLiteral<ST> {
    sql::<ST>(&text)
}
