//! What can go wrong in a database, by meaning.

/// A database error, sorted by what the caller can do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A unique key is taken already.
    #[error("the key is taken already: {0}")]
    Unique(String),
    /// A row refers to one that is gone, or one that is referred to was to go.
    #[error("a row refers to one that does not exist")]
    Reference,
    /// Another writer held the lock for too long, or the server chose this transaction to break a deadlock.
    #[error("the database is busy; try again")]
    Busy,
    /// No connection was to be had: the server is down, or all connections are in use.
    #[error("the database does not answer, or all connections to it are in use")]
    Unavailable,
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
    /// The address names no database that this program knows.
    #[error("{0}: is no database this program knows; use sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME")]
    Scheme(String),
    /// The migrations made a table that work on all tables cannot deal with.
    #[error("{0}")]
    Schema(String),
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
            sqlx::Error::PoolTimedOut => Self::Unavailable,
            sqlx::Error::Database(db) => {
                if db.is_unique_violation() {
                    return Self::Unique(db.message().to_owned());
                }
                if db.is_foreign_key_violation() {
                    return Self::Reference;
                }
                match db.code().as_deref() {
                    Some("40001" | "40P01") => Self::Busy,
                    Some("13" | "53100") => Self::Full,
                    Some(code) if is_sqlite_lock(code) => Self::Busy,
                    _ => Self::Other(error),
                }
            }
            _ => Self::Other(error),
        }
    }
}

/// SQLite's BUSY and LOCKED: primary codes are the low byte of the extended code, which has at most four digits.
fn is_sqlite_lock(code: &str) -> bool {
    code.len() < 5 && code.parse::<i64>().is_ok_and(|code| matches!(code & 0xff, 5 | 6))
}
