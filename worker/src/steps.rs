//! Takes steps of the clock.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use metrics::counter;
use minyi_store::{StepOutcome, Store};
use uuid::Uuid;

use crate::{Result, Worker};

/// Takes the clock step `id`, if it is still to be taken.
///
/// # Errors
/// The database is away, or refuses this step: the work comes back.
pub(crate) async fn take(worker: Arc<Worker>, id: Uuid) -> Result<()> {
    let outcome = worker.steps.ask(id).await?;
    counter!("deadline_steps_total", "outcome" => format!("{outcome:?}")).increment(1);
    Ok(())
}

/// Takes these in one transaction, but for those that have to be taken alone.
pub(crate) fn take_all(store: &Store, ids: &[Uuid], now: DateTime<Utc>) -> minyi_store::Result<Vec<StepOutcome>> {
    let together: HashMap<Uuid, StepOutcome> = store.run_steps(ids, now)?.into_iter().collect();
    let outcome = |id: &Uuid| match together.get(id) {
        Some(outcome) => Ok(*outcome),
        None => store.run_step(*id, now),
    };
    ids.iter().map(outcome).collect()
}
