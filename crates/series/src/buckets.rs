//! The bucket query: many streams, one window, exact answers that are never stale.
//!
//! Whole local days and months come from aggregates where the stream's zone is the window's and nothing is marked;
//! everything else is summed up from datums. Nothing is rounded here.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use gridfolio_db::{Query, Session, in_list};

use crate::blocks::{self, Wanted};
use crate::calendar::{Calendar, WallClock, first_day_of};
use crate::chain::{Chain, Gathered, bucket_of};
use crate::codec::summary::AggKey;
use crate::columns::Columns;
use crate::hour::{HOUR, hour_of};
use crate::plan::{Plan, Source};
use crate::rollup::{DAYS, MONTHS, summary_of};
use crate::streams::{self, Stream, padded};
use crate::summary::cross::Tail;
use crate::summary::{Builder, Summary, mode};
use crate::window::{Bucket, BucketKey, BucketSize, Instantaneous, StreamBuckets, Window};
use crate::{Accumulated, PropertyKind, Result, slots};

/// Buckets of some streams. `properties` are the names wanted, of any kind; none means all. Streams that do not exist
/// are left out; the answer is in order of stream id.
pub async fn buckets(
    session: &mut Session,
    streams: &[i64],
    window: &Window,
    properties: &[&str],
) -> Result<Vec<StreamBuckets>> {
    let found = streams::get_streams(session, streams).await?;
    let wanted = if properties.is_empty() { Wanted::All } else { Wanted::Named(properties) };
    let mut query = BucketQuery::new(window, wanted)?;
    query.fetch(session, &found).await?;
    let mut answer = Vec::with_capacity(found.len());
    let calendar = query.plan.calendar.clone();
    let mut keys = Keys::new(&calendar, window.size);
    for stream in found.values() {
        let gathered = match window.size.slot_length() {
            Some(length) => slots::gather(session, stream, window, length, wanted).await?,
            None => query.stream(session, stream).await?,
        };
        answer.push(BucketQuery::answer(&mut keys, stream, gathered, properties)?);
    }
    Ok(answer)
}

struct BucketQuery<'w> {
    window: &'w Window,
    wanted: Wanted<'w>,
    plan: Plan,
    /// By stream, then kind and start.
    aggregates: HashMap<i64, BTreeMap<(i64, i64), Summary>>,
}

impl<'w> BucketQuery<'w> {
    fn new(window: &'w Window, wanted: Wanted<'w>) -> Result<Self> {
        let mut plan = Plan::new(window)?;
        if matches!(window.size, BucketSize::Day | BucketSize::Month | BucketSize::Year) {
            plan = plan.with_aggregates()?;
        }
        Ok(Self { window, wanted, plan, aggregates: HashMap::new() })
    }

    /// Whether the stream's aggregates are those of the window's zone, and none that could matter is missing.
    fn is_settled(&self, stream: &Stream) -> bool {
        !self.plan.stretches.is_empty()
            && stream.shifts == 0
            && stream.stale_from.is_none_or(|stale| stale > self.plan.days.end + 31)
            && self.window.zone.iana_name() == Some(&stream.zone)
    }

    /// Fetches the aggregates of all settled streams, with those before and behind that may touch the window.
    async fn fetch(&mut self, session: &mut Session, streams: &BTreeMap<i64, Stream>) -> Result<()> {
        let ids: Vec<i64> =
            streams.values().filter(|stream| self.is_settled(stream)).map(|stream| stream.id).collect();
        for (kind, starts) in self.ranges() {
            for chunk in padded(&ids) {
                let text = format!(
                    "SELECT stream, start, body FROM datum_agg \
                     WHERE kind = $1 AND start >= $2 AND start <= $3 AND stream IN ({})",
                    in_list(4, chunk.len())
                );
                let rows: Vec<(i64, i64, Vec<u8>)> = Query::assembled(text)
                    .bind(kind)
                    .bind(starts.start)
                    .bind(starts.end)
                    .bind_all(chunk)
                    .all(session)
                    .await?;
                for (stream, start, body) in rows {
                    let summary = summary_of(AggKey { stream, kind, start }, &body)?;
                    self.aggregates.entry(stream).or_default().insert((kind, start), summary);
                }
            }
        }
        Ok(())
    }

