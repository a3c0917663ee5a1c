//! Answering many at one table (居民诉求答复活动、联动接访): planned with notice, held with minutes and promises.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, OptionalExtension, PgConnection, QueryDsl,
    Queryable, RunQueryDsl, Selectable, SelectableExpression, SelectableHelper, TextExpressionMethods,
    dsl::sql,
    pg::Pg,
    sql_types::{Bool, Uuid as SqlUuid},
};
use minyi_domain::{
    hearing::{Kind, State},
    people::{Actor, Scope},
    rights::Permission,
};
use uuid::Uuid;

use crate::{
    Cursor, Page, Result, Store,
    casework::{Refusal, Ruling},
    page::one_more,
    schema::{hearing_submissions, hearings, sites},
    scope::Condition,
    word::Word,
};

mod change;
mod detail;
mod minutes;
mod plan;
mod told;

pub use change::HearingChange;
pub use detail::{HearingCandidate, HearingCase, HearingDetail, Invited, Invitees, PromiseSeen};
pub use minutes::{Minutes, Promised};
pub use plan::NewHearing;

/// A hearing as those see it who plan it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = hearings, check_for_backend(Pg))]
pub struct Hearing {
    pub id: Uuid,
    pub title: String,
    #[diesel(deserialize_as = Word<Kind>)]
    pub kind: Kind,
    #[diesel(deserialize_as = Word<State>)]
    pub state: State,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub place: String,
    /// `None`: of the whole division.
    #[diesel(select_expression = sites::name.nullable())]
    pub site_name: Option<String>,
    pub region_code: String,
    /// Why it is held with a shorter notice.
    pub urgent_reason: Option<String>,
    pub minutes: Option<String>,
    pub cancel_reason: Option<String>,
}

/// A hearing as the residents of the matters see it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = hearings, check_for_backend(Pg))]
pub struct HearingNotice {
    pub id: Uuid,
    pub title: String,
    #[diesel(deserialize_as = Word<Kind>)]
    pub kind: Kind,
    #[diesel(deserialize_as = Word<State>)]
    pub state: State,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub place: String,
}

impl Store {
    /// The hearings in a scope, the latest first; `state`: only these.
    pub fn hearings(
        &self,
        scope: &Scope,
        state: Option<State>,
        cursor: Option<Cursor>,
        limit: i64,
    ) -> Result<Page<Hearing>> {
        let mut query = hearings::table
            .left_join(sites::table)
            .filter(hearings_in(scope))
            .order((hearings::starts_at.desc(), hearings::id.desc()))
            .limit(one_more(limit))
            .select(Hearing::as_select())
            .into_boxed();
        if let Some(state) = state {
            query = query.filter(hearings::state.eq(state.as_str()));
        }
        if let Some(Cursor { at, id }) = cursor {
            let same = hearings::starts_at.eq(at).and(hearings::id.lt(id));
            query = query.filter(hearings::starts_at.lt(at).or(same));
        }
        let items = query.load(&mut *self.connection()?)?;
        Ok(Page::cut(items, limit, |item: &Hearing| Cursor {
            at: item.starts_at,
            id: item.id,
        }))
    }
}

/// The hearings between two instants in a scope, by time; those that were cancelled are left out.
pub fn hearings_between(
    connection: &mut PgConnection,
    scope: &Scope,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Hearing>> {
    Ok(hearings::table
        .left_join(sites::table)
        .filter(hearings_in(scope))
        .filter(hearings::state.ne(State::Cancelled.as_str()))
        .filter(hearings::starts_at.ge(from))
        .filter(hearings::starts_at.lt(until))
        .order((hearings::starts_at, hearings::id))
        .limit(limit)
        .select(Hearing::as_select())
        .load(connection)?)
}

/// The hearings at which a submission is answered; those that were cancelled are left out.
pub fn of_submission(connection: &mut PgConnection, submission_id: Uuid) -> Result<Vec<HearingNotice>> {
    Ok(hearings::table
        .inner_join(hearing_submissions::table)
        .filter(hearing_submissions::submission_id.eq(submission_id))
        .filter(hearings::state.ne(State::Cancelled.as_str()))
        .order((hearings::starts_at, hearings::id))
        .select(HearingNotice::as_select())
        .load(connection)?)
}

/// The hearings that the scope lets through: those of the site or the division; a deputy's and an office's are those that they
/// are invited to.
fn hearings_in<From: 'static>(scope: &Scope) -> Condition<From>
where
    hearings::site_id: SelectableExpression<From>,
    hearings::region_code: SelectableExpression<From>,
{
    match scope {
        Scope::Nothing => Box::new(sql::<Bool>("false")),
        Scope::Office(office) => Box::new(
            sql::<Bool>("hearings.id IN (SELECT hearing_id FROM hearing_offices WHERE office_id = ")
                .bind::<SqlUuid, _>(*office)
                .sql(")"),
        ),
        Scope::Deputy(deputy) => Box::new(
            sql::<Bool>("hearings.id IN (SELECT hearing_id FROM hearing_deputies WHERE deputy_id = ")
                .bind::<SqlUuid, _>(*deputy)
                .sql(")"),
        ),
        Scope::Site(site) => Box::new(sql::<Bool>("hearings.site_id = ").bind::<SqlUuid, _>(*site)),
        Scope::Region(code) => Box::new(hearings::region_code.like(format!("{code}%"))),
    }
}

/// A hearing under its lock, if this person holds it; an invited office only comes.
fn lock(connection: &mut PgConnection, actor: &Actor, id: Uuid) -> Ruling<Locked> {
    if !actor.role.may(Permission::Hold) {
        return Err(Refusal::Forbidden.into());
    }
    let found: Option<Locked> = hearings::table
        .find(id)
        .filter(hearings_in(&actor.scope()))
        .select(Locked::as_select())
        .for_update()
        .first(connection)
        .optional()?;
    Ok(found.ok_or(Refusal::NotFound)?)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = hearings, check_for_backend(Pg))]
struct Locked {
    id: Uuid,
    region_code: String,
    title: String,
    #[diesel(deserialize_as = Word<State>)]
    state: State,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    place: String,
    urgent_reason: Option<String>,
    minutes: Option<String>,
}
