//! Suggestions from a resident's text: what it is about, whether it sounds dangerous, and what it has in common with
//! others. A suggestion always comes with its reason, and a person decides.
//!
//! Pure: the dictionary and the model are part of the program. Both are read once, at the first use.

mod category;
mod model;
mod terms;
pub mod train;
mod urgency;
mod words;

pub use category::{CategorySuggestion, REASONS, candidates, suggest_category};
pub use model::{Model, ModelError, model};
pub use terms::{MAX_TERMS, Term, terms};
pub use urgency::danger_words;
pub use words::{Word, words};
