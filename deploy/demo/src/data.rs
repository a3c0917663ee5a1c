//! The files under `data/`: the made-up city, its people, and what is said there.

use std::collections::BTreeMap;

use minyi_domain::{
    people::{DeputyLevel, Role},
    submission::Kind,
};
use serde::Deserialize;

use crate::{Result, plot::Plot};

/// Everything that is written down; the rest is worked out from it.
#[derive(Debug)]
pub struct Data {
    pub places: Places,
    /// By the key of their station, or `center`; the first of a station leads its first grid.
    pub deputies: BTreeMap<String, Vec<Person>>,
    pub staff: Staff,
    /// What is said in the streets (街道).
    pub city: Vec<Matter>,
    /// What is said in the towns and villages (镇、乡).
    pub country: Vec<Matter>,
    pub remarks: Remarks,
    pub casework: Vec<Plot>,
}

impl Data {
    /// Reads the files, which are part of the program.
    pub fn read() -> Result<Self> {
        Ok(Self {
            places: serde_json::from_str(include_str!("../data/places.json"))?,
            deputies: serde_json::from_str(include_str!("../data/deputies.json"))?,
            staff: serde_json::from_str(include_str!("../data/staff.json"))?,
            city: serde_json::from_str(include_str!("../data/submissions-city.json"))?,
            country: serde_json::from_str(include_str!("../data/submissions-country.json"))?,
            remarks: serde_json::from_str(include_str!("../data/remarks.json"))?,
            casework: serde_json::from_str(include_str!("../data/casework.json"))?,
        })
    }
}

/// Divisions, sites and offices.
#[derive(Debug, Deserialize)]
pub struct Places {
    /// Code and name of the province, the prefecture and the county-level city, in this order.
    pub regions: Vec<(String, String)>,
    /// Code of the county-level city.
    pub county: String,
    pub center: Centre,
    pub offices: Vec<String>,
    /// Of the city above.
    pub city_offices: Vec<String>,
    pub townships: Vec<Township>,
}

/// The centre (中心) of the whole city.
#[derive(Debug, Deserialize)]
pub struct Centre {
    pub name: String,
    pub address: String,
    pub hotline: String,
    pub hours: String,
}

/// A street, town or township (街道、镇、乡) with its home (家).
#[derive(Debug, Deserialize)]
pub struct Township {
    /// The three digits after the county's.
    pub code: String,
    pub name: String,
    pub urban: bool,
    /// Address and hotline of the home.
    pub address: String,
    pub hotline: String,
    pub offices: Vec<String>,
    pub stations: Vec<Station>,
    #[serde(default)]
    pub extra: Vec<Extra>,
}

/// A station (站) and the villages and communities it serves.
#[derive(Debug, Deserialize)]
pub struct Station {
    pub key: String,
    pub name: String,
    pub address: String,
    pub hotline: String,
    pub villages: Vec<Village>,
}

/// A village or community (村、社区); each place is one grid.
#[derive(Debug, Deserialize)]
pub struct Village {
    pub code: String,
    pub name: String,
    pub places: Vec<String>,
}

/// A smaller site: point, studio or mobile station (点、工作室、流动站).
#[derive(Debug, Deserialize)]
pub struct Extra {
    pub kind: String,
    pub name: String,
    pub address: String,
    pub hours: String,
}

/// A deputy.
#[derive(Debug, Deserialize)]
pub struct Person {
    pub name: String,
    #[serde(deserialize_with = "word")]
    pub level: DeputyLevel,
    pub workplace: String,
    pub title: String,
    #[serde(default)]
    pub introduction: String,
    /// `w`: publishes the workplace, `p`: the phone.
    #[serde(default)]
    pub publishes: String,
    /// A place outside the own station where this deputy assists.
    pub helps: Option<String>,
}

/// Names of staff, in the order of the places that they belong to.
#[derive(Debug, Deserialize)]
pub struct Staff {
    pub console: Login,
    pub county: Vec<Login>,
    pub street_admins: Vec<String>,
    pub heads: Vec<String>,
    pub staff: Vec<String>,
    pub offices: Vec<OfficeLogin>,
    pub residents: Vec<Resident>,
}

/// Somebody of an office (承办人员).
#[derive(Debug, Deserialize)]
pub struct OfficeLogin {
    pub username: String,
    pub name: String,
    /// The office's name.
    pub office: String,
}

/// Somebody of the city who logs in with a password.
#[derive(Debug, Deserialize)]
pub struct Login {
    pub username: String,
    pub name: String,
    #[serde(deserialize_with = "word")]
    pub role: Role,
}

/// A resident with a phone in the WeChat simulator.
#[derive(Debug, Deserialize)]
pub struct Resident {
    pub name: String,
    pub phone: String,
}

/// What somebody submits, and what is answered. `{spot}`, `{village}`, `{seen}`, `{soon}` and `{later}` are filled in;
/// of `{one|other}` one is chosen.
#[derive(Debug, Deserialize)]
pub struct Matter {
    #[serde(deserialize_with = "word")]
    pub kind: Kind,
    pub text: String,
    pub answer: String,
    /// The answer after a dissatisfied rating.
    pub again: Option<String>,
}

/// Comments that come with a rating; none stands for a rating without one.
#[derive(Debug, Deserialize)]
pub struct Remarks {
    pub satisfied: Vec<Option<String>>,
    pub basically_satisfied: Vec<Option<String>>,
    pub dissatisfied: Vec<Option<String>>,
}

/// Reads a word of the domain.
pub fn word<'de, D, T>(deserializer: D) -> std::result::Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: std::str::FromStr,
{
    let text = String::deserialize(deserializer)?;
    text.parse()
        .map_err(|_| serde::de::Error::custom(format!("unknown word {text}")))
}
