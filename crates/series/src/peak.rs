//! The highest mean power of many streams together, over quarter-hour (or five-minute) slots.
//!
//! Each aggregate keeps a bound that no slot's mean exceeds. The sum of the bounds bounds the sum of the streams, so
//! months, then days are looked into in order of their bound, and datums are read only of days that could still hold
//! the peak. Sums are compared as exact fractions.

use std::collections::BTreeMap;
use std::ops::Range;

use gridfolio_db::{Query, Session, in_list};

use crate::blocks::{self, Wanted};
use crate::calendar::{Calendar, first_day_of, month_of, utc_day};
use crate::codec::block::BlockKey;
use crate::codec::summary::AggKey;
use crate::columns::{Columns, Data};
use crate::rollup::{DAYS, MONTHS, summary_of};
use crate::slot::slot_of;
use crate::streams::{self, Stream, padded};
use crate::window::{BucketSize, Window};
use crate::{Number, PropertyKind, Result};

const FIVE_MINUTES: i64 = 300_000;
const QUARTER: i64 = 900_000;

/// The highest slot mean in the window of the sum over the streams of each stream's slot mean of an instantaneous
/// property, with 16 significant digits; `None` without a value. Slots are quarter-hours, or five minutes where the
/// window's buckets are; a stream without a value in a slot counts as nothing there.
pub async fn peak(
    session: &mut Session,
    streams: &[i64],
    window: &Window,
    property: &str,
) -> Result<Option<Number>> {
    let mut streams: Vec<Stream> = streams::get_streams(session, streams).await?.into_values().collect();
    streams.retain(|stream| stream.properties.index(PropertyKind::Instantaneous, property).is_some());
    let length = if window.size == BucketSize::FiveMinute { FIVE_MINUTES } else { QUARTER };
    let slots = slot_of(window.from.saturating_add(length - 1), length)
        ..slot_of(window.until.saturating_add(length - 1), length);
    if streams.is_empty() || slots.is_empty() {
        return Ok(None);
    }
    let calendar = Calendar::new(window.zone.clone());
    let mut search = Search { streams, property, length, slots, calendar, best: None };
    let zone = window.zone.iana_name();
    if search.streams.iter().all(|stream| stream.is_settled_in(zone)) {
        search.by_bounds(session).await?;
    } else {
        search.everything(session).await?;
    }
    Ok(search.best.map(|best| best.number()))
}

/// A fraction with a positive denominator.
#[derive(Debug, Clone)]
struct Fraction {
    top: Number,
    bottom: Number,
}

impl Fraction {
    fn exceeds(&self, other: &Self) -> bool {
        &self.top * &other.bottom > &other.top * &self.bottom
    }

    fn add(&mut self, sum: &Number, count: i64) {
        let count = Number::from(count);
        if self.bottom == count {
            self.top += sum;
        } else {
            self.top = &(&self.top * &count) + &(sum * &self.bottom);
            self.bottom = &self.bottom * &count;
        }
    }

    fn number(&self) -> Number {
        self.top.ratio_significant(&self.bottom, 16).unwrap_or_default()
    }
}

struct Search<'p> {
    streams: Vec<Stream>,
    property: &'p str,
    length: i64,
    slots: Range<i64>,
    calendar: Calendar,
    best: Option<Fraction>,
}

