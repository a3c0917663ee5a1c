use chrono::{DateTime, Utc};
use diesel::{Connection as _, ExpressionMethods, Insertable, PgConnection, QueryDsl, RunQueryDsl};
use minyi_domain::{
    audit::{Action, ObjectKind},
    calendar::local_date,
    people::Actor,
    text::Reason,
    token::CodeToken,
};
use serde_json::json;
use uuid::Uuid;

use super::CodeState;
use crate::{
    Act, By, Error, Result, Store, audit, ids,
    schema::{code_events, code_installations, codes, grids},
    scope::grids_in,
    word::{Word, words},
};

words! {
    /// What is done with codes that hang (或者曾经挂过).
    CodeAct {
        /// Takes no submissions for now (暂停).
        Suspend = "suspend",
        /// Takes them again (恢复).
        Resume = "resume",
        /// A new code takes its place; who scans the old one is led to it (更换).
        Replace = "replace",
        /// Hangs nowhere any more (停用).
        Retire = "retire",
    }
}

impl CodeAct {
    /// Whether it can be done to a code in this state.
    #[must_use]
    pub const fn fits(self, state: CodeState) -> bool {
        match self {
            Self::Suspend => matches!(state, CodeState::Active),
            Self::Resume => matches!(state, CodeState::Suspended),
            Self::Replace | Self::Retire => matches!(state, CodeState::Active | CodeState::Suspended),
        }
    }

    const fn leads_to(self) -> CodeState {
        match self {
            Self::Suspend => CodeState::Suspended,
            Self::Resume => CodeState::Active,
            Self::Replace => CodeState::Replaced,
            Self::Retire => CodeState::Retired,
        }
    }

    const fn action(self) -> Action {
        match self {
            Self::Suspend => Action::CodesSuspended,
            Self::Resume => Action::CodesResumed,
            Self::Replace => Action::CodesReplaced,
            Self::Retire => Action::CodesRetired,
        }
    }

    const fn event(self) -> CodeEventKind {
        match self {
            Self::Suspend => CodeEventKind::Suspended,
            Self::Resume => CodeEventKind::Resumed,
            Self::Replace => CodeEventKind::Replaced,
            Self::Retire => CodeEventKind::Retired,
        }
    }
}

words! {
    /// What happened to a code.
    CodeEventKind {
        Made = "made",
        Suspended = "suspended",
        Resumed = "resumed",
        Replaced = "replaced",
        Retired = "retired",
        Hung = "hung",
        TakenDown = "taken_down",
    }
}

/// Why nothing was done to any of the codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeRefusal {
    /// There is no such code in this person's scope.
    Unknown(CodeToken),
    /// The code's state does not allow it.
    NotNow(CodeToken, CodeState),
}

/// What became of one code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeChange {
    pub token: CodeToken,
    pub state: CodeState,
    /// The new code that hangs in its place.
    pub successor: Option<CodeToken>,
}

enum Stop {
    Refused(CodeRefusal),
    Failed(Error),
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

#[derive(Insertable)]
#[diesel(table_name = code_events)]
pub(super) struct NewCodeEvent<'a> {
    pub id: Uuid,
    pub code_id: Uuid,
    pub kind: &'static str,
    pub reason: Option<&'a str>,
    pub account_id: Uuid,
    pub occurred_at: DateTime<Utc>,
}

impl NewCodeEvent<'_> {
    pub fn of(code_id: Uuid, kind: CodeEventKind, account_id: Uuid, now: DateTime<Utc>) -> Self {
        Self {
            id: ids::new(now),
            code_id,
            kind: kind.as_str(),
            reason: None,
            account_id,
            occurred_at: now,
        }
    }
}

struct Found {
    id: Uuid,
    token: CodeToken,
    state: CodeState,
    grid_id: Uuid,
    purpose: Option<String>,
    serial: Option<i16>,
}

