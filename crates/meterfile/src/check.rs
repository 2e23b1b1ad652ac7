//! The first pass: every line is judged and counted before anything is written.
//!
//! Memory is constant for a file in order of time, either way. For any other file a second run over the lines keeps
//! 16 bytes per line with data (instant, line, hash of the values) to find lines with the same instant. Beside that,
//! 8 bytes for each line that a later one replaces.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Read, Seek};

use gridfolio_series::Number;

use crate::cells::Delimiter;
use crate::file::MeterFile;
use crate::layout::Property;
use crate::rows::{Outcome, Row};
use crate::sequence::{Gaps, Sequence};
use crate::time::TimeReader;
use crate::{BadLine, Error};

/// Bad lines, and lines with the same instant, that are named.
const SHOWN: usize = 20;
/// Rows that are shown as read.
const SAMPLE: usize = 5;
/// Lines between two reports of progress.
const PROGRESS: u64 = 1024;

/// What a file holds.
#[derive(Debug, Clone)]
pub struct Summary {
    /// What divides its columns.
    pub delimiter: Delimiter,
    /// How its times are read.
    pub time_format: TimeReader,
    /// Lines below the header that are not blank.
    pub lines: u64,
    /// Number of the last line, the header and blank lines included.
    pub last_line: u64,
    /// Instants that will be written: good lines, less those that a later line replaces.
    pub datums: u64,
    /// Lines with a time and no value, which are left out.
    pub without_values: u64,
    /// The earliest instant, milliseconds.
    pub first: Option<i64>,
    /// The latest instant, milliseconds.
    pub last: Option<i64>,
    /// How its lines follow each other.
    pub order: Order,
    /// The most common step, milliseconds.
    pub rhythm: Option<i64>,
    /// Times without data.
    pub gaps: Gaps,
    /// Lines with the same instant.
    pub duplicates: Duplicates,
    /// Lines that cannot be read.
    pub bad: BadLines,
    /// The first rows as read.
    pub sample: Vec<Row>,
    /// What was read from each mapped column.
    pub properties: Vec<PropertySummary>,
    /// Bytes and checksum of the file.
    pub fingerprint: Fingerprint,
    /// Lines that a later one replaces, ascending.
    pub(crate) superseded: Vec<u64>,
}

/// Length and CRC-32 of a file: enough to notice that it changed, not to prove that it did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fingerprint {
    /// Length in bytes.
    pub bytes: u64,
    /// CRC-32 of the content.
    pub crc32: u32,
}

/// How the lines of a file follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Each line is later than the one before, or the same instant again.
    #[default]
    OldestFirst,
    /// Each line is earlier than the one before, or the same instant again.
    NewestFirst,
    /// Neither.
    Mixed,
}

/// What was read from one column.
#[derive(Debug, Clone)]
pub struct PropertySummary {
    /// The column and the property.
    pub property: Property,
    /// Cells with a value.
    pub values: u64,
    /// The lowest value, in the store's unit.
    pub lowest: Option<Number>,
    /// The highest value, in the store's unit.
    pub highest: Option<Number>,
}

/// Two lines with one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duplicate {
    /// The instant, milliseconds.
    pub at: i64,
    /// The earlier line, which is replaced.
    pub dropped: u64,
    /// The later line, which counts.
    pub kept: u64,
    /// Whether both say the same.
    pub equal: bool,
}

/// All lines that repeat an instant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Duplicates {
    /// Those that say the same as the line before.
    pub equal: u64,
    /// Those that say something else.
    pub different: u64,
    /// The first 20 that differ.
    pub shown: Vec<Duplicate>,
}

/// All lines that cannot be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BadLines {
    /// How many there are.
    pub count: u64,
    /// The first 20.
    pub first: Vec<BadLine>,
}

impl<R: Read + Seek> MeterFile<R> {
    /// Reads every line and says what the file holds. `progress` hears the bytes read so far.
    pub fn check(&mut self, progress: &mut dyn FnMut(u64)) -> Result<Summary, Error> {
        let summary = self.check_inner(progress);
        summary.map_err(|error| self.name_in(error))
    }

    fn check_inner(&mut self, progress: &mut dyn FnMut(u64)) -> Result<Summary, Error> {
        let mut checker = Checker::new(self);
        let mut rows = self.rows()?;
        while let Some(outcome) = rows.next()? {
            checker.note(outcome);
            if checker.summary.lines.is_multiple_of(PROGRESS) {
                progress(rows.lines().position());
            }
        }
        let (bytes, crc32) = rows.lines().fingerprint();
        checker.summary.fingerprint = Fingerprint { bytes, crc32 };
        checker.summary.last_line = rows.lines().number();
        progress(bytes);
        if checker.summary.order == Order::Mixed {
            let entries = self.entries(checker.summary.lines)?;
            checker.note_sorted(&entries);
        }
        Ok(checker.finish())
    }

