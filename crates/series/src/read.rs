//! Reading datums as they are. One answer is one snapshot: all functions take a session.

use gridfolio_db::{Query, Session, query};

use crate::blocks::{self, Wanted};
use crate::calendar::{DAY, utc_day};
use crate::columns::Columns;
use crate::streams;
use crate::{Datum, Result};

/// First and last time of a stream, and how many datums it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Time of the first datum, milliseconds since 1970, UTC.
    pub first_at: i64,
    /// Time of the last datum.
    pub last_at: i64,
    /// Number of datums.
    pub count: u64,
}

/// The datums of a stream with `from <= at < until`, in order of time.
pub async fn raw(session: &mut Session, stream: i64, from: i64, until: i64) -> Result<Columns> {
    let stream = streams::get_stream(session, stream).await?;
    blocks::load(session, &stream, from, until, Wanted::All).await
}

/// Extent of a stream; `None` without datums.
pub async fn extent(session: &mut Session, stream: i64) -> Result<Option<Extent>> {
    let Some((first_at, last_at)) = bounds(session, stream).await? else { return Ok(None) };
    let (count,): (i64,) = query("SELECT CAST(SUM(count) AS BIGINT) FROM datum_block WHERE stream = $1")
        .bind(stream)
        .one(session)
        .await?;
    Ok(Some(Extent { first_at, last_at, count: u64::try_from(count).unwrap_or(0) }))
}

/// Extent of those datums of a stream with `from <= at < until`; `None` when there are none. Decodes only the blocks at
/// the edges.
pub async fn extent_between(
    session: &mut Session,
    stream: i64,
    from: i64,
    until: i64,
) -> Result<Option<Extent>> {
    let stream = streams::get_stream(session, stream).await?;
    let sql = "SELECT first_at, last_at, count FROM datum_block \
         WHERE stream = $1 AND day >= $2 AND day <= $3 AND first_at < $5 AND last_at >= $4 ORDER BY day, part";
    let rows: Vec<(i64, i64, i64)> = between(sql, stream.id, from, until).all(session).await?;
    let mut found: Option<Extent> = None;
    for (first_at, last_at, count) in rows {
        let mut block = Extent { first_at, last_at, count: u64::try_from(count).unwrap_or(0) };
        if first_at < from || last_at >= until {
            let (from, until) = (from.max(first_at), until.min(last_at + 1));
            let inside = blocks::load(session, &stream, from, until, Wanted::Named(&[])).await?.times;
            let (Some(&first_at), Some(&last_at)) = (inside.first(), inside.last()) else { continue };
            block = Extent { first_at, last_at, count: inside.len() as u64 };
        }
        found = Some(match found {
            None => block,
            Some(sum) => Extent { last_at: block.last_at, count: sum.count + block.count, ..sum },
        });
    }
    Ok(found)
}

/// A statement over the blocks of a stream that reach into `from <= at < until`: `$1` the stream, `$2` and `$3` the UTC
/// days, `$4` and `$5` the instants.
fn between(sql: &'static str, stream: i64, from: i64, until: i64) -> Query {
    query(sql).bind(stream).bind(utc_day(from)).bind(utc_day(until)).bind(from).bind(until)
}

/// The first instants with datums in `from <= at < until`: those of whole UTC days (and the rest of a first one), as
/// few days as give `limit` of them, and at most 96 blocks. Empty: there are none.
pub async fn instants(
    session: &mut Session,
    stream: i64,
    from: i64,
    until: i64,
    limit: u64,
) -> Result<Vec<i64>> {
    let stream = streams::get_stream(session, stream).await?;
    let sql = "SELECT day, last_at, count FROM datum_block WHERE stream = $1 AND day >= $2 AND day <= $3 \
         AND first_at < $5 AND last_at >= $4 ORDER BY day, part LIMIT 96";
    let rows: Vec<(i64, i64, i64)> = between(sql, stream.id, from, until).all(session).await?;
    let (mut end, mut count, mut last_day) = (from, 0, i64::MIN);
    for (day, last_at, datums) in rows {
        if count >= limit && day != last_day {
            break;
        }
        (end, count, last_day) = (last_at + 1, count + u64::try_from(datums).unwrap_or(0), day);
    }
    Ok(blocks::load(session, &stream, from, end.min(until), Wanted::Named(&[])).await?.times)
}

/// The instants of a stream's newest datums: those of its last blocks, so many at most.
pub async fn newest_instants(session: &mut Session, stream: i64, blocks: i64) -> Result<Vec<i64>> {
    let stream = streams::get_stream(session, stream).await?;
    let rows: Vec<(i64, i64)> = query(
        "SELECT first_at, last_at FROM datum_block WHERE stream = $1 ORDER BY day DESC, part DESC LIMIT $2",
    )
    .bind(stream.id)
    .bind(blocks)
    .all(session)
    .await?;
    let (Some(&(_, last)), Some(&(first, _))) = (rows.first(), rows.last()) else { return Ok(Vec::new()) };
    Ok(blocks::load(session, &stream, first, last + 1, Wanted::Named(&[])).await?.times)
}

/// Times of the first and last datum of a stream, from the index of blocks; `None` without datums.
pub async fn bounds(session: &mut Session, stream: i64) -> Result<Option<(i64, i64)>> {
    let first: Option<(i64,)> =
        query("SELECT first_at FROM datum_block WHERE stream = $1 ORDER BY day, part LIMIT 1")
            .bind(stream)
            .optional(session)
            .await?;
    let last: Option<(i64,)> =
        query("SELECT last_at FROM datum_block WHERE stream = $1 ORDER BY day DESC, part DESC LIMIT 1")
            .bind(stream)
            .optional(session)
            .await?;
    Ok(first.zip(last).map(|((first,), (last,))| (first, last)))
}

/// The newest datum of a stream.
pub async fn latest(session: &mut Session, stream: i64) -> Result<Option<Datum>> {
    let stream = streams::get_stream(session, stream).await?;
    let found: Option<(i64, i64)> =
        query("SELECT day, last_at FROM datum_block WHERE stream = $1 ORDER BY day DESC, part DESC LIMIT 1")
            .bind(stream.id)
            .optional(session)
            .await?;
    let Some((day, last_at)) = found else { return Ok(None) };
    let rows = blocks::load(session, &stream, last_at, (day + 1) * DAY, Wanted::All).await?;
    Ok(rows.datum(0))
}
