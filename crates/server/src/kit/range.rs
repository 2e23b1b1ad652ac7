//! The moments that callers name, put on a zone: the one place where wall time becomes an instant.

use gridfolio_wire::time::{LocalRange, Moment, WallTime};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use utoipa::IntoParams;

use crate::kit::error::{ApiError, ApiResult};
use crate::kit::params::{FromParams, Params};

/// `start` and `end` as asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// First moment, inclusive.
    pub start: Moment,
    /// Last moment, exclusive.
    pub end: Moment,
}

/// The parameters that a range is read from.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters that `Range` is read from")]
pub struct RangeQuery {
    /// First moment: a date, wall time, or an instant with offset.
    #[param(format = DateTime)]
    start: String,
    /// Moment after the last, written likewise.
    #[param(format = DateTime)]
    end: String,
}

impl FromParams for Range {
    fn from_params(params: &Params) -> ApiResult<Self> {
        Ok(Self { start: params.moment("start")?, end: params.moment("end")? })
    }
}

impl Range {
    /// First and last instant in a zone, milliseconds; equal ones are an empty range, reversed ones a fault.
    pub fn instants(&self, zone: &TimeZone) -> ApiResult<(i64, i64)> {
        let (from, until) = (instant(self.start, zone)?, instant(self.end, zone)?);
        if until < from { Err(ApiError::bad("end: must not be before start")) } else { Ok((from, until)) }
    }

    /// The range as wall time: as it was said, or an instant in the given zone.
    pub fn local(&self, zone: &TimeZone) -> ApiResult<LocalRange> {
        let text = |moment| -> ApiResult<String> {
            let local = match moment {
                Moment::Wall(wall) => civil(wall)?,
                Moment::Instant(ms) => timestamp(ms)?.to_zoned(zone.clone()).datetime(),
            };
            Ok(local_text(local))
        };
        Ok(LocalRange { local_start_date: text(self.start)?, local_end_date: text(self.end)? })
    }
}

fn timestamp(ms: i64) -> ApiResult<Timestamp> {
    Timestamp::from_millisecond(ms)
        .map_err(|_| ApiError::bad("start, end: must be between the years 1 and 9998"))
}

fn civil(wall: WallTime) -> ApiResult<DateTime> {
    let WallTime { year, month, day, millisecond } = wall;
    let date = Date::new(year, month, day).map_err(ApiError::internal)?;
    let time = Time::midnight() + jiff::SignedDuration::from_millis(i64::from(millisecond));
    Ok(date.to_datetime(time))
}

/// Milliseconds since 1970 UTC. A wall time that occurs twice is the first, one that does not exist moves forward
/// with the clock.
pub fn instant(moment: Moment, zone: &TimeZone) -> ApiResult<i64> {
    match moment {
        Moment::Instant(ms) => timestamp(ms).map(Timestamp::as_millisecond),
        Moment::Wall(wall) => {
            let zoned = zone.to_ambiguous_zoned(civil(wall)?).compatible();
            let zoned =
                zoned.map_err(|_| ApiError::bad("start, end: must be between the years 1 and 9998"))?;
            Ok(zoned.timestamp().as_millisecond())
        }
    }
}

/// `2025-02-01T00:00:00`, with milliseconds only where there are some.
pub fn local_text(local: DateTime) -> String {
    let seconds = local.strftime("%Y-%m-%dT%H:%M:%S");
    match local.millisecond() {
        0 => seconds.to_string(),
        ms => format!("{seconds}.{ms:03}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::params::parse_moment;

    fn range(start: &str, end: &str) -> Range {
        Range { start: parse_moment(start).unwrap(), end: parse_moment(end).unwrap() }
    }

    fn instants(start: &str, end: &str, zone: &str) -> ApiResult<(i64, i64)> {
        range(start, end).instants(&TimeZone::get(zone).unwrap())
    }

    #[test]
    fn wall_time_is_the_zones() {
        let (from, until) = instants("2025-03-09", "2025-03-10", "America/New_York").unwrap();
        assert_eq!(until - from, 23 * 3_600_000);
        let same = instants("2025-03-09T00:00:00-05:00", "2025-03-10T04:00:00Z", "UTC").unwrap();
        assert_eq!((from, until), same);
        let skipped = instants("2025-03-09T02:30:00", "2025-03-10", "America/New_York").unwrap();
        assert_eq!(skipped.0, instants("2025-03-09T07:30:00Z", "2025-03-10", "UTC").unwrap().0);
    }

    #[test]
    fn an_empty_range_is_fine_and_a_reversed_one_is_not() {
        assert!(instants("2025-03-09", "2025-03-09", "UTC").is_ok());
        assert_eq!(
            instants("2025-03-09", "2025-03-08", "UTC").unwrap_err().to_string(),
            "end: must not be before start"
        );
    }

    #[test]
    fn ranges_repeat_what_was_said() {
        let denver = TimeZone::get("America/Denver").unwrap();
        let said = range("2025-02-01", "2025-02-02T03:00:00Z").local(&denver).unwrap();
        assert_eq!(said.local_start_date, "2025-02-01T00:00:00");
        assert_eq!(said.local_end_date, "2025-02-01T20:00:00");
    }
}
