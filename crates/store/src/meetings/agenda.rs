use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    TextExpressionMethods, pg::Pg,
};
use minyi_domain::{calendar::local_date, people::Scope};
use uuid::Uuid;

use super::{Appointment, appointments_in, joined};
use crate::{
    Result, Store,
    hearings::{Hearing, hearings_between},
    schema::{appointments, deputies, duties, sites},
};

/// Rows of one kind that an agenda shows at most.
const MOST: i64 = 300;

/// What stands in some days: who is on duty, who meets whom, which hearings there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agenda {
    pub duties: Vec<Duty>,
    pub appointments: Vec<Appointment>,
    pub hearings: Vec<Hearing>,
    /// There is more than these lists show.
    pub more: bool,
}

/// A day on the roster (值班).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = duties, check_for_backend(Pg))]
pub struct Duty {
    pub on_date: NaiveDate,
    #[diesel(select_expression = sites::name)]
    pub site_name: String,
    /// For internal eyes.
    #[diesel(select_expression = deputies::name)]
    pub deputy_name: String,
}

impl Store {
    /// The day of an appointment about a submission that this person is to keep, although the submission itself is
    /// somebody else's.
    pub fn day_of_meeting(&self, scope: &Scope, submission_id: Uuid) -> Result<Option<NaiveDate>> {
        let starts_at: Option<DateTime<Utc>> = joined()
            .filter(appointments_in(scope))
            .filter(appointments::submission_id.eq(submission_id))
            .order(appointments::starts_at.desc())
            .select(appointments::starts_at)
            .first(&mut *self.connection()?)
            .optional()?;
        Ok(starts_at.map(local_date))
    }

    /// What stands between two instants (the second not included) in a scope, by time.
    pub fn agenda(&self, scope: &Scope, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Agenda> {
        let mut connection = self.connection()?;
        let appointments: Vec<Appointment> = joined()
            .filter(appointments_in(scope))
            .filter(appointments::starts_at.ge(from))
            .filter(appointments::starts_at.lt(until))
            .order((appointments::starts_at, appointments::id))
            .limit(MOST)
            .select(Appointment::as_select())
            .load(&mut *connection)?;
        let duties = duties_between(&mut connection, scope, local_date(from), local_date(until))?;
        let hearings = hearings_between(&mut connection, scope, from, until, MOST)?;
        let full = usize::try_from(MOST).unwrap_or(usize::MAX);
        Ok(Agenda {
            more: duties.len() >= full || appointments.len() >= full || hearings.len() >= full,
            duties,
            appointments,
            hearings,
        })
    }
}

fn duties_between(
    connection: &mut PgConnection,
    scope: &Scope,
    from: NaiveDate,
    until: NaiveDate,
) -> Result<Vec<Duty>> {
    let query = duties::table
        .inner_join(sites::table)
        .inner_join(deputies::table)
        .filter(duties::on_date.ge(from))
        .filter(duties::on_date.lt(until))
        .order((
            duties::on_date,
            sites::name,
            deputies::name,
            duties::site_id,
            duties::deputy_id,
        ))
        .limit(MOST)
        .select(Duty::as_select())
        .into_boxed();
    let query = match scope {
        Scope::Nothing | Scope::Office(_) => return Ok(Vec::new()),
        Scope::Deputy(deputy) => query.filter(duties::deputy_id.eq(*deputy)),
        Scope::Site(site) => query.filter(duties::site_id.eq(*site)),
        Scope::Region(code) => query.filter(sites::region_code.like(format!("{code}%"))),
    };
    Ok(query.load(connection)?)
}
