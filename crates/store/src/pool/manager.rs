use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use diesel::{
    Connection as _, PgConnection,
    connection::{Instrumentation, InstrumentationEvent, SimpleConnection},
    r2d2::{Error as R2d2Error, ManageConnection, R2D2Connection as _},
    result::{DatabaseErrorKind, Error as DieselError},
};

use crate::keepalives::with_keepalives;

/// No statement may hold a person for longer than five seconds. To compile one takes longer than any of ours.
const SESSION: &str = "SET statement_timeout = '5s'; SET idle_in_transaction_session_timeout = '10s';
    SET timezone = 'UTC'; SET jit = off";

/// Opens the pool's connections and tells which are still good.
///
/// diesel's own manager asks the database each time that a connection is taken, a round trip that every call would
/// pay; and without asking it does not notice a connection that breaks while a statement is prepared. This one hears
/// of a broken connection from the failing statement itself, and asks the others only after that.
pub struct Manager {
    database_url: String,
    /// Counts the connections that broke.
    breaks: AtomicU64,
}

/// A connection with what is known about its health.
pub struct Watched {
    pub connection: PgConnection,
    closed: Arc<AtomicBool>,
    /// How many connections had broken when this one was last known to be good.
    good_at: u64,
}

impl Manager {
    pub fn new(database_url: &str) -> Self {
        Self {
            database_url: with_keepalives(database_url),
            breaks: AtomicU64::new(0),
        }
    }
}

impl ManageConnection for Manager {
    type Connection = Watched;
    type Error = R2d2Error;

    fn connect(&self) -> Result<Watched, R2d2Error> {
        let good_at = self.breaks.load(Ordering::Relaxed);
        let mut connection = PgConnection::establish(&self.database_url).map_err(R2d2Error::ConnectionError)?;
        connection.batch_execute(SESSION).map_err(R2d2Error::QueryError)?;
        let closed = Arc::new(AtomicBool::new(false));
        connection.set_instrumentation(Watch(closed.clone()));
        Ok(Watched {
            connection,
            closed,
            good_at,
        })
    }

    /// Called each time that a connection is taken.
    fn is_valid(&self, watched: &mut Watched) -> Result<(), R2d2Error> {
        let breaks = self.breaks.load(Ordering::Relaxed);
        if watched.good_at != breaks {
            watched.connection.ping().map_err(R2d2Error::QueryError)?;
            watched.good_at = breaks;
        }
        Ok(())
    }

    /// Called each time that a connection is given back.
    fn has_broken(&self, watched: &mut Watched) -> bool {
        let closed = watched.closed.load(Ordering::Relaxed);
        if closed {
            self.breaks.fetch_add(1, Ordering::Relaxed);
        }
        closed || watched.connection.is_broken()
    }
}

/// Hears how statements end.
struct Watch(Arc<AtomicBool>);

impl Instrumentation for Watch {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::FinishQuery { error: Some(error), .. } = event
            && let DieselError::DatabaseError(kind, _) = error
            && matches!(
                kind,
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand
            )
        {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}
