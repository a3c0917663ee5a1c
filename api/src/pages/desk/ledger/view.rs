//! What the page of the ledger shows.

use askama::Template;
use uuid::Uuid;

use crate::{
    console::ledger::given,
    pages::{desk::view::Person, layout::Layout},
};

/// The list with its filters.
#[derive(Template)]
#[template(path = "desk/ledger.html")]
pub struct LedgerView {
    pub layout: Layout,
    pub person: Option<Person>,
    /// What cannot be read of the filters.
    pub wrong: Vec<String>,
    /// Rows on all pages.
    pub total: i64,
    pub from: String,
    pub to: String,
    pub number: String,
    pub overdue: bool,
    pub options: Vec<Options>,
    pub pickers: Vec<Picker>,
    /// What a link of the numbers has narrowed the list to.
    pub narrowed: Vec<String>,
    pub hidden: Vec<Hidden>,
    pub entries: Vec<Entry>,
    pub next: Option<String>,
    /// The filters as they stand in an address.
    pub search: String,
    /// The present one, for its archive.
    pub year: i32,
}

/// A choice among words, or none of them.
pub struct Options {
    pub name: &'static str,
    pub label: &'static str,
    /// Word, name, chosen.
    pub words: Vec<(&'static str, &'static str, bool)>,
}

impl Options {
    /// All words of a set; `chosen` is what came with the address.
    pub fn new(
        name: &'static str,
        label: &'static str,
        chosen: Option<&String>,
        words: impl Iterator<Item = (&'static str, &'static str)>,
    ) -> Self {
        let chosen = given(chosen);
        Self {
            name,
            label,
            words: words.map(|(word, zh)| (word, zh, chosen == Some(word))).collect(),
        }
    }
}

/// A choice among things that have a name, or none of them.
pub struct Picker {
    pub name: &'static str,
    pub label: &'static str,
    /// Id, name, chosen.
    pub choices: Vec<(String, String, bool)>,
}

impl Picker {
    /// `chosen` is what came with the address, and stays although it is not among those to choose from.
    pub fn new(name: &'static str, label: &'static str, chosen: Option<&String>, all: Vec<(Uuid, String)>) -> Self {
        let chosen = given(chosen);
        let choice = |(id, text): (Uuid, String)| {
            let id = id.to_string();
            let is_chosen = chosen == Some(id.as_str());
            (id, text, is_chosen)
        };
        let mut choices: Vec<_> = all.into_iter().map(choice).collect();
        if let Some(other) = chosen.filter(|_| choices.iter().all(|(_, _, is_chosen)| !is_chosen)) {
            choices.insert(0, (other.to_owned(), format!("所选的{label}"), true));
        }
        Self { name, label, choices }
    }
}

/// A filter that the form carries along.
pub struct Hidden {
    pub name: &'static str,
    pub value: String,
}

/// A row.
pub struct Entry {
    pub id: Uuid,
    pub number: String,
    pub registered: String,
    pub channel: &'static str,
    pub kind: &'static str,
    pub grid: String,
    pub site: String,
    pub category: String,
    pub summary: String,
    pub handler: String,
    pub office: String,
    pub promised: String,
    pub answered: String,
    pub days: String,
    pub state: &'static str,
    pub overdue: bool,
    pub result: String,
    pub rating: &'static str,
}
