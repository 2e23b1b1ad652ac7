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
    let Some(extent) = extent(session, stream.id).await? else { return Ok(Columns::default()) };
    let (from, until) = (from.max(extent.first_at), until.min(extent.last_at.saturating_add(1)));
    blocks::load(session, &stream, from, until, Wanted::All).await
}

/// Extent of a stream; `None` without datums.
pub async fn extent(session: &mut Session, stream: i64) -> Result<Option<Extent>> {
    let (first_at, last_at, count): (Option<i64>, Option<i64>, Option<i64>) = query(
        "SELECT MIN(first_at), MAX(last_at), CAST(SUM(count) AS BIGINT) FROM datum_block WHERE stream = $1",
    )
    .bind(stream)
    .one(session)
    .await?;
    let count = count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
    Ok(first_at.zip(last_at).map(|(first_at, last_at)| Extent { first_at, last_at, count }))
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
