//! What the public pages show.

use askama::Template;
use chrono::NaiveDate;
use minyi_domain::{calendar::local_date, rates::Rate};
use minyi_store::{OpenCase, OpenHearing, OpenNumbers, SMALLEST, SitePublic};
use uuid::Uuid;

use crate::pages::{layout::Layout, meetings::span, words::day};

/// A station or a division.
#[derive(Template)]
#[template(path = "open/place.html")]
pub struct PlaceView {
    pub layout: Layout,
    pub name: String,
    pub station: Option<SitePublic>,
    /// The division in which the station lies.
    pub region: String,
    /// Coming ones, the next first.
    pub hearings: Vec<Hearing>,
    pub cases: Vec<Item>,
    /// Address of the next page.
    pub next: Option<String>,
    pub figures: Vec<Figure>,
    pub months: Vec<Month>,
    /// How the shares are counted, by name.
    pub definitions: Vec<(&'static str, &'static str)>,
    pub smallest: i64,
}

/// A released case.
#[derive(Template)]
#[template(path = "open/case.html")]
pub struct CaseView {
    pub layout: Layout,
    pub token: String,
    pub case: CaseText,
    pub support_count: i64,
    pub joined: bool,
    pub joined_before: bool,
}

/// What the public reads of a case; the preview before publishing shows the same.
pub struct CaseText {
    pub title: String,
    pub text: String,
    pub answer: String,
    pub kind: &'static str,
    pub state: &'static str,
    pub station_id: Uuid,
    pub station: String,
    pub submitted: String,
    pub answered: Option<String>,
}

/// A released case in a list.
pub struct Item {
    pub token: String,
    pub title: String,
    pub state: &'static str,
    pub released: String,
    pub support_count: i64,
}

/// A released case in a list.
pub fn item(case: OpenCase, today: NaiveDate) -> Item {
    Item {
        token: case.public_token.to_string(),
        title: case.title,
        state: case.state.zh(),
        released: day(local_date(case.released_at), today),
        support_count: case.support_count,
    }
}

/// A coming hearing.
pub struct Hearing {
    pub kind: &'static str,
    pub title: String,
    pub when: String,
    pub place: String,
    pub station: Option<String>,
    /// `李春兰、周慧兰`
    pub deputies: String,
}

/// A coming hearing.
pub fn hearing(hearing: OpenHearing, today: NaiveDate) -> Hearing {
    Hearing {
        kind: hearing.kind.zh(),
        title: hearing.title,
        when: span(hearing.starts_at, hearing.ends_at, today),
        place: hearing.place,
        station: hearing.site_name,
        deputies: hearing.deputies.join("、"),
    }
}

/// A count with its share.
pub struct Figure {
    pub name: &'static str,
    /// `128 件`, `少于 5 件`
    pub count: String,
    /// `占登记的 98%`
    pub share: Option<String>,
}

/// The counts of one month.
pub struct Month {
    pub name: String,
    pub registered: String,
    pub answered: String,
}

fn told(count: Option<i64>) -> String {
    count.map_or_else(|| format!("少于 {SMALLEST} 件"), |count| format!("{count} 件"))
}

/// The counts in the order in which people ask for them.
pub fn figures(numbers: &OpenNumbers) -> Vec<Figure> {
    let figure = |name, count: Option<i64>, of: Option<(&str, Option<i64>)>| Figure {
        name,
        count: told(count),
        share: of.and_then(|(whole, of)| Some(format!("占{whole}的 {}%", 100 * count? / of?))),
    };
    vec![
        figure("登记", numbers.registered, None),
        figure("已答复", numbers.answered, Some(("登记", numbers.registered))),
        figure("承诺到期", numbers.due, None),
        figure("按期答复", numbers.in_time, Some(("承诺到期", numbers.due))),
        figure("居民已评价", numbers.rated, Some(("已答复", numbers.answered))),
        figure("评价为已解决", numbers.solved, Some(("已评价", numbers.rated))),
        figure("评价为满意", numbers.satisfied, Some(("已评价", numbers.rated))),
    ]
}

/// What the shares mean.
pub fn definitions() -> Vec<(&'static str, &'static str)> {
    let shown = [Rate::Response, Rate::Solved, Rate::Satisfaction];
    shown.iter().map(|rate| (rate.zh(), rate.definition())).collect()
}

/// The months, the last first.
pub fn months(numbers: &OpenNumbers) -> Vec<Month> {
    let months = numbers.months.iter().rev().map(|month| Month {
        name: month.month.format("%Y年%-m月").to_string(),
        registered: told(month.registered),
        answered: told(month.answered),
    });
    months.collect()
}
