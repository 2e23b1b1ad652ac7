//! The header of a file, and where in it the wanted columns stand.
//!
//! Columns are found by their exact name or by their place; nothing is guessed from similar names.

use std::io::Read;

use gridfolio_series::PropertyKind;

use crate::cells::{Cells, Delimiter};
use crate::lines::Lines;
use crate::options::{ColumnRef, Options};
use crate::unit::Unit;
use crate::{Error, Reason};

/// A column that is read as a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// The property's name in the store.
    pub name: String,
    /// Momentary value or meter reading.
    pub kind: PropertyKind,
    /// The unit of the column.
    pub unit: Unit,
    /// The column as messages call it: its name in quotes, or its place where it has none.
    pub column: String,
    pub(crate) index: usize,
}

/// Where everything stands.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) delimiter: Delimiter,
    /// The header line as it stands in the file.
    pub(crate) header: Vec<u8>,
    pub(crate) columns: Vec<String>,
    pub(crate) time: usize,
    pub(crate) properties: Vec<Property>,
}

impl Layout {
    /// Reads the header, the first line that is not blank.
    pub(crate) fn read<R: Read>(lines: &mut Lines<R>, options: &Options) -> Result<Self, Error> {
        loop {
            if !lines.advance().map_err(io_error)? {
                return Err(Error::Empty);
            }
            if lines.number() == 1 && matches!(lines.raw(), [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
                return Err(Error::Utf16);
            }
            if !lines.raw().trim_ascii().is_empty() {
                break;
            }
        }
        let line = lines.number();
        let broken = |reason| Error::Header { line, reason };
        let header = lines.text().map_err(broken)?;
        let delimiter = Delimiter::of_header(header).ok_or(Error::OneColumn { line })?;
        let mut cells = Cells::default();
        cells.split(header, delimiter).map_err(broken)?;
        let columns: Vec<String> = cells.iter().map(str::to_owned).collect();
        let time = find(&options.time, &columns)?;
        let properties = properties(options, &columns)?;
        if let Some(property) = properties.iter().find(|property| property.index == time) {
            return Err(Error::TimeMapped(property.column.clone()));
        }
        Ok(Self { delimiter, header: lines.raw().to_vec(), columns, time, properties })
    }

    /// A column as messages call it.
    pub(crate) fn column(&self, index: usize) -> String {
        column_label(&self.columns, index)
    }

    pub(crate) fn check_count(&self, cells: &Cells) -> Result<(), Reason> {
        let (found, expected) = (cells.len(), self.columns.len());
        if found == expected { Ok(()) } else { Err(Reason::ColumnCount { found, expected }) }
    }
}

/// An error of reading, before the file's name is known.
pub(crate) fn io_error(source: std::io::Error) -> Error {
    Error::Io { file: "the file".to_owned(), source }
}

fn column_label(columns: &[String], index: usize) -> String {
    match columns.get(index) {
        Some(name) if !name.is_empty() => format!("{name:?}"),
        _ => format!("#{}", index + 1),
    }
}

fn properties(options: &Options, columns: &[String]) -> Result<Vec<Property>, Error> {
    let mut properties: Vec<Property> = Vec::new();
    for mapping in &options.map {
        let index = find(&mapping.column, columns)?;
        if properties.iter().any(|known| known.name == mapping.property) {
            return Err(Error::PropertyTwice(mapping.property.clone()));
        }
        properties.push(Property {
            name: mapping.property.clone(),
            kind: mapping.kind,
            unit: mapping.unit,
            column: column_label(columns, index),
            index,
        });
    }
    if properties.is_empty() { Err(Error::NothingMapped) } else { Ok(properties) }
}

fn find(wanted: &ColumnRef, columns: &[String]) -> Result<usize, Error> {
    let missing = || Error::NoColumn { wanted: wanted.to_string(), columns: listed(columns) };
    match wanted {
        ColumnRef::Index(index) if *index <= columns.len() => Ok(index - 1),
        ColumnRef::Index(_) => Err(missing()),
        ColumnRef::Name(name) => {
            let mut found = columns.iter().enumerate().filter(|(_, column)| *column == name);
            let (first, _) = found.next().ok_or_else(missing)?;
            match found.next() {
                None => Ok(first),
                Some((second, _)) => {
                    Err(Error::ColumnTwice { name: name.clone(), first: first + 1, second: second + 1 })
                }
            }
        }
    }
}

fn listed(columns: &[String]) -> String {
    const SHOWN: usize = 40;
    let mut labels: Vec<String> = (0..columns.len().min(SHOWN)).map(|i| column_label(columns, i)).collect();
    if columns.len() > SHOWN {
        labels.push(format!("and {} more", columns.len() - SHOWN));
    }
    labels.join(", ")
}
