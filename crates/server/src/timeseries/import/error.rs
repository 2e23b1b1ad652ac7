//! Why an import does not do what it was asked, in words for a terminal.

use std::fmt::Write as _;

use gridfolio_meterfile::{OptionError, Summary};

use crate::kit::error::ApiError;

/// Result of everything in this module.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an import does not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The request contradicts itself, or the state of things.
    #[error("{0}")]
    Refused(String),
    /// The file cannot be read at all.
    #[error(transparent)]
    File(#[from] gridfolio_meterfile::Error),
    /// An option of the file.
    #[error(transparent)]
    Option(#[from] OptionError),
    /// Some lines cannot be read; nothing was written.
    #[error("{}", broken(.0))]
    BadLines(Box<Summary>),
    /// The datum store.
    #[error(transparent)]
    Series(#[from] gridfolio_series::Error),
    /// The rest of the application.
    #[error("{}", api_words(.0))]
    Api(#[from] ApiError),
    /// Another command with the same file went on with the same import, and came to its end first.
    #[error(
        "another command is importing this file at the same time, and was done first: import {id} is complete, \
         nothing is lost and nothing is left to do"
    )]
    Overtaken {
        /// The import.
        id: i64,
    },
    /// Another command takes the import back, or has done so.
    #[error(
        "import {id} was taken back by another command while this one was at work: nothing more is written. \
         To import the file anyway, wait for that command to end and repeat this one; it begins a new import"
    )]
    TakenBack {
        /// The import.
        id: i64,
    },
    /// A running import came to a stop: what is in stays in.
    #[error(
        "import {id} stopped: {cause}. The file is in up to line {through_line} of {last_line}, in whole batches; \
         the same command again goes on from there, `gridfolio import undo {id}` takes it back"
    )]
    Stopped {
        /// The import.
        id: i64,
        /// The line up to which the file is in.
        through_line: i64,
        /// The file's last line.
        last_line: u64,
        /// What stopped it.
        cause: Box<Error>,
    },
}

impl From<gridfolio_db::Error> for Error {
    fn from(error: gridfolio_db::Error) -> Self {
        Self::Series(error.into())
    }
}

/// The words of an API error that make sense outside a request.
fn api_words(error: &ApiError) -> String {
    match error {
        ApiError::Full => gridfolio_db::Error::Full.to_string(),
        ApiError::Busy => gridfolio_db::Error::Busy.to_string(),
        other => other.to_string(),
    }
}

fn broken(summary: &Summary) -> String {
    let bad = &summary.bad;
    let mut text = format!("{} of {} lines cannot be read; nothing was written\n", bad.count, summary.lines);
    for line in &bad.first {
        let _ = writeln!(text, "  {line}");
    }
    let more = bad.count - bad.first.len() as u64;
    if more > 0 {
        let _ = writeln!(text, "  and {more} more");
    }
    text + "correct the file, or import its good lines with --skip-bad"
}
