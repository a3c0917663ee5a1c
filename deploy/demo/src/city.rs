//! The made-up city as rows of the database, and what the story has to know about it.

use chrono::{DateTime, Days, NaiveDate, Utc};
use minyi_domain::{calendar::local_date, people::Actor, token::CodeToken};
use minyi_store::Directory;
use uuid::Uuid;

use crate::{data::Data, seed::Seed};

mod accounts;
mod people;
mod places;

pub use people::{ASSISTANT_ONLY, NOBODY};

/// Everything that stands before the first submission.
#[derive(Debug)]
pub struct City {
    /// The rows.
    pub directory: Directory,
    /// By code; the first one's lead is the deputy whose phone the demonstration shows.
    pub grids: Vec<Grid>,
    pub deputies: Vec<Deputy>,
    /// Staff and admins; the console's account first.
    pub staff: Vec<Member>,
    pub residents: Vec<Phone>,
    /// Scans: code, day, how many.
    pub scans: Vec<(Uuid, NaiveDate, i32)>,
}

/// A grid (网格) as the story needs it.
#[derive(Debug)]
pub struct Grid {
    pub id: Uuid,
    pub site_id: Uuid,
    pub region_code: String,
    /// Key of its station in the data files.
    pub station: String,
    /// What hangs there today; none where the code is suspended.
    pub token: Option<CodeToken>,
    pub place: String,
    pub village: String,
    pub urban: bool,
    pub longitude: f64,
    pub latitude: f64,
}

impl Grid {
    /// The place without the word for its surroundings.
    pub fn spot(&self) -> &str {
        self.place
            .strip_suffix("一带")
            .or(self.place.strip_suffix("周边"))
            .unwrap_or(&self.place)
    }
}

/// A deputy (代表) with a site and a phone.
#[derive(Debug)]
pub struct Deputy {
    pub id: Uuid,
    /// Key of the station in the data files, or `center`.
    pub station: String,
    /// Takes turns at the station's roster.
    pub local: bool,
    pub actor: Actor,
    pub phone: Phone,
}

/// Staff or an admin, who logs in with a password.
#[derive(Debug)]
pub struct Member {
    pub actor: Actor,
    pub username: String,
    pub phone: Phone,
}

/// A person in the WeChat simulator.
#[derive(Debug, Clone)]
pub struct Phone {
    pub openid: String,
    pub name: String,
    pub number: String,
}

/// Makes the rows, all of them with ids and tokens that follow from the seed.
#[derive(Debug)]
struct Builder<'a> {
    data: &'a Data,
    seed: &'a Seed,
    /// When the demonstration was loaded.
    anchor: DateTime<Utc>,
    city: City,
}

impl City {
    /// Works out the whole city.
    pub fn build(data: &Data, seed: &Seed, anchor: DateTime<Utc>) -> Self {
        let city = Self {
            directory: Directory::default(),
            grids: Vec::new(),
            deputies: Vec::new(),
            staff: Vec::new(),
            residents: Vec::new(),
            scans: Vec::new(),
        };
        let mut builder = Builder {
            data,
            seed,
            anchor,
            city,
        };
        builder.add_places();
        builder.add_codes();
        builder.add_deputies();
        builder.assign_grids();
        builder.add_duties();
        builder.add_staff();
        builder.city
    }
}

impl Builder<'_> {
    fn today(&self) -> NaiveDate {
        local_date(self.anchor)
    }

    fn days_ago(&self, days: u64) -> NaiveDate {
        self.today() - Days::new(days)
    }

    /// The id of something that has been there for years.
    fn id(&self, label: &str) -> Uuid {
        self.seed.id(label, self.anchor - Days::new(500))
    }
}
