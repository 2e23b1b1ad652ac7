//! Meter files: CSV exports of loggers and portals, read exactly and checked before anything is believed.
//!
//! A file is opened ([`MeterFile::open`]), checked line by line ([`MeterFile::check`]) and then read in batches
//! ([`MeterFile::batches`]), in memory that does not grow with the file (see [`Summary`] for the exception).
//!
//! What is read:
//! - text in UTF-8, with or without BOM; lines end in LF or CRLF and have at most 64 KiB; blank lines, and lines of
//!   delimiters only, are passed over; the first other line is the header;
//! - columns divided by comma, semicolon, tab or `|`, whichever the header has most of; cells may be quoted, but a
//!   quoted cell ends on its line;
//! - times in ISO 8601, since 1970, or in a strftime pattern; in the years 1900 to 2200; to the millisecond. A pattern that
//!   fits day-first and month-first on every line is refused unless given. Times with an offset are exact; what the
//!   others mean in autumn is settled by the order of the file: the first pass through the repeated hour is summer
//!   time, and `time/local.rs` has the rule in full;
//! - numbers with a decimal point, exactly, up to 38 digits and exponents from -38 to 38. An empty cell or `NaN` is no
//!   value; a line without any value is left out and counted;
//! - of lines with the same instant the last one counts.
//!
//! This crate knows no database and no clock, and refuses to repair what it reads: it guesses no unit, no column and
//! no missing digit.

mod batches;
mod cells;
mod check;
mod error;
mod file;
mod layout;
mod lines;
mod options;
mod property;
mod rows;
mod sequence;
mod time;
mod unit;

pub use batches::{Batch, Batches, OnBad};
pub use cells::Delimiter;
pub use check::{BadLines, Duplicate, Duplicates, Fingerprint, Order, PropertySummary, Summary};
pub use error::{BadLine, Error, Reason};
pub use file::MeterFile;
pub use layout::Property;
pub use options::{ColumnRef, Mapping, OptionError, Options, parse_zone};
pub use property::default_kind;
pub use rows::Row;
pub use sequence::{Gap, Gaps};
pub use time::{TimeFormat, TimeReader, read_instant};
pub use unit::Unit;
