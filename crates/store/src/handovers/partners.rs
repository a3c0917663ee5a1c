//! Offices that help (协办单位): invited by the one that answers, they say what they can do.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use minyi_domain::{
    handover::{Action, Channel},
    people::{Actor, Role},
    text::Demand,
};
use serde_json::json;
use uuid::Uuid;

use super::{Held, about, give, office_accounts};
use crate::{Result, Store, Template, calendar, casework::Refusal, schema::handover_partners, submissions::EventKind};

/// Offices that help with one matter, at most.
const MAX_PARTNERS: i64 = 10;

impl Store {
    /// Invites an office of the same county, city or province to help (邀请协办); a street's matter stays within its
    /// county. Returns until when it is to say something.
    pub fn invite_partner(
        &self,
        actor: &Actor,
        id: Uuid,
        office_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<DateTime<Utc>, Refusal>> {
        self.act(|connection| {
            let held = Held::lock(connection, actor, id)?;
            held.next_by(connection, actor, Action::Invite)?;
            let partner = give::office(connection, office_id)?.ok_or(Refusal::TargetUnknown("office"))?;
            let digits = match held.handover.channel {
                Channel::Office | Channel::Intersession => 6,
                Channel::Proposal => 2,
            };
            let region = &held.lead()?.region_code;
            let near = region.get(..digits).unwrap_or(region);
            if office_id == held.handover.office_id || !partner.region_code.starts_with(near) {
                return Err(Refusal::TargetUnfit("office").into());
            }
            let invited: Vec<Uuid> = handover_partners::table
                .filter(handover_partners::handover_id.eq(id))
                .select(handover_partners::office_id)
                .load(connection)?;
            if invited.contains(&office_id) {
                return Err(Refusal::Once.into());
            }
            if i64::try_from(invited.len()).unwrap_or(i64::MAX) >= MAX_PARTNERS {
                return Err(Refusal::TooOften.into());
            }
            let rules = calendar::rules(connection, held.handover.lead_submission_id, now)?;
            let due_at = held.policies(&rules).partner.after(&rules.calendar, now).at;
            diesel::insert_into(handover_partners::table)
                .values((
                    handover_partners::handover_id.eq(id),
                    handover_partners::office_id.eq(office_id),
                    handover_partners::invited_at.eq(now),
                    handover_partners::due_at.eq(due_at),
                ))
                .execute(connection)?;
            let channel = held.handover.channel.as_str();
            let data = about(&partner.name, json!({ "channel": channel, "partner": true }));
            let event = held.tell(connection, EventKind::HandedOver, Some(actor), &data, now)?;
            let accounts = office_accounts(connection, office_id)?;
            held.message(connection, event, Template::DeputyNew, accounts, Some(actor), now)?;
            Ok(due_at)
        })
    }

    /// What an invited office says to the one that answers (协办意见); once, while the matter is open.
    pub fn opine(
        &self,
        actor: &Actor,
        id: Uuid,
        opinion: &Demand,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<(), Refusal>> {
        self.act(|connection| {
            let (Role::OfficeHandler, Some(office_id)) = (actor.role, actor.office_id) else {
                return Err(Refusal::Forbidden.into());
            };
            let held = Held::lock(connection, actor, id)?;
            let invited: Option<Option<DateTime<Utc>>> = handover_partners::table
                .find((id, office_id))
                .select(handover_partners::opined_at)
                .first(connection)
                .optional()?;
            match invited {
                None => return Err(Refusal::Forbidden.into()),
                Some(Some(_)) => return Err(Refusal::Once.into()),
                Some(None) => {}
            }
            if !held.handover.state.waits_for_office() {
                let refused = minyi_domain::handover::Refused {
                    state: held.handover.state,
                    action: Action::Invite,
                    party: minyi_domain::lifecycle::Party::Office,
                };
                return Err(Refusal::HandoverNotNow(refused).into());
            }
            diesel::update(handover_partners::table.find((id, office_id)))
                .set((
                    handover_partners::opinion.eq(opinion.as_str()),
                    handover_partners::opined_by_account_id.eq(actor.account_id),
                    handover_partners::opined_at.eq(now),
                ))
                .execute(connection)?;
            let partner = give::office(connection, office_id)?.map(|office| office.name);
            let data = about(&partner.unwrap_or_default(), json!({}));
            let event = held.tell(connection, EventKind::HandoverPartnerOpined, Some(actor), &data, now)?;
            let accounts = office_accounts(connection, held.handover.office_id)?;
            Ok(held.message(connection, event, Template::DeputyNew, accounts, Some(actor), now)?)
        })
    }
}
