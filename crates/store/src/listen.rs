use std::{
    thread,
    time::{Duration, Instant},
};

use diesel::{Connection as _, PgConnection, connection::SimpleConnection};

use crate::{Error, Result, Store};

/// How often the socket is looked at. libpq can wait on the socket only through calls that diesel does not lend; ten
/// milliseconds are far below what a person notices and cost one `read` that finds nothing, a hundred times a second.
const LOOK: Duration = Duration::from_millis(10);

/// A connection of its own that hears when work was written (`NOTIFY minyi_work`).
///
/// A message may be missed (a broken connection), so whoever waits looks for due work from time to time anyway.
pub struct Listener {
    database_url: String,
    connection: Option<PgConnection>,
}

impl Listener {
    /// Waits until work was announced (`true`) or the time is over (`false`).
    ///
    /// # Errors
    /// The connection broke; the next call opens a new one, so the caller only has to wait a little.
    pub fn wait(&mut self, timeout: Duration) -> Result<bool> {
        let end = Instant::now() + timeout;
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(open(&self.database_url)?),
        };
        let heard = listen_until(connection, end);
        if heard.is_err() {
            self.connection = None;
        }
        heard
    }
}

fn open(database_url: &str) -> Result<PgConnection> {
    let mut connection =
        PgConnection::establish(database_url).map_err(|error| Error::Unavailable(error.to_string()))?;
    connection.batch_execute("LISTEN minyi_work")?;
    Ok(connection)
}

fn listen_until(connection: &mut PgConnection, end: Instant) -> Result<bool> {
    loop {
        let mut heard = false;
        // All that waits is taken at once: ten submissions need one look for work, not ten.
        for notification in connection.notifications_iter() {
            notification?;
            heard = true;
        }
        if heard || Instant::now() >= end {
            return Ok(heard);
        }
        thread::sleep(LOOK);
    }
}

impl Store {
    /// Opens a listener; `database_url` as in [`StoreConfig`](crate::StoreConfig).
    pub fn listen(database_url: &str) -> Result<Listener> {
        let connection = Some(open(database_url)?);
        Ok(Listener {
            database_url: database_url.to_owned(),
            connection,
        })
    }
}
