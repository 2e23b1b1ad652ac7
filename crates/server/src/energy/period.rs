//! The period and buckets that a caller asks for, put into a project's time zone.

use gridfolio_series::{BucketKey, BucketSize, Window};
use gridfolio_wire::time::{Aggregation, BucketWord, LocalRange, Moment, WallTime};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use utoipa::IntoParams;

use crate::kit::error::{ApiError, ApiResult};
use crate::kit::params::{FromParams, Params};

/// A period and a bucket size, as asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// First moment, inclusive.
    pub start: Moment,
    /// Last moment, exclusive.
    pub end: Moment,
    /// Bucket size; a day unless said.
    pub bucket: BucketWord,
}

/// The period of an energy query.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters that `Period` is read from")]
pub struct PeriodQuery {
    /// First moment: a date, wall time in the project's zone, or an instant with offset.
    #[param(format = DateTime)]
    start: String,
    /// Moment after the last, written likewise.
    #[param(format = DateTime)]
    end: String,
    /// Bucket size; a day unless said. `FiveMinute`, `FifteenMinute` and `ThirtyMinute`, in any case, are understood.
    aggregation: Option<Aggregation>,
}

impl FromParams for Period {
    fn from_params(params: &Params) -> ApiResult<Self> {
        let bucket = params.bucket("aggregation")?.unwrap_or(BucketWord::Named(Aggregation::Day));
        Ok(Self { start: params.moment("start")?, end: params.moment("end")?, bucket })
    }
}

/// The size of a bucket in the datum store.
pub fn bucket_size(word: BucketWord) -> BucketSize {
    match word {
        BucketWord::ThirtyMinute => BucketSize::ThirtyMinute,
        BucketWord::Named(aggregation) => match aggregation {
            Aggregation::Year => BucketSize::Year,
            Aggregation::Month => BucketSize::Month,
            Aggregation::Day => BucketSize::Day,
            Aggregation::Hour => BucketSize::Hour,
            Aggregation::FifteenMinute => BucketSize::FifteenMinute,
            Aggregation::FiveMinute => BucketSize::FiveMinute,
        },
    }
}

impl Period {
    /// The window in a zone.
    pub fn window(&self, zone: &TimeZone) -> ApiResult<Window> {
        let (from, until) = (instant(self.start, zone)?, instant(self.end, zone)?);
        if until < from {
            return Err(ApiError::bad("end: must not be before start"));
        }
        Ok(Window { from, until, zone: zone.clone(), size: bucket_size(self.bucket) })
    }

    /// The period as wall time: as it was said, or an instant in the given zone.
    pub fn local_range(&self, zone: &TimeZone) -> ApiResult<LocalRange> {
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

/// A wall time that occurs twice is the first, one that does not exist moves forward with the clock.
fn instant(moment: Moment, zone: &TimeZone) -> ApiResult<i64> {
    match moment {
        Moment::Instant(ms) => timestamp(ms).map(jiff::Timestamp::as_millisecond),
        Moment::Wall(wall) => {
            let zoned = zone.to_ambiguous_zoned(civil(wall)?).compatible();
            let zoned =
                zoned.map_err(|_| ApiError::bad("start, end: must be between the years 1 and 9998"))?;
            Ok(zoned.timestamp().as_millisecond())
        }
    }
}

/// `2025-02-01T00:00:00`, with milliseconds only where there are some.
fn local_text(local: DateTime) -> String {
    let seconds = local.strftime("%Y-%m-%dT%H:%M:%S");
    match local.millisecond() {
        0 => seconds.to_string(),
        ms => format!("{seconds}.{ms:03}"),
    }
}

/// The key of a bucket: local wall time of its start; the second of two equal ones carries its offset.
pub fn bucket_key(key: &BucketKey) -> String {
    let local = local_text(key.local);
    if !key.repeated {
        return local;
    }
    let minutes = key.offset_seconds / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{local}{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::params::parse_moment;

    fn window(start: &str, end: &str, zone: &str) -> ApiResult<Window> {
        let bucket = BucketWord::Named(Aggregation::Day);
        let period = Period { start: parse_moment(start).unwrap(), end: parse_moment(end).unwrap(), bucket };
        period.window(&TimeZone::get(zone).unwrap())
    }

    #[test]
    fn wall_time_is_the_projects() {
        let day = window("2025-03-09", "2025-03-10", "America/New_York").unwrap();
        assert_eq!(day.until - day.from, 23 * 3_600_000);
        let same = window("2025-03-09T00:00:00-05:00", "2025-03-10T04:00:00Z", "UTC").unwrap();
        assert_eq!((day.from, day.until), (same.from, same.until));
        let skipped = window("2025-03-09T02:30:00", "2025-03-10", "America/New_York").unwrap();
        assert_eq!(skipped.from, window("2025-03-09T07:30:00Z", "2025-03-10", "UTC").unwrap().from);
    }

    #[test]
    fn an_empty_period_is_fine_and_a_reversed_one_is_not() {
        assert!(window("2025-03-09", "2025-03-09", "UTC").is_ok());
        assert_eq!(
            window("2025-03-09", "2025-03-08", "UTC").unwrap_err().to_string(),
            "end: must not be before start"
        );
    }

    #[test]
    fn ranges_repeat_what_was_said() {
        let bucket = BucketWord::Named(Aggregation::Day);
        let (start, end) =
            (parse_moment("2025-02-01").unwrap(), parse_moment("2025-02-02T03:00:00Z").unwrap());
        let range =
            Period { start, end, bucket }.local_range(&TimeZone::get("America/Denver").unwrap()).unwrap();
        assert_eq!(range.local_start_date, "2025-02-01T00:00:00");
        assert_eq!(range.local_end_date, "2025-02-01T20:00:00");
    }
}
