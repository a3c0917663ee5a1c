//! A deputy's own work (履职): the dossier (一人一档), and signing in on duty (值班签到).

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    ExpressionMethods, IntoSql, NullableExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl,
    sql_types::{Array, BigInt, Date, Uuid as SqlUuid},
};
use minyi_domain::{calendar::local_date, people::DeputyLevel, token::CodeToken};
use uuid::Uuid;

use crate::{
    Result, Store,
    home::{self, Days, DutyDay},
    prepared::Prepared,
    schema::{codes, deputies, duties, duty_sign_ins, grid_assignments, grids, sites},
    word::Word,
};

/// Days of the roster on each side of today.
const SHOWN_DAYS: i64 = 10;

/// What is known of a deputy, for the deputy's own eyes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dossier {
    pub name: String,
    pub level: DeputyLevel,
    pub workplace: String,
    pub title: String,
    pub introduction: String,
    pub site_name: Option<String>,
    pub term_from: NaiveDate,
    /// First day on which the term no longer runs.
    pub term_until: Option<NaiveDate>,
    /// The newest first.
    pub grids: Vec<DossierGrid>,
    pub counts: DossierCounts,
    /// The last ten on the roster before today and the next ten, in their order.
    pub duty_days: Vec<DutyDay>,
}

/// A grid that the deputy has, had, or will have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DossierGrid {
    pub name: String,
    pub place: String,
    /// `lead` or `assistant`.
    pub role: String,
    pub from: NaiveDate,
    /// First day on which it is no longer so.
    pub until: Option<NaiveDate>,
}

/// What the deputy has done, in all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DossierCounts {
    /// Submissions that the deputy is responsible for.
    pub registered: i64,
    /// Of these, answered at least once.
    pub answered: i64,
    /// Of these, closed.
    pub closed: i64,
    /// Days on the roster until today.
    pub duties: i64,
    /// Of these, signed in.
    pub signed_in: i64,
    /// Days on the roster after today.
    pub planned: i64,
    /// Hearings that were held with the deputy.
    pub hearings: i64,
    /// Appointments that were held.
    pub appointments: i64,
    /// Proposals that the deputy leads and has submitted.
    pub proposals: i64,
}

/// What became of signing in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInOutcome {
    SignedIn(SignIn),
    /// No such code in use.
    CodeUnknown,
    /// Not on today's roster.
    NotOnDuty,
    /// On today's roster, at another station than the code's.
    OtherStation,
}

/// A day on duty that was signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    pub date: NaiveDate,
    pub site_id: Uuid,
    pub site_name: String,
    pub signed_in_at: DateTime<Utc>,
    /// It was signed in before.
    pub repeated: bool,
}

type Profile = (
    String,
    Word<DeputyLevel>,
    String,
    String,
    String,
    Option<String>,
    NaiveDate,
    Option<NaiveDate>,
);

impl Store {
    /// A deputy's own dossier; `None`: no such deputy.
    pub fn dossier(&self, deputy: Uuid, now: DateTime<Utc>) -> Result<Option<Dossier>> {
        let mut connection = self.connection()?;
        let connection = &mut *connection;
        let profile: Option<Profile> = deputies::table
            .left_join(sites::table)
            .filter(deputies::id.eq(deputy))
            .select((
                deputies::name,
                deputies::level,
                deputies::workplace,
                deputies::title,
                deputies::introduction,
                sites::name.nullable(),
                deputies::term_from,
                deputies::term_until,
            ))
            .first(connection)
            .optional()?;
        let Some((name, Word(level), workplace, title, introduction, site_name, term_from, term_until)) = profile
        else {
            return Ok(None);
        };
        let today = local_date(now);
        let mut duty_days = home::duty_days(connection, deputy, Days::Before(today), SHOWN_DAYS)?;
        duty_days.reverse();
        duty_days.extend(home::duty_days(connection, deputy, Days::From(today), SHOWN_DAYS)?);
        Ok(Some(Dossier {
            name,
            level,
            workplace,
            title,
            introduction,
            site_name,
            term_from,
            term_until,
            grids: grids_of(connection, deputy)?,
            counts: counts(connection, deputy, today)?,
            duty_days,
        }))
    }

