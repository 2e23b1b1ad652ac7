//! Writing datums: upsert by stream and millisecond, removal, in any order and batching.
//!
//! Every write locks its streams (in order of id), rewrites the blocks that it touches once, and brings the
//! aggregates of the touched local days and months up to date in the same transaction.

use std::collections::BTreeMap;
use std::ops::Range;

use gridfolio_db::{Session, WriteTx, query};

use crate::blocks::{self, BlockChanges, Wanted, hour_part};
use crate::calendar::{DAY, utc_day};
use crate::codec::block::BlockKey;
use crate::columns::Columns;
use crate::rollup::{self, Touched};
use crate::shift::{self, Shift};
use crate::streams::{self, Stream};
use crate::{Datum, Error, Result};

/// Instants that the calendar can express in every zone.
const FIRST_AT: i64 = -62_135_510_400_000;
const LAST_AT: i64 = 253_339_142_400_000;
/// Days between two datums of a batch that are not read through in one query.
const RUN_GAP: i64 = 7;

/// What a write did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Datums at times that were new.
    pub inserted: usize,
    /// Datums that were stored already, equal in every property.
    pub unchanged: usize,
    /// The stored datums that were overwritten, as they were, in order of time.
    pub replaced: Vec<Datum>,
}

/// Writes datums of one stream, in any order; of several at one time the last counts.
pub async fn write(tx: &mut WriteTx, stream: i64, datums: Columns) -> Result<Written> {
    let mut written = write_many(tx, BTreeMap::from([(stream, datums)])).await?;
    Ok(written.remove(&stream).unwrap_or_default())
}

/// Writes datums of several streams.
pub async fn write_many(tx: &mut WriteTx, batches: BTreeMap<i64, Columns>) -> Result<BTreeMap<i64, Written>> {
    let (mut changes, mut touched, mut answer) = (BlockChanges::default(), Vec::new(), BTreeMap::new());
    for (id, batch) in batches {
        let batch = batch.sorted();
        check_times(&batch)?;
        let stream = lock_for(tx, id, &batch).await?;
        let shifts = shift::pending(tx, &stream).await?;
        let mut written = Written::default();
        for run in runs(&batch.times) {
            let rows = if run.len() == batch.len() { batch.clone() } else { batch.slice(run) };
            Overlaying { stream: &stream, shifts: &shifts, changes: &mut changes, written: &mut written }
                .run(tx, &rows)
                .await?;
        }
        if written.inserted > 0 || !written.replaced.is_empty() {
            touched.push(Touched {
                stream,
                batch,
                only_new: written.replaced.is_empty() && written.unchanged == 0,
            });
        }
        answer.insert(id, written);
    }
    changes.flush(tx).await?;
    rollup::update(tx, &touched).await?;
    Ok(answer)
}

/// Removes the datums at these times and returns those that were there.
pub async fn remove(tx: &mut WriteTx, stream: i64, times: &[i64]) -> Result<Vec<Datum>> {
    let mut times = times.to_vec();
    times.sort_unstable();
    times.dedup();
    let stream = streams::lock(tx, stream).await?;
    let shifts = shift::pending(tx, &stream).await?;
    let (mut changes, mut removed) = (BlockChanges::default(), Vec::new());
    for run in runs(&times) {
        let times = &times[run];
        let (Some(first), Some(last)) = (times.first(), times.last()) else { continue };
        let parts = part_numbers(tx, stream.id, utc_day(*first), utc_day(*last)).await?;
        for day in utc_day(*first)..=utc_day(*last) {
            let here = &times[times.partition_point(|&at| at < day * DAY)..];
            let here = &here[..here.partition_point(|&at| at < (day + 1) * DAY)];
            if here.is_empty() || !parts.contains_key(&day) {
                continue;
            }
            let rows = blocks::load(tx, &stream, day * DAY, (day + 1) * DAY, Wanted::All).await?;
            let (gone, kept): (Vec<usize>, Vec<usize>) =
                (0..rows.len()).partition(|&row| here.binary_search(&rows.times[row]).is_ok());
            if gone.is_empty() {
                continue;
            }
            removed.extend(gone.iter().filter_map(|&row| rows.datum(row)));
            let kept = rows.take(&kept);
            let stored = blocks::stored_form(&kept, &shifts).unwrap_or(kept);
            changes.put_day(&stream, day, &stored, &parts[&day]);
        }
    }
    changes.flush(tx).await?;
    if !removed.is_empty() {
        let batch = Columns::new(removed.iter().map(|datum| datum.at).collect());
        rollup::update(tx, &[Touched { stream, batch, only_new: false }]).await?;
    }
    Ok(removed)
}

/// Which parts each day has.
async fn part_numbers(
    session: &mut Session,
    stream: i64,
    first: i64,
    last: i64,
) -> Result<BTreeMap<i64, Vec<i64>>> {
    let rows: Vec<(i64, i64)> = query(
        "SELECT day, part FROM datum_block WHERE stream = $1 AND day >= $2 AND day <= $3 ORDER BY day, part",
    )
    .bind(stream)
    .bind(first)
    .bind(last)
    .all(session)
    .await?;
    let mut parts: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (day, part) in rows {
        parts.entry(day).or_default().push(part);
    }
    Ok(parts)
}

