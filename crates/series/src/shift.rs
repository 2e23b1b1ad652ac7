//! Shifts: from an instant on, all values of a meter carry a constant more.
//!
//! Recomputing derived energy changes everything behind the changed stretch by one constant. The constant is noted
//! at once and readers add it; a job rewrites the blocks behind the mark in batches.

use gridfolio_db::{Session, WriteTx, query};

use crate::blocks::{self, BlockChanges, Wanted};
use crate::calendar::{Calendar, DAY, month_of, utc_day, zone_named};
use crate::codec::block::BlockKey;
use crate::columns::{Columns, Data};
use crate::hour::{HOUR, hour_of};
use crate::streams::{self, Stream};
use crate::{Error, Number, PropertyKind, Result};

/// Blocks that one step looks at.
const STEP_BLOCKS: i64 = 64;

/// A shift that is not applied to the blocks yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shift {
    pub(crate) id: i64,
    pub(crate) property: String,
    pub(crate) next_at: i64,
    pub(crate) delta: Number,
}

/// The pending shifts of a stream.
pub(crate) async fn pending(session: &mut Session, stream: &Stream) -> Result<Vec<Shift>> {
    if stream.shifts == 0 {
        return Ok(Vec::new());
    }
    let rows: Vec<(i64, String, i64, String)> =
        query("SELECT id, property, next_at, delta FROM datum_shift WHERE stream = $1 ORDER BY id")
            .bind(stream.id)
            .all(session)
            .await?;
    let shift = |(id, property, next_at, delta): (i64, String, i64, String)| {
        let delta = Number::from_stored(&delta).ok_or_else(|| Error::Corrupt {
            stream: stream.id,
            day: "every day".to_owned(),
            what: "delta of a shift",
        })?;
        Ok(Shift { id, property, next_at, delta })
    };
    rows.into_iter().map(shift).collect()
}

/// Stored values become true ones.
pub(crate) fn add(rows: &mut Columns, shifts: &[Shift]) {
    for shift in shifts {
        change(rows, shift, &shift.delta);
    }
}

/// True values become stored ones.
pub(crate) fn subtract(rows: &mut Columns, shifts: &[Shift]) {
    for shift in shifts {
        change(rows, shift, &-&shift.delta);
    }
}

fn change(rows: &mut Columns, shift: &Shift, delta: &Number) {
    let first = rows.times.partition_point(|&at| at < shift.next_at);
    if first == rows.len() {
        return;
    }
    let column = rows
        .columns
        .iter_mut()
        .find(|column| column.kind == PropertyKind::Accumulating && *column.name == *shift.property);
    if let Some(column) = column {
        let values = (0..column.data.len()).map(|row| {
            let value = column.data.number(row)?;
            Some(if row < first { value } else { &value + delta })
        });
        column.data = Data::from_numbers(values.collect());
    }
}

/// From `from_at` on, all values of an accumulating property carry `delta` more. Noted at once; readers add it, and
/// [`advance_shift`] rewrites the blocks. Aggregates from that day on are dropped until [`crate::settle`].
pub async fn begin_shift(
    tx: &mut WriteTx,
    stream: i64,
    property: &str,
    from_at: i64,
    delta: &Number,
) -> Result<()> {
    let stream = streams::lock(tx, stream).await?;
    if delta.is_zero() || stream.properties.index(PropertyKind::Accumulating, property).is_none() {
        return Ok(());
    }
    let calendar = Calendar::new(zone_named(&stream.zone)?);
    let day = calendar.day_of_hour(hour_of(from_at))?;
    let day = stream.stale_from.map_or(day, |stale| stale.min(day));
    let id = streams::next_id(tx, "shift").await?;
    query("INSERT INTO datum_shift (id, stream, property, next_at, delta) VALUES ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(stream.id)
        .bind(property)
        .bind(from_at)
        .bind(delta.to_string())
        .execute(tx)
        .await?;
    query("UPDATE stream SET shifts = shifts + 1, stale_from = $2 WHERE id = $1")
        .bind(stream.id)
        .bind(day)
        .execute(tx)
        .await?;
    for (kind, start) in [(crate::rollup::DAYS, day), (crate::rollup::MONTHS, month_of_stale(day)?)] {
        query("DELETE FROM datum_agg WHERE stream = $1 AND kind = $2 AND start >= $3")
            .bind(stream.id)
            .bind(kind)
            .bind(start)
            .execute(tx)
            .await?;
    }
    Ok(())
}

fn month_of_stale(day: i64) -> Result<i64> {
    // A change of zone has dropped everything already.
    if day == i64::MIN { Ok(i64::MIN) } else { month_of(day) }
}

/// Applies pending shifts (of one stream, or of any) to about `max_datums` datums; tells whether shifts are left.
pub async fn advance_shift(tx: &mut WriteTx, stream: Option<i64>, max_datums: usize) -> Result<bool> {
    let Some((id, of)) = first_pending(tx, stream).await? else { return Ok(false) };
    let wanted = stream;
    let stream = streams::lock(tx, of).await?;
    // Another process may have moved or finished it before the lock.
    if let Some(shift) = pending(tx, &stream).await?.into_iter().find(|shift| shift.id == id) {
        step(tx, &stream, &shift, max_datums).await?;
    }
    Ok(first_pending(tx, wanted).await?.is_some())
}

/// Id and stream of a pending shift.
async fn first_pending(session: &mut Session, stream: Option<i64>) -> Result<Option<(i64, i64)>> {
    let stream = if stream.is_some() {
        stream
    } else {
        let shifted = query("SELECT id FROM stream WHERE shifts > 0 ORDER BY id LIMIT 1");
        shifted.optional::<(i64,)>(session).await?.map(|(id,)| id)
    };
    let Some(stream) = stream else { return Ok(None) };
    let one = query("SELECT id, stream FROM datum_shift WHERE stream = $1 ORDER BY id LIMIT 1");
    Ok(one.bind(stream).optional(session).await?)
}

async fn step(tx: &mut WriteTx, stream: &Stream, shift: &Shift, max_datums: usize) -> Result<()> {
    let found: Vec<(i64, i64, i64, Vec<u8>)> = query(
        "SELECT day, part, count, body FROM datum_block WHERE stream = $1 AND day >= $2 AND last_at >= $3 \
         ORDER BY day, part LIMIT $4",
    )
    .bind(stream.id)
    .bind(utc_day(shift.next_at))
    .bind(shift.next_at)
    .bind(STEP_BLOCKS)
    .all(tx)
    .await?;
    let (mut changes, mut datums, mut next_at) = (BlockChanges::default(), 0, None);
    for (day, part, count, body) in found {
        if datums >= max_datums {
            break;
        }
        let key = BlockKey { stream: stream.id, day, part };
        let mut rows = blocks::decode(stream, key, &body, Wanted::All)?;
        change(&mut rows, shift, &shift.delta);
        changes.put(stream, day, part, &rows);
        datums += usize::try_from(count).unwrap_or(usize::MAX);
        next_at = Some(if part == 0 { (day + 1) * DAY } else { day * DAY + part * HOUR });
    }
    changes.flush(tx).await?;
    if let Some(next_at) = next_at {
        let moved = query("UPDATE datum_shift SET next_at = $2 WHERE id = $1");
        moved.bind(shift.id).bind(next_at).execute(tx).await?;
    } else {
        query("DELETE FROM datum_shift WHERE id = $1").bind(shift.id).execute(tx).await?;
        query("UPDATE stream SET shifts = shifts - 1 WHERE id = $1").bind(stream.id).execute(tx).await?;
    }
    Ok(())
}
