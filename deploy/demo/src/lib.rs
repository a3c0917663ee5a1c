//! The demonstration (演示数据): a made-up county-level city with its sites, grids, deputies and staff, and five weeks of
//! submissions in every state, so that every page has something to show.
//!
//! What is written stands in `data/`; everything else follows from it, from the time of the first load and from a key
//! of the installation (see [`seed`]). The submissions are not inserted but played through the product's own use cases
//! (see [`history`]), so that every timeline and record of delivery is true.
//!
//! A later load finds all of this there and only sets the password. A load that was interrupted is gone on with.

pub mod city;
mod contacts;
pub mod data;
mod deeds;
mod drawing;
pub mod fate;
pub mod history;
mod moments;
mod output;
mod password;
mod photos;
pub mod plot;
pub mod seed;
pub mod story;
mod text;

use chrono::{DateTime, SubsecRound as _, Utc};
use minyi_domain::{
    access::{LoginPolicy, Obliged},
    deadlines::Matter,
    submission::Kind,
};
use minyi_gateways::{keys::Keys, objects::Objects};
use minyi_store::{By, PushAnswer, Store, Template};
use serde_json::Value;

use crate::{city::City, data::Data, fate::Rules, history::Stage, photos::Album, seed::Seed};

/// Stands in the place of a hash until the password is set; no password has it.
pub(crate) const NO_PASSWORD: &str = "!";

/// How often each deputy has let each kind of message through, so that the first page says what is true here.
const ALLOWED: usize = 20;

/// Why the demonstration cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "the demonstration in this database was made with other keys or by another version: load it into an empty one"
    )]
    OtherDemonstration,
    #[error("the demonstration contradicts itself: {0}")]
    Data(&'static str),
    #[error("a file of the demonstration cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    #[error("a text of the demonstration is not taken: {0}")]
    Text(#[from] minyi_domain::text::TextError),
    #[error("a contact of the demonstration is not taken: {0}")]
    Contact(#[from] minyi_domain::submission::ContactError),
    #[error("a place of the demonstration is not taken: {0}")]
    Location(#[from] minyi_domain::submission::LocationError),
    #[error("the casework of the demonstration is refused: {plot}, {at}: {refusal:?}")]
    Refused {
        plot: String,
        at: String,
        refusal: minyi_store::Refusal,
    },
    #[error(transparent)]
    Store(#[from] minyi_store::Error),
    #[error(transparent)]
    Gateway(#[from] minyi_gateways::Error),
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// The result of everything here that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// Loads the demonstration, or what of it is missing, and describes it for other programs. `password` becomes that of
/// the console and of all staff.
pub fn load(store: &Store, keys: &Keys, objects: Objects, password: &str, now: DateTime<Utc>) -> Result<Value> {
    let data = Data::read()?;
    let seed = Seed::new(keys.index.clone());
    let loaded_at = loaded_at(store, &data)?;
    let anchor = loaded_at.unwrap_or(now.trunc_subsecs(0));
    let city = City::build(&data, &seed, anchor);
    if loaded_at.is_none() {
        // Whoever tries it in the evening wants to see the messages come.
        store.set_usual_quiet_hours(None)?;
        store.import_directory(&city.directory)?;
        // Whoever looks at the demonstration has no app with its secrets; binding one works all the same.
        let policy = LoginPolicy {
            second_factor: Obliged::Nobody,
            ..store.login_policy()?
        };
        store.set_login_policy(&By::command_line(), &policy, now)?;
    }
    let hash = password::hash(password)?;
    for member in &city.staff {
        store.set_password(&member.username, &hash, now)?;
    }
    let rules = Rules(store.rules(anchor)?.rules(&Matter::new(Kind::Problem, "")));
    let cases = story::write(&data, &city, &seed, &rules, anchor)?;
    let album = Album::new(objects)?;
    let mut stage = Stage {
        store,
        keys,
        seed: &seed,
        city: &city,
        rules: &rules,
        album: &album,
        unreachable: None,
        gone_on_with: false,
    };
    stage.unreachable = stage.who_is_unreachable(&cases)?;
    stage.gone_on_with = stage.has_begun(&cases)?;
    if !stage.gone_on_with {
        store.import_scans(&city.scans)?;
    }
    history::play(&stage, &cases, &data.casework, anchor)?;
    allow_pushes(&stage, anchor)?;
    output::describe(&stage, &cases, password)
}

/// The deputies have said yes to WeChat's question, all but the one whose messages do not arrive.
fn allow_pushes(stage: &Stage<'_>, now: DateTime<Utc>) -> Result<()> {
    for deputy in &stage.city.deputies {
        let account = deputy.actor.account_id;
        if stage.unreachable == Some(deputy.id) || !stage.store.push_permissions(account)?.is_empty() {
            continue;
        }
        for template in [Template::DeputyNew, Template::DeputyDeadline] {
            for _ in 0..ALLOWED {
                stage.store.answer_push(account, template, PushAnswer::Accepted, now)?;
            }
        }
    }
    Ok(())
}

/// When the demonstration was loaded first: the id of the console's account is as old.
fn loaded_at(store: &Store, data: &Data) -> Result<Option<DateTime<Utc>>> {
    let account = store.account_by_username(&data.staff.console.username)?;
    let timestamp = account.and_then(|account| account.id.get_timestamp());
    let seconds = timestamp.map(|timestamp| timestamp.to_unix().0);
    Ok(seconds.and_then(|seconds| DateTime::from_timestamp(i64::try_from(seconds).ok()?, 0)))
}
