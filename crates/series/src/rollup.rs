//! Aggregates per local day and local month, kept up to date by every write.
//!
//! Datums behind (or before) what a day or month has are joined to it; anything else makes the day again from its
//! blocks and the month from its days. A day that is marked stale stays so until [`settle`] makes it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use gridfolio_db::{Arg, Insert, Session, WriteTx, query};

use crate::blocks::{self, Wanted};
use crate::calendar::{Calendar, day_name, first_day_of, month_of, zone_named};
use crate::codec::summary::{AggKey, decode, encode};
use crate::columns::Columns;
use crate::hour::hour_of;
use crate::streams::{self, Stream};
use crate::summary::{Builder, Summary};
use crate::{Error, Result};

/// Aggregates of local days.
pub(crate) const DAYS: i64 = 1;
/// Aggregates of local months.
pub(crate) const MONTHS: i64 = 2;

/// What a write changed in one stream: the sorted batch (of a removal only its times).
pub(crate) struct Touched {
    pub(crate) stream: Stream,
    pub(crate) batch: Columns,
    /// No datum of the batch was there before, so it may be joined to what is known.
    pub(crate) only_new: bool,
}

/// A local day and the rows of a batch in it.
pub(crate) struct DayRows {
    pub(crate) day: i64,
    pub(crate) rows: Range<usize>,
}

/// Cuts sorted times into local days.
pub(crate) fn local_days(calendar: &Calendar, times: &[i64]) -> Result<Vec<DayRows>> {
    let mut days = Vec::new();
    let mut start = 0;
    while start < times.len() {
        let day = calendar.day_of_hour(hour_of(times[start]))?;
        let next = calendar.first_hour(day + 1)?;
        let end = start + times[start..].partition_point(|&at| at < next);
        days.push(DayRows { day, rows: start..end });
        start = end;
    }
    Ok(days)
}

/// Decodes an aggregate row.
pub(crate) fn summary_of(key: AggKey, body: &[u8]) -> Result<Summary> {
    decode(key, body).map_err(|what| {
        let day = if key.kind == MONTHS { first_day_of(key.start) } else { Ok(key.start) };
        let day = day.map_or_else(|_| key.start.to_string(), day_name);
        Error::Corrupt { stream: key.stream, day, what }
    })
}

/// A month made of its days: of a text, each day counts once.
pub(crate) fn as_unit(mut day: Summary) -> Summary {
    for (_, counts) in day.status.iter_mut() {
        let value = crate::summary::mode(counts.iter().map(|(value, count)| (value.clone(), *count)));
        *counts = value.into_iter().map(|value| (value, 1)).collect();
    }
    day
}

/// Aggregate rows gathered for few statements.
#[derive(Default)]
struct AggChanges {
    puts: Vec<[Arg; 4]>,
}

const PUT: Insert = Insert {
    head: "INSERT INTO datum_agg (stream, kind, start, body)",
    tail: "ON CONFLICT (stream, kind, start) DO UPDATE SET body = excluded.body",
};

impl AggChanges {
    fn put(&mut self, key: AggKey, summary: &Summary) {
        self.puts.push([
            Arg::from(key.stream),
            Arg::from(key.kind),
            Arg::from(key.start),
            Arg::from(encode(key, summary)),
        ]);
    }

    async fn flush(&mut self, tx: &mut WriteTx) -> Result<()> {
        PUT.execute(tx, std::mem::take(&mut self.puts)).await?;
        Ok(())
    }
}

/// Brings the aggregates up to date; the blocks are written already.
pub(crate) async fn update(tx: &mut WriteTx, touched: &[Touched]) -> Result<()> {
    let mut changes = AggChanges::default();
    let mut months = Vec::new();
    for one in touched {
        months.push(update_days(tx, one, &mut changes).await?);
    }
    changes.flush(tx).await?;
    for (one, months) in touched.iter().zip(months) {
        for (month, state) in months {
            let key = AggKey { stream: one.stream.id, kind: MONTHS, start: month };
            match state {
                Month::Joined(summary) => changes.put(key, &summary),
                Month::Again => match month_of_days(tx, one.stream.id, month).await? {
                    Some(summary) => changes.put(key, &summary),
                    None => delete(tx, key).await?,
                },
            }
        }
    }
    changes.flush(tx).await
}

/// What becomes of a month.
enum Month {
    Joined(Summary),
    Again,
}

