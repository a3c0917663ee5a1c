//! Boundaries of grids and divisions on the map, as GeoJSON geometries (RFC 7946, WGS84).

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use minyi_domain::{
    audit::{Action, ObjectKind},
    geometry::{GeometryError, Outline, Point, Territory},
    people::{Actor, PlaceScope},
};
use serde_json::Value;
use uuid::Uuid;

use super::{
    RowProblem, Saved, alone,
    changes::{self, NewChange},
    filter::{begins, one_of, within},
};
use crate::{
    By, Refusal, Result, Store,
    schema::{grids, regions},
};

/// Boundaries that one answer holds.
pub const MOST_BOUNDARIES: i64 = 3_000;
/// The length of a grid's code; shorter ones are divisions'.
const GRID_CODE: usize = 15;

/// A boundary to be drawn, or taken away.
#[derive(Debug, Clone)]
pub struct NewBoundary {
    /// For people: which feature it is, counted from 1.
    pub row: u32,
    /// A grid's or a division's.
    pub code: String,
    /// A GeoJSON geometry; `None` takes the boundary away.
    pub geometry: Option<Value>,
}

/// A boundary that is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Boundary {
    /// A grid's or a division's.
    pub code: String,
    pub name: String,
    pub geometry: Value,
}

/// What a code names.
struct Thing {
    grid_id: Option<Uuid>,
    name: String,
    region_code: String,
    before: Option<Value>,
}

