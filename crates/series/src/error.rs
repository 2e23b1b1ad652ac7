//! What can go wrong in the datum store, by meaning.

use crate::NumberError;

/// Result of everything in this crate that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// An error of the datum store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The database failed.
    #[error(transparent)]
    Db(#[from] gridfolio_db::Error),
    /// A stored block or aggregate cannot be read. Nothing was changed.
    #[error(
        "the data of stream {stream} on {day} are damaged ({what}): restore them from a backup or import them again"
    )]
    Corrupt {
        /// The stream's id.
        stream: i64,
        /// The UTC day of a block, the local day or month of an aggregate.
        day: String,
        /// What does not fit.
        what: &'static str,
    },
    /// No stream has this id.
    #[error("there is no stream {0}")]
    NoStream(i64),
    /// A source id is empty, too long, or has control characters.
    #[error("source id {0:?} must have 1 to 64 characters and no control characters")]
    SourceId(String),
    /// A property name is empty, too long, or has control characters.
    #[error("property name {0:?} must have 1 to 64 characters and no control characters")]
    PropertyName(String),
    /// No time zone has this name.
    #[error("{0:?} is no time zone name; use one such as \"America/New_York\"")]
    Zone(String),
    /// A time outside what the calendar can express.
    #[error("the time {0} ms is outside the years 1 to 9998")]
    Time(i64),
    /// Numbers for a status property.
    #[error("status property {0:?} takes texts, not numbers")]
    NotText(String),
    /// A column whose length differs from the number of times.
    #[error("column {name:?} has {found} values for {expected} times")]
    Length {
        /// The property.
        name: String,
        /// Values given.
        found: usize,
        /// Times given.
        expected: usize,
    },
    /// A value that is no number.
    #[error(transparent)]
    Number(#[from] NumberError),
}
