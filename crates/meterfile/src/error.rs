//! What is wrong with a file as a whole, and with one line of it.

use std::fmt;

use gridfolio_series::NumberError;

use crate::lines::LINE_LIMIT;

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file cannot be opened or read.
    #[error("{file}: {source}")]
    Io {
        /// The path, or what else the source is called.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// No data below the header.
    #[error("the file has a header and no data lines")]
    NoRows,
    /// UTF-16, as some spreadsheets save "Unicode text".
    #[error("the file is UTF-16: save it as CSV in UTF-8")]
    Utf16,
    /// A header that cannot be read.
    #[error("line {line}, the header: {reason}")]
    Header {
        /// The header's line.
        line: u64,
        /// The rule that it breaks.
        reason: Reason,
    },
    /// No delimiter in the header.
    #[error(
        "line {line}, the header, has one column only: columns are divided by comma, semicolon, tab or |"
    )]
    OneColumn {
        /// The header's line.
        line: u64,
    },
    /// The first line has a time where the column's name should be.
    #[error(
        "line {line} looks like data ({text:?} is a time): the file needs a header line that names its columns"
    )]
    NoHeader {
        /// The first line.
        line: u64,
        /// What stands in the time column.
        text: String,
    },
    /// A column that the header does not name.
    #[error("column {wanted:?} is not in the header; its columns are {columns}")]
    NoColumn {
        /// As given.
        wanted: String,
        /// All columns of the header.
        columns: String,
    },
    /// A name that the header has more than once.
    #[error(
        "the header names column {name:?} more than once: refer to it by its place, #{first} or #{second}"
    )]
    ColumnTwice {
        /// The name.
        name: String,
        /// Place of the first.
        first: usize,
        /// Place of the second.
        second: usize,
    },
    /// Two columns for one property.
    #[error("property {0} is mapped from two columns")]
    PropertyTwice(String),
    /// The time column as a property.
    #[error("column {0} is the time and cannot be a property as well")]
    TimeMapped(String),
    /// No mapping.
    #[error("nothing to read: map at least one column, as in ac_power=watts:kW")]
    NothingMapped,
    /// Times in no known form.
    #[error("the time format is not clear from {0}: give it, as in --time-format '%m/%d/%Y %H:%M'")]
    UnknownTimeFormat(String),
    /// Every line reads both ways.
    #[error(
        "the times fit two formats on every line: {text:?} is {first_reading} with --time-format '{first}' and \
         {second_reading} with --time-format '{second}'; give the one that is meant"
    )]
    AmbiguousTime {
        /// A time of the file.
        text: String,
        /// One format.
        first: String,
        /// What the time is in it.
        first_reading: String,
        /// The other format.
        second: String,
        /// What the time is in it.
        second_reading: String,
    },
    /// Some lines read only one way, some only the other.
    #[error(
        "the times are in two formats: line {second_only} does not fit '{first}' and line {first_only} does not fit \
         '{second}'; give the one that is meant with --time-format"
    )]
    MixedTime {
        /// One format.
        first: String,
        /// The other format.
        second: String,
        /// A line that fits the first only.
        first_only: u64,
        /// A line that fits the second only.
        second_only: u64,
    },
    /// Times without offset and no zone given.
    #[error(
        "the time {text:?} of line {line} has no offset from UTC: give --zone, as in --zone America/Denver"
    )]
    NeedsZone {
        /// The line.
        line: u64,
        /// The time.
        text: String,
    },
    /// The file of rejected lines cannot be written.
    #[error("the file of rejected lines cannot be written: {source}")]
    Rejects {
        /// What the system says.
        source: std::io::Error,
    },
    /// Bad lines, and nobody said to skip them.
    #[error("{0} bad lines: nothing was read")]
    BadLines(u64),
    /// The file was written to between the check and the reading.
    #[error("the file changed while it was read")]
    Changed,
    /// More lines than an out-of-order file may have.
    #[error("the file is not in order of time and has more than {} lines: sort it first", u32::MAX)]
    TooManyLines,
}

/// One line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Counted from 1, the header included.
    pub line: u64,
    /// The column, where one is to blame.
    pub column: Option<String>,
    /// The rule that the line breaks.
    pub reason: Reason,
}

impl fmt::Display for BadLine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}", self.line)?;
        if let Some(column) = &self.column {
            write!(formatter, ", column {column}")?;
        }
        write!(formatter, ": {}", self.reason)
    }
}

/// The rule that a line breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// Bytes that are no text.
    #[error("byte {0} is not UTF-8 text")]
    NotUtf8(usize),
    /// A NUL character.
    #[error("the line holds a NUL character")]
    Nul,
    /// A line beyond the limit.
    #[error("the line is longer than {LINE_LIMIT} bytes")]
    TooLong,
    /// A quote without an end.
    #[error("a quoted cell does not end on its line")]
    OpenQuote,
    /// Text behind a closing quote.
    #[error("text follows the closing quote of a cell")]
    TextAfterQuote,
    /// A line with more or fewer cells than the header.
    #[error("the line has {found} columns, the header {expected}")]
    ColumnCount {
        /// Cells of the line.
        found: usize,
        /// Cells of the header.
        expected: usize,
    },
    /// An empty time.
    #[error("the time is missing")]
    NoTime,
    /// A time in another form.
    #[error("{text:?} does not fit the time format {format}")]
    TimeFormat {
        /// The cell.
        text: String,
        /// The format in force.
        format: String,
    },
    /// A date or time of day that no calendar has.
    #[error("{0:?} does not exist: no such date or time of day")]
    NoSuchTime(String),
    /// A year outside the documented range.
    #[error("{0:?} is not between the years 1900 and 2200")]
    Year(String),
    /// A time in the hour that clocks leave out.
    #[error("{text:?} does not exist in {zone}: clocks were put forward over it")]
    SkippedTime {
        /// The cell.
        text: String,
        /// The zone.
        zone: String,
    },
    /// A time without offset in a file of times with offset, and no zone.
    #[error("{0:?} has no offset from UTC and no zone was given")]
    NoOffset(String),
    /// Not a decimal number, or too large.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// A comma where a point belongs.
    #[error("{0:?} is not a decimal number: write decimals with a point and no separators of thousands")]
    DecimalComma(String),
}
