//! Each row of the ledger of messages held against what WeChat's counterpart received: one event, one person, one row.
//!
//! A row that was sent names its message by the platform's number. A message that no row names came of an attempt whose
//! outcome nobody knew, and must fit a row with such an attempt by person, template, matter and words. Rows of a digest
//! (汇总) share one message.

use std::collections::{BTreeMap, BTreeSet};

use diesel::{PgConnection, QueryableByName, RunQueryDsl as _, sql_query, sql_types};
use serde_json::Value;
use uuid::Uuid;
use wechat_simulator::templates;

use crate::house::House;

/// What stands on a message that lists several things.
const DIGEST: &str = "今日汇总";

/// A row of the ledger: what one person is to be told of one event.
#[derive(Debug, Clone, QueryableByName)]
pub struct Row {
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: Uuid,
    /// The row with which it went out last; itself unless a digest carried it.
    #[diesel(sql_type = sql_types::Uuid)]
    pub carrier: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    pub openid: String,
    /// The product's name of it.
    #[diesel(sql_type = sql_types::Text)]
    pub template: String,
    /// Of the submission.
    #[diesel(sql_type = sql_types::Text)]
    pub number: String,
    /// The event with all that changes its words.
    #[diesel(sql_type = sql_types::Text)]
    pub said: String,
    #[diesel(sql_type = sql_types::Text)]
    pub state: String,
    #[diesel(sql_type = sql_types::Bool)]
    pub in_digest: bool,
    /// Attempts whose outcome nobody knows.
    #[diesel(sql_type = sql_types::BigInt)]
    pub unknown: i64,
    /// The platform's number of the message.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    pub message: Option<String>,
}

/// A message on somebody's phone.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The platform's number of it.
    pub id: String,
    pub openid: String,
    /// The platform's id of it.
    pub template: String,
    pub number: String,
    /// Its state (状态), the keyword of which each event has its own.
    pub words: String,
}

/// What came of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Messages that a sent row names.
    pub named: i64,
    /// Messages of an attempt of unknown outcome.
    pub fitted: i64,
    /// Those of them that came beside another one of the same row.
    pub again: i64,
    /// Rows that were sent, whose message nobody received.
    pub lost: i64,
    /// Rows whose message went to another person, or says something else.
    pub astray: i64,
    /// Rows that name the message of another event.
    pub shared: i64,
    /// Messages that no attempt explains.
    pub unexplained: i64,
}

const LEDGER: &str = "
SELECT n.id, coalesce(n.carried_by, n.id) AS carrier, coalesce(a.wechat_openid, r.wechat_openid, '') AS openid,
    n.template, s.number, n.state, n.in_digest, n.unknown_attempts::bigint AS unknown, n.provider_message_id AS message,
    concat_ws(' ', e.kind, CASE WHEN e.data ? 'half' THEN 'half' END, CASE WHEN e.data ? 'late' THEN 'late' END) AS said
FROM notifications n JOIN events e ON e.id = n.event_id JOIN submissions s ON s.id = n.submission_id
    LEFT JOIN accounts a ON a.id = n.account_id LEFT JOIN resident_subscriptions r ON r.id = n.subscription_id
WHERE n.channel = 'wechat'";

/// All rows of the channel that the house has.
pub fn ledger(connection: &mut PgConnection) -> anyhow::Result<Vec<Row>> {
    Ok(sql_query(LEDGER).load(connection)?)
}

/// Everything that came to anybody's phone.
pub async fn received(house: &House) -> anyhow::Result<Vec<Arrival>> {
    let mut all = Vec::new();
    let users = house.ask("users").await?;
    for user in users.as_array().unwrap() {
        let openid = user["openid"].as_str().unwrap();
        let page = house.ask(&format!("users/{openid}/messages?limit=1000000")).await?;
        all.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| arrival(openid, item)),
        );
    }
    Ok(all)
}

