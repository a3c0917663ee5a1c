//! A county with two townships: stations, grids, deputies, staff, offices, administrators.

use chrono::{DateTime, Datelike as _, Days, Utc, Weekday};
use minyi_domain::{
    calendar::local_date,
    handover::Channel,
    people::{Actor, Role},
};
use minyi_store::{
    Directory, NewDuty, Store,
    fixtures::{COUNTY, City, Deputy, Grid, TOWNSHIP},
};
use uuid::Uuid;

use crate::chance::Chance;

/// The other township of the fixtures.
const NEIGHBOUR: &str = "990102004";

/// An office with its handler and the way by which it is asked.
#[derive(Clone)]
pub struct Office {
    pub id: Uuid,
    pub channel: Channel,
    pub actor: Actor,
}

/// Everybody who acts.
pub struct People {
    pub grids: Vec<Grid>,
    pub deputies: Vec<Deputy>,
    pub staff: Vec<Actor>,
    /// Of the townships, of the county, of the city.
    pub offices: Vec<Office>,
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
                let newest = people.deputies.iter().rev().take(3).map(|deputy| deputy.id);
                receive(store, site, &newest.collect::<Vec<_>>(), now);
            }
            people.admins.push(city.admin(township, Role::StreetAdmin));
            people.offices.extend((0..2).map(|_| office(&mut city, township)));
        }
        people.offices.extend((0..3).map(|_| office(&mut city, COUNTY)));
        people.admins.push(city.admin(COUNTY, Role::CountyAdmin));
        people.admins.push(city.admin("9901", Role::CityAdmin));
        people.offices.extend((0..2).map(|_| office(&mut city, "9901")));
        people
    }

    pub fn actors(&self) -> impl Iterator<Item = &Actor> {
        let deputies = self.deputies.iter().map(|deputy| &deputy.actor);
        let offices = self.offices.iter().map(|office| &office.actor);
        deputies.chain(&self.staff).chain(offices).chain(&self.admins)
    }

    /// Mostly one that is asked this way; now and then any, as people err.
    pub fn office(&self, channel: Channel, chance: &mut Chance) -> Uuid {
        let any = chance.percent(5);
        let fitting: Vec<Uuid> = self
            .offices
            .iter()
            .filter(|office| any || office.channel == channel)
            .map(|office| office.id)
            .collect();
        *chance.pick(&fitting)
    }

    pub fn by_account(&self, id: Uuid) -> Option<&Actor> {
        self.actors().find(|actor| actor.account_id == id)
    }
}

fn office(city: &mut City, region: &str) -> Office {
    let id = city.office(region);
    Office {
        id,
        channel: Channel::to_office_of(region),
        actor: city.office_handler(id),
    }
}

/// Every Thursday of a year one of the deputies receives at the site, in turn.
fn receive(store: &Store, site_id: Uuid, deputies: &[Uuid], now: DateTime<Utc>) {
    let days = (0..365).map(|day| local_date(now) + Days::new(day));
    let thursdays = days.filter(|day| day.weekday() == Weekday::Thu);
    let duties = thursdays.zip(deputies.iter().cycle()).map(|(on_date, deputy)| NewDuty {
        site_id,
        on_date,
        deputy_id: *deputy,
    });
    let directory = Directory {
        duties: duties.collect(),
        ..Directory::default()
    };
    store.import_directory(&directory).unwrap();
}
