//! Casework that is written down step by step (`data/casework.json`): what the chance of [`crate::story`] does not bring
//! about, such as handing over, proposals, hearings and publishing.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use minyi_domain::{
    calendar::{at_local_time, local_date},
    handover::ResultClass,
    hearing, revisit,
    submission::{Channel, Kind, Satisfaction, Urgency},
};
use serde::Deserialize;

use crate::{
    Error, Result,
    city::City,
    data::word,
    fate::Fate,
    seed::Seed,
    story::{Case, Entry},
};

/// One submission and what people do with it.
#[derive(Debug, Deserialize)]
pub struct Plot {
    /// Other plots and the ids follow from it.
    pub key: String,
    /// The grid, by its place.
    pub place: String,
    /// When it was submitted: days ago and the time of day.
    pub at: String,
    #[serde(deserialize_with = "word")]
    pub kind: Kind,
    pub text: String,
    /// The resident agrees to its being published.
    #[serde(default)]
    pub consent: bool,
    /// How it came in, and who entered it (user name), if the resident did not scan.
    #[serde(default, deserialize_with = "maybe")]
    pub channel: Option<Channel>,
    pub by: Option<String>,
    pub steps: Vec<Step>,
}

/// One deed at one time.
#[derive(Debug, Deserialize)]
pub struct Step {
    pub at: String,
    /// User name; without it whoever has to act.
    pub by: Option<String>,
    #[serde(flatten)]
    pub deed: Deed,
}

/// What somebody does.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Deed {
    Accept,
    Ask {
        question: String,
    },
    /// The resident's reply.
    Tell {
        reply: String,
    },
    Decline {
        kind: String,
        text: String,
    },
    Review,
    Transfer {
        place: String,
        reason: String,
    },
    Restrict,
    Urgency {
        #[serde(deserialize_with = "word")]
        urgency: Urgency,
    },
    Merge {
        into: String,
    },
    Split {
        parts: Vec<Part>,
    },
    Answer {
        text: String,
    },
    Rate {
        solved: bool,
        #[serde(deserialize_with = "word")]
        satisfaction: Satisfaction,
        comment: Option<String>,
    },
    Release,
    HandOver {
        office: String,
        demand: String,
        #[serde(default)]
        hard: bool,
    },
    Withdraw,
    /// The office takes it on.
    Sign {
        responsible: String,
    },
    Refuse {
        reason: String,
    },
    Extend {
        reason: String,
    },
    Invite {
        office: String,
    },
    Opine {
        office: String,
        text: String,
    },
    /// The office answers; `until`: days until what it promises.
    Reply {
        #[serde(deserialize_with = "word")]
        result: ResultClass,
        text: String,
        promise: Option<String>,
        #[serde(default)]
        until: u64,
    },
    Approve {
        comment: Option<String>,
        answer: Option<String>,
    },
    SendBack {
        comment: String,
    },
    Keep {
        note: String,
    },
    Draft {
        title: String,
        text: String,
        digits: usize,
        with: Vec<String>,
        cosigners: usize,
    },
    Propose {
        title: String,
        office: String,
    },
    /// The resident asks for the `slot`th free slot, from 0.
    AskMeeting {
        slot: usize,
        note: String,
    },
    ProposeMeeting {
        slot: usize,
        note: String,
    },
    /// Whoever was asked says yes.
    Confirm,
    HoldMeeting {
        record: String,
    },
    PlanHearing(Box<PlannedHearing>),
    HoldHearing {
        title: String,
        minutes: String,
        promise: String,
        promised_by: String,
        until: u64,
    },
    Revisit {
        #[serde(deserialize_with = "word")]
        way: revisit::Way,
        #[serde(deserialize_with = "word")]
        outcome: revisit::Outcome,
        satisfied: Option<bool>,
        note: String,
    },
}

/// A part into which a submission is split.
#[derive(Debug, Deserialize)]
pub struct Part {
    #[serde(deserialize_with = "word")]
    pub kind: Kind,
    pub text: String,
}

/// A hearing on the own and other submissions.
#[derive(Debug, Deserialize)]
pub struct PlannedHearing {
    pub title: String,
    #[serde(deserialize_with = "word")]
    pub kind: hearing::Kind,
    pub place: String,
    pub starts: String,
    pub hours: i64,
    pub with: Vec<String>,
    pub offices: Vec<String>,
}

fn maybe<'de, D, T>(deserializer: D) -> std::result::Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: std::str::FromStr,
{
    word(deserializer).map(Some)
}

/// The time of `days hh:mm`, so many days before the end of the story; days to come have a minus.
pub fn time(text: &str, end: DateTime<Utc>) -> Result<DateTime<Utc>> {
    const WRONG: Error = Error::Data("a time of the casework");
    let (days, time) = text.split_once(' ').ok_or(WRONG)?;
    let days: i64 = days.parse().map_err(|_| WRONG)?;
    let time = NaiveTime::parse_from_str(time, "%H:%M").map_err(|_| WRONG)?;
    let today = local_date(end);
    let day = match u64::try_from(days) {
        Ok(back) => today - Days::new(back),
        Err(_) => today + Days::new(days.unsigned_abs()),
    };
    Ok(at_local_time(day, time))
}

impl Plot {
    /// The submission that it begins with.
    pub fn case(&self, city: &City, seed: &Seed, end: DateTime<Utc>) -> Result<Case> {
        let grid = city.grids.iter().position(|grid| grid.place == self.place);
        // Nobody sends on the full minute.
        let seconds = seed.chance(&format!("seconds:{}", self.key)).between(1, 59);
        let entry = match (self.channel, &self.by) {
            (Some(channel), Some(by)) => {
                let member = city.staff.iter().find(|member| member.username == *by);
                let by = member.ok_or(Error::Data("no such user name"))?.actor.account_id;
                Some(Entry { channel, by })
            }
            _ => None,
        };
        Ok(Case {
            key: format!("casework-{}", self.key),
            fate: Fate::Written,
            grid: grid.ok_or(Error::Data("no such place"))?,
            kind: self.kind,
            text: self.text.clone(),
            submitted_at: time(&self.at, end)? + TimeDelta::seconds(seconds),
            follows: Vec::new(),
            consent: self.consent,
            entry,
        })
    }
}
