use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};
use minyi_domain::{
    people::{Actor, DeputyLevel, Role},
    token::CodeToken,
};
use minyi_store::{NewAssignment, NewDeputy, NewDuty};
use uuid::Uuid;

use super::{Builder, Deputy, Phone};
use crate::data::Person;

/// Nobody leads here: the watch list has something to show. The second has an assistant at least.
pub const NOBODY: &str = "站前路旅社一条街";
pub const ASSISTANT_ONLY: &str = "大坪村后山组";
/// Every so many grids somebody else led before.
const FORMER_LEAD_EVERY: usize = 11;
/// The roster (排班表) reaches back as far as the story, and a month ahead.
const ROSTER: (u64, u64) = (40, 30);

impl Builder<'_> {
    pub fn add_deputies(&mut self) {
        let data = self.data;
        for (station, people) in &data.deputies {
            let site_id = self.site_of(station);
            for person in people {
                self.add_deputy(station, site_id, person);
            }
        }
    }

    fn site_of(&self, station: &str) -> Option<Uuid> {
        let sites = &self.city.directory.sites;
        let center = sites.first().map(|site| site.id).filter(|_| station == "center");
        center.or_else(|| {
            self.city
                .grids
                .iter()
                .find(|grid| grid.station == station)
                .map(|grid| grid.site_id)
        })
    }

    fn add_deputy(&mut self, station: &str, site_id: Option<Uuid>, person: &Person) {
        let label = format!("deputy:{}", person.name);
        let id = self.id(&label);
        let (term_from, term_until) = term(person.level, self.today());
        let number = self.city.deputies.len() + 1;
        self.city.directory.deputies.push(NewDeputy {
            id,
            public_token: CodeToken::random(&mut self.seed.chance(&label).0).to_string(),
            name: person.name.clone(),
            level: person.level,
            site_id,
            workplace: person.workplace.clone(),
            title: person.title.clone(),
            introduction: person.introduction.clone(),
            office_phone: Some(format!("0000-6230{number:03}")),
            photo_key: None,
            // A few would rather not stand on the wall with their name.
            publishes_name: !(person.publishes.is_empty() && number.is_multiple_of(4)),
            publishes_workplace: person.publishes.contains('w'),
            publishes_phone: person.publishes.contains('p'),
            publishes_photo: false,
            term_from,
            term_until: Some(term_until),
        });
        let actor = Actor {
            account_id: self.id(&format!("account:{label}")),
            role: Role::Deputy,
            display_name: person.name.clone(),
            deputy_id: Some(id),
            site_id: None,
            office_id: None,
            region_code: None,
        };
        let phone = Phone {
            openid: self.seed.openid(&label),
            name: person.name.clone(),
            number: format!("13800001{number:03}"),
        };
        self.add_account(&actor, None, &phone.openid, self.anchor - Days::new(400));
        let local = matches!(person.level, DeputyLevel::County | DeputyLevel::Township);
        self.city.deputies.push(Deputy {
            id,
            station: station.to_owned(),
            local,
            actor,
            phone,
        });
    }

    /// 代表进网格: every grid of a station gets one of its deputies as lead and one or two as assistants.
    pub fn assign_grids(&mut self) {
        let mut turns: BTreeMap<String, usize> = BTreeMap::new();
        for index in 0..self.city.grids.len() {
            let Some(grid) = self.city.grids.get(index) else {
                continue;
            };
            let (grid_id, station, place) = (grid.id, grid.station.clone(), grid.place.clone());
            let turn = turns.entry(station.clone()).or_default();
            let local = self.on_roster(&station);
            let nth = |step: usize| local.get((*turn + step) % local.len().max(1)).copied();
            let (lead, first, second, former) = (nth(0), nth(1), nth(2), nth(3));
            *turn += 1;
            let helpers = self.helpers(&station, &place);
            if place == NOBODY {
                continue;
            }
            if place != ASSISTANT_ONLY {
                let since = if index % FORMER_LEAD_EVERY == FORMER_LEAD_EVERY - 1 {
                    90
                } else {
                    420
                };
                self.assign(grid_id, lead, "lead", since, None);
                if since == 90 {
                    self.assign(grid_id, former, "lead", 420, Some(90));
                }
            }
            // The first grid's only assistants are not on the roster, so that its submissions go to the lead.
            if index > 0 {
                self.assign(grid_id, first, "assistant", 400, None);
                self.assign(grid_id, second.filter(|_| index % 3 == 0), "assistant", 300, None);
            }
            for helper in helpers {
                self.assign(grid_id, Some(helper), "assistant", 200, None);
            }
        }
    }

    fn on_roster(&self, station: &str) -> Vec<Uuid> {
        let deputies = self.city.deputies.iter();
        deputies
            .filter(|deputy| deputy.station == station && deputy.local)
            .map(|deputy| deputy.id)
            .collect()
    }

    /// Deputies of the higher levels: those of the centre help where they said, those of a station at its first grid.
    fn helpers(&self, station: &str, place: &str) -> Vec<Uuid> {
        let people = self.data.deputies.values().flatten();
        let named: Vec<&str> = people
            .filter(|person| person.helps.as_deref() == Some(place))
            .map(|person| person.name.as_str())
            .collect();
        let first = self.city.grids.iter().find(|grid| grid.station == station);
        let is_first = first.is_some_and(|grid| grid.place == place);
        let deputies = self.city.deputies.iter().filter(|deputy| {
            let at_home = is_first && deputy.station == station && !deputy.local;
            at_home || named.contains(&deputy.phone.name.as_str())
        });
        deputies.map(|deputy| deputy.id).collect()
    }

    fn assign(&mut self, grid_id: Uuid, deputy: Option<Uuid>, role: &str, since: u64, until: Option<u64>) {
        let Some(deputy_id) = deputy else { return };
        let assignment = NewAssignment {
            id: self.id(&format!("assignment:{grid_id}:{deputy_id}:{since}")),
            grid_id,
            deputy_id,
            role: role.to_owned(),
            valid_from: self.days_ago(since),
            valid_until: until.map(|days| self.days_ago(days)),
        };
        self.city.directory.assignments.push(assignment);
    }

    /// Stations: one deputy every day of the week. The homes: two on Wednesdays. The centre: one on weekdays.
    pub fn add_duties(&mut self) {
        let stations: Vec<(String, Uuid, usize)> = self
            .data
            .places
            .townships
            .iter()
            .flat_map(|township| township.stations.iter())
            .filter_map(|station| Some((station.key.clone(), self.site_of(&station.key)?, 1)))
            .collect();
        for (key, site_id, count) in stations {
            let people = self.on_roster(&key);
            self.add_roster(site_id, &people, count, |_| true);
        }
        for township in &self.data.places.townships {
            let name = format!("{}人大代表之家", township.name);
            let home = self
                .city
                .directory
                .sites
                .iter()
                .find(|site| site.name == name)
                .map(|site| site.id);
            let people: Vec<Uuid> = township
                .stations
                .iter()
                .flat_map(|station| self.on_roster(&station.key))
                .collect();
            let wednesday = |day: NaiveDate| day.weekday() == chrono::Weekday::Wed;
            self.add_roster(home.unwrap_or_default(), &people, 2, wednesday);
        }
        let higher: Vec<Uuid> = self
            .city
            .deputies
            .iter()
            .filter(|deputy| !deputy.local)
            .map(|deputy| deputy.id)
            .collect();
        let weekday = |day: NaiveDate| day.weekday().num_days_from_monday() < 5;
        self.add_roster(self.site_of("center").unwrap_or_default(), &higher, 1, weekday);
    }

    fn add_roster(&mut self, site_id: Uuid, people: &[Uuid], count: usize, open: impl Fn(NaiveDate) -> bool) {
        let (back, ahead) = ROSTER;
        let first = self.days_ago(back);
        let days = (0..=back + ahead)
            .map(|day| first + Days::new(day))
            .filter(|day| open(*day));
        let mut turn = people.iter().cycle();
        for on_date in days {
            for deputy_id in turn.by_ref().take(count) {
                self.city.directory.duties.push(NewDuty {
                    site_id,
                    on_date,
                    deputy_id: *deputy_id,
                });
            }
        }
    }
}

/// Congresses are elected for five years, the lower levels before the higher ones.
fn term(level: DeputyLevel, today: NaiveDate) -> (NaiveDate, NaiveDate) {
    let (years, month) = match level {
        DeputyLevel::National => (3, 3),
        DeputyLevel::Provincial => (3, 1),
        DeputyLevel::City => (2, 12),
        DeputyLevel::County => (2, 11),
        DeputyLevel::Township => (2, 10),
    };
    let start = |year: i32| NaiveDate::from_ymd_opt(year, month, 15).unwrap_or(today);
    (start(today.year() - years), start(today.year() - years + 5))
}
