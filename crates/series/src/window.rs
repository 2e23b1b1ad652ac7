//! What is asked for in buckets, and what a bucket says.

use std::collections::BTreeSet;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::hour::{HOUR, hour_after};
use crate::{Accumulated, Number, PropertyKind};

/// Length of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BucketSize {
    /// Five minutes, aligned to UTC.
    FiveMinute,
    /// Fifteen minutes, aligned to UTC.
    FifteenMinute,
    /// Thirty minutes, aligned to UTC.
    ThirtyMinute,
    /// An hour, aligned to UTC.
    Hour,
    /// The hours that start in a local day.
    Day,
    /// The hours that start in a local month.
    Month,
    /// The hours that start in a local year.
    Year,
}

impl BucketSize {
    /// Length in milliseconds of a slot shorter than an hour.
    pub(crate) fn slot_length(self) -> Option<i64> {
        match self {
            Self::FiveMinute => Some(HOUR / 12),
            Self::FifteenMinute => Some(HOUR / 4),
            Self::ThirtyMinute => Some(HOUR / 2),
            _ => None,
        }
    }
}

/// A range of time cut into buckets of a zone.
#[derive(Debug, Clone)]
pub struct Window {
    /// First instant, milliseconds since 1970, UTC.
    pub from: i64,
    /// The instant after the last.
    pub until: i64,
    /// Zone of local days, months and years, and of the buckets' wall times.
    pub zone: TimeZone,
    /// Length of the buckets.
    pub size: BucketSize,
}

impl Window {
    /// The whole hours that start in the range.
    pub(crate) fn hours(&self) -> std::ops::Range<i64> {
        let from = hour_after(self.from);
        from..hour_after(self.until).max(from)
    }
}

/// When a bucket begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BucketKey {
    /// The instant, milliseconds since 1970, UTC. Of a day or longer: its local midnight, also where the window
    /// begins later.
    pub start: i64,
    /// Wall time in the window's zone.
    pub local: DateTime,
    /// Offset from UTC in seconds.
    pub offset_seconds: i32,
    /// This wall time came before in the same autumn night, with another offset.
    pub repeated: bool,
}

/// Statistics of an instantaneous property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instantaneous {
    /// Sum of the values.
    pub sum: Number,
    /// Number of values, at least 1.
    pub count: u64,
    /// Lowest value.
    pub min: Number,
    /// Highest value.
    pub max: Number,
}

impl Instantaneous {
    /// Sum ÷ count with 16 significant digits.
    pub fn mean(&self) -> Number {
        let count = i64::try_from(self.count).unwrap_or(i64::MAX);
        self.sum.div_significant(count, 16).unwrap_or_default()
    }
}

/// One bucket of one stream: values in the order of [`StreamBuckets::properties`] of their kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// When it begins.
    pub key: BucketKey,
    /// Of each instantaneous property.
    pub instantaneous: Vec<Option<Instantaneous>>,
    /// Of each accumulating property; without reading for slots shorter than an hour.
    pub accumulating: Vec<Option<Accumulated>>,
    /// Most frequent value of each status property; not for years.
    pub status: Vec<Option<String>>,
    /// All tags.
    pub tags: BTreeSet<String>,
}

/// The buckets of one stream, in order of time; buckets without any datum are absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamBuckets {
    /// The stream's id.
    pub stream: i64,
    /// Names of the instantaneous properties.
    pub instantaneous: Vec<String>,
    /// Names of the accumulating properties.
    pub accumulating: Vec<String>,
    /// Names of the status properties.
    pub status: Vec<String>,
    /// The buckets.
    pub buckets: Vec<Bucket>,
}

impl StreamBuckets {
    /// Place of a property in the buckets' vector of its kind.
    pub fn place(&self, kind: PropertyKind, name: &str) -> Option<usize> {
        let names = match kind {
            PropertyKind::Instantaneous => &self.instantaneous,
            PropertyKind::Accumulating => &self.accumulating,
            PropertyKind::Status => &self.status,
        };
        names.iter().position(|own| own == name)
    }
}
