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
    let outcome = match worker.steps.ask(id).await? {
        Some(outcome) => outcome,
        None => take_alone(&worker, id).await?,
    };
    counter!("deadline_steps_total", "outcome" => format!("{outcome:?}")).increment(1);
    Ok(())
}

/// Takes these in one transaction. `None`: that one has to be taken alone.
pub(crate) fn take_together(
    store: &Store,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> minyi_store::Result<Vec<Option<StepOutcome>>> {
    let taken: HashMap<Uuid, StepOutcome> = store.run_steps(ids, now)?.into_iter().collect();
    Ok(ids.iter().map(|id| taken.get(id).copied()).collect())
}

/// It may have to wait for whoever is at its submission: those that are taken together do not wait for it.
async fn take_alone(worker: &Worker, id: Uuid) -> Result<StepOutcome> {
    // Fails only if the semaphore is closed, which nobody does.
    let _hand = worker.alone.acquire().await;
    let now = worker.clock.now();
    worker.in_store(move |store| store.run_step(id, now)).await
}
