//! Builders of test data: a small made-up city that grows row by row. Everything goes in through the public functions.

#![allow(clippy::unwrap_used, reason = "tests fail loudly")]

mod matters;

use std::net::Ipv4Addr;

use chrono::{DateTime, Days, Utc};
use minyi_domain::{
    access::{LoginPolicy, Obliged, Way},
    calendar::local_date,
    people::{Actor, DeputyLevel, Role},
    routing::{Route, RouteReason},
    token::CodeToken,
};
use rand::{SeedableRng, rngs::StdRng};
use uuid::Uuid;

use crate::{
    By, CodeState, Directory, NewAccount, NewAssignment, NewCode, NewDeputy, NewDuty, NewGrid, NewOffice, NewRegion,
    NewSession, NewSite, Store, new_id,
};

/// County and township of the made-up city.
pub const COUNTY: &str = "990102";
/// The township in which [`City::site`] puts sites.
pub const TOWNSHIP: &str = "990102003";

/// A grid with its code.
#[derive(Debug, Clone)]
pub struct Grid {
    pub id: Uuid,
    pub code: String,
    pub site_id: Uuid,
    pub region_code: String,
    pub code_id: Uuid,
    pub token: CodeToken,
}

/// A deputy with an account.
#[derive(Debug, Clone)]
pub struct Deputy {
    pub id: Uuid,
    pub public_token: String,
    pub actor: Actor,
    pub openid: String,
}

impl Deputy {
    /// The route of a submission that this deputy gets as the grid's lead.
    pub fn route(&self) -> Route {
        Route {
            deputy_id: Some(self.id),
            reason: RouteReason::Lead,
        }
    }
}

/// The route of a submission that the site's staff get.
pub const TO_STAFF: Route = Route {
    deputy_id: None,
    reason: RouteReason::StationStaff,
};

/// Grows the city in one store.
#[derive(Debug)]
pub struct City {
    store: Store,
    /// The time of everything that is built.
    pub now: DateTime<Utc>,
    rng: StdRng,
    serial: u16,
}

impl City {
    /// A city with its divisions and nothing else.
    pub fn found(store: &Store, now: DateTime<Utc>) -> Self {
        let region = |(code, name): (&str, &str)| NewRegion {
            code: code.to_owned(),
            name: name.to_owned(),
            valid_from: None,
            valid_until: None,
        };
        let regions = [
            ("99", "某省"),
            ("9901", "某市"),
            (COUNTY, "某县"),
            (TOWNSHIP, "某镇"),
            ("990102004", "邻镇"),
        ];
        let regions = regions.into_iter().map(region).collect();
        store
            .import_directory(&Directory {
                regions,
                ..Directory::default()
            })
            .unwrap();
        // Whoever tests a second factor asks for it.
        let policy = LoginPolicy {
            second_factor: Obliged::Nobody,
            ..store.login_policy().unwrap()
        };
        store.set_login_policy(&By::command_line(), &policy, now).unwrap();
        Self {
            store: store.clone(),
            now,
            rng: StdRng::seed_from_u64(7),
            serial: 0,
        }
    }

    fn next(&mut self) -> u16 {
        self.serial += 1;
        self.serial
    }

    fn enter(&self, directory: Directory) {
        self.store.import_directory(&directory).unwrap();
    }

    /// A station (联络站) in a division.
    pub fn site_in(&mut self, region_code: &str) -> Uuid {
        let id = new_id(self.now);
        let site = NewSite {
            id,
            kind: "station".to_owned(),
            name: format!("第{}联络站", self.next()),
            region_code: region_code.to_owned(),
            parent_id: None,
            address: "幸福路1号".to_owned(),
            hotline: Some("0000-12345".to_owned()),
            opening_hours: "工作日".to_owned(),
            longitude: None,
            latitude: None,
        };
        self.enter(Directory {
            sites: vec![site],
            ..Directory::default()
        });
        id
    }

    /// A station in the usual township.
    pub fn site(&mut self) -> Uuid {
        self.site_in(TOWNSHIP)
    }

    /// A grid with an active code, nobody assigned.
    pub fn grid_in(&mut self, site_id: Uuid, region_code: &str) -> Grid {
        let (id, code_id, serial) = (new_id(self.now), new_id(self.now), self.next());
        let token = CodeToken::random(&mut self.rng);
        let number = format!("{region_code:0<11}{serial:04}");
        let grid = NewGrid {
            id,
            code: number.clone(),
            region_code: region_code.to_owned(),
            site_id,
            name: format!("第{serial}网格"),
            place: format!("幸福路{serial}号门口"),
        };
        let code = NewCode {
            id: code_id,
            token: token.clone(),
            grid_id: id,
            state: CodeState::Active,
            successor_id: None,
            created_at: self.now,
        };
        self.enter(Directory {
            grids: vec![grid],
            codes: vec![code],
            ..Directory::default()
        });
        Grid {
            id,
            code: number,
            site_id,
            region_code: region_code.to_owned(),
            code_id,
            token,
        }
    }

