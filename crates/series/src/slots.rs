//! Buckets shorter than an hour, from datums.

use std::ops::Range;

use gridfolio_db::Session;

use crate::blocks::{self, Wanted};
use crate::chain::Gathered;
use crate::columns::Columns;
use crate::hour::HOUR;
use crate::slot::{slot_clock, slot_of};
use crate::streams::Stream;
use crate::summary::{Acc, Builder};
use crate::window::Window;
use crate::{Number, PropertyKind, Result};

/// Hours that are read at a time.
const CHUNK: i64 = 32 * 24 * HOUR;

/// The slots of one stream that start in the window and have a datum.
pub(crate) async fn gather(
    session: &mut Session,
    stream: &Stream,
    window: &Window,
    length: i64,
    wanted: Wanted<'_>,
) -> Result<Vec<(i64, Gathered)>> {
    let bounds = crate::read::bounds(session, stream.id).await?;
    let Some((first_at, last_at)) = bounds else { return Ok(Vec::new()) };
    let first = slot_of(window.from.saturating_add(length - 1), length);
    let end = slot_of(window.until.saturating_add(length - 1), length);
    let mut start = first.max(slot_of(first_at, length));
    let end = end.min(slot_of(last_at, length) + length);
    let mut slots = Vec::new();
    while start < end {
        let chunk = start..(start - start.rem_euclid(CHUNK) + CHUNK).min(end);
        // Steps of up to an hour cross the edges.
        let rows = blocks::load(session, stream, chunk.start - HOUR, chunk.end + HOUR + 1, wanted).await?;
        chunk_slots(stream, &rows, &chunk, length, &mut slots);
        start = chunk.end;
    }
    Ok(slots)
}

fn chunk_slots(
    stream: &Stream,
    rows: &Columns,
    chunk: &Range<i64>,
    length: i64,
    slots: &mut Vec<(i64, Gathered)>,
) {
    let builder = Builder::new(rows, &stream.properties);
    let inside = rows.rows_between(chunk.start, chunk.end);
    let base = slots.len();
    let mut row = inside.start;
    while row < inside.end {
        let slot = slot_of(rows.times[row], length);
        let end = row + rows.times[row..inside.end].partition_point(|&at| at < slot + length);
        let statistics = builder.statistics(row..end);
        slots.push((
            slot,
            Gathered {
                inst: statistics.inst,
                status: statistics.status,
                tags: statistics.tags,
                ..Gathered::default()
            },
        ));
        row = end;
    }
    for column in rows.columns.iter().filter(|column| column.kind == PropertyKind::Accumulating) {
        let Some(property) = stream.properties.index(column.kind, &column.name) else { continue };
        let values: Vec<(i64, Number)> =
            (0..rows.len()).filter_map(|row| Some((rows.times[row], column.number(row)?))).collect();
        let mut own = slots[base..].iter_mut();
        for (slot, clock) in slot_clock(&values, length) {
            // Both are in order of time; slots of values at the chunk's edges are not asked for.
            if chunk.contains(&slot)
                && let Some((_, gathered)) = own.find(|(start, _)| *start == slot)
            {
                gathered.acc.insert(property, Acc { clock, ..Acc::default() });
            }
        }
    }
}