impl Store {
    /// Does the same to all of these codes, or to none. `new_token` makes the token of a successor.
    pub fn act_on_codes(
        &self,
        (by, actor): (&By, &Actor),
        tokens: &[CodeToken],
        act: CodeAct,
        reason: Option<&Reason>,
        new_token: &mut dyn FnMut() -> CodeToken,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<Vec<CodeChange>, CodeRefusal>> {
        let done = self.connection()?.transaction(|connection| {
            let found = lock(connection, actor, tokens)?;
            if let Some(code) = found.iter().find(|code| !act.fits(code.state)) {
                return Err(Stop::Refused(CodeRefusal::NotNow(code.token.clone(), code.state)));
            }
            let mut changes: Vec<CodeChange> = Vec::new();
            for code in found {
                changes.push(change(
                    connection,
                    code,
                    act,
                    new_token,
                    (actor.account_id, reason),
                    now,
                )?);
            }
            // What was done to each of them stands in its own events.
            if let Some(first) = changes.first() {
                let record = Act::done(act.action(), ObjectKind::Code, &first.token);
                audit::record(connection, by, &record.with(json!({"codes": changes.len()})), now)?;
            }
            Ok(changes)
        });
        match done {
            Ok(changes) => Ok(Ok(changes)),
            Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
            Err(Stop::Failed(error)) => Err(error),
        }
    }
}

/// The codes under their locks, by id so that nobody waits in a ring.
fn lock(connection: &mut PgConnection, actor: &Actor, tokens: &[CodeToken]) -> std::result::Result<Vec<Found>, Stop> {
    let words: Vec<&str> = tokens.iter().map(CodeToken::as_str).collect();
    let seen: Vec<Uuid> = codes::table
        .inner_join(grids::table)
        .filter(grids_in(&actor.scope()))
        .filter(codes::token.eq_any(words))
        .select(codes::id)
        .load(connection)?;
    type Row = (
        Uuid,
        Word<CodeToken>,
        Word<CodeState>,
        Uuid,
        Option<String>,
        Option<i16>,
    );
    let rows: Vec<Row> = codes::table
        .filter(codes::id.eq_any(seen))
        .order(codes::id)
        .select((
            codes::id,
            codes::token,
            codes::state,
            codes::grid_id,
            codes::purpose,
            codes::serial,
        ))
        .for_update()
        .load(connection)?;
    let found: Vec<Found> = rows
        .into_iter()
        .map(|(id, Word(token), Word(state), grid_id, purpose, serial)| Found {
            id,
            token,
            state,
            grid_id,
            purpose,
            serial,
        })
        .collect();
    match tokens
        .iter()
        .find(|token| !found.iter().any(|code| code.token == **token))
    {
        Some(unknown) => Err(Stop::Refused(CodeRefusal::Unknown(unknown.clone()))),
        None => Ok(found),
    }
}

fn change(
    connection: &mut PgConnection,
    code: Found,
    act: CodeAct,
    new_token: &mut dyn FnMut() -> CodeToken,
    (account_id, reason): (Uuid, Option<&Reason>),
    now: DateTime<Utc>,
) -> Result<CodeChange> {
    let state = act.leads_to();
    let successor = (act == CodeAct::Replace).then(|| (ids::new(now), new_token()));
    // First the old one makes room, then the new one comes; the reference is looked at when both have happened.
    diesel::update(codes::table.find(code.id))
        .set((
            codes::state.eq(state.as_str()),
            codes::successor_id.eq(successor.as_ref().map(|(id, _)| *id)),
        ))
        .execute(connection)?;
    let event = NewCodeEvent::of(code.id, act.event(), account_id, now);
    let mut events = vec![NewCodeEvent {
        reason: reason.map(Reason::as_str),
        ..event
    }];
    if let Some((id, token)) = &successor {
        diesel::insert_into(codes::table)
            .values((
                codes::id.eq(*id),
                codes::token.eq(token.as_str()),
                codes::grid_id.eq(code.grid_id),
                codes::state.eq(CodeState::Active.as_str()),
                codes::created_at.eq(now),
                codes::purpose.eq(&code.purpose),
                codes::serial.eq(code.serial),
            ))
            .execute(connection)?;
        events.push(NewCodeEvent::of(*id, CodeEventKind::Made, account_id, now));
    }
    if matches!(act, CodeAct::Replace | CodeAct::Retire) {
        take_down(connection, code.id, now)?;
    }
    diesel::insert_into(code_events::table)
        .values(&events)
        .execute(connection)?;
    Ok(CodeChange {
        token: code.token,
        state,
        successor: successor.map(|(_, token)| token),
    })
}

/// What is replaced or retired hangs nowhere any more.
fn take_down(connection: &mut PgConnection, code_id: Uuid, now: DateTime<Utc>) -> Result<()> {
    let hanging = code_installations::table
        .filter(code_installations::code_id.eq(code_id))
        .filter(code_installations::removed_on.is_null());
    diesel::update(hanging)
        .set(code_installations::removed_on.eq(local_date(now)))
        .execute(connection)?;
    Ok(())
}