    /// A grid of the usual township, nobody assigned.
    pub fn grid(&mut self, site_id: Uuid) -> Grid {
        self.grid_in(site_id, TOWNSHIP)
    }

    /// A deputy who publishes the name, with a WeChat account bound.
    pub fn deputy(&mut self) -> Deputy {
        let (id, serial) = (new_id(self.now), self.next());
        let (name, public_token) = (format!("代表{serial}"), format!("deputy{serial}"));
        let deputy = NewDeputy {
            id,
            public_token: public_token.clone(),
            name: name.clone(),
            level: DeputyLevel::County,
            site_id: None,
            workplace: "某厂".to_owned(),
            title: String::new(),
            introduction: String::new(),
            office_phone: Some("0000-54321".to_owned()),
            photo_key: None,
            publishes_name: true,
            publishes_workplace: false,
            publishes_phone: false,
            publishes_photo: false,
            term_from: local_date(self.now) - Days::new(400),
            term_until: None,
        };
        self.enter(Directory {
            deputies: vec![deputy],
            ..Directory::default()
        });
        let actor = self.account(Role::Deputy, &name, |account| account.deputy_id = Some(id));
        Deputy {
            id,
            public_token,
            openid: openid_of(&actor),
            actor,
        }
    }

    /// Assigns a deputy to a grid as `lead` or `assistant`, from ten days ago on.
    pub fn assign(&mut self, grid: &Grid, deputy: &Deputy, role: &str) {
        let assignment = NewAssignment {
            id: new_id(self.now),
            grid_id: grid.id,
            deputy_id: deputy.id,
            role: role.to_owned(),
            valid_from: local_date(self.now) - Days::new(10),
            valid_until: None,
        };
        self.enter(Directory {
            assignments: vec![assignment],
            ..Directory::default()
        });
    }

    /// Puts a deputy on today's roster of a site.
    pub fn on_duty(&mut self, site_id: Uuid, deputy: &Deputy) {
        let duty = NewDuty {
            site_id,
            on_date: local_date(self.now),
            deputy_id: deputy.id,
        };
        self.enter(Directory {
            duties: vec![duty],
            ..Directory::default()
        });
    }

    /// A grid at a station of its own with a deputy as lead.
    pub fn grid_with_lead(&mut self) -> (Grid, Deputy) {
        let site = self.site();
        let (grid, deputy) = (self.grid(site), self.deputy());
        self.assign(&grid, &deputy, "lead");
        (grid, deputy)
    }

    /// Who keeps the machine and sees no case.
    pub fn system_admin(&mut self) -> Actor {
        self.account(Role::SystemAdmin, "系统管理员", |_| ())
    }

    /// Who manages the accounts of the whole installation.
    pub fn security_admin(&mut self) -> Actor {
        self.account(Role::SecurityAdmin, "安全管理员", |_| ())
    }

    /// An account at a site: staff or head.
    pub fn staff(&mut self, site_id: Uuid, role: Role) -> Actor {
        self.account(role, "站里的人", |account| account.site_id = Some(site_id))
    }

    /// An account of a division: an administrator or auditor.
    pub fn admin(&mut self, region_code: &str, role: Role) -> Actor {
        self.account(role, "管理员", |account| {
            account.region_code = Some(region_code.to_owned())
        })
    }

    /// An office (承办单位) of a division.
    pub fn office(&mut self, region_code: &str) -> Uuid {
        let id = new_id(self.now);
        let office = NewOffice {
            id,
            name: format!("第{}办公室", self.next()),
            region_code: region_code.to_owned(),
        };
        self.enter(Directory {
            offices: vec![office],
            ..Directory::default()
        });
        id
    }

    /// Somebody who acts for an office.
    pub fn office_handler(&mut self, office: Uuid) -> Actor {
        self.account(Role::OfficeHandler, "承办人", |account| {
            account.office_id = Some(office)
        })
    }

    fn account(&mut self, role: Role, name: &str, place: impl FnOnce(&mut NewAccount)) -> Actor {
        let id = new_id(self.now);
        let mut account = NewAccount {
            id,
            role,
            display_name: name.to_owned(),
            username: Some(format!("user{}", self.next())),
            password_hash: Some("hash".to_owned()),
            wechat_openid: Some(format!("openid-{id}")),
            deputy_id: None,
            site_id: None,
            office_id: None,
            region_code: None,
            created_at: self.now,
        };
        place(&mut account);
        self.enter(Directory {
            accounts: vec![account],
            ..Directory::default()
        });
        self.store.actor(id).unwrap().unwrap()
    }
}

/// A login by password from this very machine.
pub fn login(account_id: Uuid, now: DateTime<Utc>, expires_at: DateTime<Utc>) -> NewSession {
    NewSession {
        account_id,
        way: Way::Password,
        address: Ipv4Addr::LOCALHOST.into(),
        now,
        expires_at,
    }
}

/// The WeChat id that the fixtures bind to an account.
pub fn openid_of(actor: &Actor) -> String {
    format!("openid-{}", actor.account_id)
}
