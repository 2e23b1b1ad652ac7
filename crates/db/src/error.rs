//! What can go wrong in a database, by meaning.

/// A database error, sorted by what the caller can do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A unique key is taken already.
    #[error("the key is taken already: {0}")]
    Unique(String),
    /// Another writer held the lock for too long, or the server chose this transaction to break a deadlock.
    #[error("the database is busy; try again")]
    Busy,
    /// No room left for writing.
    #[error("the database has no room left (disk full)")]
    Full,
    /// The database was made by a newer program.
    #[error("the database has migration {found}, this program knows {known}: use the newer program")]
    Newer {
        /// Newest migration found in the database.
        found: i64,
        /// Newest migration this program knows.
        known: i64,
    },
    /// A migration that was applied differs from the one this program carries.
    #[error("migration {0} was applied in another form than this program carries")]
    Altered(i64),
    /// A row that must exist does not.
    #[error("the row does not exist")]
    NoRow,
    /// Anything else.
    #[error(transparent)]
    Other(sqlx::Error),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => Self::NoRow,
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::Database(db) => {
                if db.is_unique_violation() {
                    return Self::Unique(db.message().to_owned());
                }
                match db.code().as_deref() {
                    // SQLite: primary codes are the low byte of the extended code
                    Some(code)
                        if code.parse::<i64>().is_ok_and(|c| c < 10_000 && matches!(c & 0xff, 5 | 6)) =>
                    {
                        Self::Busy
                    }
                    Some("13") => Self::Full,
                    Some("40001" | "40P01") => Self::Busy,
                    Some("53100") => Self::Full,
                    _ => Self::Other(error),
                }
            }
            _ => Self::Other(error),
        }
    }
}
