//! Submitting a proposal: its number, and the handover of all its submissions.

use chrono::{DateTime, Datelike as _, Utc};
use diesel::{
    ExpressionMethods, IntoSql as _, PgConnection, QueryDsl, RunQueryDsl,
    dsl::{exists, not},
    sql_types::{Integer, SmallInt, Text},
};
use minyi_domain::{calendar::local_date, handover::Channel, people::Actor};
use serde_json::json;
use uuid::Uuid;

use super::{Proposal, lock};
use crate::{
    Result, Store,
    casework::{Case, Refusal, Ruling},
    handovers::{self, Given},
    prepared::Prepared,
    schema::{handovers as given, proposal_submissions, proposals},
    submissions::EventKind,
};

impl Store {
    /// Submits a proposal to an office of its division: all its submissions are handed over together. One that an office
    /// has refused may be submitted to another, under the same number. Returns the handover's id.
    pub fn submit_proposal(
        &self,
        actor: &Actor,
        id: Uuid,
        office_id: Uuid,
        is_hard: bool,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<Uuid, Refusal>> {
        self.act(|connection| {
            let cases = lock_submissions(connection, actor, id)?;
            let proposal = lock(connection, &actor.scope(), id)?;
            let office = handovers::office(connection, office_id)?.ok_or(Refusal::TargetUnknown("office"))?;
            let fits = Channel::to_office_of(&office.region_code) == proposal.channel
                && office.region_code.starts_with(&proposal.region_code);
            if !fits {
                return Err(Refusal::TargetUnfit("office").into());
            }
            if proposal.submitted_at.is_some() && !came_back(connection, id)? {
                return Err(Refusal::Once.into());
            }
            let number = number(connection, id, &proposal, now)?;
            let data = json!({ "title": proposal.title, "number": number });
            for case in &cases {
                case.event(EventKind::Proposed, actor, now)
                    .with_data(data.clone())
                    .insert(connection)?;
            }
            let given = Given {
                office: &office,
                channel: proposal.channel,
                proposal_id: Some(id),
                demand: &format!("《{}》（{number}）", proposal.title),
                is_hard,
            };
            handovers::give(connection, actor, cases, &given, now)
        })
    }
}

/// Locks the submissions by their ids; the person must see every one.
fn lock_submissions(connection: &mut PgConnection, actor: &Actor, id: Uuid) -> Ruling<Vec<Case>> {
    let ids: Vec<Uuid> = proposal_submissions::table
        .filter(proposal_submissions::proposal_id.eq(id))
        .order(proposal_submissions::submission_id)
        .select(proposal_submissions::submission_id)
        .load(connection)?;
    ids.into_iter().map(|id| Case::lock(connection, actor, id)).collect()
}

/// Every office to which it went has refused it, or it was withdrawn.
fn came_back(connection: &mut PgConnection, id: Uuid) -> Result<bool> {
    let kept = given::table
        .filter(given::proposal_id.eq(id))
        .filter(given::state.ne_all(["refused", "withdrawn"]));
    Ok(diesel::select(not(exists(kept))).get_result(connection)?)
}

/// Gives the proposal its number, such as 〔2026〕闭会第0007号, unless it has one.
fn number(connection: &mut PgConnection, id: Uuid, proposal: &Proposal, now: DateTime<Utc>) -> Ruling<String> {
    if let Some(number) = &proposal.number {
        return Ok(number.clone());
    }
    let year = local_date(now).year();
    let binds = (
        proposal.region_code.clone().into_sql::<Text>(),
        proposal.channel.as_str().into_sql::<Text>(),
        i16::try_from(year).unwrap_or(i16::MAX).into_sql::<SmallInt>(),
    );
    // The row is locked until this transaction ends: who comes next waits, and counts on from what was written.
    let last = Prepared::<Integer, _>::new(
        "INSERT INTO proposal_numbers AS given (region_code, channel, year, last) VALUES (",
        binds,
        ", 1) ON CONFLICT (region_code, channel, year) DO UPDATE SET last = given.last + 1 RETURNING last",
    );
    let last: i32 = last.load(connection)?.into_iter().next().unwrap_or(1);
    let series = if proposal.channel == Channel::Intersession {
        "闭会"
    } else {
        "建议"
    };
    let number = format!("〔{year}〕{series}第{last:04}号");
    diesel::update(proposals::table.find(id))
        .set((proposals::number.eq(&number), proposals::submitted_at.eq(now)))
        .execute(connection)?;
    Ok(number)
}
