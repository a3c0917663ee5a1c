//! Many who ask for one thing at one moment are answered by one question to the database: a poster that a whole hall
//! scans, a receipt that a family looks at, a page that somebody calls over and over.
//!
//! Nothing is kept: whoever asks while the database is being asked already waits for the next question, which begins
//! after that. So everybody sees what is true after asking, as if alone.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use actix_web::web;
use futures_util::{
    FutureExt as _,
    future::{BoxFuture, Shared, WeakShared},
};
use minyi_store::{Error, Result, Store};

use crate::problem::Problem;

/// Beyond so many, what was given up by all who asked is thrown out.
const MANY: usize = 1024;

type Asked<T> = Shared<BoxFuture<'static, std::result::Result<T, Arc<Error>>>>;

/// The questions that are open, each under what it asks for.
pub struct Together<K, T>(Arc<Mutex<HashMap<K, Round<T>>>>);

struct Round<T> {
    /// Gone when all have left who asked.
    asked: WeakShared<BoxFuture<'static, std::result::Result<T, Arc<Error>>>>,
    people: i32,
    /// Nobody can join any more.
    begun: bool,
}

impl<K, T> Default for Together<K, T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K, T> Together<K, T>
where
    K: Clone + Eq + Hash + Send + 'static,
    T: Clone + Send + Sync + 'static,
{
    /// What `question` answers for all who ask for `key` now; it is told how many they are. Of several questions one is
    /// asked: they must mean the same.
    ///
    /// # Errors
    /// Those of the store, for everybody.
    pub async fn ask(
        &self,
        store: &Store,
        key: K,
        question: impl FnOnce(&Store, i32) -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, Problem> {
        let asked = self.join(store, key, question);
        asked.await.map_err(Problem::from)
    }

    fn join(
        &self,
        store: &Store,
        key: K,
        question: impl FnOnce(&Store, i32) -> Result<T> + Send + 'static,
    ) -> Asked<T> {
        let mut rounds = lock(&self.0);
        let mut before = None;
        if let Some(round) = rounds.get_mut(&key)
            && let Some(asked) = round.asked.upgrade()
        {
            if !round.begun {
                round.people += 1;
                return asked;
            }
            before = Some(asked);
        }
        let (all, store, of) = (Arc::clone(&self.0), store.clone(), key.clone());
        let asked = async move {
            if let Some(before) = before {
                // Its failure is told to those who asked then.
                drop(before.await);
            }
            let people = begin(&all, &of);
            let answer = web::block(move || question(&store, people)).await;
            end(&all, &of);
            answer
                .unwrap_or_else(|lost| Err(Error::Unavailable(lost.to_string())))
                .map_err(Arc::new)
        };
        let asked = asked.boxed().shared();
        if rounds.len() >= MANY {
            rounds.retain(|_, round| round.asked.upgrade().is_some());
        }
        if let Some(weak) = asked.downgrade() {
            let (people, begun) = (1, false);
            rounds.insert(
                key,
                Round {
                    asked: weak,
                    people,
                    begun,
                },
            );
        }
        asked
    }
}

fn lock<K, T>(rounds: &Mutex<HashMap<K, Round<T>>>) -> MutexGuard<'_, HashMap<K, Round<T>>> {
    rounds.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Nobody joins this round any more; how many have.
fn begin<K: Eq + Hash, T>(rounds: &Mutex<HashMap<K, Round<T>>>, key: &K) -> i32 {
    lock(rounds).get_mut(key).map_or(1, |round| {
        round.begun = true;
        round.people
    })
}

/// Forgets the round, unless the next one stands in its place already.
fn end<K: Eq + Hash, T>(rounds: &Mutex<HashMap<K, Round<T>>>, key: &K) {
    let mut rounds = lock(rounds);
    if rounds.get(key).is_some_and(|round| round.begun) {
        rounds.remove(key);
    }
}
