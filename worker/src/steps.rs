//! Takes the steps of the clock.

use std::{collections::HashSet, sync::Arc};

use metrics::counter;
use minyi_store::StepOutcome;
use uuid::Uuid;

use crate::{Error, Result, Worker};

/// Steps that are taken together: enough to share what a transaction costs, few enough that who acts on one of their
/// submissions meanwhile waits for the fraction of a second.
pub(crate) const TOGETHER: usize = 100;
/// So many times as many are in hand at once.
pub(crate) const HANDS: usize = 2;

/// Takes those of these clock steps that are still to be taken: together what goes together, the others one by one. Says what
/// was finished and what failed; what it does not name comes back.
pub(crate) async fn take(worker: Arc<Worker>, mut ids: Vec<Uuid>) -> Vec<(Uuid, Result<()>)> {
    // An id may have been published twice.
    let mut seen = HashSet::new();
    ids.retain(|id| seen.insert(*id));
    let now = worker.clock.now();
    let asked = ids.clone();
    let together = worker.in_store(move |store| store.run_steps(&asked, now)).await;
    let mut taken: Vec<(Uuid, Result<()>)> = match together {
        Ok(outcomes) => outcomes
            .into_iter()
            .map(|(id, outcome)| (id, counted(outcome)))
            .collect(),
        Err(error) if is_away(&error) => return ids.first().map(|id| (*id, Err(error))).into_iter().collect(),
        Err(error) => {
            tracing::warn!(%error, steps = ids.len(), "steps could not be taken together; they are taken one by one");
            Vec::new()
        }
    };
    let done: HashSet<Uuid> = taken.iter().map(|(id, _)| *id).collect();
    for id in ids.into_iter().filter(|id| !done.contains(id)) {
        let now = worker.clock.now();
        let outcome = worker.in_store(move |store| store.run_step(id, now)).await;
        let away = outcome.as_ref().is_err_and(is_away);
        taken.push((id, outcome.and_then(counted)));
        if away {
            break;
        }
    }
    taken
}

fn counted(outcome: StepOutcome) -> Result<()> {
    counter!("deadline_steps_total", "outcome" => format!("{outcome:?}")).increment(1);
    Ok(())
}

/// Whatever is asked next fails too.
fn is_away(error: &Error) -> bool {
    matches!(error, Error::Store(minyi_store::Error::Unavailable(_)))
}
