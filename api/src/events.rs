//! Who has a page open right now, and how they hear that there is something new: one thread listens to Postgres
//! (`NOTIFY minyi_told`: an account, or where a submission lies), and every open stream of that account, or of a person who
//! may see that submission, gets a hint. A hint says only "look again": nothing is kept for those who are away, and several
//! hints in a moment are one.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    thread,
    time::Duration,
};

use minyi_domain::people::{Actor, Scope};
use minyi_store::{Announcement, Listener, Store};
use tokio::sync::watch;
use uuid::Uuid;

/// Streams of one process: each holds a connection of the server.
const MOST: usize = 2_000;
/// Streams of one account: a station's people share one. A page that was closed counts until the next sign of life.
const MOST_OF_ACCOUNT: usize = 40;
/// How often the thread looks whether the program is over.
const LOOK: Duration = Duration::from_secs(1);

/// All open streams. Clones are the same.
#[derive(Clone, Default)]
pub struct Events(Arc<Mutex<Open>>);

#[derive(Default)]
struct Open {
    accounts: HashMap<Uuid, Account>,
    streams: usize,
    is_closed: bool,
}

struct Account {
    /// As it was when the last stream was opened; streams are short.
    scope: Scope,
    hints: watch::Sender<Hints>,
}

/// How often something was new since the first stream of this account was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hints {
    /// Anything at all.
    pub all: u64,
    /// A submission came to where the person looks.
    pub arrivals: u64,
}

/// One open stream; it counts until it is dropped.
pub struct Subscription {
    events: Events,
    account: Uuid,
    hints: watch::Receiver<Hints>,
}

impl Events {
    /// Hears what Postgres announces, until the last clone is gone.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub fn listen(&self, database_url: &str) -> minyi_store::Result<()> {
        let listener = Store::listen_for_news(database_url)?;
        let open = Arc::downgrade(&self.0);
        thread::spawn(move || hear(listener, &open));
        Ok(())
    }

    /// Opens a stream; `None`: there are too many already, or the program ends.
    pub fn subscribe(&self, actor: &Actor) -> Option<Subscription> {
        let (account, scope) = (actor.account_id, actor.scope());
        let mut open = self.lock();
        if open.is_closed || open.streams >= MOST {
            return None;
        }
        let known = open.accounts.entry(account).or_insert_with(|| Account {
            scope: scope.clone(),
            hints: watch::Sender::default(),
        });
        known.scope = scope;
        if known.hints.receiver_count() >= MOST_OF_ACCOUNT {
            return None;
        }
        let hints = known.hints.subscribe();
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
    fn hear(&self, announcement: &Announcement) {
        match announcement {
            Announcement::Told(account) => self.accounts.get(account).into_iter().for_each(Account::hint),
            Announcement::Arrived(at) => self.who_see(|scope| scope.may_see(at)).for_each(Account::hint_arrival),
            Announcement::Moved(at) => self.who_see(|scope| scope.may_see(at)).for_each(Account::hint),
        }
    }

    fn who_see(&self, sees: impl Fn(&Scope) -> bool) -> impl Iterator<Item = &Account> {
        self.accounts.values().filter(move |account| sees(&account.scope))
    }
}

impl Account {
    fn hint(&self) {
        self.hints.send_modify(|hints| hints.all += 1);
    }

    fn hint_arrival(&self) {
        self.hints.send_modify(|hints| {
            hints.all += 1;
            hints.arrivals += 1;
        });
    }
}

impl Subscription {
    /// What was hinted before; with [`Subscription::next`] it only grows.
    pub fn seen(&self) -> Hints {
        *self.hints.borrow()
    }

    /// Waits for the next hint; `None`: the program stops.
    pub async fn next(&mut self) -> Option<Hints> {
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
            .is_some_and(|account| account.hints.receiver_count() <= 1)
        {
            open.accounts.remove(&self.account);
        }
    }
}

fn hear(mut listener: Listener, open: &Weak<Mutex<Open>>) {
    loop {
        let heard = listener.wait_for_news(LOOK);
        let Some(open) = open.upgrade() else {
            return;
        };
        let is_closed = {
            let open = open.lock().unwrap_or_else(PoisonError::into_inner);
            match &heard {
                Ok(announcements) => announcements.iter().for_each(|said| open.hear(said)),
                // Something may have been missed: everybody looks again.
                Err(error) => {
                    tracing::warn!(%error, "announcements are not heard; opening a new connection");
                    open.accounts.values().for_each(Account::hint);
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
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]

    use super::{Events, Hints, MOST_OF_ACCOUNT};
    use minyi_domain::people::{Actor, Role, Whereabouts};
    use minyi_store::Announcement;
    use uuid::Uuid;

    fn station(account: u128, site: u128) -> Actor {
        Actor {
            account_id: Uuid::from_u128(account),
            role: Role::StationHead,
            display_name: String::new(),
            deputy_id: None,
            site_id: Some(Uuid::from_u128(site)),
            office_id: None,
            region_code: None,
        }
    }

    #[tokio::test]
    async fn a_hint_reaches_every_stream_of_the_account_and_several_are_one() {
        let events = Events::default();
        let mine = station(1, 10);
        let mut streams = [events.subscribe(&mine).unwrap(), events.subscribe(&mine).unwrap()];
        let mut foreign = events.subscribe(&station(2, 20)).unwrap();
        let at = Whereabouts {
            site_id: Uuid::from_u128(10),
            region_code: "990102".to_owned(),
            deputy_id: None,
            confidential_region: None,
        };
        for said in [
            Announcement::Told(mine.account_id),
            Announcement::Arrived(at.clone()),
            Announcement::Moved(at),
        ] {
            events.lock().hear(&said);
        }
        for stream in &mut streams {
            assert_eq!(stream.next().await, Some(Hints { all: 3, arrivals: 1 }));
        }
        events.close();
        assert_eq!(foreign.next().await, None);
        assert!(events.subscribe(&mine).is_none());
    }

    #[test]
    fn an_account_has_few_streams_and_gets_them_back() {
        let events = Events::default();
        let actor = station(1, 10);
        let mut streams: Vec<_> = (0..MOST_OF_ACCOUNT)
            .map(|_| events.subscribe(&actor).unwrap())
            .collect();
        assert!(events.subscribe(&actor).is_none());
        assert!(events.subscribe(&station(2, 10)).is_some());
        streams.pop();
        assert!(events.subscribe(&actor).is_some());
        streams.clear();
        let open = events.lock();
        assert_eq!((open.streams, open.accounts.len()), (0, 0));
    }
}