    /// Ranges of aggregates, one wider on both sides, ends included.
    fn ranges(&self) -> Vec<(i64, Range<i64>)> {
        let mut ranges: Vec<(i64, Range<i64>)> = Vec::new();
        for (_, source) in &self.plan.stretches {
            let (kind, start) = match source {
                Source::Month(month) => (MONTHS, *month),
                Source::Day(day) => (DAYS, *day),
                Source::Rows(_) => continue,
            };
            match ranges.last_mut() {
                Some((own, range)) if *own == kind && start <= range.end => range.end = start + 1,
                _ => ranges.push((kind, start - 1..start + 1)),
            }
        }
        ranges
    }

    async fn stream(&mut self, session: &mut Session, stream: &Stream) -> Result<Vec<(i64, Gathered)>> {
        if self.plan.hours.is_empty() {
            return Ok(Vec::new());
        }
        if !self.is_settled(stream) {
            return self.stream_of_rows(session, stream).await;
        }
        let mut own = self.aggregates.remove(&stream.id).unwrap_or_default();
        let before = self.plan.stretches.first().and_then(|(_, source)| own.get(&key_of(source, -1)?));
        let lead = match before.map(Tail::of).filter(Tail::has_lead) {
            Some(tail) => tail,
            None => lead(session, stream, self.plan.hours.start).await?,
        };
        let mut chain = self.chain(lead);
        let mut next = None;
        for (bucket, source) in &self.plan.stretches {
            match (source, key_of(source, 0)) {
                (Source::Rows(hours), _) => next = self.rows(session, stream, hours, &mut chain).await?,
                (source, Some(key)) => {
                    if let Some(summary) = own.remove(&key) {
                        chain.push(*bucket, summary, matches!(source, Source::Month(_)))?;
                    }
                    next = None;
                }
                (_, None) => {}
            }
        }
        let behind = self.plan.stretches.last().and_then(|(_, source)| own.remove(&key_of(source, 1)?));
        chain.finish(next.or(behind).as_ref())
    }

    /// A stream whose aggregates do not answer.
    async fn stream_of_rows(&self, session: &mut Session, stream: &Stream) -> Result<Vec<(i64, Gathered)>> {
        let Some((first_at, last_at)) = crate::read::bounds(session, stream.id).await? else {
            return Ok(Vec::new());
        };
        // Hours before the first and behind the last datum have no record.
        let hours =
            self.plan.hours.start.max(hour_of(first_at))..self.plan.hours.end.min(hour_of(last_at) + HOUR);
        let lead = lead(session, stream, hours.start).await?;
        let mut chain = self.chain(lead);
        let next = self.rows(session, stream, &hours, &mut chain).await?;
        chain.finish(next.as_ref())
    }

