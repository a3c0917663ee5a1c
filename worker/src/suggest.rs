//! Reads what came in: suggests category and urgency, keeps the telling words, finds what it has in common with others.

use std::{sync::Arc, time::Duration};

use minyi_store::{CategoryRow, NewSuggestion, Unread};
use minyi_suggest::{candidates, danger_words, model, suggest_category, terms};
use tokio::sync::watch;

use crate::{Result, Worker, in_rounds};

/// Nobody waits for a suggestion: what came in is looked at from time to time.
const ROUND: Duration = Duration::from_secs(2);
const BATCH: i64 = 50;

impl Worker {
    pub(crate) async fn run_suggestions(self: Arc<Self>, stop: watch::Receiver<bool>) {
        in_rounds(ROUND, stop, "no suggestions can be made; trying again", || {
            self.suggest()
        })
        .await;
    }

    /// Reads a batch of what nobody has read yet; returns how many there were.
    ///
    /// # Errors
    /// The database is away; what was not read stays unread.
    pub async fn suggest(&self) -> Result<usize> {
        let now = self.clock.now();
        let read = move |store: &minyi_store::Store| {
            let unread = store.unread_submissions(BATCH)?;
            if unread.is_empty() {
                return Ok(0);
            }
            let scheme = store.categories()?;
            for submission in &unread {
                store.record_suggestion(&suggestion(submission, &scheme), now)?;
            }
            Ok(unread.len())
        };
        self.in_store(read).await
    }
}

fn suggestion(submission: &Unread, scheme: &[CategoryRow]) -> NewSuggestion {
    let text = &submission.text;
    let category = suggest_category(text);
    let fitting = category.as_ref().map(|found| {
        let below = scheme.iter().filter_map(|row| {
            let (first, rest) = row.path.split_once('/')?;
            (row.active && first == found.category).then(|| (row.id, rest.split('/').collect()))
        });
        candidates(text, below)
    });
    NewSuggestion {
        submission_id: submission.id,
        category: category
            .as_ref()
            .map(|found| (found.category.clone(), found.confidence.into())),
        reason: category.map(|found| found.reason).unwrap_or_default(),
        candidates: fitting.unwrap_or_default(),
        danger: danger_words(text).into_iter().map(str::to_owned).collect(),
        terms: terms(text)
            .into_iter()
            .map(|term| (term.word, f64::from(term.weight).min(1.0)))
            .collect(),
        model: model().version().to_owned(),
    }
}
