use std::{
    thread,
    time::{Duration, Instant},
};

use diesel::{Connection as _, PgConnection, connection::SimpleConnection};
use uuid::Uuid;

use crate::{Error, Result, Store};

/// How often the socket is looked at. libpq can wait on the socket only through calls that diesel does not lend; ten
/// milliseconds are far below what a person notices and cost one `read` that finds nothing, a hundred times a second.
const LOOK: Duration = Duration::from_millis(10);

/// A connection of its own that hears announcements (`NOTIFY`).
///
/// One may be missed (a broken connection), so whoever waits looks from time to time anyway.
pub struct Listener {
    database_url: String,
    channel: &'static str,
    connection: Option<PgConnection>,
}

impl Listener {
    /// Waits until work was announced (`true`) or the time is over (`false`).
    ///
    /// # Errors
    /// The connection broke; the next call opens a new one, so the caller only has to wait a little.
    pub fn wait(&mut self, timeout: Duration) -> Result<bool> {
        Ok(!self.hear(timeout)?.is_empty())
    }

    /// Waits until something was announced for accounts, at most for `timeout`; gives these accounts.
    ///
    /// # Errors
    /// As [`Listener::wait`].
    pub fn wait_for_accounts(&mut self, timeout: Duration) -> Result<Vec<Uuid>> {
        let said = self.hear(timeout)?;
        Ok(said.iter().filter_map(|account| account.parse().ok()).collect())
    }

    fn hear(&mut self, timeout: Duration) -> Result<Vec<String>> {
        let end = Instant::now() + timeout;
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(open(&self.database_url, self.channel)?),
        };
        let heard = listen_until(connection, end);
        if heard.is_err() {
            self.connection = None;
        }
        heard
    }
}

fn open(database_url: &str, channel: &str) -> Result<PgConnection> {
    let mut connection =
        PgConnection::establish(database_url).map_err(|error| Error::Unavailable(error.to_string()))?;
    connection.batch_execute(&format!("LISTEN {channel}"))?;
    Ok(connection)
}

fn listen_until(connection: &mut PgConnection, end: Instant) -> Result<Vec<String>> {
    loop {
        // All that waits is taken at once: ten submissions need one look for work, not ten.
        let heard: std::result::Result<Vec<_>, _> = connection
            .notifications_iter()
            .map(|notification| notification.map(|notification| notification.payload))
            .collect();
        let heard = heard?;
        if !heard.is_empty() || Instant::now() >= end {
            return Ok(heard);
        }
        thread::sleep(LOOK);
    }
}

impl Store {
    /// Opens a listener for work; `database_url` as in [`StoreConfig`](crate::StoreConfig).
    pub fn listen(database_url: &str) -> Result<Listener> {
        Self::listen_to(database_url, "minyi_work")
    }

    /// Opens a listener for what is new for accounts: a trigger of the messages announces it.
    pub fn listen_for_accounts(database_url: &str) -> Result<Listener> {
        Self::listen_to(database_url, "minyi_told")
    }

    fn listen_to(database_url: &str, channel: &'static str) -> Result<Listener> {
        let connection = Some(open(database_url, channel)?);
        Ok(Listener {
            database_url: database_url.to_owned(),
            channel,
            connection,
        })
    }
}
