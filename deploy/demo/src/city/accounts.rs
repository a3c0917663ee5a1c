use chrono::{DateTime, Days, Utc};
use minyi_domain::people::{Actor, Role};
use minyi_store::NewAccount;
use uuid::Uuid;

use super::{Builder, Member, Phone};

/// Stations, by their place in the data, that have a head (站长).
const HEADED: [usize; 8] = [0, 1, 3, 6, 7, 8, 10, 14];

/// Where an account belongs.
#[derive(Debug, Clone, Default)]
struct Place {
    site_id: Option<Uuid>,
    region_code: Option<String>,
    office_id: Option<Uuid>,
}

impl Builder<'_> {
    pub fn add_staff(&mut self) {
        let staff = &self.data.staff;
        let places = &self.data.places;
        for login in std::iter::once(&staff.console).chain(&staff.county) {
            // The three duties are those of the whole installation.
            let region_code = (!login.role.is_separate_duty()).then(|| places.county.clone());
            self.add_member(
                &login.username,
                &login.name,
                login.role,
                Place {
                    region_code,
                    ..Place::default()
                },
            );
        }
        for (township, name) in places.townships.iter().zip(&staff.street_admins) {
            let region_code = Some(format!("{}{}", places.county, township.code));
            let username = format!("street.{}", township.code);
            self.add_member(
                &username,
                name,
                Role::StreetAdmin,
                Place {
                    region_code,
                    ..Place::default()
                },
            );
        }
        let stations: Vec<(String, Option<Uuid>)> = places
            .townships
            .iter()
            .flat_map(|township| &township.stations)
            .map(|station| (station.key.clone(), self.station_site(&station.key)))
            .collect();
        let heads = HEADED.iter().filter_map(|index| stations.get(*index)).zip(&staff.heads);
        for ((key, site_id), name) in heads {
            let place = Place {
                site_id: *site_id,
                ..Place::default()
            };
            self.add_member(&format!("{key}.head"), name, Role::StationHead, place);
        }
        for (index, ((key, site_id), name)) in stations.iter().cycle().zip(&staff.staff).enumerate() {
            let place = Place {
                site_id: *site_id,
                ..Place::default()
            };
            let username = format!("{key}.staff{}", index / stations.len().max(1) + 1);
            self.add_member(&username, name, Role::StationStaff, place);
        }
        for login in &staff.offices {
            let offices = &self.city.directory.offices;
            let office_id = offices.iter().find(|office| office.name == login.office);
            let place = Place {
                office_id: office_id.map(|office| office.id),
                ..Place::default()
            };
            self.add_member(&login.username, &login.name, Role::OfficeHandler, place);
        }
        for resident in &staff.residents {
            let openid = self.seed.openid(&format!("resident:{}", resident.phone));
            let phone = Phone {
                openid,
                name: resident.name.clone(),
                number: resident.phone.clone(),
            };
            self.city.residents.push(phone);
        }
    }

    fn station_site(&self, key: &str) -> Option<Uuid> {
        self.city
            .grids
            .iter()
            .find(|grid| grid.station == key)
            .map(|grid| grid.site_id)
    }

    fn add_member(&mut self, username: &str, name: &str, role: Role, place: Place) {
        let label = format!("account:{username}");
        // The console's account is as old as the demonstration; a later load reads that from its id.
        let age = if self.city.staff.is_empty() { 0 } else { 400 };
        let created_at = self.anchor - Days::new(age);
        let actor = Actor {
            account_id: self.seed.id(&label, created_at),
            role,
            display_name: name.to_owned(),
            deputy_id: None,
            site_id: place.site_id,
            office_id: place.office_id,
            region_code: place.region_code,
        };
        let number = format!("13800002{:03}", self.city.staff.len() + 1);
        let phone = Phone {
            openid: self.seed.openid(&label),
            name: name.to_owned(),
            number,
        };
        self.add_account(&actor, Some(username), &phone.openid, created_at);
        self.city.staff.push(Member {
            actor,
            username: username.to_owned(),
            phone,
        });
    }

    /// The password's hash comes later and from outside: it changes with every start.
    pub fn add_account(&mut self, actor: &Actor, username: Option<&str>, openid: &str, created_at: DateTime<Utc>) {
        self.city.directory.accounts.push(NewAccount {
            id: actor.account_id,
            role: actor.role,
            display_name: actor.display_name.clone(),
            username: username.map(str::to_owned),
            password_hash: username.map(|_| crate::NO_PASSWORD.to_owned()),
            wechat_openid: Some(openid.to_owned()),
            deputy_id: actor.deputy_id,
            site_id: actor.site_id,
            office_id: actor.office_id,
            region_code: actor.region_code.clone(),
            created_at,
        });
    }
}
