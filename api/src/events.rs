//! Who has a page open right now, and how they hear that there is something new: one thread listens to Postgres
//! (`NOTIFY minyi_told`, the account's id), and every open stream of that account gets a hint. A hint says only "look
//! again": nothing is kept for those who are away, and several hints in a moment are one.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    thread,
    time::Duration,
};

use minyi_store::{Listener, Store};
use tokio::sync::watch;
use uuid::Uuid;

/// Streams of one process: each holds a connection of the server.
const MOST: usize = 2_000;
/// Streams of one account: a phone, a computer, and a tab too many of each.
const MOST_OF_ACCOUNT: usize = 6;
/// How often the thread looks whether the program is over.
const LOOK: Duration = Duration::from_secs(1);

/// All open streams. Clones are the same.
#[derive(Clone, Default)]
pub struct Events(Arc<Mutex<Open>>);

#[derive(Default)]
struct Open {
    accounts: HashMap<Uuid, watch::Sender<u64>>,
    streams: usize,
    is_closed: bool,
}

/// One open stream; it counts until it is dropped.
pub struct Subscription {
    events: Events,
    account: Uuid,
    hints: watch::Receiver<u64>,
}

impl Events {
    /// Hears what Postgres announces, until the last clone is gone.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub fn listen(&self, database_url: &str) -> minyi_store::Result<()> {
        let listener = Store::listen_for_accounts(database_url)?;
        let open = Arc::downgrade(&self.0);
        thread::spawn(move || hear(listener, &open));
        Ok(())
    }

    /// Opens a stream; `None`: there are too many already, or the program ends.
    pub fn subscribe(&self, account: Uuid) -> Option<Subscription> {
        let mut open = self.lock();
        if open.is_closed || open.streams >= MOST {
            return None;
        }
        let sender = open.accounts.entry(account).or_default();
        if sender.receiver_count() >= MOST_OF_ACCOUNT {
            return None;
        }
        let hints = sender.subscribe();
        open.streams += 1;
        Some(Subscription {
            events: self.clone(),
            account,
            hints,
        })
    }

    /// Ends all streams: the program stops.
    pub fn close(&self) {
        let mut open = self.lock();
        open.is_closed = true;
        open.accounts.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn hint(&self, account: Uuid) {
        if let Some(sender) = self.accounts.get(&account) {
            sender.send_modify(|hints| *hints += 1);
        }
    }

    fn hint_all(&self) {
        for sender in self.accounts.values() {
            sender.send_modify(|hints| *hints += 1);
        }
    }
}

impl Subscription {
    /// Waits for the next hint; `None`: the program stops.
    pub async fn next(&mut self) -> Option<u64> {
        self.hints.changed().await.ok()?;
        Some(*self.hints.borrow_and_update())
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut open = self.events.lock();
        open.streams = open.streams.saturating_sub(1);
        // This one still counts.
        if open
            .accounts
            .get(&self.account)
            .is_some_and(|sender| sender.receiver_count() <= 1)
        {
            open.accounts.remove(&self.account);
        }
    }
}

fn hear(mut listener: Listener, open: &Weak<Mutex<Open>>) {
    loop {
        let heard = listener.wait_for_accounts(LOOK);
        let Some(open) = open.upgrade() else {
            return;
        };
        let is_closed = {
            let open = open.lock().unwrap_or_else(PoisonError::into_inner);
            match &heard {
                Ok(accounts) => accounts.iter().for_each(|account| open.hint(*account)),
                // Something may have been missed: everybody looks again.
                Err(error) => {
                    tracing::warn!(%error, "announcements are not heard; opening a new connection");
                    open.hint_all();
                }
            }
            open.is_closed
        };
        drop(open);
        if is_closed {
            return;
        }
        if heard.is_err() {
            thread::sleep(LOOK);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Events, MOST_OF_ACCOUNT};
    use uuid::Uuid;

    #[tokio::test]
    async fn a_hint_reaches_every_stream_of_the_account_and_several_are_one() {
        let events = Events::default();
        let (mine, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut streams = [events.subscribe(mine).unwrap(), events.subscribe(mine).unwrap()];
        let mut foreign = events.subscribe(other).unwrap();
        for _ in 0..3 {
            events.lock().hint(mine);
        }
        for stream in &mut streams {
            assert_eq!(stream.next().await, Some(3));
        }
        events.close();
        assert_eq!(foreign.next().await, None);
        assert!(events.subscribe(mine).is_none());
    }

    #[test]
    fn an_account_has_few_streams_and_gets_them_back() {
        let events = Events::default();
        let account = Uuid::from_u128(1);
        let mut streams: Vec<_> = (0..MOST_OF_ACCOUNT)
            .map(|_| events.subscribe(account).unwrap())
            .collect();
        assert!(events.subscribe(account).is_none());
        assert!(events.subscribe(Uuid::from_u128(2)).is_some());
        streams.pop();
        assert!(events.subscribe(account).is_some());
        streams.clear();
        let open = events.lock();
        assert_eq!((open.streams, open.accounts.len()), (0, 0));
    }
}
