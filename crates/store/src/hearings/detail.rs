use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper, dsl::sql,
    pg::Pg, sql_types::Bool,
};
use minyi_domain::{
    lifecycle,
    people::{Actor, Scope},
    submission::Urgency,
};
use uuid::Uuid;

use super::{
    Hearing, hearings_in,
    plan::{deputies_near, offices_near, place_of},
};
use crate::{
    Result, Store,
    schema::{
        deputies, grids, hearing_deputies, hearing_offices, hearing_submissions, hearings, offices, promises, sites,
        submissions,
    },
    scope::{not_ended, submissions_in},
    word::Word,
};

/// A hearing with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HearingDetail {
    pub hearing: Hearing,
    pub cases: Vec<HearingCase>,
    pub offices: Vec<Invited>,
    pub deputies: Vec<Invited>,
    pub promises: Vec<PromiseSeen>,
}

/// A submission on the table.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = submissions, check_for_backend(Pg))]
pub struct HearingCase {
    pub id: Uuid,
    pub number: String,
    #[diesel(deserialize_as = Word<lifecycle::State>)]
    pub state: lifecycle::State,
    #[diesel(deserialize_as = Word<Urgency>)]
    pub urgency: Urgency,
    pub text: String,
    #[diesel(select_expression = grids::place)]
    pub place: String,
}

/// A submission that could be put on a table.
pub type HearingCandidate = HearingCase;

/// An office or a deputy at the table.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Invited {
    pub id: Uuid,
    pub name: String,
    pub attended: bool,
}

/// What was promised at the table (承诺).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = promises, check_for_backend(Pg))]
pub struct PromiseSeen {
    pub id: Uuid,
    pub submission_id: Uuid,
    pub text: String,
    pub promised_by: String,
    pub due_on: NaiveDate,
    pub kept_at: Option<DateTime<Utc>>,
}

/// Offices and deputies of a list at most.
const MOST: i64 = 100;

/// Who may be invited: (id, name).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Invitees {
    pub offices: Vec<(Uuid, String)>,
    pub deputies: Vec<(Uuid, String)>,
}

impl Store {
    /// One hearing; `None` also when it lies outside the scope. The submissions are those that the scope lets through.
    pub fn hearing(&self, scope: &Scope, id: Uuid) -> Result<Option<HearingDetail>> {
        let mut connection = self.connection()?;
        let found: Option<Hearing> = hearings::table
            .left_join(sites::table)
            .filter(hearings::id.eq(id))
            .filter(hearings_in(scope))
            .select(Hearing::as_select())
            .first(&mut *connection)
            .optional()?;
        let Some(hearing) = found else { return Ok(None) };
        let cases: Vec<HearingCase> = submissions::table
            .inner_join(grids::table)
            .inner_join(hearing_submissions::table)
            .filter(hearing_submissions::hearing_id.eq(id))
            .filter(submissions_in(scope))
            .order((submissions::submitted_at, submissions::id))
            .select(HearingCase::as_select())
            .load(&mut *connection)?;
        let offices = hearing_offices::table
            .inner_join(offices::table)
            .filter(hearing_offices::hearing_id.eq(id))
            .order((offices::name, offices::id))
            .select((offices::id, offices::name, hearing_offices::attended))
            .load(&mut *connection)?;
        let deputies = hearing_deputies::table
            .inner_join(deputies::table)
            .filter(hearing_deputies::hearing_id.eq(id))
            .order((deputies::name, deputies::id))
            .select((deputies::id, deputies::name, hearing_deputies::attended))
            .load(&mut *connection)?;
        let seen: Vec<Uuid> = cases.iter().map(|case| case.id).collect();
        let promises = promises::table
            .filter(promises::hearing_id.eq(id))
            .filter(promises::submission_id.eq_any(seen))
            .order((promises::due_on, promises::id))
            .select(PromiseSeen::as_select())
            .load(&mut *connection)?;
        Ok(Some(HearingDetail {
            hearing,
            cases,
            offices,
            deputies,
            promises,
        }))
    }

    /// The next hearing in this scope at which a submission is answered that need not lie in it.
    pub fn hearing_about(&self, scope: &Scope, submission_id: Uuid) -> Result<Option<Uuid>> {
        Ok(hearings::table
            .inner_join(hearing_submissions::table)
            .filter(hearing_submissions::submission_id.eq(submission_id))
            .filter(hearings_in(scope))
            .order((hearings::starts_at.desc(), hearings::id))
            .select(hearings::id)
            .first(&mut *self.connection()?)
            .optional()?)
    }

    /// The open submissions of a scope that could be answered at a table, the hard ones first (难事共办).
    pub fn hearing_candidates(&self, scope: &Scope, limit: i64) -> Result<Vec<HearingCandidate>> {
        Ok(submissions::table
            .inner_join(grids::table)
            .filter(submissions_in(scope))
            // Literally the condition of the partial index over open submissions.
            .filter(sql::<Bool>(
                "submissions.state IN ('registered', 'accepted', 'awaiting_resident', 'handed_over', 'reopened')",
            ))
            .filter(submissions::confidential_region.is_null())
            .order((
                submissions::urgency.eq(Urgency::Hard.as_str()).desc(),
                submissions::answer_due_at,
                submissions::id,
            ))
            .limit(limit)
            .select(HearingCase::as_select())
            .load(&mut *self.connection()?)?)
    }

    /// Whom a person may invite to a hearing of the own place, by name; no office that is closed by this day.
    pub fn invitees(&self, actor: &Actor, on: NaiveDate) -> Result<Invitees> {
        let found = self.act(|connection| {
            let (_, region_code) = place_of(connection, actor, None)?;
            let near_office = offices_near(&region_code);
            let offices = offices::table
                .filter(near_office)
                .filter(not_ended("offices.valid_until", on))
                .order((offices::name, offices::id));
            let deputies = deputies::table
                .filter(deputies_near(&region_code))
                .order((deputies::name, deputies::id));
            Ok(Invitees {
                offices: offices
                    .limit(MOST)
                    .select((offices::id, offices::name))
                    .load(connection)?,
                deputies: deputies
                    .limit(MOST)
                    .select((deputies::id, deputies::name))
                    .load(connection)?,
            })
        })?;
        // Who has no place has nobody to invite.
        Ok(found.unwrap_or_default())
    }
}
