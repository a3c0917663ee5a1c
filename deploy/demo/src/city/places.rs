use chrono::Days;
use minyi_domain::{people::Level, token::CodeToken};
use minyi_store::{CodeState, NewCode, NewGrid, NewOffice, NewRegion, NewSite};
use uuid::Uuid;

use super::{Builder, Grid};
use crate::data::{Extra, Station, Township, Village};

/// The city lies where nobody lives: in the middle of a desert, so that no real place is taken for it.
const ORIGIN: (f64, f64) = (102.30, 40.10);
const STATION_HOURS: &str = "周一至周日 8:30–11:30，14:30–17:30";
const HOME_HOURS: &str = "工作日 8:30–12:00，14:00–17:30；每周三代表接待群众";
const DIGITS: [&str; 6] = ["一", "二", "三", "四", "五", "六"];

/// Places in the order of their codes where something has happened with the code.
const REPLACED: usize = 8;
const SUSPENDED: usize = 20;
const RETIRED: usize = 33;

impl Builder<'_> {
    pub fn add_places(&mut self) {
        let data = self.data;
        for (code, name) in &data.places.regions {
            self.add_region(code, name);
        }
        let county = data.places.county.as_str();
        for name in &data.places.offices {
            self.add_office(name, county);
        }
        for name in &data.places.city_offices {
            self.add_office(name, Level::City.division_of(county));
        }
        let center = &data.places.center;
        let id = self.add_site(NewSite {
            hotline: Some(center.hotline.clone()),
            ..self.site("center", &center.name, &center.address, &center.hours, county, ORIGIN)
        });
        for (index, township) in (0u8..).zip(&data.places.townships) {
            let (longitude, latitude) = ORIGIN;
            let position = (
                longitude + 0.07 * f64::from(index % 3),
                latitude + 0.06 * f64::from(index / 3),
            );
            self.add_township(township, id, position);
        }
    }

    fn add_township(&mut self, township: &Township, center: Uuid, position: (f64, f64)) {
        let region = format!("{}{}", self.data.places.county, township.code);
        self.add_region(&region, &township.name);
        for office in &township.offices {
            self.add_office(office, &region);
        }
        let name = format!("{}人大代表之家", township.name);
        let home = self.add_site(NewSite {
            parent_id: Some(center),
            hotline: Some(township.hotline.clone()),
            ..self.site("home", &name, &township.address, HOME_HOURS, &region, position)
        });
        for (index, station) in (0u8..).zip(&township.stations) {
            let position = (
                position.0 + 0.015 * f64::from(index),
                position.1 + 0.011 * f64::from(index % 2),
            );
            self.add_station(township, station, home, position);
        }
        for extra in &township.extra {
            self.add_extra(extra, &region, home, position);
        }
    }

    fn add_office(&mut self, name: &str, region_code: &str) {
        let id = self.id(&format!("office:{name}"));
        self.city.directory.offices.push(NewOffice {
            id,
            name: name.to_owned(),
            region_code: region_code.to_owned(),
        });
    }

    fn add_station(&mut self, township: &Township, station: &Station, home: Uuid, position: (f64, f64)) {
        let township_code = format!("{}{}", self.data.places.county, township.code);
        let own = station
            .villages
            .first()
            .map(|village| format!("{township_code}{}", village.code));
        for village in &station.villages {
            self.add_region(&format!("{township_code}{}", village.code), &village.name);
        }
        let region = own.unwrap_or_else(|| township_code.clone());
        let site_id = self.add_site(NewSite {
            id: self.id(&format!("site:{}", station.key)),
            parent_id: Some(home),
            hotline: Some(station.hotline.clone()),
            ..self.site(
                "station",
                &station.name,
                &station.address,
                STATION_HOURS,
                &region,
                position,
            )
        });
        for village in &station.villages {
            let region = format!("{township_code}{}", village.code);
            self.add_grids(township.urban, station, village, &region, site_id, position);
        }
    }

    fn add_extra(&mut self, extra: &Extra, region: &str, home: Uuid, position: (f64, f64)) {
        self.add_site(NewSite {
            parent_id: Some(home),
            ..self.site(&extra.kind, &extra.name, &extra.address, &extra.hours, region, position)
        });
    }

    fn add_grids(
        &mut self,
        urban: bool,
        station: &Station,
        village: &Village,
        region: &str,
        site_id: Uuid,
        position: (f64, f64),
    ) {
        for ((number, place), digit) in (1..).zip(&village.places).zip(DIGITS) {
            let code = format!("{region}{number:03}");
            let id = self.id(&format!("grid:{code}"));
            let mut chance = self.seed.chance(&format!("position:{code}"));
            let mut metres = || f64::from(i32::try_from(chance.between(-400, 400)).unwrap_or(0)) * 0.00001;
            let (longitude, latitude) = (position.0 + metres(), position.1 + metres());
            self.city.directory.grids.push(NewGrid {
                id,
                code,
                region_code: region.to_owned(),
                site_id,
                name: format!("{}第{digit}网格", village.name),
                place: place.clone(),
            });
            self.city.grids.push(Grid {
                id,
                site_id,
                region_code: region.to_owned(),
                station: station.key.clone(),
                token: None,
                place: place.clone(),
                village: village.name.clone(),
                urban,
                longitude,
                latitude,
            });
        }
    }

    fn add_region(&mut self, code: &str, name: &str) {
        let region = NewRegion {
            code: code.to_owned(),
            name: name.to_owned(),
            valid_from: None,
            valid_until: None,
        };
        self.city.directory.regions.push(region);
    }

    fn add_site(&mut self, site: NewSite) -> Uuid {
        let id = site.id;
        self.city.directory.sites.push(site);
        id
    }

    fn site(&self, kind: &str, name: &str, address: &str, hours: &str, region: &str, position: (f64, f64)) -> NewSite {
        NewSite {
            id: self.id(&format!("site:{name}")),
            kind: kind.to_owned(),
            name: name.to_owned(),
            region_code: region.to_owned(),
            parent_id: None,
            address: address.to_owned(),
            hotline: None,
            opening_hours: hours.to_owned(),
            longitude: Some(position.0),
            latitude: Some(position.1),
        }
    }

    pub fn add_codes(&mut self) {
        for index in 0..self.city.grids.len() {
            match index {
                REPLACED => {
                    let successor = self.add_code(index, 1, CodeState::Active, None);
                    self.add_code(index, 0, CodeState::Replaced, Some(successor));
                }
                SUSPENDED => {
                    self.add_code(index, 0, CodeState::Suspended, None);
                }
                RETIRED => {
                    self.add_code(index, 0, CodeState::Retired, None);
                    self.add_code(index, 1, CodeState::Active, None);
                }
                _ => {
                    self.add_code(index, 0, CodeState::Active, None);
                }
            }
        }
    }

    fn add_code(&mut self, index: usize, number: u8, state: CodeState, successor_id: Option<Uuid>) -> Uuid {
        let Some(grid) = self.city.grids.get(index) else {
            return Uuid::nil();
        };
        let label = format!("code:{}:{}:{number}", grid.region_code, grid.place);
        let token = CodeToken::random(&mut self.seed.chance(&label).0);
        let hung = if number == 0 { 400 } else { 60 };
        let created_at = self.anchor - Days::new(hung);
        let id = self.seed.id(&label, created_at);
        let code = NewCode {
            id,
            token: token.clone(),
            grid_id: grid.id,
            state,
            successor_id,
            created_at,
        };
        self.city.directory.codes.push(code);
        if state == CodeState::Active {
            self.add_scans(index, id);
            if let Some(grid) = self.city.grids.get_mut(index) {
                grid.token = Some(token);
            }
        }
        id
    }

    /// Five weeks of scans: more in town, more at the market, none on some days.
    fn add_scans(&mut self, index: usize, code_id: Uuid) {
        let urban = self.city.grids.get(index).is_some_and(|grid| grid.urban);
        let most = if index == 0 {
            26
        } else if urban {
            11
        } else {
            6
        };
        let mut chance = self.seed.chance(&format!("scans:{code_id}"));
        for back in 0..36 {
            let scans = i32::try_from(chance.between(-2, most)).unwrap_or(0);
            if scans > 0 {
                self.city.scans.push((code_id, self.days_ago(back), scans));
            }
        }
    }
}
