use std::{
    thread,
    time::{Duration, Instant},
};

use diesel::{Connection as _, PgConnection, connection::SimpleConnection};
use minyi_domain::people::Whereabouts;
use uuid::Uuid;

use crate::{Error, Result, Store, keepalives::with_keepalives};

/// How often the socket is looked at. libpq can wait on the socket only through calls that diesel does not lend; ten
/// milliseconds are far below what a person notices and cost one `read` that finds nothing, a hundred times a second.
const LOOK: Duration = Duration::from_millis(10);

/// What open pages are told: that something is new, never what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Announcement {
    /// A message was written for this account.
    Told(Uuid),
    /// A submission came here.
    Arrived(Whereabouts),
    /// A submission that lies, or lay, here is not as it was.
    Moved(Whereabouts),
}

impl Announcement {
    fn read(said: &str) -> Option<Self> {
        let words: Vec<&str> = said.split(' ').collect();
        let Ok([word, site, region, deputy, confidential]) = <[&str; 5]>::try_from(words) else {
            return said.parse().ok().map(Self::Told);
        };
        let known = |word: &str| (word != "-").then(|| word.to_owned());
        let at = Whereabouts {
            site_id: site.parse().ok()?,
            region_code: region.to_owned(),
            deputy_id: known(deputy).and_then(|deputy| deputy.parse().ok()),
            confidential_region: known(confidential),
        };
        match word {
            "new" => Some(Self::Arrived(at)),
            "moved" => Some(Self::Moved(at)),
            _ => None,
        }
    }
}

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

    /// Waits until something was announced for open pages, at most for `timeout`; gives all of it.
    ///
    /// # Errors
    /// As [`Listener::wait`].
    pub fn wait_for_news(&mut self, timeout: Duration) -> Result<Vec<Announcement>> {
        let said = self.hear(timeout)?;
        Ok(said.iter().filter_map(|words| Announcement::read(words)).collect())
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

    /// Opens a listener for what is new for open pages: triggers of the messages and of the submissions announce it.
    pub fn listen_for_news(database_url: &str) -> Result<Listener> {
        Self::listen_to(database_url, "minyi_told")
    }

    fn listen_to(database_url: &str, channel: &'static str) -> Result<Listener> {
        let database_url = with_keepalives(database_url);
        let connection = Some(open(&database_url, channel)?);
        Ok(Listener {
            database_url,
            channel,
            connection,
        })
    }
}
