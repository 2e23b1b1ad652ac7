//! Reading datums as they are. One answer is one snapshot: all functions take a session.

use gridfolio_db::{Session, query};

use crate::blocks::{self, Wanted};
use crate::calendar::DAY;
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