fn check_times(batch: &Columns) -> Result<()> {
    for at in [batch.times.first(), batch.times.last()].into_iter().flatten() {
        if !(FIRST_AT..LAST_AT).contains(at) {
            return Err(Error::Time(*at));
        }
    }
    Ok(())
}

/// Locks the stream and adds the batch's new properties to its dictionary.
async fn lock_for(tx: &mut WriteTx, id: i64, batch: &Columns) -> Result<Stream> {
    let mut stream = streams::lock(tx, id).await?;
    let known = stream.properties.len();
    for column in &batch.columns {
        stream.properties.intern(column.kind, &column.name)?;
    }
    if stream.properties.len() > known {
        query("UPDATE stream SET properties = $2 WHERE id = $1")
            .bind(id)
            .bind(stream.properties.to_text())
            .execute(tx)
            .await?;
    }
    Ok(stream)
}

/// Sorted times cut where they leave out more than a week, so that a batch of two datums ten years apart reads two
/// days and not ten years.
fn runs(times: &[i64]) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut start = 0;
    for row in 1..=times.len() {
        if row == times.len() || times[row] - times[row - 1] > RUN_GAP * DAY {
            runs.push(start..row);
            start = row;
        }
    }
    runs
}

/// A stored block as a write finds it; the body only of parts that it may touch.
type Found = (i64, i64, i64, Option<Vec<u8>>);

/// Lays one run of a batch over the stored blocks.
struct Overlaying<'w> {
    stream: &'w Stream,
    shifts: &'w [Shift],
    changes: &'w mut BlockChanges,
    written: &'w mut Written,
}

impl Overlaying<'_> {
    async fn run(mut self, tx: &mut WriteTx, batch: &Columns) -> Result<()> {
        let (Some(&first), Some(&last)) = (batch.times.first(), batch.times.last()) else { return Ok(()) };
        let (first_day, last_day) = (utc_day(first), utc_day(last));
        let hours = if first_day == last_day { (hour_part(first), hour_part(last)) } else { (1, 24) };
        let found: Vec<Found> = query(
            "SELECT day, part, count, CASE WHEN part = 0 OR (part >= $4 AND part <= $5) THEN body END \
             FROM datum_block WHERE stream = $1 AND day >= $2 AND day <= $3 ORDER BY day, part",
        )
        .bind(self.stream.id)
        .bind(first_day)
        .bind(last_day)
        .bind(hours.0)
        .bind(hours.1)
        .all(tx)
        .await?;
        let mut start = 0;
        while start < batch.len() {
            let day = utc_day(batch.times[start]);
            let end = batch.rows_between(i64::MIN, (day + 1) * DAY).end;
            let of_day: Vec<&Found> = found.iter().filter(|block| block.0 == day).collect();
            self.day(day, &of_day, &batch.slice(start..end))?;
            start = end;
        }
        Ok(())
    }

    fn day(&mut self, day: i64, found: &[&Found], batch: &Columns) -> Result<()> {
        let whole = found.iter().find(|block| block.1 == 0);
        if found.is_empty() || whole.is_some() {
            let old = self.decode(day, 0, whole.and_then(|block| block.3.as_deref()))?;
            let parts: &[i64] = if whole.is_some() { &[0] } else { &[] };
            if let Some(rows) = self.overlay(&old, batch) {
                self.changes.put_day(self.stream, day, &rows, parts);
            }
            return Ok(());
        }
        // A day that is cut into hours stays so: datums are only added here.
        let mut start = 0;
        while start < batch.len() {
            let part = hour_part(batch.times[start]);
            let end = start + batch.times[start..].partition_point(|&at| hour_part(at) == part);
            let stored = found.iter().find(|block| block.1 == part);
            let old = self.decode(day, part, stored.and_then(|block| block.3.as_deref()))?;
            if let Some(rows) = self.overlay(&old, &batch.slice(start..end)) {
                self.changes.put(self.stream, day, part, &rows);
            }
            start = end;
        }
        Ok(())
    }

    fn decode(&self, day: i64, part: i64, body: Option<&[u8]>) -> Result<Columns> {
        let Some(body) = body else { return Ok(Columns::default()) };
        let mut rows =
            blocks::decode(self.stream, BlockKey { stream: self.stream.id, day, part }, body, Wanted::All)?;
        shift::add(&mut rows, self.shifts);
        Ok(rows)
    }

    /// The rows to store; `None` when the batch says nothing new.
    fn overlay(&mut self, old: &Columns, batch: &Columns) -> Option<Columns> {
        let overlay = old.overlay(batch);
        self.written.inserted += overlay.inserted;
        self.written.unchanged += overlay.unchanged;
        let changed = overlay.inserted > 0 || !overlay.replaced.is_empty();
        self.written.replaced.extend(overlay.replaced);
        changed.then(|| blocks::stored_form(&overlay.rows, self.shifts).unwrap_or(overlay.rows))
    }
}