async fn update_days(
    tx: &mut WriteTx,
    touched: &Touched,
    changes: &mut AggChanges,
) -> Result<BTreeMap<i64, Month>> {
    let stream = &touched.stream;
    let calendar = Calendar::new(zone_named(&stream.zone)?);
    let mut days = local_days(&calendar, &touched.batch.times)?;
    days.retain(|one| stream.stale_from.is_none_or(|stale| one.day < stale));
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Ok(BTreeMap::new()) };
    let mut known =
        if touched.only_new { known(tx, stream.id, first.day, last.day).await? } else { Known::default() };
    let builder = Builder::new(&touched.batch, &stream.properties);
    let mut months = BTreeMap::new();
    for DayRows { day, rows } in days {
        let key = AggKey { stream: stream.id, kind: DAYS, start: day };
        let month = month_of(day)?;
        let new = if touched.only_new { builder.summary(rows) } else { None };
        let old_month = months.remove(&month).or_else(|| known.months.remove(&month).map(Month::Joined));
        let joined_month = match (old_month, &new) {
            (Some(Month::Joined(old)), Some(new)) if old.status.is_empty() && new.status.is_empty() => {
                joined(old, new.clone())
            }
            (None, Some(new)) if touched.only_new => Some(as_unit(new.clone())),
            _ => None,
        };
        let day_summary = match (known.days.remove(&day), new) {
            (Some(old), Some(new)) => joined(old, new),
            (None, new) => new,
            (Some(_), None) => None,
        };
        match day_summary {
            Some(summary) => changes.put(key, &summary),
            None => day_of_blocks(tx, stream, &calendar, key, changes).await?,
        }
        months.insert(month, joined_month.map_or(Month::Again, Month::Joined));
    }
    months.retain(|month, _| is_settled_month(stream, *month));
    Ok(months)
}

/// Whether the aggregate of a month is kept: none of its days is stale.
pub(crate) fn is_settled_month(stream: &Stream, month: i64) -> bool {
    let Some(stale) = stream.stale_from else { return true };
    first_day_of(month + 1).is_ok_and(|next| next <= stale)
}

fn joined(old: Summary, new: Summary) -> Option<Summary> {
    if old.joins(&new) {
        Some(old.join(new))
    } else if new.joins(&old) {
        Some(new.join(old))
    } else {
        None
    }
}

#[derive(Default)]
struct Known {
    days: BTreeMap<i64, Summary>,
    months: BTreeMap<i64, Summary>,
}

async fn known(session: &mut Session, stream: i64, first: i64, last: i64) -> Result<Known> {
    let rows: Vec<(i64, i64, Vec<u8>)> = query(
        "SELECT kind, start, body FROM datum_agg WHERE stream = $1 AND kind = 1 AND start >= $2 AND start <= $3 \
         UNION ALL \
         SELECT kind, start, body FROM datum_agg WHERE stream = $1 AND kind = 2 AND start >= $4 AND start <= $5",
    )
    .bind(stream)
    .bind(first)
    .bind(last)
    .bind(month_of(first)?)
    .bind(month_of(last)?)
    .all(session)
    .await?;
    let mut known = Known::default();
    for (kind, start, body) in rows {
        let summary = summary_of(AggKey { stream, kind, start }, &body)?;
        if kind == DAYS {
            known.days.insert(start, summary)
        } else {
            known.months.insert(start, summary)
        };
    }
    Ok(known)
}

/// Makes a day again from its blocks.
async fn day_of_blocks(
    tx: &mut WriteTx,
    stream: &Stream,
    calendar: &Calendar,
    key: AggKey,
    changes: &mut AggChanges,
) -> Result<()> {
    let (from, until) = (calendar.first_hour(key.start)?, calendar.first_hour(key.start + 1)?);
    let rows = blocks::load(tx, stream, from, until, Wanted::All).await?;
    match Builder::new(&rows, &stream.properties).summary(0..rows.len()) {
        Some(summary) => changes.put(key, &summary),
        None => delete(tx, key).await?,
    }
    Ok(())
}

async fn delete(tx: &mut WriteTx, key: AggKey) -> Result<()> {
    query("DELETE FROM datum_agg WHERE stream = $1 AND kind = $2 AND start = $3")
        .bind(key.stream)
        .bind(key.kind)
        .bind(key.start)
        .execute(tx)
        .await?;
    Ok(())
}

