//! Blocks in the database: reading ranges of datums, and what a write puts there.

use gridfolio_db::{Arg, Insert, Session, WriteTx, query};

use crate::calendar::{DAY, day_name, utc_day};
use crate::codec::block::{self, BlockKey};
use crate::columns::Columns;
use crate::hour::HOUR;
use crate::shift::{self, Shift};
use crate::streams::Stream;
use crate::{Error, PropertyKind, Result};

/// Datums that a day's one block may hold; more are cut into hours.
pub(crate) const DAY_LIMIT: usize = 2048;

/// Which properties a read decodes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted<'n> {
    All,
    /// These names of any kind, and every accumulating property: the rule for leading rows needs to see them.
    Named(&'n [&'n str]),
}

impl Wanted<'_> {
    fn wants(self, stream: &Stream, index: usize) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => stream
                .properties
                .get(index)
                .is_none_or(|(kind, name)| kind == PropertyKind::Accumulating || names.contains(&&**name)),
        }
    }
}

/// Decodes one block.
pub(crate) fn decode(stream: &Stream, key: BlockKey, body: &[u8], wanted: Wanted<'_>) -> Result<Columns> {
    block::decode(key, body, &stream.properties, &|index| wanted.wants(stream, index))
        .map_err(|what| Error::Corrupt { stream: stream.id, day: day_name(key.day), what })
}

/// The datums of a stream in the half-open range, pending shifts included.
pub(crate) async fn load(
    session: &mut Session,
    stream: &Stream,
    from: i64,
    until: i64,
    wanted: Wanted<'_>,
) -> Result<Columns> {
    if from >= until {
        return Ok(Columns::default());
    }
    let rows: Vec<(i64, i64, Vec<u8>)> = query(
        "SELECT day, part, body FROM datum_block WHERE stream = $1 AND day >= $2 AND day <= $3 ORDER BY day, part",
    )
    .bind(stream.id)
    .bind(utc_day(from))
    .bind(utc_day(until - 1))
    .all(session)
    .await?;
    let mut parts = Vec::with_capacity(rows.len());
    for (day, part, body) in rows {
        let columns = decode(stream, BlockKey { stream: stream.id, day, part }, &body, wanted)?;
        let inside = columns.rows_between(from, until);
        parts.push(if inside.len() == columns.len() { columns } else { columns.slice(inside) });
    }
    let mut all =
        if parts.len() == 1 { parts.remove(0) } else { Columns::concat(&parts.iter().collect::<Vec<_>>()) };
    shift::add(&mut all, &shift::pending(session, stream).await?);
    Ok(all)
}

/// The latest datum with an accumulating property before an instant, at most a year and a bit back.
pub(crate) async fn latest_reading_before(
    session: &mut Session,
    stream: &Stream,
    before: i64,
) -> Result<Option<Columns>> {
    if stream.first_day.is_none_or(|day| day.saturating_mul(DAY) >= before) {
        return Ok(None);
    }
    let found: Option<(i64, i64, Vec<u8>)> = query(
        "SELECT day, part, body FROM datum_block WHERE stream = $1 AND day <= $2 AND day >= $3 \
         AND first_reading_at < $4 ORDER BY day DESC, part DESC LIMIT 1",
    )
    .bind(stream.id)
    .bind(utc_day(before))
    .bind(utc_day(before) - 368)
    .bind(before)
    .optional(session)
    .await?;
    let Some((day, part, body)) = found else { return Ok(None) };
    let rows = decode(stream, BlockKey { stream: stream.id, day, part }, &body, Wanted::Named(&[]))?;
    let end = rows.rows_between(i64::MIN, before).end;
    let Some(row) = (0..end).rev().find(|&row| rows.has_reading(row)) else { return Ok(None) };
    let mut one = rows.slice(row..row + 1);
    shift::add(&mut one, &shift::pending(session, stream).await?);
    Ok(Some(one))
}

/// The part of a day that an instant falls into when the day is cut into hours.
pub(crate) fn hour_part(at: i64) -> i64 {
    1 + at.rem_euclid(DAY) / HOUR
}

/// Changes of blocks, gathered for a few statements.
#[derive(Debug, Default)]
pub(crate) struct BlockChanges {
    puts: Vec<[Arg; 8]>,
    deletes: Vec<BlockKey>,
}

impl BlockChanges {
    pub(crate) fn put(&mut self, stream: &Stream, day: i64, part: i64, rows: &Columns) {
        let key = BlockKey { stream: stream.id, day, part };
        let (Some(first), Some(last)) = (rows.times.first(), rows.times.last()) else {
            self.deletes.push(key);
            return;
        };
        let first_reading = (0..rows.len()).find(|&row| rows.has_reading(row)).map(|row| rows.times[row]);
        self.puts.push([
            Arg::from(key.stream),
            Arg::from(day),
            Arg::from(part),
            Arg::from(i64::try_from(rows.len()).unwrap_or(i64::MAX)),
            Arg::from(*first),
            Arg::from(*last),
            Arg::from(first_reading),
            Arg::from(block::encode(key, rows, &stream.properties)),
        ]);
    }

    pub(crate) fn delete(&mut self, key: BlockKey) {
        self.deletes.push(key);
    }

    /// Puts the rows of a whole day: one block, or hours where they are too many. `old_parts` are those in the
    /// database now.
    pub(crate) fn put_day(&mut self, stream: &Stream, day: i64, rows: &Columns, old_parts: &[i64]) {
        let mut parts = Vec::new();
        if rows.len() > DAY_LIMIT {
            let mut start = 0;
            while start < rows.len() {
                let part = hour_part(rows.times[start]);
                let end = start + rows.times[start..].partition_point(|&at| hour_part(at) == part);
                self.put(stream, day, part, &rows.slice(start..end));
                parts.push(part);
                start = end;
            }
        } else if !rows.is_empty() {
            self.put(stream, day, 0, rows);
            parts.push(0);
        }
        for part in old_parts.iter().filter(|part| !parts.contains(part)) {
            self.delete(BlockKey { stream: stream.id, day, part: *part });
        }
    }

    pub(crate) async fn flush(self, tx: &mut WriteTx) -> Result<()> {
        for key in self.deletes {
            query("DELETE FROM datum_block WHERE stream = $1 AND day = $2 AND part = $3")
                .bind(key.stream)
                .bind(key.day)
                .bind(key.part)
                .execute(tx)
                .await?;
        }
        PUT.execute(tx, self.puts).await?;
        Ok(())
    }
}

const PUT: Insert = Insert {
    head: "INSERT INTO datum_block (stream, day, part, count, first_at, last_at, first_reading_at, body)",
    tail: "ON CONFLICT (stream, day, part) DO UPDATE SET count = excluded.count, first_at = excluded.first_at, \
        last_at = excluded.last_at, first_reading_at = excluded.first_reading_at, body = excluded.body",
};

/// Shifts are part of what a stored value means.
pub(crate) fn stored_form(rows: &Columns, shifts: &[Shift]) -> Option<Columns> {
    if shifts.is_empty() {
        return None;
    }
    let mut rows = rows.clone();
    shift::subtract(&mut rows, shifts);
    Some(rows)
}
