//! Takes one step of the clock.

use std::sync::Arc;

use metrics::counter;
use uuid::Uuid;

use crate::{Result, Worker};

/// Takes the clock step `id`, if it is still to be taken.
///
/// # Errors
/// The database is away: the work comes back.
pub(crate) async fn take(worker: Arc<Worker>, id: Uuid) -> Result<()> {
    let now = worker.clock.now();
    let outcome = worker.in_store(move |store| store.run_step(id, now)).await?;
    counter!("deadline_steps_total", "outcome" => format!("{outcome:?}")).increment(1);
    Ok(())
}
