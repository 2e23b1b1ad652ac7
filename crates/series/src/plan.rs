//! Which aggregates and which stretches of datums answer a window.

use std::ops::Range;

use crate::Result;
use crate::calendar::{Calendar, first_day_of, month_of};
use crate::chain::bucket_of;
use crate::window::{BucketSize, Window};

/// Local days that are read and summed up at a time when datums have to answer.
const CHUNK_DAYS: i64 = 32;

/// Where a stretch of a window comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// The aggregate of a whole local month.
    Month(i64),
    /// The aggregate of a whole local day.
    Day(i64),
    /// The datums of these hours.
    Rows(Range<i64>),
}

/// A window's stretches, in order, each inside one bucket.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) calendar: Calendar,
    pub(crate) size: BucketSize,
    /// The window in whole hours.
    pub(crate) hours: Range<i64>,
    /// Local days that the window touches.
    pub(crate) days: Range<i64>,
    /// Bucket and source.
    pub(crate) stretches: Vec<(i64, Source)>,
}

impl Plan {
    pub(crate) fn new(window: &Window) -> Result<Self> {
        let calendar = Calendar::new(window.zone.clone());
        let hours = window.hours();
        let days = if hours.is_empty() {
            0..0
        } else {
            calendar.day_of_hour(hours.start)?..calendar.day_of_hour(hours.end - 1)? + 1
        };
        Ok(Self { calendar, size: window.size, hours, days, stretches: Vec::new() })
    }

    /// Fills in stretches that use aggregates wherever a whole day or month is asked for.
    pub(crate) fn with_aggregates(mut self) -> Result<Self> {
        let by_month = matches!(self.size, BucketSize::Month | BucketSize::Year);
        let mut day = self.days.start;
        while day < self.days.end {
            let month = month_of(day)?;
            let (first, next) = (first_day_of(month)?, first_day_of(month + 1)?);
            if by_month && day == first && next <= self.days.end && self.is_whole(day, next)? {
                self.push(self.calendar.first_hour(day)?, Source::Month(month))?;
                day = next;
                continue;
            }
            let span = self.calendar.first_hour(day)?..self.calendar.first_hour(day + 1)?;
            if self.is_whole(day, day + 1)? {
                self.push(span.start, Source::Day(day))?;
            } else {
                let cut = span.start.max(self.hours.start)..span.end.min(self.hours.end);
                self.push(cut.start, Source::Rows(cut))?;
            }
            day += 1;
        }
        Ok(self)
    }

    fn push(&mut self, hour: i64, source: Source) -> Result<()> {
        self.stretches.push((bucket_of(&self.calendar, self.size, hour)?, source));
        Ok(())
    }

    /// Whether all hours of these days are asked for.
    fn is_whole(&self, first: i64, next: i64) -> Result<bool> {
        Ok(self.calendar.first_hour(first)? >= self.hours.start
            && self.calendar.first_hour(next)? <= self.hours.end)
    }

    /// The window in chunks of whole local days, for reading datums.
    pub(crate) fn chunks(&self, inside: &Range<i64>) -> Result<Vec<Range<i64>>> {
        let mut chunks = Vec::new();
        let mut start = inside.start;
        while start < inside.end {
            let day = self.calendar.day_of_hour(start)?;
            let end = self.calendar.first_hour(day + CHUNK_DAYS)?.min(inside.end);
            chunks.push(start..end);
            start = end;
        }
        Ok(chunks)
    }
}