    /// Signs a deputy in for today at the station of a code. Once more is the same.
    pub fn sign_in_on_duty(&self, deputy: Uuid, code: &CodeToken, now: DateTime<Utc>) -> Result<SignInOutcome> {
        let mut connection = self.connection()?;
        let connection = &mut *connection;
        let today = local_date(now);
        let found: Option<(Uuid, Uuid, String)> = codes::table
            .inner_join(grids::table.inner_join(sites::table))
            .filter(codes::token.eq(code.as_str()))
            .filter(codes::state.eq_any(["active", "replaced"]))
            .select((codes::id, sites::id, sites::name))
            .first(connection)
            .optional()?;
        let Some((code_id, site_id, site_name)) = found else {
            return Ok(SignInOutcome::CodeUnknown);
        };
        let on_duty: Vec<Uuid> = duties::table
            .filter(duties::deputy_id.eq(deputy))
            .filter(duties::on_date.eq(today))
            .select(duties::site_id)
            .load(connection)?;
        if !on_duty.contains(&site_id) {
            return Ok(if on_duty.is_empty() {
                SignInOutcome::NotOnDuty
            } else {
                SignInOutcome::OtherStation
            });
        }
        let written = diesel::insert_into(duty_sign_ins::table)
            .values((
                duty_sign_ins::site_id.eq(site_id),
                duty_sign_ins::on_date.eq(today),
                duty_sign_ins::deputy_id.eq(deputy),
                duty_sign_ins::code_id.eq(code_id),
                duty_sign_ins::signed_in_at.eq(now),
            ))
            .on_conflict_do_nothing()
            .execute(connection)?;
        let signed_in_at = duty_sign_ins::table
            .find((site_id, today, deputy))
            .select(duty_sign_ins::signed_in_at)
            .first(connection)?;
        Ok(SignInOutcome::SignedIn(SignIn {
            date: today,
            site_id,
            site_name,
            signed_in_at,
            repeated: written == 0,
        }))
    }
}

fn grids_of(connection: &mut PgConnection, deputy: Uuid) -> Result<Vec<DossierGrid>> {
    let rows: Vec<(String, String, String, NaiveDate, Option<NaiveDate>)> = grid_assignments::table
        .inner_join(grids::table)
        .filter(grid_assignments::deputy_id.eq(deputy))
        .order((grid_assignments::valid_from.desc(), grids::name, grid_assignments::id))
        .select((
            grids::name,
            grids::place,
            grid_assignments::role,
            grid_assignments::valid_from,
            grid_assignments::valid_until,
        ))
        .load(connection)?;
    let grid = |(name, place, role, from, until)| DossierGrid {
        name,
        place,
        role,
        from,
        until,
    };
    Ok(rows.into_iter().map(grid).collect())
}

/// One statement, each part limited to the deputy.
fn counts(connection: &mut PgConnection, deputy: Uuid, today: NaiveDate) -> Result<DossierCounts> {
    let binds = (deputy.into_sql::<SqlUuid>(), today.into_sql::<Date>());
    let counted: Vec<i64> = Prepared::<Array<BigInt>, _>::new(
        "WITH input (deputy, today) AS (VALUES (",
        binds,
        ")),
        mine AS (
            SELECT count(*) AS registered, count(*) FILTER (WHERE first_answered_at IS NOT NULL) AS answered,
                count(*) FILTER (WHERE state = 'closed') AS closed
            FROM submissions JOIN input ON assignee_deputy_id = deputy
        ),
        days AS (
            SELECT count(*) FILTER (WHERE on_date <= today) AS until_today, count(*) FILTER (WHERE on_date > today) AS planned
            FROM duties JOIN input ON deputy_id = deputy
        )
        SELECT ARRAY[registered, answered, closed, until_today,
            (SELECT count(*) FROM duty_sign_ins JOIN input ON deputy_id = deputy), planned,
            (SELECT count(*) FROM hearing_deputies JOIN input ON deputy_id = deputy
                JOIN hearings ON hearings.id = hearing_id WHERE hearings.state = 'held' AND attended),
            (SELECT count(*) FROM appointments JOIN input ON deputy_id = deputy WHERE state = 'held'),
            (SELECT count(*) FROM proposals JOIN input ON lead_deputy_id = deputy WHERE submitted_at IS NOT NULL)]
        FROM mine, days",
    )
    .get_result(connection)?;
    Ok(match counted.as_slice() {
        [
            registered,
            answered,
            closed,
            duties,
            signed_in,
            planned,
            hearings,
            appointments,
            proposals,
        ] => DossierCounts {
            registered: *registered,
            answered: *answered,
            closed: *closed,
            duties: *duties,
            signed_in: *signed_in,
            planned: *planned,
            hearings: *hearings,
            appointments: *appointments,
            proposals: *proposals,
        },
        _ => DossierCounts::default(),
    })
}
