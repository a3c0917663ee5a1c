//! Terms of office (届次), and moving to the next one without losing history.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    BoolExpressionMethods, Connection as _, ExpressionMethods, IntoSql, OptionalExtension, PgConnection, QueryDsl,
    RunQueryDsl,
    sql_types::{Array, BigInt, Date, Text, Uuid as SqlUuid},
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    people::{Actor, DeputyLevel, PlaceScope},
};
use uuid::Uuid;

use super::{
    alone,
    changes::{self, NewChange},
    filter::one_of_ids,
    lists::deputies_within,
};
use crate::{
    By, Refusal, Result, Store,
    casework::{Ruling, Stop},
    prepared::Prepared,
    schema::{deputies, deputy_terms},
};

/// A deputy's term: name, first day, first day after it.
pub type DeputyTerm = (String, NaiveDate, Option<NaiveDate>);

/// Moving the deputies of one level in one division to the next term (换届).
#[derive(Debug, Clone)]
pub struct Advance {
    pub level: DeputyLevel,
    pub region_code: String,
    /// Such as 第十九届.
    pub name: String,
    /// The first day of the new term; the old one ends there.
    pub from: NaiveDate,
    /// First day after the new term.
    pub until: Option<NaiveDate>,
    /// Whose service ends; all others go on.
    pub leaving: Vec<Uuid>,
}

/// What moving did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Advanced {
    pub staying: i64,
    pub leaving: i64,
    /// Assignments to grids that end with their deputies' service.
    pub assignments_ended: i64,
    /// Days on rosters after that which are taken off.
    pub duties_removed: i64,
    /// Grids that have no responsible deputy from that day on because of this: codes and names.
    pub grids_without_lead: Vec<(String, String)>,
}

/// A preview takes everything back that it wrote.
enum End {
    Preview(Advanced),
    Stopped(Stop),
}

impl From<diesel::result::Error> for End {
    fn from(error: diesel::result::Error) -> Self {
        Self::Stopped(error.into())
    }
}

