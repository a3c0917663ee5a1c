//! What residents tell about themselves and the place, if they want to.

use minyi_domain::{
    submission::{Contact, CoordinateSystem, Location},
    text::Address,
};
use minyi_gateways::keys::Keys;
use uuid::Uuid;

use crate::{
    Result,
    city::{City, Grid, Phone},
    seed::Seed,
    story::Case,
};

const NAMES: [&str; 16] = [
    "李阿姨",
    "张师傅",
    "老陈",
    "小赵",
    "孙女士",
    "刘先生",
    "黄老师",
    "周大爷",
    "吴姐",
    "郑先生",
    "王奶奶",
    "冯女士",
    "一位家长",
    "热心居民",
    "老街坊",
    "蔡师傅",
];

/// Contact data as the database keeps them.
#[derive(Debug, Default)]
pub struct Sealed {
    pub name: Option<Vec<u8>>,
    pub phone: Option<Vec<u8>>,
    pub phone_index: Option<[u8; 32]>,
}

/// A position and a place in words.
#[derive(Debug, Default)]
pub struct Place {
    pub location: Option<Location>,
    pub address: Option<Address>,
}

/// Half of the residents leave a way to reach them; numbers that nobody has.
pub fn sealed(seed: &Seed, keys: &Keys, case: &Case, id: Uuid) -> Result<Sealed> {
    let mut chance = seed.chance(&format!("contact:{}", case.key));
    if !chance.percent(55) {
        return Ok(Sealed::default());
    }
    let number = format!("13800003{:03}", chance.between(0, 1000));
    let name = chance.pick(&NAMES).filter(|_| case.text.chars().count() > 30).copied();
    let contact = Contact::parse(name, Some(&number).filter(|_| chance.percent(85)).map(String::as_str))?;
    let seal = |purpose: &str, text: &str| keys.contact.seal(purpose, id, text);
    Ok(Sealed {
        name: contact
            .name
            .as_ref()
            .map(|name| seal("contact.name", name.as_str()))
            .transpose()?,
        phone: contact
            .phone
            .as_ref()
            .map(|phone| seal("contact.phone", phone.as_str()))
            .transpose()?,
        phone_index: contact.phone.as_ref().map(|phone| keys.index.phone(phone.as_str())),
    })
}

/// A third of the residents send the position, some of them with words.
pub fn place(seed: &Seed, grid: &Grid, case: &Case) -> Result<Place> {
    let mut chance = seed.chance(&format!("place:{}", case.key));
    if !chance.percent(35) {
        return Ok(Place::default());
    }
    let mut near = || f64::from(i32::try_from(chance.between(-150, 150)).unwrap_or(0)) * 0.00001;
    let (longitude, latitude) = (grid.longitude + near(), grid.latitude + near());
    let location = Location::parse(longitude, latitude, CoordinateSystem::Gcj02)?;
    let address = chance
        .percent(60)
        .then(|| Address::parse(&format!("{}{}附近", grid.village, grid.spot())));
    Ok(Place {
        location: Some(location),
        address: address.transpose()?,
    })
}

/// One in eight wants to be told on WeChat how it goes on.
pub fn subscriber<'a>(seed: &Seed, city: &'a City, case: &Case) -> Option<&'a Phone> {
    let mut chance = seed.chance(&format!("subscriber:{}", case.key));
    if chance.percent(12) {
        chance.pick(&city.residents)
    } else {
        None
    }
}
