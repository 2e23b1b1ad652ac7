//! Local days and months as sets of UTC hours.
//!
//! A local day is the hours that start in it, also where a zone's offset is not whole hours. Days count from
//! 1970-01-01, months from 1970-01. Nothing here reads the clock.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, date};
use jiff::tz::{Offset, TimeZone};

use crate::hour::{HOUR, hour_after};
use crate::{Error, Result};

/// Milliseconds of a UTC day.
pub(crate) const DAY: i64 = 24 * HOUR;

/// The UTC day of an instant.
pub(crate) fn utc_day(at: i64) -> i64 {
    at.div_euclid(DAY)
}

/// `1970-01-01` plus days, for messages.
pub(crate) fn day_name(day: i64) -> String {
    date_of(day).map_or_else(|_| format!("day {day}"), |date| date.to_string())
}

/// A zone by its name.
pub(crate) fn zone_named(name: &str) -> Result<TimeZone> {
    TimeZone::get(name).map_err(|_| Error::Zone(name.to_owned()))
}

fn timestamp(at: i64) -> Result<Timestamp> {
    Timestamp::from_millisecond(at).map_err(|_| Error::Time(at))
}

fn date_of(day: i64) -> Result<Date> {
    let days = jiff::Span::new().try_days(day).map_err(|_| Error::Time(day.saturating_mul(DAY)))?;
    date(1970, 1, 1).checked_add(days).map_err(|_| Error::Time(day.saturating_mul(DAY)))
}

fn day_of_date(date: Date) -> i64 {
    let midnight = date.at(0, 0, 0, 0);
    let at = midnight.to_zoned(TimeZone::UTC).map_or(0, |zoned| zoned.timestamp().as_millisecond());
    utc_day(at)
}

/// The month of a day.
pub(crate) fn month_of(day: i64) -> Result<i64> {
    let date = date_of(day)?;
    Ok((i64::from(date.year()) - 1970) * 12 + i64::from(date.month()) - 1)
}

/// The first day of a month.
pub(crate) fn first_day_of(month: i64) -> Result<i64> {
    let out = || Error::Time(month.saturating_mul(31 * DAY));
    let year = i16::try_from(1970 + month.div_euclid(12)).map_err(|_| out())?;
    let number = i8::try_from(month.rem_euclid(12) + 1).map_err(|_| out())?;
    Date::new(year, number, 1).map(day_of_date).map_err(|_| out())
}

/// The days of one zone.
#[derive(Debug, Clone)]
pub(crate) struct Calendar {
    zone: TimeZone,
}

impl Calendar {
    pub(crate) fn new(zone: TimeZone) -> Self {
        Self { zone }
    }

    /// The instant at which a local day begins: midnight, or the first moment after it that exists.
    pub(crate) fn midnight(&self, day: i64) -> Result<i64> {
        let out = |_| Error::Time(day.saturating_mul(DAY));
        let zoned = date_of(day)?.to_zoned(self.zone.clone()).map_err(out)?;
        Ok(zoned.timestamp().as_millisecond())
    }

    /// The first hour that starts in a local day.
    pub(crate) fn first_hour(&self, day: i64) -> Result<i64> {
        self.midnight(day).map(hour_after)
    }

    /// The local day that an hour belongs to.
    pub(crate) fn day_of_hour(&self, hour: i64) -> Result<i64> {
        let day = day_of_date(self.zone.to_datetime(timestamp(hour)?).date());
        if hour < self.first_hour(day)? {
            Ok(day - 1)
        } else if hour >= self.first_hour(day + 1)? {
            Ok(day + 1)
        } else {
            Ok(day)
        }
    }

    /// The offset that holds at an instant, and from when until when.
    fn offset_at(&self, at: i64) -> Result<OffsetSpan> {
        let timestamp = timestamp(at)?;
        let offset = self.zone.to_offset(timestamp);
        // Transitions are found strictly before and behind an instant.
        let before = self
            .zone
            .preceding(timestamp.saturating_add(jiff::SignedDuration::from_nanos(1)).unwrap_or(timestamp));
        let start = before.into_iter().next().map(|transition| transition.timestamp());
        let end = self.zone.following(timestamp).next().map(|transition| transition.timestamp());
        // Clocks put back repeat as much wall time as they were put back.
        let put_back = start.map_or(0, |start| {
            let earlier = start.saturating_sub(jiff::SignedDuration::from_millis(1)).unwrap_or(start);
            i64::from(self.zone.to_offset(earlier).seconds() - offset.seconds()).max(0) * 1000
        });
        let start = start.map_or(i64::MIN, Timestamp::as_millisecond);
        Ok(OffsetSpan {
            offset,
            start,
            end: end.map_or(i64::MAX, Timestamp::as_millisecond),
            repeated_until: start.saturating_add(put_back),
        })
    }

