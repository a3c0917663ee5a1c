use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    pg::Pg,
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    people::{Actor, Scope},
    text::{InstallationNote, Installer, Reason},
    token::CodeToken,
};
use uuid::Uuid;

use super::{
    CodeState,
    act::{CodeEventKind, NewCodeEvent},
};
use crate::{
    Act, By, PhotoView, Result, Store, audit,
    casework::{Refusal, Ruling},
    ids,
    photos::lock_photos,
    schema::{accounts, code_events, code_installations, codes, grids, photos},
    scope::grids_in,
    word::Word,
};

/// A code that was hung up (张贴).
#[derive(Debug, Clone)]
pub struct NewInstallation {
    pub hung_on: NaiveDate,
    pub hung_by: Installer,
    pub note: InstallationNote,
    pub photo_id: Option<Uuid>,
}

/// Where a code hangs, or hung (张贴记录).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = code_installations, check_for_backend(Pg))]
pub struct Installation {
    pub id: Uuid,
    pub code_id: Uuid,
    pub hung_on: NaiveDate,
    pub hung_by: String,
    pub note: String,
    #[diesel(select_expression = accounts::display_name)]
    pub recorded_by: String,
    pub recorded_at: DateTime<Utc>,
    pub removed_on: Option<NaiveDate>,
}

impl Store {
    /// Records that a code hangs now. What was recorded before counts as taken down on the same day: a code hangs once.
    pub fn hang_code(
        &self,
        by: &By,
        actor: &Actor,
        token: &CodeToken,
        new: &NewInstallation,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<Uuid, Refusal>> {
        self.act(|connection| {
            let (code_id, state) = lock(connection, &actor.scope(), token)?;
            if !matches!(state, CodeState::Active | CodeState::Suspended) {
                return Err(Refusal::TargetUnfit("code").into());
            }
            let last = taken_down(connection, code_id, new.hung_on)?;
            if last == Some(false) {
                return Err(Refusal::TargetUnfit("hung_on").into());
            }
            if let Some(missing) = lock_photos(connection, new.photo_id.as_slice())? {
                return Err(Refusal::PhotoMissing(missing).into());
            }
            let id = ids::new(now);
            diesel::insert_into(code_installations::table)
                .values((
                    code_installations::id.eq(id),
                    code_installations::code_id.eq(code_id),
                    code_installations::hung_on.eq(new.hung_on),
                    code_installations::hung_by.eq(new.hung_by.as_str()),
                    code_installations::note.eq(new.note.as_str()),
                    code_installations::recorded_by_account_id.eq(actor.account_id),
                    code_installations::recorded_at.eq(now),
                ))
                .execute(connection)?;
            if let Some(photo) = new.photo_id {
                diesel::update(photos::table.find(photo))
                    .set(photos::installation_id.eq(id))
                    .execute(connection)?;
            }
            record(connection, code_id, (CodeEventKind::Hung, None), actor, now)?;
            audit::record(
                connection,
                by,
                &Act::done(Action::CodeHung, ObjectKind::Code, token),
                now,
            )?;
            Ok(id)
        })
    }

    /// Records that a code was taken down, and why; one that hangs nowhere stays so.
    pub fn take_code_down(
        &self,
        by: &By,
        actor: &Actor,
        token: &CodeToken,
        (on, reason): (NaiveDate, &Reason),
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<(), Refusal>> {
        self.act(|connection| {
            let (code_id, _) = lock(connection, &actor.scope(), token)?;
            match taken_down(connection, code_id, on)? {
                Some(true) => {
                    let what = (CodeEventKind::TakenDown, Some(reason));
                    record(connection, code_id, what, actor, now)?;
                    let act = Act::done(Action::CodeTakenDown, ObjectKind::Code, token);
                    Ok(audit::record(connection, by, &act, now)?)
                }
                Some(false) => Err(Refusal::TargetUnfit("removed_on").into()),
                None => Ok(()),
            }
        })
    }
}

fn lock(connection: &mut PgConnection, scope: &Scope, token: &CodeToken) -> Ruling<(Uuid, CodeState)> {
    let seen: Option<Uuid> = codes::table
        .inner_join(grids::table)
        .filter(grids_in(scope))
        .filter(codes::token.eq(token.as_str()))
        .select(codes::id)
        .first(connection)
        .optional()?;
    let (id, Word(state)) = codes::table
        .find(seen.ok_or(Refusal::NotFound)?)
        .select((codes::id, codes::state))
        .for_update()
        .first::<(Uuid, Word<CodeState>)>(connection)?;
    Ok((id, state))
}

/// Ends what hangs; `None`: nothing hung; `false`: it was hung after that day.
fn taken_down(connection: &mut PgConnection, code_id: Uuid, on: NaiveDate) -> Result<Option<bool>> {
    let hanging: Option<(Uuid, NaiveDate)> = code_installations::table
        .filter(code_installations::code_id.eq(code_id))
        .filter(code_installations::removed_on.is_null())
        .select((code_installations::id, code_installations::hung_on))
        .first(connection)
        .optional()?;
    let Some((id, hung_on)) = hanging else { return Ok(None) };
    if hung_on > on {
        return Ok(Some(false));
    }
    diesel::update(code_installations::table.find(id))
        .set(code_installations::removed_on.eq(on))
        .execute(connection)?;
    Ok(Some(true))
}

fn record(
    connection: &mut PgConnection,
    code_id: Uuid,
    (kind, reason): (CodeEventKind, Option<&Reason>),
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    let event = NewCodeEvent {
        reason: reason.map(Reason::as_str),
        ..NewCodeEvent::of(code_id, kind, actor.account_id, now)
    };
    diesel::insert_into(code_events::table)
        .values(&event)
        .execute(connection)?;
    Ok(())
}

/// A code's installations with their photos, the present one first.
pub(super) fn installations_of(
    connection: &mut PgConnection,
    code_id: Uuid,
) -> Result<Vec<(Installation, Option<PhotoView>)>> {
    Ok(code_installations::table
        .inner_join(accounts::table)
        .left_join(photos::table)
        .filter(code_installations::code_id.eq(code_id))
        .order((code_installations::hung_on.desc(), code_installations::id.desc()))
        .select((Installation::as_select(), Option::<PhotoView>::as_select()))
        .load(connection)?)
}
