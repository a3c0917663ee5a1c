//! A county with two townships: stations, grids, deputies, staff, offices, administrators.

use chrono::{DateTime, Utc};
use minyi_domain::people::{Actor, Role};
use minyi_store::{
    Store,
    fixtures::{COUNTY, City, Deputy, Grid, TOWNSHIP},
};
use uuid::Uuid;

/// The other township of the fixtures.
const NEIGHBOUR: &str = "990102004";

/// Everybody who acts.
pub struct People {
    pub grids: Vec<Grid>,
    pub deputies: Vec<Deputy>,
    pub staff: Vec<Actor>,
    /// Offices with their handlers.
    pub offices: Vec<(Uuid, Actor)>,
    /// From the street upward.
    pub admins: Vec<Actor>,
}

impl People {
    pub fn settle(store: &Store, now: DateTime<Utc>) -> Self {
        let mut city = City::found(store, now);
        let mut people = Self {
            grids: Vec::new(),
            deputies: Vec::new(),
            staff: Vec::new(),
            offices: Vec::new(),
            admins: Vec::new(),
        };
        for township in [TOWNSHIP, NEIGHBOUR] {
            for _ in 0..2 {
                let site = city.site_in(township);
                for role in [Role::StationStaff, Role::StationHead] {
                    people.staff.push(city.staff(site, role));
                }
                for _ in 0..3 {
                    let (grid, deputy) = (city.grid_in(site, township), city.deputy());
                    city.assign(&grid, &deputy, "lead");
                    people.grids.push(grid);
                    people.deputies.push(deputy);
                }
            }
            people.admins.push(city.admin(township, Role::StreetAdmin));
            people.offices.extend((0..2).map(|_| office(&mut city, township)));
        }
        people.offices.extend((0..3).map(|_| office(&mut city, COUNTY)));
        people.admins.push(city.admin(COUNTY, Role::CountyAdmin));
        people.admins.push(city.admin("9901", Role::CityAdmin));
        people
    }

    pub fn actors(&self) -> impl Iterator<Item = &Actor> {
        let deputies = self.deputies.iter().map(|deputy| &deputy.actor);
        let offices = self.offices.iter().map(|(_, actor)| actor);
        deputies.chain(&self.staff).chain(offices).chain(&self.admins)
    }

    pub fn by_account(&self, id: Uuid) -> Option<&Actor> {
        self.actors().find(|actor| actor.account_id == id)
    }
}

fn office(city: &mut City, region: &str) -> (Uuid, Actor) {
    let office = city.office(region);
    (office, city.office_handler(office))
}