impl Search<'_> {
    /// Months in order of their bound, their days in order of theirs.
    async fn by_bounds(&mut self, session: &mut Session) -> Result<()> {
        let days = self.days()?;
        let months = month_of(days.start)?..month_of(days.end - 1)? + 1;
        for (month, bound) in self.bounds(session, MONTHS, months).await? {
            if self.is_beaten(&bound) {
                break;
            }
            let of_month = first_day_of(month)?.max(days.start)..first_day_of(month + 1)?.min(days.end);
            for (day, bound) in self.bounds(session, DAYS, of_month).await? {
                if self.is_beaten(&bound) {
                    break;
                }
                self.look(session, day..day + 1).await?;
            }
        }
        Ok(())
    }

    /// Local days that the slots lie in.
    fn days(&self) -> Result<Range<i64>> {
        let hour = crate::hour::hour_of;
        Ok(self.calendar.day_of_hour(hour(self.slots.start))?
            ..self.calendar.day_of_hour(hour(self.slots.end - 1))? + 1)
    }

    fn is_beaten(&self, bound: &Number) -> bool {
        let bound = Fraction { top: bound.clone(), bottom: Number::from(1) };
        self.best.as_ref().is_some_and(|best| !bound.exceeds(best))
    }

    /// Sums of the streams' bounds, highest first.
    async fn bounds(
        &self,
        session: &mut Session,
        kind: i64,
        starts: Range<i64>,
    ) -> Result<Vec<(i64, Number)>> {
        let ids: Vec<i64> = self.streams.iter().map(|stream| stream.id).collect();
        let place: BTreeMap<i64, usize> = self
            .streams
            .iter()
            .filter_map(|s| Some((s.id, s.properties.index(PropertyKind::Instantaneous, self.property)?)))
            .collect();
        let mut sums: BTreeMap<i64, Number> = BTreeMap::new();
        for chunk in padded(&ids) {
            let text = format!(
                "SELECT stream, start, body FROM datum_agg \
                 WHERE kind = $1 AND start >= $2 AND start < $3 AND stream IN ({})",
                in_list(4, chunk.len())
            );
            let query = Query::assembled(text).bind(kind).bind(starts.start).bind(starts.end).bind_all(chunk);
            for (stream, start, body) in query.all::<(i64, i64, Vec<u8>)>(session).await? {
                let summary = summary_of(AggKey { stream, kind, start }, &body)?;
                let Some(inst) = place.get(&stream).and_then(|&place| summary.inst.get(place)) else {
                    continue;
                };
                let bound = if self.length == FIVE_MINUTES { &inst.max } else { &inst.slot_bound };
                let sum = sums.entry(start).or_default();
                // A stream may be silent just when the others peak.
                if !bound.is_negative() {
                    *sum += bound;
                }
            }
        }
        let mut bounds: Vec<(i64, Number)> = sums.into_iter().collect();
        bounds.sort_by(|a, b| b.1.cmp(&a.1));
        Ok(bounds)
    }

    /// Without bounds every day is looked into.
    async fn everything(&mut self, session: &mut Session) -> Result<()> {
        let days = self.shortened(session, self.days()?).await?;
        for day in days {
            self.look(session, day..day + 1).await?;
        }
        Ok(())
    }

    /// The part of the days in which any of the streams has datums.
    async fn shortened(&self, session: &mut Session, days: Range<i64>) -> Result<Range<i64>> {
        let (mut first, mut last) = (i64::MAX, i64::MIN);
        for stream in &self.streams {
            if let Some((first_at, last_at)) = crate::read::bounds(session, stream.id).await? {
                first = first.min(utc_day(first_at) - 1);
                last = last.max(utc_day(last_at) + 2);
            }
        }
        Ok(days.start.max(first)..days.end.min(last))
    }

    /// Looks into the datums of some local days.
    async fn look(&mut self, session: &mut Session, days: Range<i64>) -> Result<()> {
        let from = self.calendar.first_hour(days.start)?.max(self.slots.start);
        let until = self.calendar.first_hour(days.end)?.min(self.slots.end);
        if from >= until {
            return Ok(());
        }
        let mut slots: BTreeMap<i64, BTreeMap<i64, Number>> = BTreeMap::new();
        let ids: Vec<i64> = self.streams.iter().map(|stream| stream.id).collect();
        let by_id: BTreeMap<i64, &Stream> = self.streams.iter().map(|stream| (stream.id, stream)).collect();
        for chunk in padded(&ids) {
            let text = format!(
                "SELECT stream, day, part, body FROM datum_block WHERE day >= $1 AND day <= $2 AND stream IN ({}) \
                 ORDER BY stream, day, part",
                in_list(3, chunk.len())
            );
            let query = Query::assembled(text).bind(utc_day(from)).bind(utc_day(until - 1)).bind_all(chunk);
            for (id, day, part, body) in query.all::<(i64, i64, i64, Vec<u8>)>(session).await? {
                let Some(stream) = by_id.get(&id) else { continue };
                let key = BlockKey { stream: id, day, part };
                let rows = blocks::decode(stream, key, &body, Wanted::Named(&[self.property]))?;
                self.add_slots(&rows, from..until, &mut slots);
            }
        }
        for counts in slots.into_values() {
            self.compare(counts);
        }
        Ok(())
    }

    /// Adds one block's slot sums, by slot and number of values. Slots never cross blocks.
    fn add_slots(&self, rows: &Columns, range: Range<i64>, slots: &mut BTreeMap<i64, BTreeMap<i64, Number>>) {
        let Some(column) = rows.column(PropertyKind::Instantaneous, self.property) else { return };
        let inside = rows.rows_between(range.start, range.end);
        let mut row = inside.start;
        while row < inside.end {
            let slot = slot_of(rows.times[row], self.length);
            let end = row + rows.times[row..inside.end].partition_point(|&at| at < slot + self.length);
            if let Some((sum, count)) = sum_of(&column.data, row..end) {
                *slots.entry(slot).or_default().entry(count).or_default() += &sum;
            }
            row = end;
        }
    }

    fn compare(&mut self, counts: BTreeMap<i64, Number>) {
        let mut total = Fraction { top: Number::ZERO, bottom: Number::from(1) };
        for (count, sum) in counts {
            total.add(&sum, count);
        }
        if self.best.as_ref().is_none_or(|best| total.exceeds(best)) {
            self.best = Some(total);
        }
    }
}

fn sum_of(data: &Data, rows: Range<usize>) -> Option<(Number, i64)> {
    if let Data::Fixed { scale, values, present: None } = data {
        let sum: i128 = values[rows.clone()].iter().map(|&value| i128::from(value)).sum();
        return Some((Number::new(sum, i32::from(*scale)), i64::try_from(rows.len()).ok()?));
    }
    let values: Vec<Number> = rows.filter_map(|row| data.number(row)).collect();
    let count = i64::try_from(values.len()).ok().filter(|count| *count > 0)?;
    Some((values.into_iter().sum(), count))
}
