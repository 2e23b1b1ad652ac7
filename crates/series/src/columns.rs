//! Datums of one stream as columns: times, and per property one array. The form in which the store works.
//!
//! Rows are as many as times. Columns refuse to be sorted by themselves: the store sorts a batch when it takes it.

mod build;
mod data;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

pub(crate) use data::Data;

use crate::{Datum, Error, Number, PropertyKind, Result};

/// Tags of one datum.
pub(crate) type Tags = BTreeSet<String>;

/// Datums of one stream as columns.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(clippy::struct_field_names, reason = "columns are what they are called")]
pub struct Columns {
    pub(crate) times: Vec<i64>,
    pub(crate) columns: Vec<Column>,
    /// As many as times, or none at all.
    pub(crate) tags: Vec<Tags>,
}

/// One property of [`Columns`].
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub(crate) kind: PropertyKind,
    pub(crate) name: Arc<str>,
    pub(crate) data: Data,
}

impl Column {
    /// How the property behaves.
    pub fn kind(&self) -> PropertyKind {
        self.kind
    }

    /// The property's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number in a row; `None` where it is absent or the property is a text.
    pub fn number(&self, row: usize) -> Option<Number> {
        self.data.number(row)
    }

    /// The text in a row; `None` where it is absent or the property is a number.
    pub fn text(&self, row: usize) -> Option<&str> {
        match &self.data {
            Data::Text(values) => values.get(row)?.as_deref(),
            _ => None,
        }
    }
}

impl Columns {
    /// Rows at these times (milliseconds since 1970, UTC), without properties yet.
    pub fn new(times: Vec<i64>) -> Self {
        Self { times, columns: Vec::new(), tags: Vec::new() }
    }

    /// With a property whose values are the integers × 10^−`scale`, present in every row.
    pub fn with_fixed(self, kind: PropertyKind, name: &str, scale: u8, values: Vec<i64>) -> Result<Self> {
        let data = if i32::from(scale) <= data::MAX_SCALE {
            Data::Fixed { scale, values, present: None }
        } else {
            let number = |value: i64| Some(Number::new(i128::from(value), i32::from(scale)));
            Data::from_numbers(values.into_iter().map(number).collect())
        };
        self.with(kind, name, data)
    }

    /// With a property of numbers, absent in some rows.
    pub fn with_numbers(self, kind: PropertyKind, name: &str, values: Vec<Option<Number>>) -> Result<Self> {
        self.with(kind, name, Data::from_numbers(values))
    }

    /// With a property of texts, absent in some rows.
    pub fn with_texts(self, name: &str, values: Vec<Option<String>>) -> Result<Self> {
        self.with(PropertyKind::Status, name, Data::Text(values))
    }

    /// A second column of one kind and name takes the place of the first.
    fn with(mut self, kind: PropertyKind, name: &str, data: Data) -> Result<Self> {
        let (expected, found) = (self.times.len(), data.len());
        if found != expected {
            return Err(Error::Length { name: name.to_owned(), found, expected });
        }
        if (kind == PropertyKind::Status) != matches!(data, Data::Text(_)) {
            return Err(Error::NotText(name.to_owned()));
        }
        self.columns.retain(|column| column.kind != kind || &*column.name != name);
        self.columns.push(Column { kind, name: name.into(), data });
        Ok(self)
    }

    /// Number of datums.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether there is no datum.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// Times, milliseconds since 1970, UTC.
    pub fn times(&self) -> &[i64] {
        &self.times
    }

    /// The properties.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The property of this kind and name, if any row may have it.
    pub fn column(&self, kind: PropertyKind, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.kind == kind && &*column.name == name)
    }

    /// One row as a datum.
    pub fn datum(&self, row: usize) -> Option<Datum> {
        let mut datum = Datum::at(*self.times.get(row)?);
        for column in &self.columns {
            let name = || column.name.to_string();
            match (column.kind, column.number(row), column.text(row)) {
                (PropertyKind::Instantaneous, Some(value), _) => {
                    datum.instantaneous.insert(name(), value);
                }
                (PropertyKind::Accumulating, Some(value), _) => {
                    datum.accumulating.insert(name(), value);
                }
                (PropertyKind::Status, _, Some(value)) => {
                    datum.status.insert(name(), value.to_owned());
                }
                _ => {}
            }
        }
        if let Some(tags) = self.tags.get(row) {
            datum.tags.clone_from(tags);
        }
        Some(datum)
    }

    /// All rows as datums.
    pub fn datums(&self) -> impl Iterator<Item = Datum> + '_ {
        (0..self.len()).filter_map(|row| self.datum(row))
    }

    /// Whether the row has any accumulating property.
    pub(crate) fn has_reading(&self, row: usize) -> bool {
        self.columns.iter().any(|column| column.kind == PropertyKind::Accumulating && column.data.has(row))
    }

    /// The rows whose times lie in the half-open range; times must be sorted.
    pub(crate) fn rows_between(&self, from: i64, until: i64) -> Range<usize> {
        let start = self.times.partition_point(|&at| at < from);
        let end = self.times.partition_point(|&at| at < until);
        start..end.max(start)
    }

    pub(crate) fn slice(&self, rows: Range<usize>) -> Self {
        Self {
            times: self.times[rows.clone()].to_vec(),
            columns: self.map_columns(|data| data.slice(rows.clone())),
            tags: self.tags.get(rows).map(<[Tags]>::to_vec).unwrap_or_default(),
        }
    }

    pub(crate) fn take(&self, rows: &[usize]) -> Self {
        Self {
            times: rows.iter().map(|&row| self.times[row]).collect(),
            columns: self.map_columns(|data| data.take(rows)),
            tags: if self.tags.is_empty() {
                Vec::new()
            } else {
                rows.iter().map(|&row| self.tags[row].clone()).collect()
            },
        }
    }

    fn map_columns(&self, change: impl Fn(&Data) -> Data) -> Vec<Column> {
        let column = |c: &Column| Column { kind: c.kind, name: Arc::clone(&c.name), data: change(&c.data) };
        self.columns.iter().map(column).collect()
    }
}
