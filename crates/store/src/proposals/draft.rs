//! Writing a proposal before it is submitted.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl, TextExpressionMethods};
use minyi_domain::{
    handover::Channel,
    people::{Actor, Role},
    text::{OfficeText, Title},
};
use uuid::Uuid;

use super::lock;
use crate::{
    Result, Store,
    casework::{Refusal, Ruling},
    ids,
    schema::{grid_assignments, grids, proposal_cosigners, proposal_submissions, proposals, submissions},
    scope::submissions_in,
};

/// A proposal as it is begun.
#[derive(Debug, Clone, Copy)]
pub struct NewDraft<'a> {
    /// Digits of the division to whose congress it is addressed: 6 county, 4 city, 2 province.
    pub region_digits: usize,
    pub title: &'a Title,
    pub text: &'a OfficeText,
    /// At least one.
    pub submission_ids: &'a [Uuid],
    /// Who brings it in; a deputy's own are always the deputy's.
    pub lead_deputy_id: Option<Uuid>,
    pub cosigner_ids: &'a [Uuid],
}

/// What is changed of a draft; `None` stays as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct DraftChange<'a> {
    pub title: Option<&'a Title>,
    pub text: Option<&'a OfficeText>,
    /// All of them, anew.
    pub submission_ids: Option<&'a [Uuid]>,
    /// All of them, anew.
    pub cosigner_ids: Option<&'a [Uuid]>,
}

impl Store {
    /// Begins a proposal from submissions of one county, city or province. Returns its id.
    pub fn draft_proposal(
        &self,
        actor: &Actor,
        new: NewDraft<'_>,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<Uuid, Refusal>> {
        self.act(|connection| {
            let regions = regions_of(connection, actor, new.submission_ids)?;
            let first = regions.first().ok_or(Refusal::TargetUnknown("submission"))?;
            let region = first
                .get(..new.region_digits)
                .ok_or(Refusal::TargetUnfit("region"))?
                .to_owned();
            check_region(&regions, &region)?;
            let lead = match (actor.role, actor.deputy_id) {
                (Role::Deputy, Some(own)) => own,
                _ => new.lead_deputy_id.ok_or(Refusal::TargetUnknown("deputy"))?,
            };
            if actor.role != Role::Deputy {
                check_deputies(connection, first, &[lead])?;
            }
            check_deputies(connection, first, new.cosigner_ids)?;
            let id = ids::new(now);
            diesel::insert_into(proposals::table)
                .values((
                    proposals::id.eq(id),
                    proposals::channel.eq(Channel::to_office_of(&region).as_str()),
                    proposals::region_code.eq(&region),
                    proposals::title.eq(new.title.as_str()),
                    proposals::text.eq(new.text.as_str()),
                    proposals::lead_deputy_id.eq(lead),
                    proposals::drafted_by_account_id.eq(actor.account_id),
                    proposals::drafted_at.eq(now),
                ))
                .execute(connection)?;
            write_submissions(connection, id, new.submission_ids)?;
            write_cosigners(connection, id, lead, new.cosigner_ids)?;
            Ok(id)
        })
    }

    /// Changes a proposal that was not submitted yet.
    pub fn change_proposal(
        &self,
        actor: &Actor,
        id: Uuid,
        change: DraftChange<'_>,
    ) -> Result<std::result::Result<(), Refusal>> {
        self.act(|connection| {
            let proposal = lock(connection, &actor.scope(), id)?;
            if proposal.submitted_at.is_some() {
                return Err(Refusal::Once.into());
            }
            if let Some(title) = change.title {
                diesel::update(proposals::table.find(id))
                    .set(proposals::title.eq(title.as_str()))
                    .execute(connection)?;
            }
            if let Some(text) = change.text {
                diesel::update(proposals::table.find(id))
                    .set(proposals::text.eq(text.as_str()))
                    .execute(connection)?;
            }
            if let Some(submission_ids) = change.submission_ids {
                let regions = regions_of(connection, actor, submission_ids)?;
                check_region(&regions, &proposal.region_code)?;
                write_submissions(connection, id, submission_ids)?;
            }
            if let Some(cosigner_ids) = change.cosigner_ids {
                check_deputies(connection, &proposal.region_code, cosigner_ids)?;
                let lead = proposals::table
                    .find(id)
                    .select(proposals::lead_deputy_id)
                    .first(connection)?;
                write_cosigners(connection, id, lead, cosigner_ids)?;
            }
            Ok(())
        })
    }
}

/// The divisions in which the submissions lie: all must be seen by the person, and none may be confidential.
fn regions_of(connection: &mut PgConnection, actor: &Actor, submission_ids: &[Uuid]) -> Ruling<Vec<String>> {
    let mut regions = Vec::with_capacity(submission_ids.len());
    for id in submission_ids {
        let found: Option<(String, Option<String>)> = submissions::table
            .find(id)
            .filter(submissions_in(&actor.scope()))
            .select((submissions::region_code, submissions::confidential_region))
            .first(connection)
            .optional()?;
        match found {
            None => return Err(Refusal::TargetUnknown("submission").into()),
            Some((_, Some(_))) => return Err(Refusal::TargetUnfit("submission").into()),
            Some((region, None)) => regions.push(region),
        }
    }
    Ok(regions)
}

fn check_region(regions: &[String], region: &str) -> Ruling<()> {
    if regions.is_empty() {
        return Err(Refusal::TargetUnknown("submission").into());
    }
    if regions.iter().all(|of| of.starts_with(region)) {
        Ok(())
    } else {
        Err(Refusal::TargetUnfit("submission").into())
    }
}

/// Who signs is a deputy in a grid of the same county.
fn check_deputies(connection: &mut PgConnection, region: &str, deputy_ids: &[Uuid]) -> Ruling<()> {
    let county = region.get(..6).unwrap_or(region);
    for id in deputy_ids {
        let known: Option<Uuid> = grid_assignments::table
            .inner_join(grids::table)
            .filter(grid_assignments::deputy_id.eq(id))
            .filter(grids::region_code.like(format!("{county}%")))
            .select(grid_assignments::deputy_id)
            .first(connection)
            .optional()?;
        known.ok_or(Refusal::TargetUnknown("deputy"))?;
    }
    Ok(())
}

fn write_submissions(connection: &mut PgConnection, id: Uuid, submission_ids: &[Uuid]) -> Result<()> {
    let old = proposal_submissions::table.filter(proposal_submissions::proposal_id.eq(id));
    diesel::delete(old).execute(connection)?;
    let rows: Vec<_> = submission_ids
        .iter()
        .map(|submission| {
            (
                proposal_submissions::proposal_id.eq(id),
                proposal_submissions::submission_id.eq(*submission),
            )
        })
        .collect();
    diesel::insert_into(proposal_submissions::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(connection)?;
    Ok(())
}

fn write_cosigners(connection: &mut PgConnection, id: Uuid, lead: Uuid, deputy_ids: &[Uuid]) -> Result<()> {
    let old = proposal_cosigners::table.filter(proposal_cosigners::proposal_id.eq(id));
    diesel::delete(old).execute(connection)?;
    let rows: Vec<_> = deputy_ids
        .iter()
        .filter(|deputy| **deputy != lead)
        .map(|deputy| {
            (
                proposal_cosigners::proposal_id.eq(id),
                proposal_cosigners::deputy_id.eq(*deputy),
            )
        })
        .collect();
    diesel::insert_into(proposal_cosigners::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(connection)?;
    Ok(())
}
