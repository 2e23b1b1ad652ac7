//! A datum: what a stream measured at one instant, as a row.
//!
//! This form is for people, files and tests; the store works on columns ([`crate::Columns`]). A datum refuses to
//! know its stream and the units of its properties.

use std::collections::{BTreeMap, BTreeSet};

use crate::Number;

/// How a property behaves, which decides how it is aggregated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PropertyKind {
    /// A momentary number such as `watts`: counted, averaged, bounded.
    Instantaneous,
    /// A meter reading such as `wattHours`: its differences count.
    Accumulating,
    /// A text such as a mode: the most frequent one counts.
    Status,
}

impl PropertyKind {
    /// The letter of the contract: `i`, `a` or `s`.
    pub fn letter(self) -> char {
        match self {
            Self::Instantaneous => 'i',
            Self::Accumulating => 'a',
            Self::Status => 's',
        }
    }

    /// The kind of a letter of the contract.
    pub fn from_letter(letter: char) -> Option<Self> {
        match letter {
            'i' => Some(Self::Instantaneous),
            'a' => Some(Self::Accumulating),
            's' => Some(Self::Status),
            _ => None,
        }
    }
}

/// What a stream measured at one instant. Properties without a value are absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Datum {
    /// The instant, milliseconds since 1970-01-01T00:00Z.
    pub at: i64,
    /// Momentary numbers by property name.
    pub instantaneous: BTreeMap<String, Number>,
    /// Meter readings by property name.
    pub accumulating: BTreeMap<String, Number>,
    /// Texts by property name.
    pub status: BTreeMap<String, String>,
    /// Tags.
    pub tags: BTreeSet<String>,
}

impl Datum {
    /// A datum without properties yet.
    pub fn at(at: i64) -> Self {
        Self { at, ..Self::default() }
    }

    /// With a momentary number.
    #[must_use]
    pub fn i(mut self, name: &str, value: impl Into<Number>) -> Self {
        self.instantaneous.insert(name.to_owned(), value.into());
        self
    }

    /// With a meter reading.
    #[must_use]
    pub fn a(mut self, name: &str, value: impl Into<Number>) -> Self {
        self.accumulating.insert(name.to_owned(), value.into());
        self
    }

    /// With a text.
    #[must_use]
    pub fn s(mut self, name: &str, value: impl Into<String>) -> Self {
        self.status.insert(name.to_owned(), value.into());
        self
    }

    /// With a tag.
    #[must_use]
    pub fn t(mut self, tag: impl Into<String>) -> Self {
        self.tags.insert(tag.into());
        self
    }

    /// Whether the datum says anything.
    pub fn is_empty(&self) -> bool {
        self.instantaneous.is_empty()
            && self.accumulating.is_empty()
            && self.status.is_empty()
            && self.tags.is_empty()
    }
}
