//! The second pass: rows in the order of the file, batch by batch.
//!
//! A line that a later one replaces is left out, so an instant comes once. Bad lines stop the reading before it
//! begins unless the caller skips them; skipped lines can be kept in a file of their own.
//!
//! That file has the header and the bad lines as they stand in the source (a line that is too long is cut), with two
//! columns behind the last: `rejected_line` and `rejected_reason`. With its numbers corrected it goes in with the
//! same command, since columns are found by name or by a place that did not move.

use std::io::{self, Read, Seek, Write};

use crate::check::Summary;
use crate::file::{MeterFile, rename};
use crate::rows::{Outcome, Row, Rows};
use crate::{BadLine, Error, Fingerprint};

/// What to do with bad lines.
pub enum OnBad<'w> {
    /// Read nothing at all.
    Refuse,
    /// Leave them out.
    Skip,
    /// Leave them out and write them here.
    SkipInto(&'w mut (dyn Write + Send)),
}

impl std::fmt::Debug for OnBad<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Refuse => "Refuse",
            Self::Skip => "Skip",
            Self::SkipInto(_) => "SkipInto",
        })
    }
}

/// Some rows of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// In the order of the file; each instant once.
    pub rows: Vec<Row>,
    /// The line up to which the file is read.
    pub through_line: u64,
    /// The bytes up to which the file is read.
    pub through_byte: u64,
}

/// A file being read.
#[derive(Debug)]
pub struct Batches<'f, R> {
    name: String,
    rows: Rows<'f, &'f mut R>,
    summary: &'f Summary,
    on_bad: OnBad<'f>,
    delimiter: char,
    header: Vec<u8>,
    /// How many of the replaced lines are behind.
    superseded: usize,
    rejected: u64,
}

impl<R: Read + Seek> MeterFile<R> {
    /// Begins to read what was checked.
    pub fn batches<'f>(
        &'f mut self,
        summary: &'f Summary,
        on_bad: OnBad<'f>,
    ) -> Result<Batches<'f, R>, Error> {
        if matches!(on_bad, OnBad::Refuse) && summary.bad.count > 0 {
            return Err(Error::BadLines(summary.bad.count));
        }
        let name = self.name().to_owned();
        let delimiter = self.delimiter().char();
        let header = self.header().to_vec();
        let rows = self.rows().map_err(|error| rename(error, &name))?;
        Ok(Batches { name, rows, summary, on_bad, delimiter, header, superseded: 0, rejected: 0 })
    }
}

impl<R: Read> Batches<'_, R> {
    /// The next rows, `size` at most; `None` at the end of the file.
    pub fn next_batch(&mut self, size: usize) -> Result<Option<Batch>, Error> {
        self.gather(size.max(1)).map_err(|error| rename(error, &self.name))
    }

    /// Bad lines left out so far.
    pub fn rejected(&self) -> u64 {
        self.rejected
    }

    fn gather(&mut self, size: usize) -> Result<Option<Batch>, Error> {
        let mut rows = Vec::with_capacity(size);
        while rows.len() < size {
            match self.rows.next()? {
                Some(Outcome::Row(row)) if !self.is_superseded(row.line) => rows.push(row),
                Some(Outcome::Row(_) | Outcome::NoValues) => {}
                Some(Outcome::Bad(bad)) => self.reject(&bad)?,
                None => {
                    self.compare_fingerprint()?;
                    break;
                }
            }
        }
        let (through_line, through_byte) = (self.rows.lines().number(), self.rows.lines().position());
        Ok((!rows.is_empty()).then_some(Batch { rows, through_line, through_byte }))
    }

    fn is_superseded(&mut self, line: u64) -> bool {
        let replaced = self.summary.superseded.get(self.superseded) == Some(&line);
        self.superseded += usize::from(replaced);
        replaced
    }

    fn compare_fingerprint(&self) -> Result<(), Error> {
        let (bytes, crc32) = self.rows.lines().fingerprint();
        if self.summary.fingerprint == (Fingerprint { bytes, crc32 }) { Ok(()) } else { Err(Error::Changed) }
    }

    fn reject(&mut self, bad: &BadLine) -> Result<(), Error> {
        self.rejected += 1;
        match &mut self.on_bad {
            OnBad::Refuse => Err(Error::Changed),
            OnBad::Skip => Ok(()),
            OnBad::SkipInto(out) => {
                let mut write = || -> io::Result<()> {
                    if self.rejected == 1 {
                        out.write_all(&self.header)?;
                        writeln!(out, "{0}rejected_line{0}rejected_reason", self.delimiter)?;
                    }
                    out.write_all(self.rows.raw())?;
                    let reason = said(bad).replace('"', "\"\"");
                    writeln!(out, "{0}{1}{0}\"{reason}\"", self.delimiter, bad.line)
                };
                write().map_err(|source| Error::Rejects { source })
            }
        }
    }
}

/// The message without its line, which has a column of its own.
fn said(bad: &BadLine) -> String {
    match &bad.column {
        Some(column) => format!("column {column}: {}", bad.reason),
        None => bad.reason.to_string(),
    }
}
