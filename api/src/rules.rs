//! Calendar and deadline policies, kept in the process for a minute: they change a few times a year and are
//! needed with every submission.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use minyi_domain::{
    calendar::WorkCalendar,
    deadlines::{AnswerPlan, Policies, plan_answer},
};

use crate::{problem::Problem, state::AppState};

const KEPT: TimeDelta = TimeDelta::minutes(1);

/// What is kept.
#[derive(Default)]
pub struct Rules(Mutex<Option<Kept>>);

#[derive(Clone)]
struct Kept {
    read_at: DateTime<Utc>,
    day: NaiveDate,
    in_force: Arc<InForce>,
}

/// The rules of a day.
pub struct InForce {
    /// Working days.
    pub calendar: WorkCalendar,
    /// How long everything may take.
    pub policies: Policies,
}

impl InForce {
    /// The clock of a round that begins at `start`.
    pub fn plan(&self, start: DateTime<Utc>) -> AnswerPlan {
        plan_answer(&self.calendar, &self.policies, start)
    }

    /// When a submission that is answered at `answered_at` closes without a rating.
    pub fn auto_close_at(&self, answered_at: DateTime<Utc>) -> DateTime<Utc> {
        self.policies.auto_close.after(&self.calendar, answered_at).at
    }
}

impl AppState {
    /// The rules in force today.
    ///
    /// # Errors
    /// If they have to be read again and the database does not answer.
    pub async fn rules_in_force(&self) -> Result<Arc<InForce>, Problem> {
        let (now, day) = (self.now(), self.today());
        let kept = self.rules.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(kept) = kept.filter(|kept| kept.day == day && (now - kept.read_at).abs() < KEPT) {
            return Ok(kept.in_force);
        }
        let read = move |store: &minyi_store::Store| {
            Ok(Arc::new(InForce {
                calendar: store.calendar()?,
                policies: store.policies(day)?,
            }))
        };
        let in_force = self.ask(read).await?;
        let fresh = Kept {
            read_at: now,
            day,
            in_force: in_force.clone(),
        };
        *self.rules.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(fresh);
        Ok(in_force)
    }
}
