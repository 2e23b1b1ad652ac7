//! Reading a stream piece by piece: neighbours, next rows, regions of a batch.
//!
//! Nothing here reads a whole stream at once. The newest datum is asked first: it is cheap to find, and most files
//! lie behind it.

use gridfolio_db::Session;
use gridfolio_series::{Datum, Extent, Result, extent, latest, raw};

const HOUR: i64 = 3_600_000;
/// Milliseconds of a day.
pub const DAY: i64 = 24 * HOUR;
/// Instants of a batch with a longer pause between them are worked on apart.
const PAUSE: i64 = 2 * DAY;

/// Sorted instants as ranges from first to last, both included, cut at long pauses.
pub fn regions(instants: impl IntoIterator<Item = i64>) -> Vec<(i64, i64)> {
    let mut regions: Vec<(i64, i64)> = Vec::new();
    for at in instants {
        match regions.last_mut() {
            Some(region) if at - region.1 <= PAUSE => region.1 = at,
            _ => regions.push((at, at)),
        }
    }
    regions
}

/// The datums from first to last, both included.
pub async fn between(session: &mut Session, stream: i64, (first, last): (i64, i64)) -> Result<Vec<Datum>> {
    if latest(session, stream).await?.is_none_or(|newest| newest.at < first) {
        return Ok(Vec::new());
    }
    Ok(raw(session, stream, first, last.saturating_add(1)).await?.datums().collect())
}

/// The latest datum before an instant that `wanted` accepts.
pub async fn last_before(
    session: &mut Session,
    stream: i64,
    before: i64,
    wanted: impl Fn(&Datum) -> bool,
) -> Result<Option<Datum>> {
    let newest = latest(session, stream).await?.filter(|newest| newest.at < before && wanted(newest));
    if newest.is_some() {
        return Ok(newest);
    }
    let Some(Extent { first_at, last_at, .. }) = extent(session, stream).await? else { return Ok(None) };
    let (mut until, mut width) = (before.min(last_at + 1), HOUR);
    while until > first_at {
        let from = until.saturating_sub(width).max(first_at);
        let rows = raw(session, stream, from, until).await?;
        if let Some(datum) = (0..rows.len()).rev().filter_map(|row| rows.datum(row)).find(&wanted) {
            return Ok(Some(datum));
        }
        (until, width) = (from, width.saturating_mul(8));
    }
    Ok(None)
}

/// The earliest datum from an instant on that `wanted` accepts.
pub async fn first_from(
    session: &mut Session,
    stream: i64,
    from: i64,
    wanted: impl Fn(&Datum) -> bool,
) -> Result<Option<Datum>> {
    if latest(session, stream).await?.is_none_or(|newest| newest.at < from) {
        return Ok(None);
    }
    let Some(Extent { first_at, last_at, .. }) = extent(session, stream).await? else { return Ok(None) };
    let (mut from, mut width) = (from.max(first_at), HOUR);
    while from <= last_at {
        let until = from.saturating_add(width);
        if let Some(datum) = raw(session, stream, from, until).await?.datums().find(&wanted) {
            return Ok(Some(datum));
        }
        (from, width) = (until, width.saturating_mul(8));
    }
    Ok(None)
}

/// About `limit` datums from an instant on, and where to go on; `None` at the end of the stream.
pub async fn next_rows(
    session: &mut Session,
    stream: i64,
    from: i64,
    limit: usize,
) -> Result<Option<(Vec<Datum>, i64)>> {
    let Some(Extent { first_at, last_at, .. }) = extent(session, stream).await? else { return Ok(None) };
    let (mut from, mut width) = (from.max(first_at), DAY);
    let mut rows = Vec::new();
    while from <= last_at && rows.len() < limit {
        let until = from.saturating_add(width);
        let before = rows.len();
        rows.extend(raw(session, stream, from, until).await?.datums());
        from = until;
        // Wide steps over times without data, a day at a time where there are some.
        width = if rows.len() == before { width.saturating_mul(4) } else { DAY };
    }
    Ok((!rows.is_empty()).then_some((rows, from)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_cut_at_long_pauses() {
        assert_eq!(regions([]), []);
        assert_eq!(regions([5]), [(5, 5)]);
        assert_eq!(regions([0, DAY, 3 * DAY, 5 * DAY + 1]), [(0, 3 * DAY), (5 * DAY + 1, 5 * DAY + 1)]);
    }
}