    fn chain(&self, lead: Tail) -> Chain<'_> {
        Chain::new(&self.plan.calendar, self.plan.size, self.plan.hours.clone(), lead)
    }

    /// Sums up the datums of some hours; returns what the first hour behind them begins with.
    async fn rows(
        &self,
        session: &mut Session,
        stream: &Stream,
        hours: &Range<i64>,
        chain: &mut Chain<'_>,
    ) -> Result<Option<Summary>> {
        let mut next = None;
        for chunk in self.plan.chunks(hours)? {
            // One datum exactly at the end of the hour behind still ends a step or a gap.
            let rows = blocks::load(session, stream, chunk.start, chunk.end + HOUR + 1, self.wanted).await?;
            let builder = Builder::new(&rows, &stream.properties);
            let inside = rows.rows_between(chunk.start, chunk.end);
            self.push_rows(&rows, inside.clone(), &builder, chain)?;
            next = builder.summary(inside.end..rows.len());
        }
        Ok(next)
    }

    fn push_rows(
        &self,
        rows: &Columns,
        inside: Range<usize>,
        builder: &Builder<'_>,
        chain: &mut Chain<'_>,
    ) -> Result<()> {
        let mut start = inside.start;
        while start < inside.end {
            let hour = hour_of(rows.times[start]);
            let until = match self.plan.size {
                BucketSize::Hour => hour + HOUR,
                // Days are the units of months.
                _ => self.plan.calendar.first_hour(self.plan.calendar.day_of_hour(hour)? + 1)?,
            };
            let end = rows.rows_between(i64::MIN, until).end.min(inside.end);
            if let Some(summary) = builder.summary(start..end) {
                chain.push(bucket_of(&self.plan.calendar, self.plan.size, hour)?, summary, false)?;
            }
            start = end;
        }
        Ok(())
    }

    fn answer(
        keys: &mut Keys<'_>,
        stream: &Stream,
        gathered: Vec<(i64, Gathered)>,
        names: &[&str],
    ) -> Result<StreamBuckets> {
        let of = |kind: PropertyKind| -> Vec<(usize, String)> {
            let wanted = |name: &str| names.is_empty() || names.contains(&name);
            let all = stream.properties.iter().enumerate();
            all.filter(|(_, (own, name))| *own == kind && wanted(name))
                .map(|(index, (_, name))| (index, name.to_owned()))
                .collect()
        };
        let (inst, acc, status) =
            (of(PropertyKind::Instantaneous), of(PropertyKind::Accumulating), of(PropertyKind::Status));
        let mut buckets = Vec::with_capacity(gathered.len());
        for (id, gathered) in gathered {
            buckets.push(Bucket {
                key: keys.key(id)?,
                instantaneous: inst.iter().map(|(p, _)| gathered.inst.get(*p).map(instantaneous)).collect(),
                accumulating: acc.iter().map(|(p, _)| gathered.acc.get(*p).map(accumulated)).collect(),
                status: status
                    .iter()
                    .map(|(p, _)| mode(gathered.status.get(*p)?.iter().map(|(v, n)| (v.clone(), *n))))
                    .collect(),
                tags: gathered.tags,
            });
        }
        let name = |list: Vec<(usize, String)>| list.into_iter().map(|(_, name)| name).collect();
        Ok(StreamBuckets {
            stream: stream.id,
            instantaneous: name(inst),
            accumulating: name(acc),
            status: name(status),
            buckets,
        })
    }
}

/// Kind and start of an aggregate, or of one before or behind it.
fn key_of(source: &Source, step: i64) -> Option<(i64, i64)> {
    match source {
        Source::Month(month) => Some((MONTHS, month + step)),
        Source::Day(day) => Some((DAYS, day + step)),
        Source::Rows(_) => None,
    }
}

fn instantaneous(inst: &crate::summary::Inst) -> Instantaneous {
    Instantaneous { sum: inst.sum.clone(), count: inst.count, min: inst.min.clone(), max: inst.max.clone() }
}

fn accumulated(acc: &crate::summary::Acc) -> Accumulated {
    Accumulated { clock: acc.clock.clone(), reading: acc.reading.clone() }
}

/// The latest datum with readings before the window.
async fn lead(session: &mut Session, stream: &Stream, before: i64) -> Result<Tail> {
    let Some(one) = blocks::latest_reading_before(session, stream, before).await? else {
        return Ok(Tail::default());
    };
    let value = |column: &crate::Column| {
        Some((stream.properties.index(column.kind(), column.name())?, column.number(0)?))
    };
    let readings = one.columns().iter().filter(|column| column.kind() == PropertyKind::Accumulating);
    Ok(Tail::leading(one.times()[0], readings.filter_map(value).collect()))
}

/// The keys of buckets; long buckets of many streams share theirs.
struct Keys<'c> {
    calendar: &'c Calendar,
    size: BucketSize,
    clock: WallClock<'c>,
    known: HashMap<i64, BucketKey>,
}

impl<'c> Keys<'c> {
    fn new(calendar: &'c Calendar, size: BucketSize) -> Self {
        Self { calendar, size, clock: WallClock::new(calendar), known: HashMap::new() }
    }

    fn key(&mut self, id: i64) -> Result<BucketKey> {
        let first_day = match self.size {
            BucketSize::Day => id,
            BucketSize::Month => first_day_of(id)?,
            BucketSize::Year => first_day_of(id * 12)?,
            _ => {
                let (local, offset_seconds, repeated) = self.clock.read(id)?;
                return Ok(BucketKey { start: id, local, offset_seconds, repeated });
            }
        };
        if let Some(key) = self.known.get(&id) {
            return Ok(*key);
        }
        let start = self.calendar.midnight(first_day)?;
        let (_, offset_seconds, _) = self.clock.read(start)?;
        let local = Calendar::wall_midnight(first_day)?;
        let key = BucketKey { start, local, offset_seconds, repeated: false };
        self.known.insert(id, key);
        Ok(key)
    }
}
