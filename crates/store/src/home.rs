//! What a person sees first: what waits and until when, the grids, the next day on duty, the next appointment.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl,
    dsl::sql,
    sql_types::{Array, BigInt, Bool, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::{
    calendar::{local_date, week_ends},
    people::{Actor, Scope},
};
use uuid::Uuid;

use crate::{
    Result, Store,
    messages::unread,
    schema::{appointments, duties, grid_assignments, grids, sites, submissions},
    scope::submissions_in,
};

/// How many answers are owed, by the day on which they are due. What waits for the resident is not among them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    pub overdue: i64,
    pub today: i64,
    /// After today, until Sunday.
    pub this_week: i64,
    pub later: i64,
}

/// A grid of a deputy, with what is open in it for the deputy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeGrid {
    pub id: Uuid,
    pub name: String,
    pub place: String,
    pub open: i64,
}

/// A day on a deputy's roster (接待日).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyDay {
    pub date: NaiveDate,
    pub site_id: Uuid,
    pub site_name: String,
    pub signed_in: bool,
}

/// The next appointment that is agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextAppointment {
    pub id: Uuid,
    pub submission_id: Uuid,
    pub starts_at: DateTime<Utc>,
    /// Name and address of the site.
    pub place: String,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    pub waiting: Waiting,
    /// By name; only deputies have some.
    pub grids: Vec<HomeGrid>,
    /// Today included.
    pub next_duty: Option<DutyDay>,
    pub next_appointment: Option<NextAppointment>,
    pub unread_messages: i64,
}

impl Store {
    /// A person's first page.
    pub fn home(&self, actor: &Actor, now: DateTime<Utc>) -> Result<Home> {
        let mut connection = self.connection()?;
        let connection = &mut *connection;
        let mut home = Home {
            waiting: waiting(connection, &actor.scope(), now)?,
            grids: Vec::new(),
            next_duty: None,
            next_appointment: None,
            unread_messages: unread(connection, actor)?,
        };
        if let Some(deputy) = actor.deputy_id {
            let today = local_date(now);
            home.grids = grids_of(connection, deputy, today)?;
            home.next_duty = duty_days(connection, deputy, Days::From(today), 1)?.pop();
            home.next_appointment = next_appointment(connection, deputy, now)?;
        }
        Ok(home)
    }
}

fn waiting(connection: &mut PgConnection, scope: &Scope, now: DateTime<Utc>) -> Result<Waiting> {
    let (tonight, week) = week_ends(now);
    let counts: Vec<i64> = submissions::table
        .filter(submissions_in(scope))
        .filter(sql::<Bool>(
            "submissions.state IN ('registered', 'accepted', 'handed_over', 'reopened')",
        ))
        .select(
            sql::<Array<BigInt>>("ARRAY[count(*) FILTER (WHERE submissions.answer_due_at < ")
                .bind::<Timestamptz, _>(now)
                .sql("), count(*) FILTER (WHERE submissions.answer_due_at <= ")
                .bind::<Timestamptz, _>(tonight)
                .sql("), count(*) FILTER (WHERE submissions.answer_due_at <= ")
                .bind::<Timestamptz, _>(week)
                .sql("), count(*)]"),
        )
        .get_result(connection)?;
    // Each holds the ones before.
    Ok(match counts.as_slice() {
        [overdue, by_tonight, by_sunday, all] => Waiting {
            overdue: *overdue,
            today: by_tonight - overdue,
            this_week: by_sunday - by_tonight.max(overdue),
            later: all - by_sunday,
        },
        _ => Waiting::default(),
    })
}

fn grids_of(connection: &mut PgConnection, deputy: Uuid, today: NaiveDate) -> Result<Vec<HomeGrid>> {
    let rows: Vec<(Uuid, String, String, i64)> = grid_assignments::table
        .inner_join(grids::table)
        .filter(grid_assignments::deputy_id.eq(deputy))
        .filter(grid_assignments::valid_from.le(today))
        .filter(
            grid_assignments::valid_until
                .is_null()
                .or(grid_assignments::valid_until.gt(today)),
        )
        .order((grids::name, grids::id))
        .select((
            grids::id,
            grids::name,
            grids::place,
            sql::<BigInt>(
                "(SELECT count(*) FROM submissions WHERE submissions.grid_id = grids.id
                AND submissions.state IN ('registered', 'accepted', 'awaiting_resident', 'handed_over', 'reopened')
                AND submissions.assignee_deputy_id = ",
            )
            .bind::<SqlUuid, _>(deputy)
            .sql(")"),
        ))
        .load(connection)?;
    let grid = |(id, name, place, open)| HomeGrid { id, name, place, open };
    Ok(rows.into_iter().map(grid).collect())
}

/// Which days of a roster.
pub(crate) enum Days {
    /// From this one on, the next first.
    From(NaiveDate),
    /// Before this one, the last first.
    Before(NaiveDate),
}

/// So many days on a deputy's roster at most.
pub(crate) fn duty_days(connection: &mut PgConnection, deputy: Uuid, days: Days, most: i64) -> Result<Vec<DutyDay>> {
    let roster = duties::table
        .inner_join(sites::table)
        .filter(duties::deputy_id.eq(deputy))
        .select((
            duties::on_date,
            duties::site_id,
            sites::name,
            sql::<Bool>(
                "EXISTS (SELECT FROM duty_sign_ins AS done WHERE done.site_id = duties.site_id
                AND done.on_date = duties.on_date AND done.deputy_id = duties.deputy_id)",
            ),
        ))
        .limit(most)
        .into_boxed();
    let asked = match days {
        Days::From(first) => roster
            .filter(duties::on_date.ge(first))
            .order((duties::on_date, duties::site_id)),
        Days::Before(end) => roster
            .filter(duties::on_date.lt(end))
            .order((duties::on_date.desc(), duties::site_id.desc())),
    };
    let rows: Vec<(NaiveDate, Uuid, String, bool)> = asked.load(connection)?;
    let day = |(date, site_id, site_name, signed_in)| DutyDay {
        date,
        site_id,
        site_name,
        signed_in,
    };
    Ok(rows.into_iter().map(day).collect())
}

fn next_appointment(
    connection: &mut PgConnection,
    deputy: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<NextAppointment>> {
    let found: Option<(Uuid, Uuid, DateTime<Utc>, String, String)> = appointments::table
        .inner_join(sites::table)
        .filter(appointments::deputy_id.eq(deputy))
        .filter(appointments::state.eq("confirmed"))
        .filter(appointments::ends_at.gt(now))
        .order((appointments::starts_at, appointments::id))
        .select((
            appointments::id,
            appointments::submission_id,
            appointments::starts_at,
            sites::name,
            sites::address,
        ))
        .first(connection)
        .optional()?;
    Ok(
        found.map(|(id, submission_id, starts_at, name, address)| NextAppointment {
            id,
            submission_id,
            starts_at,
            place: if address.is_empty() {
                name
            } else {
                format!("{name}（{address}）")
            },
        }),
    )
}