async fn month_of_days(session: &mut Session, stream: i64, month: i64) -> Result<Option<Summary>> {
    let rows: Vec<(i64, Vec<u8>)> = query(
        "SELECT start, body FROM datum_agg WHERE stream = $1 AND kind = 1 AND start >= $2 AND start < $3 ORDER BY start",
    )
    .bind(stream)
    .bind(first_day_of(month)?)
    .bind(first_day_of(month + 1)?)
    .all(session)
    .await?;
    let mut sum: Option<Summary> = None;
    for (start, body) in rows {
        let day = as_unit(summary_of(AggKey { stream, kind: DAYS, start }, &body)?);
        sum = Some(match sum {
            None => day,
            Some(sum) => sum.join(day),
        });
    }
    Ok(sum)
}

/// Makes missing aggregates of stale streams, up to `max_days` local days in this transaction; tells how many days
/// were made. 0: nothing is stale.
pub async fn settle(tx: &mut WriteTx, max_days: usize) -> Result<usize> {
    let stale: Vec<(i64,)> =
        query("SELECT id FROM stream WHERE stale_from IS NOT NULL AND shifts = 0 ORDER BY id LIMIT $1")
            .bind(i64::try_from(max_days).unwrap_or(i64::MAX))
            .all(tx)
            .await?;
    let mut made = 0;
    for (id,) in stale {
        if made >= max_days {
            break;
        }
        made += settle_stream(tx, id, max_days - made).await?.max(1);
    }
    Ok(made)
}

async fn settle_stream(tx: &mut WriteTx, id: i64, max_days: usize) -> Result<usize> {
    let stream = streams::lock(tx, id).await?;
    let Some(stale) = stream.stale_from.filter(|_| stream.shifts == 0) else { return Ok(0) };
    let calendar = Calendar::new(zone_named(&stream.zone)?);
    let (days, done) = stale_days(tx, &stream, &calendar, stale, max_days).await?;
    let mut changes = AggChanges::default();
    if let (Some(&first), Some(&last)) = (days.first(), days.last()) {
        let (from, until) = (calendar.first_hour(first)?, calendar.first_hour(last + 1)?);
        let rows = blocks::load(tx, &stream, from, until, Wanted::All).await?;
        let builder = Builder::new(&rows, &stream.properties);
        for DayRows { day, rows } in local_days(&calendar, &rows.times)? {
            if let Some(summary) = builder.summary(rows) {
                changes.put(AggKey { stream: id, kind: DAYS, start: day }, &summary);
            }
        }
        changes.flush(tx).await?;
    }
    let mark = days.last().filter(|_| !done).map(|last| last + 1);
    // The month before the old mark may have waited for its end.
    let before = (stale > i64::MIN).then(|| stale - 1);
    let months: BTreeSet<i64> =
        before.iter().chain(&days).map(|&day| month_of(day)).collect::<Result<_>>()?;
    for month in months {
        let next = first_day_of(month + 1)?;
        if mark.is_none_or(|mark| next <= mark)
            && let Some(summary) = month_of_days(tx, id, month).await?
        {
            changes.put(AggKey { stream: id, kind: MONTHS, start: month }, &summary);
        }
    }
    changes.flush(tx).await?;
    set_stale(tx, id, mark).await?;
    Ok(days.len())
}

async fn set_stale(tx: &mut WriteTx, id: i64, stale: Option<i64>) -> Result<()> {
    query("UPDATE stream SET stale_from = $2 WHERE id = $1").bind(id).bind(stale).execute(tx).await?;
    Ok(())
}

/// The next local days from the mark on that may have datums, and whether there are no more.
async fn stale_days(
    session: &mut Session,
    stream: &Stream,
    calendar: &Calendar,
    stale: i64,
    max_days: usize,
) -> Result<(Vec<i64>, bool)> {
    // Two UTC days may share a local day, and up to three lie before the mark.
    let limit = i64::try_from(max_days).unwrap_or(i64::MAX / 4).saturating_mul(2).saturating_add(4);
    let rows: Vec<(i64, i64)> = query(
        "SELECT MIN(first_at), MAX(last_at) FROM datum_block WHERE stream = $1 AND day >= $2 GROUP BY day ORDER BY day LIMIT $3",
    )
    .bind(stream.id)
    .bind(stale.max(i64::MIN + 2) - 2)
    .bind(limit)
    .all(session)
    .await?;
    let all_seen = i64::try_from(rows.len()).is_ok_and(|found| found < limit);
    let mut days = BTreeSet::new();
    for (first, last) in rows {
        let (first, last) = (calendar.day_of_hour(hour_of(first))?, calendar.day_of_hour(hour_of(last))?);
        days.extend((first..=last).filter(|day| *day >= stale));
    }
    let done = all_seen && days.len() <= max_days;
    Ok((days.into_iter().take(max_days).collect(), done))
}
