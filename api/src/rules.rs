//! Calendar and deadline policies, kept in the process for a minute: they change a few times a year and are
//! needed with every submission.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use minyi_domain::deadlines::RuleBook;

use crate::{problem::Problem, state::AppState};

const KEPT: TimeDelta = TimeDelta::minutes(1);

/// What is kept.
#[derive(Default)]
pub struct Rules(Mutex<Option<Kept>>);

#[derive(Clone)]
struct Kept {
    read_at: DateTime<Utc>,
    day: NaiveDate,
    in_force: Arc<RuleBook>,
}

impl AppState {
    /// The rules in force today, for every matter.
    ///
    /// # Errors
    /// If they have to be read again and the database does not answer.
    pub async fn rules_in_force(&self) -> Result<Arc<RuleBook>, Problem> {
        let (now, day) = (self.now(), self.today());
        let kept = self.rules.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(kept) = kept.filter(|kept| kept.day == day && (now - kept.read_at).abs() < KEPT) {
            return Ok(kept.in_force);
        }
        let in_force = Arc::new(self.ask(move |store| store.rules(now)).await?);
        let fresh = Kept {
            read_at: now,
            day,
            in_force: in_force.clone(),
        };
        *self.rules.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(fresh);
        Ok(in_force)
    }
}