    /// Midnight of a local day as wall time, whether it exists or not.
    pub(crate) fn wall_midnight(day: i64) -> Result<DateTime> {
        Ok(date_of(day)?.at(0, 0, 0, 0))
    }
}

/// A time during which the offset does not change.
#[derive(Debug, Clone, Copy)]
struct OffsetSpan {
    offset: Offset,
    start: i64,
    end: i64,
    /// Up to here wall times came before.
    repeated_until: i64,
}

/// Wall times of many instants that lie close together.
#[derive(Debug)]
pub(crate) struct WallClock<'c> {
    calendar: &'c Calendar,
    span: Option<OffsetSpan>,
}

impl<'c> WallClock<'c> {
    pub(crate) fn new(calendar: &'c Calendar) -> Self {
        Self { calendar, span: None }
    }

    /// Wall time of an instant, its offset in seconds, and whether this wall time came before with another offset.
    pub(crate) fn read(&mut self, at: i64) -> Result<(DateTime, i32, bool)> {
        let span = match self.span {
            Some(span) if (span.start..span.end).contains(&at) => span,
            _ => *self.span.insert(self.calendar.offset_at(at)?),
        };
        let local = span.offset.to_datetime(timestamp(at)?);
        Ok((local, span.offset.seconds(), at < span.repeated_until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wall_times_of_an_autumn_night() {
        let calendar = Calendar::new(zone_named("America/New_York").unwrap());
        let mut clock = WallClock::new(&calendar);
        // 2025-11-02: 05:00Z is the first 01:00, 06:00Z the second.
        let five = 1_762_059_600_000;
        let read = |clock: &mut WallClock<'_>, hours: i64| {
            let (local, offset, repeated) = clock.read(five + hours * HOUR).unwrap();
            (local.hour(), offset / 3600, repeated)
        };
        assert_eq!(read(&mut clock, 0), (1, -4, false));
        assert_eq!(read(&mut clock, 1), (1, -5, true));
        assert_eq!(read(&mut clock, 2), (2, -5, false));
        assert_eq!(read(&mut clock, -1), (0, -4, false));
        // In spring an hour is left out, nothing repeats.
        let spring = 1_741_503_600_000;
        assert_eq!(clock.read(spring).unwrap().0.hour(), 3);
        assert!(!clock.read(spring).unwrap().2);
    }

    #[test]
    fn days_are_hours_that_start_in_them() {
        let new_york = Calendar::new(zone_named("America/New_York").unwrap());
        let hours =
            |day: i64| (new_york.first_hour(day + 1).unwrap() - new_york.first_hour(day).unwrap()) / HOUR;
        let day = |text: &str| day_of_date(text.parse().unwrap());
        assert_eq!(
            [hours(day("2025-03-09")), hours(day("2025-11-02")), hours(day("2025-11-03"))],
            [23, 25, 24]
        );
        // Midnight in Kathmandu is 18:15Z: the first hour that starts in the day is 19:00Z.
        let kathmandu = Calendar::new(zone_named("Asia/Kathmandu").unwrap());
        let first = kathmandu.first_hour(day("2025-06-02")).unwrap();
        assert_eq!(first.rem_euclid(DAY), 19 * HOUR);
        assert_eq!(kathmandu.day_of_hour(first).unwrap(), day("2025-06-02"));
        assert_eq!(kathmandu.day_of_hour(first - HOUR).unwrap(), day("2025-06-01"));
        // Beirut has days without a midnight; in St. John's clocks went back across it.
        for (zone, text) in [("Asia/Beirut", "2023-03-30"), ("America/St_Johns", "2010-11-07")] {
            let calendar = Calendar::new(zone_named(zone).unwrap());
            for day in day(text) - 2..day(text) + 3 {
                let (first, next) =
                    (calendar.first_hour(day).unwrap(), calendar.first_hour(day + 1).unwrap());
                assert!(
                    (first..next).step_by(3_600_000).all(|hour| calendar.day_of_hour(hour).unwrap() == day)
                );
            }
        }
        assert_eq!(month_of(day("1969-12-31")).unwrap(), -1);
        assert_eq!(first_day_of(-1).unwrap(), day("1969-12-01"));
    }
}
