//! Ranges and buckets as callers write them. Zones are applied elsewhere: a [`Moment`] keeps what was said.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A `start` or `end` as sent: an instant, or wall time in whatever zone the project has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Said with an offset or `Z`: milliseconds since 1970 UTC.
    Instant(i64),
    /// Said without an offset: wall time, to the millisecond.
    Wall(WallTime),
}

/// A date and time of day without a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WallTime {
    /// Year, 1 to 9998.
    pub year: i16,
    /// Month, 1 to 12.
    pub month: i8,
    /// Day of the month.
    pub day: i8,
    /// Milliseconds since midnight.
    pub millisecond: i32,
}

/// The bucket sizes that answers know by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum Aggregation {
    /// Calendar years of local time.
    #[serde(rename = "year")]
    Year,
    /// Calendar months of local time.
    #[serde(rename = "month")]
    Month,
    /// Days of local time: 23 or 25 hours long twice a year.
    #[serde(rename = "day")]
    Day,
    /// Hours, aligned to UTC.
    #[serde(rename = "hour")]
    Hour,
    /// Quarters of an hour.
    #[serde(rename = "15minute")]
    FifteenMinute,
    /// Twelfths of an hour.
    #[serde(rename = "5minute")]
    FiveMinute,
}

/// A bucket size as asked for: one of the named ones, or half an hour, which answers leave unnamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BucketWord {
    /// A size with a name in the contract.
    Named(Aggregation),
    /// Half-hour buckets, asked for by report scripts; the closed list of answers has no word for it.
    ThirtyMinute,
}

impl BucketWord {
    /// Reads `aggregation=`; the words of report scripts (`FiveMinute`, any case) are aliases.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "year" => Self::Named(Aggregation::Year),
            "month" => Self::Named(Aggregation::Month),
            "day" => Self::Named(Aggregation::Day),
            "hour" => Self::Named(Aggregation::Hour),
            "15minute" | "fifteenminute" => Self::Named(Aggregation::FifteenMinute),
            "5minute" | "fiveminute" => Self::Named(Aggregation::FiveMinute),
            "thirtyminute" => Self::ThirtyMinute,
            _ => return None,
        })
    }

    /// The word that an answer may carry.
    pub fn canonical(self) -> Option<Aggregation> {
        match self {
            Self::Named(aggregation) => Some(aggregation),
            Self::ThirtyMinute => None,
        }
    }
}

/// The period of an answer as wall time, without offset, as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Range)]
pub struct LocalRange {
    /// First moment, inclusive.
    #[schema(format = DateTime)]
    pub local_start_date: String,
    /// Last moment, exclusive.
    #[schema(format = DateTime)]
    pub local_end_date: String,
}
