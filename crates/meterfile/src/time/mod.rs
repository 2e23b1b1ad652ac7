//! Reading times: the formats, how they are found out, and what a local time means.
//!
//! Nothing here reads the clock, and no format is preferred by custom of a country.

mod detect;
mod iso;
mod local;

use std::fmt;
use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::Offset;

use crate::OptionError;
pub(crate) use detect::{Detection, choose, detect};
pub(crate) use local::LocalTimes;

/// Years that a meter file may hold; anything else is a typing error.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2200;
/// 1900-01-01 and 2201-01-01, milliseconds.
const EPOCH_RANGE: std::ops::Range<i64> = -2_208_988_800_000..7_289_654_400_000;

/// How times are written, as the caller says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimeFormat {
    /// ISO 8601, with or without offset.
    Iso,
    /// Seconds or milliseconds since 1970-01-01T00:00Z; which of the two is found out from the file.
    Epoch,
    /// A strftime pattern.
    Pattern(String),
}

impl FromStr for TimeFormat {
    type Err = OptionError;

    fn from_str(text: &str) -> Result<Self, OptionError> {
        match text {
            "iso" => Ok(Self::Iso),
            "epoch" => Ok(Self::Epoch),
            pattern => {
                check_pattern(pattern)
                    .map_err(|reason| OptionError::TimeFormat { format: pattern.to_owned(), reason })?;
                Ok(Self::Pattern(pattern.to_owned()))
            }
        }
    }
}

/// A pattern must give back a time that it has written.
fn check_pattern(pattern: &str) -> Result<(), &'static str> {
    if !pattern.contains('%') {
        return Err("is no time format");
    }
    let civil = DateTime::constant(2022, 11, 23, 14, 0, 0, 0);
    let sample = civil.to_zoned(Offset::UTC.to_time_zone()).map_err(|_| "is no time format")?;
    let written =
        jiff::fmt::strtime::format(pattern, &sample).map_err(|_| "has a part that is not supported")?;
    let read = BrokenDownTime::parse(pattern, &written).map_err(|_| "has a part that cannot be read back")?;
    if read.iana_time_zone().is_some() {
        return Err("has a zone in each line, which is not supported");
    }
    let read = match read.timestamp() {
        Some(at) => Offset::UTC.to_datetime(at),
        None => read.to_datetime().map_err(|_| "does not make a whole date")?,
    };
    match (read.date() == civil.date(), read.hour()) {
        (true, 14 | 0) => Ok(()),
        (true, _) => Err("has hours of a 12-hour clock without %p"),
        (false, _) => Err("does not make a whole date"),
    }
}

/// How the times of one file are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimeReader {
    /// ISO 8601.
    Iso,
    /// Seconds since 1970, with decimals.
    EpochSeconds,
    /// Milliseconds since 1970.
    EpochMillis,
    /// A strftime pattern.
    Pattern(String),
}

impl fmt::Display for TimeReader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Iso => "iso",
            Self::EpochSeconds => "epoch (seconds)",
            Self::EpochMillis => "epoch (milliseconds)",
            Self::Pattern(pattern) => pattern,
        })
    }
}

/// A time as read, before any zone is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// An instant, milliseconds since 1970.
    Exact(i64),
    /// What a clock on a wall showed.
    Local(DateTime),
}

impl Moment {
    fn exact(civil: DateTime, offset: Offset) -> Result<Self, TimeFault> {
        if !YEARS.contains(&civil.year()) {
            return Err(TimeFault::Year);
        }
        offset
            .to_timestamp(civil)
            .map(|at| Self::Exact(at.as_millisecond()))
            .map_err(|_| TimeFault::NoSuchTime)
    }
}

/// Reads one instant in ISO 8601 as a line of a file is read, in milliseconds since 1970: a time without offset is the
/// zone's. There is no order of lines here that could settle a time that occurs twice, so it is refused. The error
/// completes "the time …".
pub fn read_instant(text: &str, zone: &jiff::tz::TimeZone) -> Result<i64, String> {
    let civil = match TimeReader::Iso.read(text.trim()) {
        Ok(Moment::Exact(at)) => return Ok(at),
        Ok(Moment::Local(civil)) => civil,
        Err(TimeFault::Form) => {
            return Err(format!("{text:?} must have a form such as 2025-06-01 or 2025-06-01T12:00:00-06:00"));
        }
        Err(TimeFault::NoSuchTime) => return Err(format!("{text:?} does not exist")),
        Err(TimeFault::Year) => return Err(format!("{text:?} is outside the years 1900 to 2200")),
    };
    let name = zone.iana_name().unwrap_or("the zone");
    let ambiguous = zone.to_ambiguous_timestamp(civil);
    match ambiguous.offset() {
        jiff::tz::AmbiguousOffset::Gap { .. } => {
            Err(format!("{text:?} does not exist in {name}: clocks skip it"))
        }
        jiff::tz::AmbiguousOffset::Fold { before, after } => Err(format!(
            "{text:?} occurs twice in {name}: add the offset, {before} for the first or {after} for the second"
        )),
        jiff::tz::AmbiguousOffset::Unambiguous { offset } => offset
            .to_timestamp(civil)
            .map(jiff::Timestamp::as_millisecond)
            .map_err(|_| format!("{text:?} does not exist")),
    }
}

/// Why a text is not a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeFault {
    /// Another form than the format's.
    Form,
    /// The form is right, the date or time of day is none.
    NoSuchTime,
    /// Outside the years that are accepted.
    Year,
}

