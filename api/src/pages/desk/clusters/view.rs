//! What the pages of clusters show.

use askama::Template;
use minyi_store::{ClusterPlace, Position};
use uuid::Uuid;

use super::map::Map;
use crate::pages::{desk::view::Person, layout::Layout};

/// The clusters of a period.
#[derive(Template)]
#[template(path = "desk/clusters.html")]
pub struct ClustersView {
    pub layout: Layout,
    pub person: Option<Person>,
    /// What cannot be read of the address.
    pub wrong: Vec<String>,
    pub from: String,
    pub to: String,
    /// First day of the period before.
    pub before: String,
    pub options: Vec<Options>,
    pub least: i64,
    /// What came with a link stays while the form is used.
    pub site: Option<String>,
    pub cards: Vec<ClusterCard>,
    /// `None`: no site has a position.
    pub map: Option<Map>,
    pub sites: Vec<SiteLine>,
    /// Address of the next page.
    pub next: Option<String>,
}

/// One cluster.
#[derive(Template)]
#[template(path = "desk/cluster.html")]
pub struct ClusterView {
    pub layout: Layout,
    pub person: Option<Person>,
    pub wrong: Vec<String>,
    pub from: String,
    pub to: String,
    pub card: ClusterCard,
    pub map: Option<Map>,
    pub sites: Vec<SiteLine>,
    pub cases: Vec<CaseLine>,
    pub next: Option<String>,
    /// Address of the list.
    pub back: String,
}

/// A field to choose from.
pub struct Options {
    pub name: &'static str,
    pub label: &'static str,
    /// What no choice is called; `None`: there always is one.
    pub all: Option<&'static str>,
    /// Word, name, chosen.
    pub words: Vec<(String, String, bool)>,
}

impl Options {
    /// The choice between these words and names.
    pub fn new(
        name: &'static str,
        label: &'static str,
        all: Option<&'static str>,
        chosen: Option<&String>,
        words: Vec<(String, String)>,
    ) -> Self {
        let word = |(word, zh): (String, String)| {
            let is_chosen = chosen == Some(&word);
            (word, zh, is_chosen)
        };
        Self {
            name,
            label,
            all,
            words: words.into_iter().map(word).collect(),
        }
    }
}

/// A cluster in the list, and at the head of its page.
pub struct ClusterCard {
    pub href: String,
    pub title: String,
    /// In the period.
    pub count: i64,
    /// Ever.
    pub total: i64,
    pub change: Change,
    /// In the period before.
    pub before: i64,
    pub open: i64,
    pub answered: i64,
    pub overdue: i64,
    pub spark: Spark,
    pub categories: String,
    pub first: String,
    pub last: String,
    pub typical: Vec<CaseLine>,
}

/// Against the period before; the tone chooses the colour, the words say it all.
pub struct Change {
    pub words: String,
    /// `warn`: more; otherwise empty.
    pub tone: &'static str,
}

impl Change {
    /// From the counts of both periods.
    pub fn of(count: i64, before: i64) -> Self {
        let (words, tone) = match count - before {
            0 => ("和上期一样多".to_owned(), ""),
            more @ 1.. => (format!("比上期多 {more} 件"), "warn"),
            less => (format!("比上期少 {} 件", -less), ""),
        };
        Self { words, tone }
    }
}

/// How many came week by week, as small columns.
pub struct Spark {
    pub width: usize,
    pub columns: Vec<Column>,
    /// The same in words.
    pub words: String,
}

/// One week; lengths are units of the drawing.
pub struct Column {
    pub x: usize,
    pub top: i64,
    pub height: i64,
    pub count: i64,
}

const STEP: usize = 14;
/// The height of the largest column; a week with any has at least a few units.
const TALL: i64 = 40;

impl Spark {
    /// The columns of these weeks, the oldest first.
    pub fn of(weeks: &[i64]) -> Self {
        let most = weeks.iter().copied().max().unwrap_or(0).max(1);
        let column = |(index, count): (usize, &i64)| {
            let height = if *count == 0 { 1 } else { (count * TALL / most).max(4) };
            Column {
                x: index * STEP,
                top: TALL - height,
                height,
                count: *count,
            }
        };
        let counts: Vec<String> = weeks.iter().map(i64::to_string).collect();
        Self {
            width: weeks.len().max(1) * STEP,
            columns: weeks.iter().enumerate().map(column).collect(),
            words: format!("最近 {} 周每周件数：{}", weeks.len(), counts.join("、")),
        }
    }
}

/// One of a cluster.
pub struct CaseLine {
    pub id: Uuid,
    pub number: String,
    pub state: &'static str,
    pub summary: String,
    pub place: String,
    pub day: String,
}

/// A site from which some came.
pub struct SiteLine {
    pub id: Uuid,
    pub name: String,
    pub count: i64,
    pub grids: Vec<(Uuid, String, i64)>,
    pub position: Option<Position>,
}

impl SiteLine {
    /// A site with one of its grids.
    pub fn of(place: &ClusterPlace) -> Self {
        Self {
            id: place.site_id,
            name: place.site_name.clone(),
            count: place.count,
            grids: vec![(place.grid_id, place.grid_name.clone(), place.count)],
            position: place.position,
        }
    }

    /// Another grid, or more of the same.
    pub fn add(&mut self, place: &ClusterPlace) {
        self.count += place.count;
        if let Some((.., count)) = self.grids.iter_mut().find(|(id, ..)| *id == place.grid_id) {
            *count += place.count;
        } else {
            self.grids.push((place.grid_id, place.grid_name.clone(), place.count));
        }
    }
}
