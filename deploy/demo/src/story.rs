//! Some weeks of submissions: who says what where, and how it goes on.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, Utc};
use minyi_domain::{
    calendar::local_date,
    submission::{Channel, Kind, Satisfaction},
};
use uuid::Uuid;

use crate::{
    Error, Result,
    city::{ASSISTANT_ONLY, City, Grid, NOBODY},
    data::{Data, Matter, Remarks},
    fate::{FATES, Fate, Move, Rules},
    moments::Moments,
    seed::{Chance, Seed},
    text::Filling,
};

/// The first grid is shown first, so it gets some of everything.
const FIRST_GRID: [Fate; 8] = [
    Fate::Fresh,
    Fate::Fresh,
    Fate::DueSoon,
    Fate::Answered,
    Fate::Rated(Satisfaction::Satisfied),
    Fate::Rated(Satisfaction::BasicallySatisfied),
    Fate::Unrated,
    Fate::RatedAgain(Satisfaction::Satisfied),
];
/// Where nobody leads, the others have to show up.
const WITHOUT_LEAD: [Fate; 2] = [Fate::Fresh, Fate::Answered];
/// Tries at drawing times that fit a fate; a few hundred are usual for the rarest.
const TRIES: usize = 20_000;

/// One submission and everything that follows, written out.
#[derive(Debug)]
pub struct Case {
    /// Its idempotency key.
    pub key: String,
    pub fate: Fate,
    /// Index of the grid in [`City::grids`].
    pub grid: usize,
    pub kind: Kind,
    pub text: String,
    pub submitted_at: DateTime<Utc>,
    pub follows: Vec<(DateTime<Utc>, Follow)>,
    /// The resident agrees to its being published.
    pub consent: bool,
    /// None: the resident scanned the code.
    pub entry: Option<Entry>,
}

/// How the staff took down what a resident said.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    pub channel: Channel,
    /// Account of who entered it.
    pub by: Uuid,
}

/// What follows a submission.
#[derive(Debug)]
pub enum Follow {
    Answer(String),
    Rate {
        solved: bool,
        satisfaction: Satisfaction,
        comment: Option<String>,
    },
}

/// Writes the whole story up to `end`, in the order of submission.
pub fn write(data: &Data, city: &City, seed: &Seed, rules: &Rules, end: DateTime<Utc>) -> Result<Vec<Case>> {
    let mut writer = Writer {
        data,
        city,
        rules,
        end,
        used: BTreeMap::new(),
        said: BTreeSet::new(),
    };
    let mut wanted = wanted(city);
    let mut cases = Vec::new();
    for (fate, count) in FATES {
        for _ in 0..count {
            let key = format!("demonstration-{:04}", cases.len() + 1);
            let found = wanted.iter().position(|(wanted, _)| *wanted == fate);
            let grid = found.map(|index| wanted.swap_remove(index).1);
            let mut chance = seed.chance(&format!("case:{key}"));
            cases.push(writer.case(key, fate, grid, &mut chance)?);
        }
    }
    for plot in &data.casework {
        cases.push(plot.case(city, seed, end)?);
    }
    cases.sort_by_key(|case| case.submitted_at);
    Ok(cases)
}

/// Fates that have to happen in a certain grid, by its index.
fn wanted(city: &City) -> Vec<(Fate, usize)> {
    let named = |place: &str| city.grids.iter().position(|grid| grid.place == place);
    let without_lead = [NOBODY, ASSISTANT_ONLY].into_iter().filter_map(named);
    let there = without_lead.flat_map(|grid| WITHOUT_LEAD.map(|fate| (fate, grid)));
    FIRST_GRID.map(|fate| (fate, 0)).into_iter().chain(there).collect()
}

