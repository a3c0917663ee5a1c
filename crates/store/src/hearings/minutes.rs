use chrono::{DateTime, NaiveDate, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use minyi_domain::{
    audit::{Action, ObjectKind},
    calendar::local_date,
    hearing::State,
    people::Actor,
    text::{ContactName, Note, OfficeText},
};
use serde_json::json;
use uuid::Uuid;

use super::{
    change::bound,
    lock,
    plan::{invite_deputies, invite_offices},
};
use crate::{
    Act, By, Result, Store, audit, calendar,
    casework::{Refusal, Ruling},
    promises::{self, NewPromise},
    schema::{hearing_deputies, hearing_offices, hearings},
    submissions::EventKind,
};

/// What came of a hearing.
#[derive(Debug, Clone)]
pub struct Minutes {
    pub text: OfficeText,
    /// Who came, invited or not.
    pub office_ids: Vec<Uuid>,
    /// Who came, invited or not.
    pub deputy_ids: Vec<Uuid>,
    pub promises: Vec<Promised>,
}

/// What somebody promised at the table (承诺).
#[derive(Debug, Clone)]
pub struct Promised {
    pub submission_id: Uuid,
    pub text: Note,
    pub promised_by: ContactName,
    pub due_on: NaiveDate,
}

impl Store {
    /// Writes the minutes of a hearing that has taken place; the promises are held to from now on. The same minutes
    /// again change nothing.
    pub fn hold_hearing(
        &self,
        by: &By,
        actor: &Actor,
        id: Uuid,
        minutes: &Minutes,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<(), Refusal>> {
        self.act(|connection| {
            let hearing = lock(connection, actor, id)?;
            match hearing.state {
                State::Held if hearing.minutes.as_deref() == Some(minutes.text.as_str()) => return Ok(()),
                State::Held | State::Cancelled => return Err(Refusal::Once.into()),
                State::Planned if now < hearing.starts_at => return Err(Refusal::TargetUnfit("date").into()),
                State::Planned => {}
            }
            diesel::update(hearings::table.find(id))
                .set((
                    hearings::state.eq(State::Held.as_str()),
                    hearings::minutes.eq(minutes.text.as_str()),
                    hearings::settled_at.eq(now),
                ))
                .execute(connection)?;
            note_who_came(connection, id, &hearing.region_code, minutes)?;
            let cases = bound(connection, id)?;
            let on_table = |promise: &Promised| cases.iter().any(|case| case.id == promise.submission_id);
            if !minutes.promises.iter().all(on_table) {
                return Err(Refusal::TargetUnfit("submission").into());
            }
            for case in &cases {
                let event = case.event(EventKind::HearingHeld, actor, now);
                let event = event.with_data(json!({ "title": &hearing.title }));
                case.tell_residents(connection, event, now)?;
                let rules = calendar::rules(connection, case.id, now)?;
                let of_case = |promise: &&Promised| promise.submission_id == case.id;
                for promise in minutes.promises.iter().filter(of_case) {
                    if promise.due_on < local_date(now) {
                        return Err(Refusal::TargetUnfit("date").into());
                    }
                    let new = NewPromise {
                        handover_id: None,
                        hearing_id: Some(id),
                        text: promise.text.as_str(),
                        by: promise.promised_by.as_str(),
                        due_on: promise.due_on,
                        remind: rules.policies.around.remind,
                    };
                    promises::make(connection, case.id, &new, actor, &rules, now)?;
                }
            }
            let act = Act::done(Action::HearingHeld, ObjectKind::Hearing, id);
            Ok(audit::record(connection, by, &act, now)?)
        })
    }
}

fn note_who_came(connection: &mut PgConnection, id: Uuid, region_code: &str, minutes: &Minutes) -> Ruling<()> {
    invite_offices(connection, id, region_code, &minutes.office_ids)?;
    invite_deputies(connection, id, region_code, &minutes.deputy_ids)?;
    let offices = hearing_offices::table.filter(
        hearing_offices::hearing_id
            .eq(id)
            .and(hearing_offices::office_id.eq_any(&minutes.office_ids)),
    );
    diesel::update(offices)
        .set(hearing_offices::attended.eq(true))
        .execute(connection)?;
    let deputies = hearing_deputies::table.filter(
        hearing_deputies::hearing_id
            .eq(id)
            .and(hearing_deputies::deputy_id.eq_any(&minutes.deputy_ids)),
    );
    diesel::update(deputies)
        .set(hearing_deputies::attended.eq(true))
        .execute(connection)?;
    Ok(())
}