    /// Every instant of the file with its line, in order of time and then of lines.
    fn entries(&mut self, lines: u64) -> Result<Vec<Entry>, Error> {
        let mut entries = Vec::with_capacity(usize::try_from(lines).unwrap_or(0));
        let mut rows = self.rows()?;
        while let Some(outcome) = rows.next()? {
            let Outcome::Row(row) = outcome else { continue };
            let line = u32::try_from(row.line).map_err(|_| Error::TooManyLines)?;
            let mut hasher = DefaultHasher::new();
            row.values.hash(&mut hasher);
            entries.push(Entry { at: row.at, line, hash: (hasher.finish() >> 32) as u32 });
        }
        entries.sort_unstable_by_key(|entry| (entry.at, entry.line));
        Ok(entries)
    }
}

/// A line of a file that is out of order. The later line counts whether it says the same or not, so two values that
/// share a hash are at worst counted as equal.
#[derive(Debug, Clone, Copy)]
struct Entry {
    at: i64,
    line: u32,
    hash: u32,
}

struct Checker {
    summary: Summary,
    previous: Option<Row>,
    sequence: Sequence,
    /// Whether the direction is known.
    directed: bool,
}

impl Checker {
    fn new<R: Read + Seek>(file: &MeterFile<R>) -> Self {
        let property = |property: &Property| PropertySummary {
            property: property.clone(),
            values: 0,
            lowest: None,
            highest: None,
        };
        let summary = Summary {
            delimiter: file.delimiter(),
            time_format: file.time_format().clone(),
            lines: 0,
            last_line: 0,
            datums: 0,
            without_values: 0,
            first: None,
            last: None,
            order: Order::default(),
            rhythm: None,
            gaps: Gaps::default(),
            duplicates: Duplicates::default(),
            bad: BadLines::default(),
            sample: Vec::new(),
            properties: file.properties().iter().map(property).collect(),
            fingerprint: Fingerprint::default(),
            superseded: Vec::new(),
        };
        Self { summary, previous: None, sequence: Sequence::default(), directed: false }
    }

    fn note(&mut self, outcome: Outcome) {
        self.summary.lines += 1;
        match outcome {
            Outcome::Row(row) => self.note_row(row),
            Outcome::NoValues => self.summary.without_values += 1,
            Outcome::Bad(line) => self.summary.bad.note(line),
        }
    }

    fn note_row(&mut self, row: Row) {
        let summary = &mut self.summary;
        summary.datums += 1;
        summary.first = Some(summary.first.map_or(row.at, |first| first.min(row.at)));
        summary.last = Some(summary.last.map_or(row.at, |last| last.max(row.at)));
        for (property, value) in summary.properties.iter_mut().zip(&row.values) {
            if let Some(value) = value {
                property.note(value);
            }
        }
        if summary.sample.len() < SAMPLE {
            summary.sample.push(row.clone());
        }
        if summary.order != Order::Mixed {
            self.note_order(row);
        }
    }

    fn note_order(&mut self, row: Row) {
        if let Some(previous) = self.previous.take() {
            if previous.at == row.at {
                let equal = previous.values == row.values;
                self.note_duplicate(Duplicate { at: row.at, dropped: previous.line, kept: row.line, equal });
                self.previous = Some(row);
                return;
            }
            let order = if row.at > previous.at { Order::OldestFirst } else { Order::NewestFirst };
            if self.directed && order != self.summary.order {
                self.summary.order = Order::Mixed;
                return;
            }
            self.summary.order = order;
            self.directed = true;
        }
        self.sequence.note(row.at);
        self.previous = Some(row);
    }

    fn note_duplicate(&mut self, duplicate: Duplicate) {
        self.summary.superseded.push(duplicate.dropped);
        self.summary.duplicates.note(duplicate);
    }

    /// What [`Self::note_order`] found does not hold for a file out of order: begins again with all its lines.
    fn note_sorted(&mut self, entries: &[Entry]) {
        self.sequence = Sequence::default();
        self.summary.duplicates = Duplicates::default();
        self.summary.superseded.clear();
        let mut previous: Option<&Entry> = None;
        for entry in entries {
            match previous {
                Some(earlier) if earlier.at == entry.at => self.note_duplicate(Duplicate {
                    at: entry.at,
                    dropped: earlier.line.into(),
                    kept: entry.line.into(),
                    equal: earlier.hash == entry.hash,
                }),
                _ => self.sequence.note(entry.at),
            }
            previous = Some(entry);
        }
        self.summary.superseded.sort_unstable();
    }

    fn finish(self) -> Summary {
        let mut summary = self.summary;
        (summary.rhythm, summary.gaps) = self.sequence.finish();
        summary.datums -= summary.superseded.len() as u64;
        summary
    }
}

impl PropertySummary {
    fn note(&mut self, value: &Number) {
        self.values += 1;
        if self.lowest.as_ref().is_none_or(|lowest| value < lowest) {
            self.lowest = Some(value.clone());
        }
        if self.highest.as_ref().is_none_or(|highest| value > highest) {
            self.highest = Some(value.clone());
        }
    }
}

impl Duplicates {
    fn note(&mut self, duplicate: Duplicate) {
        if duplicate.equal {
            self.equal += 1;
            return;
        }
        self.different += 1;
        if self.shown.len() < SHOWN {
            self.shown.push(duplicate);
        }
    }
}

impl BadLines {
    fn note(&mut self, line: BadLine) {
        self.count += 1;
        if self.first.len() < SHOWN {
            self.first.push(line);
        }
    }
}
