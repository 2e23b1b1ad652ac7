//! Local days and months as sets of UTC hours.
//!
//! A local day is the hours that start in it, also where a zone's offset is not whole hours. Days count from
//! 1970-01-01, months from 1970-01. Nothing here reads the clock.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, date};
use jiff::tz::TimeZone;

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

    /// Wall time of an instant, its offset in seconds, and whether this wall time came before with another offset.
    pub(crate) fn wall(&self, at: i64) -> Result<(DateTime, i32, bool)> {
        let timestamp = timestamp(at)?;
        let local = self.zone.to_datetime(timestamp);
        let offset = self.zone.to_offset(timestamp);
        let earliest = self.zone.to_ambiguous_zoned(local).compatible();
        let repeated = earliest.is_ok_and(|earliest| earliest.timestamp() < timestamp);
        Ok((local, offset.seconds(), repeated))
    }

    /// Midnight of a local day as wall time, whether it exists or not.
    pub(crate) fn wall_midnight(day: i64) -> Result<DateTime> {
        Ok(date_of(day)?.at(0, 0, 0, 0))
    }
}