impl Store {
    /// Moves to the next term in one transaction, or only tells what would be. [`Refusal::Forbidden`];
    /// [`Refusal::TargetUnknown`] for a leaving deputy who is none of these; [`Refusal::TargetUnfit`] of the date when a
    /// term begins later already.
    pub fn advance_term(
        &self,
        by: &By,
        actor: &Actor,
        advance: &Advance,
        commit: bool,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<Advanced, Refusal>> {
        let scope = actor.place_scope();
        if !scope.covers(&advance.region_code) {
            return Ok(Err(Refusal::Forbidden));
        }
        let ended = self.connection()?.transaction(|connection| {
            let done = run(connection, (by, actor), advance, now).map_err(End::Stopped)?;
            if commit { Ok(done) } else { Err(End::Preview(done)) }
        });
        match ended {
            Ok(done) | Err(End::Preview(done)) => Ok(Ok(done)),
            Err(End::Stopped(Stop::Refused(refusal))) => Ok(Err(refusal)),
            Err(End::Stopped(Stop::Failed(error))) => Err(error),
        }
    }

    /// A deputy's terms, the latest first; `None`: no such deputy in the scope.
    pub fn deputy_terms(&self, scope: &PlaceScope, deputy: Uuid) -> Result<Option<Vec<DeputyTerm>>> {
        let mut connection = self.connection()?;
        let known: Option<Uuid> = deputies::table
            .filter(deputies_within(scope))
            .filter(deputies::id.eq(deputy))
            .select(deputies::id)
            .first(&mut *connection)
            .optional()?;
        let Some(deputy) = known else { return Ok(None) };
        let terms = deputy_terms::table
            .filter(deputy_terms::deputy_id.eq(deputy))
            .order(deputy_terms::valid_from.desc())
            .select((deputy_terms::name, deputy_terms::valid_from, deputy_terms::valid_until));
        Ok(Some(terms.load(&mut *connection)?))
    }
}

type Serving = (Uuid, String, Option<String>);

fn run(connection: &mut PgConnection, by: (&By, &Actor), advance: &Advance, now: DateTime<Utc>) -> Ruling<Advanced> {
    alone(connection)?;
    let from = advance.from;
    // Whose service reaches to the day before the new term.
    let serving: Vec<Serving> = deputies::table
        .filter(deputies_within(&PlaceScope::Region(advance.region_code.clone())))
        .filter(deputies::level.eq(advance.level.as_str()))
        .filter(deputies::term_from.lt(from))
        .filter(deputies::term_until.is_null().or(deputies::term_until.ge(from)))
        .order(deputies::id)
        .select((deputies::id, deputies::name, deputies::region_code))
        .for_update()
        .load(connection)?;
    let ids: Vec<Uuid> = serving.iter().map(|deputy| deputy.0).collect();
    if !advance.leaving.iter().all(|leaving| ids.contains(leaving)) {
        return Err(Refusal::TargetUnknown("deputy").into());
    }
    let later: i64 = deputy_terms::table
        .filter(one_of_ids("deputy_terms.deputy_id", ids.clone()))
        .filter(deputy_terms::valid_from.ge(from))
        .count()
        .get_result(connection)?;
    if later > 0 {
        return Err(Refusal::TargetUnfit("date").into());
    }
    let staying: Vec<Uuid> = ids.iter().filter(|id| !advance.leaving.contains(id)).copied().collect();
    let running = deputy_terms::valid_until
        .is_null()
        .or(deputy_terms::valid_until.gt(from));
    diesel::update(
        deputy_terms::table
            .filter(one_of_ids("deputy_terms.deputy_id", ids.clone()))
            .filter(running),
    )
    .set(deputy_terms::valid_until.eq(from))
    .execute(connection)?;
    let terms: Vec<_> = staying
        .iter()
        .map(|id| {
            (
                deputy_terms::deputy_id.eq(*id),
                deputy_terms::name.eq(&advance.name),
                deputy_terms::valid_from.eq(from),
                deputy_terms::valid_until.eq(advance.until),
            )
        })
        .collect();
    for terms in terms.chunks(super::CHUNK) {
        diesel::insert_into(deputy_terms::table)
            .values(terms)
            .execute(connection)?;
    }
    diesel::update(deputies::table.filter(one_of_ids("deputies.id", staying.clone())))
        .set(deputies::term_until.eq(advance.until))
        .execute(connection)?;
    diesel::update(deputies::table.filter(one_of_ids("deputies.id", advance.leaving.clone())))
        .set(deputies::term_until.eq(from))
        .execute(connection)?;
    let mut advanced = leave(connection, &advance.leaving, from)?;
    (advanced.staying, advanced.leaving) = (count(&staying), count(&advance.leaving));
    write_down(connection, by, advance, serving, now)?;
    Ok(advanced)
}

fn count(ids: &[Uuid]) -> i64 {
    i64::try_from(ids.len()).unwrap_or(i64::MAX)
}

/// Ends what leaving deputies do. What has not begun by then is no history yet and is taken away.
fn leave(connection: &mut PgConnection, leaving: &[Uuid], from: NaiveDate) -> Ruling<Advanced> {
    let binds = (leaving.into_sql::<Array<SqlUuid>>(), from.into_sql::<Date>());
    let (ended, duties, codes, names): (i64, i64, Vec<String>, Vec<String>) =
        Prepared::<(BigInt, BigInt, Array<Text>, Array<Text>), _>::new(
            "WITH input (ids, begins) AS (VALUES (",
            binds,
            ")),
            held AS (
                SELECT grid_assignments.* FROM grid_assignments JOIN input ON deputy_id = ANY (ids)
                WHERE coalesce(valid_until > begins, true)
            ),
            ended AS (
                UPDATE grid_assignments SET valid_until = begins FROM input
                WHERE id IN (SELECT id FROM held WHERE valid_from < begins) RETURNING 1
            ),
            dropped AS (
                DELETE FROM grid_assignments USING input
                WHERE id IN (SELECT id FROM held WHERE valid_from >= begins) RETURNING 1
            ),
            duties_dropped AS (
                DELETE FROM duties USING input WHERE deputy_id = ANY (ids) AND on_date >= begins RETURNING 1
            ),
            bare AS (
                SELECT code, name FROM grids
                WHERE id IN (SELECT grid_id FROM held WHERE role = 'lead') AND NOT EXISTS (
                    SELECT FROM grid_assignments AS other JOIN input ON true
                    WHERE other.grid_id = grids.id AND other.role = 'lead' AND other.deputy_id <> ALL (ids)
                        AND valid_from <= begins AND coalesce(other.valid_until > begins, true))
            )
            SELECT (SELECT count(*) FROM ended) + (SELECT count(*) FROM dropped), (SELECT count(*) FROM duties_dropped),
                coalesce((SELECT array_agg(code ORDER BY code) FROM bare), '{}'),
                coalesce((SELECT array_agg(name ORDER BY code) FROM bare), '{}')",
        )
        .get_result(connection)?;
    Ok(Advanced {
        assignments_ended: ended,
        duties_removed: duties,
        grids_without_lead: codes.into_iter().zip(names).collect(),
        ..Advanced::default()
    })
}

fn write_down(
    connection: &mut PgConnection,
    by: (&By, &Actor),
    advance: &Advance,
    serving: Vec<Serving>,
    now: DateTime<Utc>,
) -> Ruling<()> {
    let change = |(id, name, region): Serving| NewChange {
        kind: ObjectKind::Deputy,
        action: "advanced",
        thing: id.to_string(),
        name,
        region_code: region.unwrap_or_else(|| advance.region_code.clone()),
        fields: vec![
            if advance.leaving.contains(&id) {
                "left"
            } else {
                "stayed"
            }
            .to_owned(),
        ],
    };
    let rows: Vec<NewChange> = serving.into_iter().map(change).collect();
    Ok(changes::record(connection, by, Action::TermAdvanced, &rows, now)?)
}
