//! Accumulated energy of one UTC hour, from rows: the rules that everything else must agree with.
//!
//! Two results stand beside each other. The *clock* result interpolates at the hour's edges and bridges no gap of
//! more than an hour; the *reading* result is the difference of meter values and loses nothing. Only a Reset record
//! explains a falling meter: a negative difference is counted as it is.

use crate::Number;

/// Milliseconds of an hour.
pub(crate) const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// Digits kept beyond the meter's own at an interpolated hour edge.
const EDGE_DIGITS: i32 = 12;

/// What a row is; the order in which rows of one instant stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowKind {
    /// A datum.
    Datum,
    /// The final values of the old meter, from a Reset record (rtype 1).
    Final,
    /// The start values of the new meter, from a Reset record (rtype 2).
    Start,
}

/// Meter values at one instant, one place per property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HourRow {
    /// Milliseconds since 1970, UTC.
    pub at: i64,
    /// Datum or half of a Reset record.
    pub kind: RowKind,
    /// Values by property; `None` where the row has none.
    pub values: Vec<Option<Number>>,
}

/// Difference, first and last value of a meter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Sum of the differences.
    pub diff: Number,
    /// First value.
    pub start: Number,
    /// Last value.
    pub end: Number,
}

impl Reading {
    /// The reading of the step between two values.
    pub(crate) fn step(start: &Number, end: &Number) -> Self {
        Self { diff: end - start, start: start.clone(), end: end.clone() }
    }

    /// One value: no difference yet.
    pub(crate) fn point(value: &Number) -> Self {
        Self { diff: Number::ZERO, start: value.clone(), end: value.clone() }
    }

    /// This reading followed by a later one.
    pub(crate) fn then(&mut self, later: &Self) {
        self.diff += &later.diff;
        self.end = later.end.clone();
    }
}

/// What an accumulating property did in an hour or any longer time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accumulated {
    /// Interpolated at the edges, for charts; 0 where only a reading is known.
    pub clock: Number,
    /// Difference of meter values, for bills.
    pub reading: Option<Reading>,
}

/// Start of the UTC hour.
pub(crate) fn hour_of(at: i64) -> i64 {
    at - at.rem_euclid(HOUR)
}

/// First full hour at or after an instant.
pub(crate) fn hour_after(at: i64) -> i64 {
    hour_of(at.saturating_add(HOUR - 1))
}

/// Whether an instant is at most one calendar year before another.
pub(crate) fn within_year(before: i64, at: i64) -> bool {
    let distance = at.saturating_sub(before);
    if distance <= 365 * DAY {
        return true;
    }
    if distance > 366 * DAY {
        return false;
    }
    let back = |at: i64| {
        let utc = jiff::Timestamp::from_millisecond(at).ok()?.to_zoned(jiff::tz::TimeZone::UTC);
        utc.checked_sub(jiff::Span::new().years(1)).ok().map(|then| then.timestamp().as_millisecond())
    };
    back(at).is_some_and(|year_ago| before >= year_ago)
}

/// The meter value interpolated at an edge between two rows, rounded once; both sides of the edge use it.
pub(crate) fn value_at_edge(from: (i64, &Number), to: (i64, &Number), edge: i64) -> Number {
    if edge == to.0 {
        return to.1.clone();
    }
    let scale = from.1.scale().max(to.1.scale()).max(0) + EDGE_DIGITS;
    let rise = (to.1 - from.1).mul_ratio(edge - from.0, to.0 - from.0, scale);
    from.1 + &rise.unwrap_or(Number::ZERO)
}

/// The clock share that the step between two rows has in the hour beginning at `start`.
pub(crate) fn clock_share(from: (i64, &Number), to: (i64, &Number), start: i64) -> Number {
    let end = start + HOUR;
    if to.0 - from.0 > HOUR || to.0 <= start || from.0 >= end || to.0 <= from.0 {
        return Number::ZERO;
    }
    let low = if from.0 < start { value_at_edge(from, to, start) } else { from.1.clone() };
    let high = if to.0 > end { value_at_edge(from, to, end) } else { to.1.clone() };
    &high - &low
}

/// Sums up one property's rows, in order, for the hour beginning at `start`.
pub(crate) fn fold_hour<'v>(
    rows: impl IntoIterator<Item = (i64, RowKind, &'v Number)>,
    start: i64,
) -> Option<Accumulated> {
    let end = start + HOUR;
    let mut sum: Option<Accumulated> = None;
    let mut previous: Option<(i64, &Number)> = None;
    for (at, kind, value) in rows {
        let sum = sum.get_or_insert(Accumulated { clock: Number::ZERO, reading: None });
        let step = previous.filter(|_| kind != RowKind::Start);
        if let Some(from) = step {
            sum.clock += &clock_share(from, (at, value), start);
        }
        let counts =
            if at < end { at > start || kind != RowKind::Final } else { at == end && kind != RowKind::Start };
        if counts {
            let diff = step.map_or(Number::ZERO, |(_, before)| value - before);
            match &mut sum.reading {
                None => sum.reading = Some(Reading { diff, start: value.clone(), end: value.clone() }),
                Some(reading) => {
                    reading.diff += &diff;
                    reading.end = value.clone();
                }
            }
        }
        previous = Some((at, value));
    }
    sum
}

/// The accumulated result of every property in the hour beginning at `start`, from rows sorted by time and kind that
/// may reach beyond the hour on both sides; `None` when the hour has no record.
pub fn hour(rows: &[HourRow], start: i64) -> Option<Vec<Option<Accumulated>>> {
    let chosen = rows_of_hour(rows, start)?;
    let places = chosen.iter().map(|row| row.values.len()).max().unwrap_or(0);
    let of_place = |place: usize| {
        let values = chosen
            .iter()
            .filter_map(|row| Some((row.at, row.kind, row.values.get(place).and_then(Option::as_ref)?)));
        // A property that only the trailing row has says nothing about this hour.
        fold_hour(values, start).filter(|sum| sum.reading.is_some())
    };
    Some((0..places).map(of_place).collect())
}

fn has_reading(row: &HourRow) -> bool {
    row.values.iter().any(Option::is_some)
}

/// The rows that concern an hour: those in it, the leading row, the trailing row.
fn rows_of_hour(rows: &[HourRow], start: i64) -> Option<Vec<&HourRow>> {
    let end = start + HOUR;
    let first = rows.partition_point(|row| row.at < start);
    let after = rows.partition_point(|row| row.at <= end);
    let inside = &rows[first..after];
    let reset_at_start = inside.iter().any(|row| row.at == start && row.kind != RowKind::Datum);
    let datum_at_start = inside.first().is_some_and(|row| row.at == start && has_reading(row));
    // The latest datum with readings, or the latest Reset, whichever is later.
    let leading =
        rows[..first].iter().rev().find(|row| has_reading(row)).filter(|row| within_year(row.at, start));
    let recorded = inside.iter().any(|row| row.at < end || row.kind != RowKind::Datum);
    let gap_hour = inside.first().is_some_and(has_reading) && leading.is_some();
    if !recorded && !gap_hour {
        return None;
    }
    let mut chosen: Vec<&HourRow> =
        leading.filter(|_| !datum_at_start && !reset_at_start).into_iter().chain(inside).collect();
    let closed = inside.last().is_none_or(|row| row.at == end || row.kind == RowKind::Start);
    if !closed {
        // A Reset beyond the end comes as its final row, which stands first.
        chosen.extend(rows.get(after).filter(|row| within_year(end, row.at)));
    }
    Some(chosen)
}

#[cfg(test)]
mod tests;
