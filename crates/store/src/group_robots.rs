//! Robots in the DingTalk groups of sites and offices (群机器人): whose key is known, and what came of the last message.

use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, ExpressionMethods, JoinOnDsl as _, NullableExpressionMethods as _, OptionalExtension,
    PgConnection, QueryDsl, RunQueryDsl, upsert::excluded,
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    people::{Actor, PlaceScope},
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Act, By, Result, Store, audit,
    schema::{accounts, group_robots, notifications, offices, sites},
};

/// A site or an office, and its group's robot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RobotPlace {
    pub name: String,
    /// `None`: it has none.
    pub robot: Option<GroupRobot>,
}

/// A robot with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRobot {
    /// Sealed for [`ROBOT_SEALED_FOR`](crate::ROBOT_SEALED_FOR) and the place.
    pub key_sealed: Vec<u8>,
    pub set_at: DateTime<Utc>,
    pub set_by: String,
    pub last: Option<RobotDelivery>,
}

/// What came of the robot's last message that is not still to be sent.
#[derive(Debug, Clone, PartialEq, Eq, diesel::Queryable)]
pub struct RobotDelivery {
    pub is_sent: bool,
    pub at: DateTime<Utc>,
    /// The platform's number for the reason.
    pub error_code: Option<i32>,
    /// The reason in a word.
    pub error: Option<String>,
}

enum Kind {
    Site,
    Office,
}

struct Place {
    kind: Kind,
    name: String,
    region_code: String,
}

impl Store {
    /// The robot of a site or office; `None`: no such place in the scope.
    pub fn group_robot(&self, scope: &PlaceScope, place: Uuid) -> Result<Option<RobotPlace>> {
        let mut connection = self.connection()?;
        let Some(Place { name, .. }) = find(&mut connection, scope, place)? else {
            return Ok(None);
        };
        let set: Option<(Option<Vec<u8>>, DateTime<Utc>, String)> = group_robots::table
            .inner_join(accounts::table.on(accounts::id.eq(group_robots::set_by_account_id)))
            .filter(group_robots::id.eq(place))
            .select((group_robots::key_sealed, group_robots::set_at, accounts::display_name))
            .first(&mut *connection)
            .optional()?;
        let Some((Some(key_sealed), set_at, set_by)) = set else {
            return Ok(Some(RobotPlace { name, robot: None }));
        };
        let last = last(&mut connection, place)?;
        let robot = Some(GroupRobot {
            key_sealed,
            set_at,
            set_by,
            last,
        });
        Ok(Some(RobotPlace { name, robot }))
    }

    /// Sets the key of a site's or office's robot, or takes it away with `None`. `false`: no such place in the scope.
    pub fn set_group_robot(
        &self,
        actor: &Actor,
        by: &By,
        place: Uuid,
        key_sealed: Option<&[u8]>,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        self.connection()?.transaction(|connection| {
            let Some(found) = find(connection, &actor.place_scope(), place)? else {
                return Ok(false);
            };
            let is_site = matches!(found.kind, Kind::Site);
            diesel::insert_into(group_robots::table)
                .values((
                    group_robots::id.eq(place),
                    group_robots::site_id.eq(is_site.then_some(place)),
                    group_robots::office_id.eq((!is_site).then_some(place)),
                    group_robots::key_sealed.eq(key_sealed),
                    group_robots::set_by_account_id.eq(actor.account_id),
                    group_robots::set_at.eq(now),
                ))
                .on_conflict(group_robots::id)
                .do_update()
                .set((
                    group_robots::key_sealed.eq(excluded(group_robots::key_sealed)),
                    group_robots::set_by_account_id.eq(excluded(group_robots::set_by_account_id)),
                    group_robots::set_at.eq(excluded(group_robots::set_at)),
                ))
                .execute(connection)?;
            let action = match key_sealed {
                Some(_) => Action::RobotSet,
                None => Action::RobotRemoved,
            };
            let act = Act::done(action, ObjectKind::GroupRobot, place)
                .in_region(Some(found.region_code))
                .with(json!({ "name": found.name }));
            audit::record(connection, by, &act, now)?;
            Ok(true)
        })
    }
}

fn find(connection: &mut PgConnection, scope: &PlaceScope, place: Uuid) -> Result<Option<Place>> {
    let site: Option<(String, String)> = sites::table
        .find(place)
        .select((sites::name, sites::region_code))
        .first(connection)
        .optional()?;
    let office: Option<(String, String)> = offices::table
        .find(place)
        .select((offices::name, offices::region_code))
        .first(connection)
        .optional()?;
    let found = site
        .map(|site| (Kind::Site, site))
        .or(office.map(|office| (Kind::Office, office)));
    let place = found.map(|(kind, (name, region_code))| Place {
        kind,
        name,
        region_code,
    });
    Ok(place.filter(|place| scope.covers(&place.region_code)))
}

fn last(connection: &mut PgConnection, place: Uuid) -> Result<Option<RobotDelivery>> {
    Ok(notifications::table
        .filter(notifications::robot_id.eq(place))
        .filter(notifications::sending_at.is_not_null())
        .order((notifications::sending_at.desc(), notifications::id.desc()))
        .select((
            notifications::state.eq("sent"),
            notifications::sending_at.assume_not_null(),
            notifications::error_code,
            notifications::error,
        ))
        .first(connection)
        .optional()?)
}