impl Store {
    /// Draws boundaries of grids and divisions that exist, all or none; with `commit` false it only tells what is wrong.
    /// [`Refusal::Forbidden`].
    pub fn set_boundaries(
        &self,
        by: &By,
        actor: &Actor,
        new: &[NewBoundary],
        commit: bool,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<Saved, Refusal>> {
        let scope = actor.place_scope();
        if scope == PlaceScope::Nothing {
            return Ok(Err(Refusal::Forbidden));
        }
        self.act(|connection| {
            alone(connection)?;
            let things = things(connection, &scope, new)?;
            let territories = territories(connection, new)?;
            let mut saved = Saved::default();
            let mut rows = Vec::new();
            for boundary in new {
                let mut wrong = |field, detail: String| {
                    saved.problems.push(RowProblem {
                        row: boundary.row,
                        field,
                        detail,
                    });
                };
                let Some(thing) = things.get(&boundary.code) else {
                    wrong(
                        "code",
                        format!("没有编码 {} 的网格或者区划，或者不在您管理的范围内。", boundary.code),
                    );
                    continue;
                };
                if let Err(why) = check(boundary, &territories) {
                    wrong("geometry", why.zh().to_owned());
                    continue;
                }
                match (&thing.before, &boundary.geometry) {
                    (before, after) if before == after => saved.unchanged += 1,
                    (None, Some(_)) => saved.added += 1,
                    _ => saved.changed += 1,
                }
                if thing.before != boundary.geometry {
                    rows.push((boundary, thing));
                }
                saved.things.push(boundary.code.clone());
            }
            if !saved.problems.is_empty() {
                return Ok(Saved {
                    problems: saved.problems,
                    ..Saved::default()
                });
            }
            if commit {
                write(connection, (by, actor), &rows, now)?;
            }
            Ok(saved)
        })
    }

    /// The boundaries in a division: its own, those of the divisions in it, and those of the grids; up to
    /// [`MOST_BOUNDARIES`] of each.
    pub fn boundaries(&self, scope: &PlaceScope, region: &str) -> Result<Vec<Boundary>> {
        let mut connection = self.connection()?;
        let drawn: Vec<(String, String, Option<Value>)> = regions::table
            .filter(within(scope, "regions.code"))
            .filter(begins("regions.code", region))
            .filter(regions::boundary.is_not_null())
            .order(regions::code)
            .limit(MOST_BOUNDARIES)
            .select((regions::code, regions::name, regions::boundary))
            .load(&mut *connection)?;
        let of_grids: Vec<(String, String, Option<Value>)> = grids::table
            .filter(within(scope, "grids.region_code"))
            .filter(begins("grids.region_code", region))
            .filter(grids::boundary.is_not_null())
            .filter(grids::valid_until.is_null())
            .order(grids::code)
            .limit(MOST_BOUNDARIES)
            .select((grids::code, grids::name, grids::boundary))
            .load(&mut *connection)?;
        let all = drawn.into_iter().chain(of_grids);
        Ok(all
            .filter_map(|(code, name, geometry)| geometry.map(|geometry| Boundary { code, name, geometry }))
            .collect())
    }
}

fn things(connection: &mut PgConnection, scope: &PlaceScope, new: &[NewBoundary]) -> Result<HashMap<String, Thing>> {
    let codes: Vec<&str> = new.iter().map(|boundary| boundary.code.as_str()).collect();
    let divisions: Vec<(String, String, Option<Value>)> = regions::table
        .filter(within(scope, "regions.code"))
        .filter(one_of("regions.code", codes.iter().copied()))
        .select((regions::code, regions::name, regions::boundary))
        .load(connection)?;
    let found: Vec<(String, Uuid, String, String, Option<Value>)> = grids::table
        .filter(within(scope, "grids.region_code"))
        .filter(one_of("grids.code", codes))
        .select((grids::code, grids::id, grids::name, grids::region_code, grids::boundary))
        .load(connection)?;
    let division = |(code, name, before): (String, String, Option<Value>)| {
        let region_code = code.clone();
        let thing = Thing {
            grid_id: None,
            name,
            region_code,
            before,
        };
        (code, thing)
    };
    let mut things: HashMap<String, Thing> = divisions.into_iter().map(division).collect();
    things.extend(found.into_iter().map(|(code, id, name, region_code, before)| {
        let thing = Thing {
            grid_id: Some(id),
            name,
            region_code,
            before,
        };
        (code, thing)
    }));
    Ok(things)
}

/// The boundaries of the divisions above the grids in question, the new ones before those that are drawn.
fn territories(connection: &mut PgConnection, new: &[NewBoundary]) -> Result<HashMap<String, Territory>> {
    let grids = new.iter().filter(|boundary| boundary.code.len() == GRID_CODE);
    let above: Vec<&str> = grids
        .flat_map(|boundary| [12, 9, 6].map(|digits| boundary.code.get(..digits)))
        .flatten()
        .collect();
    let drawn: Vec<(String, Option<Value>)> = regions::table
        .filter(one_of("regions.code", above))
        .filter(regions::boundary.is_not_null())
        .select((regions::code, regions::boundary))
        .load(connection)?;
    let mut all: HashMap<String, Option<Value>> = drawn.into_iter().collect();
    let divisions = new.iter().filter(|boundary| boundary.code.len() < GRID_CODE);
    all.extend(divisions.map(|boundary| (boundary.code.clone(), boundary.geometry.clone())));
    Ok(all
        .into_iter()
        .filter_map(|(code, geometry)| Some((code, Territory::new(rings(&geometry?)?).ok()?)))
        .collect())
}

fn check(boundary: &NewBoundary, territories: &HashMap<String, Territory>) -> std::result::Result<(), GeometryError> {
    let Some(geometry) = &boundary.geometry else {
        return Ok(());
    };
    let rings = rings(geometry).ok_or(GeometryError::OutOfRange)?;
    if boundary.code.len() < GRID_CODE {
        return Territory::new(rings).map(drop);
    }
    if geometry.get("type").and_then(Value::as_str) != Some("Polygon") {
        return Err(GeometryError::HasHoles);
    }
    let outline = Outline::new(rings)?;
    let nearest = [12, 9, 6]
        .iter()
        .find_map(|digits| territories.get(boundary.code.get(..*digits)?));
    nearest.map_or(Ok(()), |division| outline.must_lie_in(division))
}

/// The rings of a polygon, or of all of several.
fn rings(geometry: &Value) -> Option<Vec<Vec<Point>>> {
    let coordinates = geometry.get("coordinates")?.as_array()?;
    let polygons: Vec<&Value> = match geometry.get("type")?.as_str()? {
        "Polygon" => coordinates.iter().collect(),
        "MultiPolygon" => coordinates
            .iter()
            .map(Value::as_array)
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .flatten()
            .collect(),
        _ => return None,
    };
    polygons.into_iter().map(ring).collect()
}

fn ring(points: &Value) -> Option<Vec<Point>> {
    let point = |point: &Value| Some([point.get(0)?.as_f64()?, point.get(1)?.as_f64()?]);
    points.as_array()?.iter().map(point).collect()
}

fn write(
    connection: &mut PgConnection,
    by: (&By, &Actor),
    rows: &[(&NewBoundary, &Thing)],
    now: DateTime<Utc>,
) -> Result<()> {
    for (boundary, thing) in rows {
        let geometry = boundary.geometry.as_ref();
        let Some(id) = thing.grid_id else {
            diesel::update(regions::table.find(&boundary.code))
                .set(regions::boundary.eq(geometry))
                .execute(connection)?;
            continue;
        };
        let bounds = geometry
            .and_then(rings)
            .and_then(|rings| Outline::new(rings).ok())
            .map(|outline| outline.bounds());
        diesel::update(grids::table.find(id))
            .set((
                grids::boundary.eq(geometry),
                grids::west.eq(bounds.map(|bounds| bounds.west)),
                grids::south.eq(bounds.map(|bounds| bounds.south)),
                grids::east.eq(bounds.map(|bounds| bounds.east)),
                grids::north.eq(bounds.map(|bounds| bounds.north)),
            ))
            .execute(connection)?;
    }
    let change = |(boundary, thing): &(&NewBoundary, &Thing)| NewChange {
        kind: if thing.grid_id.is_some() {
            ObjectKind::Grid
        } else {
            ObjectKind::Region
        },
        action: "changed",
        thing: thing.grid_id.map_or_else(|| boundary.code.clone(), |id| id.to_string()),
        name: thing.name.clone(),
        region_code: thing.region_code.clone(),
        fields: vec!["boundary".to_owned()],
    };
    let changes: Vec<NewChange> = rows.iter().map(change).collect();
    changes::record(connection, by, Action::BoundariesSet, &changes, now)
}