fn arrival(openid: &str, item: &Value) -> Arrival {
    let keyword = |kind: &str| {
        let data = item["data"].as_object()?;
        let (_, value) = data.iter().find(|(key, _)| key.starts_with(kind))?;
        value["value"].as_str().map(str::to_owned)
    };
    Arrival {
        id: item["msgid"].to_string(),
        openid: openid.to_owned(),
        template: item["template_id"].as_str().unwrap_or_default().to_owned(),
        number: keyword("character_string").unwrap_or_default(),
        words: keyword("phrase").unwrap_or_default(),
    }
}

/// The platform's id of a template.
fn card(template: &str) -> &'static str {
    match template {
        "deputy_new" => templates::DEPUTY_NEW,
        "deputy_deadline" => templates::DEPUTY_DEADLINE,
        _ => templates::RESIDENT_PROGRESS,
    }
}

impl Row {
    /// Whether this message may be this row's.
    fn fits(&self, arrival: &Arrival) -> bool {
        let about = self.number == arrival.number;
        let says = match arrival.words.as_str() {
            // It bears the number of the row that carries the others.
            DIGEST => self.in_digest && (about || self.carrier != self.id),
            _ => about && arrival.template == card(&self.template),
        };
        self.openid == arrival.openid && says
    }
}

/// Holds the ledger against what was received.
#[must_use]
pub fn compare(rows: &[Row], arrivals: &[Arrival]) -> Verdict {
    let by_id: BTreeMap<&str, &Arrival> = arrivals.iter().map(|one| (one.id.as_str(), one)).collect();
    let (mut verdict, mut named) = (Verdict::default(), BTreeMap::<&str, Uuid>::new());
    // The words of each event, as the messages have them whose event is sure.
    let mut known = BTreeMap::<&str, BTreeSet<&str>>::new();
    for row in rows.iter().filter(|row| row.state == "sent") {
        let Some(arrival) = row.message.as_deref().and_then(|id| by_id.get(id)) else {
            verdict.lost += 1;
            continue;
        };
        verdict.astray += i64::from(!row.fits(arrival));
        let earlier = named.insert(&arrival.id, row.carrier);
        verdict.shared += i64::from(earlier.is_some_and(|carrier| carrier != row.carrier));
        if arrival.words != DIGEST {
            known.entry(&row.said).or_default().insert(&arrival.words);
        }
    }
    let mut loose: Vec<&Arrival> = arrivals
        .iter()
        .filter(|one| !named.contains_key(one.id.as_str()))
        .collect();
    // First those that say of which event they tell.
    loose.sort_by_key(|arrival| arrival.words == DIGEST);
    let mut left: Vec<i64> = rows.iter().map(|row| row.unknown).collect();
    for arrival in loose {
        match explain(arrival, rows, &left, &known) {
            Some(at) => {
                left[at] -= 1;
                verdict.fitted += 1;
            }
            None => verdict.unexplained += 1,
        }
    }
    for (row, left) in rows.iter().zip(left) {
        let times = row.unknown - left + i64::from(row.state == "sent");
        verdict.again += (times - 1).max(0);
    }
    verdict.named = i64::try_from(named.len()).unwrap();
    verdict
}

/// The place of a row with an attempt of unknown outcome to `spare` that may have brought this message.
fn explain(arrival: &Arrival, rows: &[Row], spare: &[i64], known: &BTreeMap<&str, BTreeSet<&str>>) -> Option<usize> {
    let says = |row: &Row| {
        let words = known.get(row.said.as_str());
        arrival.words == DIGEST || words.is_none_or(|words| words.contains(arrival.words.as_str()))
    };
    let may_be = |row: &Row| row.number == arrival.number && row.fits(arrival) && says(row);
    rows.iter()
        .enumerate()
        .filter(|(at, row)| spare[*at] > 0 && may_be(row))
        // One that goes out alone needs its attempt for this; one of a digest may need it for that.
        .min_by_key(|(_, row)| row.in_digest)
        .map(|(at, _)| at)
}