struct Writer<'a> {
    data: &'a Data,
    city: &'a City,
    rules: &'a Rules,
    end: DateTime<Utc>,
    /// How often each text was used.
    used: BTreeMap<&'a str, usize>,
    /// Text and station: nobody at a station reads the same twice.
    said: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Writer<'a> {
    fn case(&mut self, key: String, fate: Fate, wanted: Option<usize>, chance: &mut Chance) -> Result<Case> {
        let (index, matter) = self
            .what_and_where(fate, wanted, chance)
            .ok_or(Error::Data("no matter suits"))?;
        let grid = self.city.grids.get(index).ok_or(Error::Data("no grid"))?;
        let (submitted_at, moves) = self.course(fate, chance)?;
        let text = self
            .filling(grid, submitted_at, submitted_at)
            .fill(&matter.text, chance);
        let mut follows = Vec::new();
        let mut since = submitted_at;
        let mut answers = 0;
        for (at, what) in moves {
            let follow = match what {
                Move::Answer => {
                    let again = matter.again.as_deref().filter(|_| answers > 0);
                    answers += 1;
                    let template = again.unwrap_or(&matter.answer);
                    Follow::Answer(self.filling(grid, since, at).fill(template, chance))
                }
                Move::Rate(satisfaction) => rating(&self.data.remarks, satisfaction, matter.kind, chance),
            };
            since = at;
            follows.push((at, follow));
        }
        Ok(Case {
            key,
            fate,
            grid: index,
            kind: matter.kind,
            text,
            submitted_at,
            follows,
            consent: false,
            entry: None,
        })
    }

    fn what_and_where(
        &mut self,
        fate: Fate,
        wanted: Option<usize>,
        chance: &mut Chance,
    ) -> Option<(usize, &'a Matter)> {
        let city = self.city;
        (0..TRIES).find_map(|_| {
            let index = wanted.unwrap_or_else(|| self.some_grid(chance));
            let matter = self.matter(fate, city.grids.get(index)?, chance)?;
            Some((index, matter))
        })
    }

    /// Some grid whose code takes submissions.
    fn some_grid(&self, chance: &mut Chance) -> usize {
        let grids = self.city.grids.iter().enumerate().skip(1);
        let open: Vec<usize> = grids
            .filter(|(_, grid)| grid.token.is_some())
            .map(|(index, _)| index)
            .collect();
        chance.pick(&open).copied().unwrap_or(0)
    }

    /// A text that suits, used as seldom as any, and not yet at this station.
    fn matter(&mut self, fate: Fate, grid: &'a Grid, chance: &mut Chance) -> Option<&'a Matter> {
        let said = &self.said;
        let all = if grid.urban {
            &self.data.city
        } else {
            &self.data.country
        };
        let fits =
            |matter: &&'a Matter| fate.suits(matter) && !said.contains(&(matter.text.as_str(), grid.station.as_str()));
        let fitting: Vec<&Matter> = all.iter().filter(fits).collect();
        let uses = |matter: &Matter| self.used.get(matter.text.as_str()).copied().unwrap_or(0);
        let fewest = fitting.iter().map(|matter| uses(matter)).min()?;
        let rare: Vec<&Matter> = fitting.into_iter().filter(|matter| uses(matter) == fewest).collect();
        let matter = chance.pick(&rare).copied()?;
        *self.used.entry(&matter.text).or_default() += 1;
        self.said.insert((&matter.text, &grid.station));
        Some(matter)
    }

    fn course(&self, fate: Fate, chance: &mut Chance) -> Result<crate::fate::Course> {
        let mut moments = Moments { end: self.end, chance };
        let mut tries = (0..TRIES).filter_map(|_| self.rules.course(fate, &mut moments));
        tries.next().ok_or(Error::Data("no time fits"))
    }

    /// Dates as the writer of a text at `at` sees them; what came before was at `since`. Promises are for working days.
    fn filling<'g>(&self, grid: &'g Grid, since: DateTime<Utc>, at: DateTime<Utc>) -> Filling<'g> {
        let today = local_date(at);
        let yesterday: NaiveDate = today - Days::new(1);
        Filling {
            spot: grid.spot(),
            village: &grid.village,
            seen: yesterday.max(local_date(since)),
            soon: local_date(self.rules.0.calendar.add_working_days(at, 3).at),
            later: local_date(self.rules.0.calendar.add_working_days(at, 9).at),
        }
    }
}

fn rating(remarks: &Remarks, satisfaction: Satisfaction, kind: Kind, chance: &mut Chance) -> Follow {
    let (from, solved) = match satisfaction {
        Satisfaction::Satisfied => (&remarks.satisfied, true),
        Satisfaction::BasicallySatisfied => (&remarks.basically_satisfied, chance.percent(75)),
        Satisfaction::Dissatisfied => (&remarks.dissatisfied, false),
    };
    let comment = chance.pick(from).cloned().flatten();
    // Who came to say thanks has nothing to be solved and nothing to add.
    let comment = comment.filter(|_| kind != Kind::Thanks);
    Follow::Rate {
        solved,
        satisfaction,
        comment,
    }
}
