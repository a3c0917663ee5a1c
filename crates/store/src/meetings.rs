//! Meeting face to face: appointments between a resident and a deputy, and what stands in a week.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper,
    dsl::sql,
    expression::SqlLiteral,
    pg::Pg,
    sql_types::{Bool, Uuid as SqlUuid},
};
use minyi_domain::{
    appointment::{Side, State},
    people::Scope,
};
use uuid::Uuid;

use crate::{
    Result,
    casework::Case,
    events::NewEvent,
    hearings::HearingNotice,
    notifications::{self, Template},
    prepared::Constant,
    schema::{accounts, appointments, deputies, sites, submissions},
    scope::{Condition, submissions_in},
    submissions::{Holds, if_there},
    word::Word,
};

mod agenda;
mod ask;
mod settle;
mod slots;

pub use agenda::{Agenda, Duty};
pub use ask::AskedBy;
pub use settle::Settling;
pub(crate) use slots::schemes;
pub use slots::{FreeSlot, SlotKey};

/// An appointment (预约见面).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = appointments, check_for_backend(Pg))]
pub struct Appointment {
    pub id: Uuid,
    pub submission_id: Uuid,
    #[diesel(select_expression = submissions::number)]
    pub number: String,
    /// What the resident has written.
    #[diesel(select_expression = submissions::text)]
    pub text: String,
    #[diesel(select_expression = sites::name)]
    pub site_name: String,
    #[diesel(select_expression = sites::address)]
    pub site_address: String,
    /// For internal eyes; residents read [`Appointment::public_deputy`].
    #[diesel(select_expression = deputies::name)]
    pub deputy_name: String,
    #[diesel(select_expression = deputies::publishes_name)]
    publishes_name: bool,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    #[diesel(deserialize_as = Word<State>)]
    pub state: State,
    #[diesel(deserialize_as = Word<Side>)]
    pub asked_by: Side,
    pub note: Option<String>,
    pub reason: Option<String>,
    /// What was said; for internal eyes.
    pub record: Option<String>,
    /// The deputy is no longer on the roster of that day.
    #[diesel(select_expression = sql::<Bool>(OFF_DUTY), select_expression_type = SqlLiteral<Bool>)]
    pub conflict: bool,
}

const OFF_DUTY: &str = "appointments.state IN ('asked', 'confirmed') AND NOT EXISTS (
    SELECT FROM duties WHERE duties.site_id = appointments.site_id AND duties.deputy_id = appointments.deputy_id
    AND duties.on_date = (appointments.starts_at AT TIME ZONE 'Asia/Shanghai')::date)";

impl Appointment {
    /// The deputy's name as far as it is published.
    pub fn public_deputy(&self) -> Option<&str> {
        self.publishes_name.then_some(self.deputy_name.as_str())
    }
}

/// What both sides see of the meetings about one submission.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meetings {
    /// The last first; at most one of them is active.
    pub appointments: Vec<Appointment>,
    /// The next first.
    pub hearings: Vec<HearingNotice>,
}

impl Meetings {
    /// Loads all of one submission.
    pub fn load(connection: &mut PgConnection, submission_id: Uuid, holds: Holds) -> Result<Self> {
        Ok(Self {
            appointments: if_there(holds.appointments, || of_submission(connection, submission_id))?,
            hearings: if_there(holds.hearings, || {
                crate::hearings::of_submission(connection, submission_id)
            })?,
        })
    }

    /// The appointment that is still to come or to be confirmed.
    pub fn active(&self) -> Option<&Appointment> {
        self.appointments
            .iter()
            .find(|appointment| appointment.state.is_active())
    }
}

fn of_submission(connection: &mut PgConnection, submission_id: Uuid) -> Result<Vec<Appointment>> {
    let query = joined()
        .filter(appointments::submission_id.eq(submission_id))
        .order((appointments::asked_at.desc(), appointments::id.desc()))
        .select(Appointment::as_select());
    Ok(Constant(query).load(connection)?)
}

/// The joined tables that an appointment is shown from.
#[diesel::dsl::auto_type(no_type_alias)]
fn joined() -> _ {
    appointments::table
        .inner_join(submissions::table)
        .inner_join(sites::table)
        .inner_join(deputies::table)
}

/// The appointments of the submissions that the scope lets through, and a deputy's own; never about a report on an
/// official, unless the scope lets that through.
fn appointments_in<From: 'static>(scope: &Scope) -> Condition<From>
where
    submissions::site_id: diesel::SelectableExpression<From>,
    submissions::region_code: diesel::SelectableExpression<From>,
{
    let seen = submissions_in(scope);
    match scope {
        Scope::Deputy(deputy) => {
            let own = sql::<Bool>("(submissions.confidential_region IS NULL AND appointments.deputy_id = ")
                .bind::<SqlUuid, _>(*deputy)
                .sql(")");
            Box::new(seen.or(own))
        }
        _ => seen,
    }
}

/// Writes the event and tells whoever has to act on the submission, and the deputy who is to be met.
fn tell(
    connection: &mut PgConnection,
    case: &Case,
    event: NewEvent,
    deputy_id: Uuid,
    now: DateTime<Utc>,
) -> Result<()> {
    let event_id = event.insert(connection)?;
    let met: Vec<Uuid> = accounts::table
        .filter(accounts::deputy_id.eq(deputy_id))
        .filter(accounts::disabled_at.is_null())
        .select(accounts::id)
        .load(connection)?;
    let mut told = case.handlers(connection)?;
    told.extend(met);
    told.sort_unstable();
    told.dedup();
    notifications::queue_for_accounts(connection, event_id, case.id, Template::DeputyNew, &told, now)?;
    notifications::wake(connection)
}
