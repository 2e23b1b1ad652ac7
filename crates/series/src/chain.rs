//! The summaries of one stream, in order of time, become its buckets: what crosses an edge goes to both sides.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::calendar::{Calendar, month_of};
use crate::columns::Tags;
use crate::hour::hour_of;
use crate::rollup::as_unit;
use crate::summary::cross::{Share, Tail};
use crate::summary::{Acc, Inst, Slots, Summary};
use crate::window::BucketSize;
use crate::{Error, Result};

/// What a bucket has gathered, by property index.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gathered {
    pub(crate) inst: Slots<Inst>,
    pub(crate) acc: Slots<Acc>,
    pub(crate) status: Slots<BTreeMap<String, u64>>,
    pub(crate) tags: Tags,
}

/// Gathers the buckets of one stream in a window of whole hours.
pub(crate) struct Chain<'c> {
    calendar: &'c Calendar,
    size: BucketSize,
    hours: Range<i64>,
    tail: Tail,
    /// Bucket id and content, in order.
    buckets: Vec<(i64, Gathered)>,
}

impl<'c> Chain<'c> {
    pub(crate) fn new(calendar: &'c Calendar, size: BucketSize, hours: Range<i64>, lead: Tail) -> Self {
        Self { calendar, size, hours, tail: lead, buckets: Vec::new() }
    }

    fn bucket(&mut self, id: i64) -> &mut Gathered {
        let place = match self.buckets.binary_search_by_key(&id, |(own, _)| *own) {
            Ok(place) => place,
            Err(place) => {
                self.buckets.insert(place, (id, Gathered::default()));
                place
            }
        };
        &mut self.buckets[place].1
    }

    fn add_shares(&mut self, id: i64, shares: &[Share]) {
        let bucket = self.bucket(id);
        for share in shares {
            bucket.acc.entry(share.property).add(&share.clock, share.reading.as_ref());
        }
    }

    /// Adds the next stretch, which lies in one bucket; whether it is a whole month made of days.
    pub(crate) fn push(&mut self, id: i64, summary: Summary, is_month: bool) -> Result<()> {
        let right = self.meet(&summary)?;
        self.tail.advance(&summary);
        let summary = if self.size == BucketSize::Month && !is_month { as_unit(summary) } else { summary };
        if !right.is_empty() {
            self.add_shares(id, &right);
        }
        let keeps_status = self.size != BucketSize::Year;
        let bucket = self.bucket(id);
        for (property, acc) in summary.acc.iter() {
            bucket.acc.entry(property).add(&acc.clock, acc.reading.as_ref());
        }
        for (property, inst) in summary.inst.iter() {
            bucket.inst.entry(property).add(inst);
        }
        if keeps_status {
            for (property, counts) in summary.status.iter() {
                for (value, count) in counts {
                    *bucket.status.entry(property).entry(value.clone()).or_default() += count;
                }
            }
        }
        bucket.tags.extend(summary.tags);
        Ok(())
    }

    /// What the next stretch gives to the one before, and to an empty hour between them; returns what it gets.
    fn meet(&mut self, next: &Summary) -> Result<Vec<Share>> {
        let cross = self.tail.cross(next);
        let last_hour = self.tail.last_at().map(hour_of).filter(|hour| self.hours.contains(hour));
        if !cross.left.is_empty()
            && let Some(hour) = last_hour
        {
            let id = bucket_of(self.calendar, self.size, hour)?;
            self.add_shares(id, &cross.left);
        }
        if let Some((hour, shares)) = cross.gap
            && self.hours.contains(&hour)
        {
            let id = bucket_of(self.calendar, self.size, hour)?;
            self.add_shares(id, &shares);
        }
        Ok(cross.right)
    }

    /// Ends the chain. `next` begins with the first datum at or after the end of the window.
    pub(crate) fn finish(mut self, next: Option<&Summary>) -> Result<Vec<(i64, Gathered)>> {
        if let Some(next) = next {
            self.meet(next)?;
        }
        Ok(self.buckets)
    }
}

/// The bucket that an hour belongs to.
pub(crate) fn bucket_of(calendar: &Calendar, size: BucketSize, hour: i64) -> Result<i64> {
    match size {
        BucketSize::Day => calendar.day_of_hour(hour),
        BucketSize::Month => month_of(calendar.day_of_hour(hour)?),
        BucketSize::Year => Ok(month_of(calendar.day_of_hour(hour)?)?.div_euclid(12)),
        BucketSize::Hour => Ok(hour),
        BucketSize::FiveMinute | BucketSize::FifteenMinute | BucketSize::ThirtyMinute => {
            Err(Error::Time(hour))
        }
    }
}
