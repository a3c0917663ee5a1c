use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// What the caller cannot help.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No connection in time, or the connection broke. Trying again later may help.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// The submission's number exists already: make another one and submit again.
    #[error("the submission number is taken")]
    NumberTaken,
    /// A migration failed; the ones before it stand.
    #[error("migration failed: {0}")]
    Migration(String),
    /// A stored word or token that this program does not know.
    #[error("a stored value is not known to this program: {0}")]
    Unknown(String),
    /// The database refused the statement.
    #[error("the database refused")]
    Database(#[source] DieselError),
}

/// The result of a call into the store.
pub type Result<T> = std::result::Result<T, Error>;

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                info,
            ) => Self::Unavailable(info.message().to_owned()),
            DieselError::BrokenTransactionManager => {
                Self::Unavailable("the connection broke in a transaction".to_owned())
            }
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info)
                if info.constraint_name() == Some("submissions_number_key") =>
            {
                Self::NumberTaken
            }
            other => Self::Database(other),
        }
    }
}