impl TimeReader {
    pub(crate) fn read(&self, text: &str) -> Result<Moment, TimeFault> {
        let moment = match self {
            Self::Iso => iso::parse(text)?,
            Self::EpochSeconds => epoch(text, 1000)?,
            Self::EpochMillis => epoch(text, 1)?,
            Self::Pattern(pattern) => by_pattern(pattern, text)?,
        };
        match moment {
            Moment::Local(civil) if !YEARS.contains(&civil.year()) => Err(TimeFault::Year),
            Moment::Exact(at) if !EPOCH_RANGE.contains(&at) => Err(TimeFault::Year),
            moment => Ok(moment),
        }
    }
}

/// An epoch time; decimals finer than a millisecond are cut off.
fn epoch(text: &str, millis: i64) -> Result<Moment, TimeFault> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        return Err(TimeFault::Form);
    }
    let whole: i64 = whole.parse().map_err(|_| TimeFault::Year)?;
    let thousandths = fraction
        .bytes()
        .chain(std::iter::repeat(b'0'))
        .take(3)
        .fold(0, |n, digit| n * 10 + i64::from(digit - b'0'));
    let magnitude = whole
        .checked_mul(millis)
        .and_then(|at| at.checked_add(thousandths * millis / 1000))
        .ok_or(TimeFault::Year)?;
    Ok(Moment::Exact(if negative { -magnitude } else { magnitude }))
}

fn by_pattern(pattern: &str, text: &str) -> Result<Moment, TimeFault> {
    let read = BrokenDownTime::parse(pattern, text).map_err(|_| TimeFault::Form)?;
    if let Some(at) = read.timestamp() {
        return Ok(Moment::Exact(at.as_millisecond()));
    }
    let civil = read.to_datetime().map_err(|_| TimeFault::NoSuchTime)?;
    match read.offset() {
        Some(offset) => Moment::exact(civil, offset),
        None => Ok(Moment::Local(civil)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(format: &str) -> String {
        format.parse::<TimeFormat>().unwrap_err().to_string()
    }

    #[test]
    fn accepts_formats_that_make_a_date() {
        assert_eq!("iso".parse(), Ok(TimeFormat::Iso));
        assert_eq!("epoch".parse(), Ok(TimeFormat::Epoch));
        for pattern in
            ["%m/%d/%Y %H:%M", "%d.%m.%y", "%Y%m%d%H%M%S", "%d %b %Y %I:%M %p", "%Y-%m-%d %H:%M %z", "%s"]
        {
            assert_eq!(pattern.parse(), Ok(TimeFormat::Pattern(pattern.into())));
        }
    }

    #[test]
    fn refuses_formats_that_do_not() {
        assert!(refusal("ISO").contains("is no time format"));
        assert!(refusal("%H:%M").contains("does not make a whole date"));
        assert!(refusal("%m/%Y %H:%M").contains("does not make a whole date"));
        assert!(refusal("%d/%m/%Y %I:%M").contains("%p"));
        assert!(refusal("%d/%m/%Y %!").contains("not supported"));
        assert!(refusal("%d/%m/%Y %Q").contains("zone in each line"));
    }

    #[test]
    fn reads_epochs() {
        let at = |reader: TimeReader, text: &str| reader.read(text);
        let exact = |at: i64| Ok(Moment::Exact(at));
        assert_eq!(at(TimeReader::EpochSeconds, "1467356400"), exact(1_467_356_400_000));
        assert_eq!(at(TimeReader::EpochSeconds, "1467356400.1239"), exact(1_467_356_400_123));
        assert_eq!(at(TimeReader::EpochMillis, "1467356400123"), exact(1_467_356_400_123));
        assert_eq!(at(TimeReader::EpochSeconds, "1467356400123"), Err(TimeFault::Year));
        assert_eq!(at(TimeReader::EpochSeconds, "99999999999999999999"), Err(TimeFault::Year));
        for text in ["", "-", ".5", "1e9", "12:00", "1467356400."] {
            assert_eq!(at(TimeReader::EpochSeconds, text), Err(TimeFault::Form), "{text}");
        }
    }

    #[test]
    fn reads_one_instant() {
        let zone = jiff::tz::TimeZone::get("America/Denver").unwrap();
        let read = |text: &str| read_instant(text, &zone);
        assert_eq!(read("2016-07-01"), Ok(1_467_352_800_000));
        assert_eq!(read(" 2016-07-01 00:00-07:00"), Ok(1_467_356_400_000));
        assert_eq!(read("20160701T070000Z"), Ok(1_467_356_400_000));
        for (text, words) in [
            ("2022-11-06T01:30", "occurs twice in America/Denver: add the offset, -06"),
            ("2022-03-13 02:30", "does not exist in America/Denver: clocks skip it"),
            ("2022-02-30", "does not exist"),
            ("yesterday", "must have a form such as"),
            ("3022-02-20", "outside the years"),
        ] {
            assert!(read(text).unwrap_err().contains(words), "{:?}", read(text));
        }
    }

    #[test]
    fn reads_patterns() {
        let reader = TimeReader::Pattern("%m/%d/%Y %H:%M".into());
        let expected = DateTime::constant(2022, 1, 2, 0, 15, 0, 0);
        assert_eq!(reader.read("1/2/2022 0:15"), Ok(Moment::Local(expected)));
        assert_eq!(reader.read("02/30/2025 00:00"), Err(TimeFault::NoSuchTime));
        assert_eq!(reader.read("2/13/25 00:00"), Err(TimeFault::Year));
        assert_eq!(reader.read("2022-01-02 00:15"), Err(TimeFault::Form));
        let offset = TimeReader::Pattern("%Y/%m/%d %H:%M %z".into());
        assert_eq!(offset.read("2016/07/01 00:00 -0700"), Ok(Moment::Exact(1_467_356_400_000)));
    }
}
