//! ISO 8601 as meters and programs write it: `2016-07-01 00:00:00-07:00`, `20160701T070000Z`, `2016-07-01`.
//!
//! Date and time are divided by `T` or a space; seconds, their fraction and the offset may be missing; a date alone
//! is its midnight. Fractions finer than a millisecond are cut off. Week and ordinal dates are refused.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

use super::{Moment, TimeFault};

/// No place on earth is further from UTC, and a larger offset is a typing error.
const OFFSET_LIMIT_HOURS: i32 = 18;

/// A text that is read from the left.
struct Cursor<'t>(&'t [u8]);

impl Cursor<'_> {
    fn take(&mut self, wanted: u8) -> bool {
        match self.0 {
            [first, rest @ ..] if *first == wanted => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    /// Exactly `count` digits.
    fn number(&mut self, count: usize) -> Result<i32, TimeFault> {
        let (digits, rest) = self.0.split_at_checked(count).ok_or(TimeFault::Form)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(TimeFault::Form);
        }
        self.0 = rest;
        Ok(digits.iter().fold(0, |number, digit| number * 10 + i32::from(digit - b'0')))
    }

    fn done(&self) -> Result<(), TimeFault> {
        if self.0.is_empty() { Ok(()) } else { Err(TimeFault::Form) }
    }
}

/// Reads one time.
pub(super) fn parse(text: &str) -> Result<Moment, TimeFault> {
    let mut cursor = Cursor(text.as_bytes());
    let (year, month, day) = date(&mut cursor)?;
    let mut clock = (0, 0, 0, 0);
    let mut offset = None;
    if !cursor.0.is_empty() {
        if !(cursor.take(b'T') || cursor.take(b't') || cursor.take(b' ')) {
            return Err(TimeFault::Form);
        }
        clock = time(&mut cursor)?;
        offset = zone(&mut cursor)?;
    }
    cursor.done()?;
    let date = Date::new(narrow(year)?, narrow(month)?, narrow(day)?).map_err(|_| TimeFault::NoSuchTime)?;
    let time = Time::new(narrow(clock.0)?, narrow(clock.1)?, narrow(clock.2)?, clock.3 * 1_000_000)
        .map_err(|_| TimeFault::NoSuchTime)?;
    let civil = DateTime::from_parts(date, time);
    offset.map_or(Ok(Moment::Local(civil)), |offset| Moment::exact(civil, offset))
}

fn narrow<T: TryFrom<i32>>(number: i32) -> Result<T, TimeFault> {
    T::try_from(number).map_err(|_| TimeFault::NoSuchTime)
}

fn date(cursor: &mut Cursor<'_>) -> Result<(i32, i32, i32), TimeFault> {
    let year = cursor.number(4)?;
    let dashes = cursor.take(b'-');
    let month = cursor.number(2)?;
    if cursor.take(b'-') != dashes {
        return Err(TimeFault::Form);
    }
    Ok((year, month, cursor.number(2)?))
}

/// Hour, minute, second, millisecond.
fn time(cursor: &mut Cursor<'_>) -> Result<(i32, i32, i32, i32), TimeFault> {
    let hour = cursor.number(2)?;
    let colons = cursor.take(b':');
    let minute = cursor.number(2)?;
    let more = if colons { cursor.take(b':') } else { cursor.0.first().is_some_and(u8::is_ascii_digit) };
    if !more {
        return Ok((hour, minute, 0, 0));
    }
    let second = cursor.number(2)?;
    let fraction = if cursor.take(b'.') || cursor.take(b',') { fraction(cursor)? } else { 0 };
    Ok((hour, minute, second, fraction))
}

fn fraction(cursor: &mut Cursor<'_>) -> Result<i32, TimeFault> {
    let length = cursor.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = cursor.0.split_at(length);
    if digits.is_empty() {
        return Err(TimeFault::Form);
    }
    cursor.0 = rest;
    let thousandths = digits.iter().copied().chain(std::iter::repeat(b'0')).take(3);
    Ok(thousandths.fold(0, |number, digit| number * 10 + i32::from(digit - b'0')))
}

fn zone(cursor: &mut Cursor<'_>) -> Result<Option<Offset>, TimeFault> {
    cursor.take(b' ');
    if let [b'Z' | b'z'] | [b'U', b'T', b'C'] | [b'G', b'M', b'T'] = cursor.0 {
        cursor.0 = &[];
        return Ok(Some(Offset::UTC));
    }
    let sign = match cursor.0.first() {
        None => return Ok(None),
        Some(b'+') => 1,
        Some(b'-') => -1,
        Some(_) => return Err(TimeFault::Form),
    };
    cursor.0 = &cursor.0[1..];
    let hours = cursor.number(2)?;
    cursor.take(b':');
    let minutes = if cursor.0.is_empty() { 0 } else { cursor.number(2)? };
    if hours > OFFSET_LIMIT_HOURS || minutes > 59 {
        return Err(TimeFault::NoSuchTime);
    }
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).map(Some).map_err(|_| TimeFault::NoSuchTime)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> i64 {
        match parse(text).unwrap() {
            Moment::Exact(at) => at,
            Moment::Local(_) => panic!("{text} has no offset"),
        }
    }

    fn local(text: &str) -> String {
        match parse(text).unwrap() {
            Moment::Local(civil) => civil.to_string(),
            Moment::Exact(_) => panic!("{text} has an offset"),
        }
    }

    #[test]
    fn reads_times_with_offset() {
        let at = 1_467_356_400_000;
        for text in [
            "2016-07-01 00:00:00-07:00",
            "2016-07-01T00:00-0700",
            "2016-07-01T00:00:00.000-07",
            "2016-07-01T07:00:00Z",
            "20160701T070000Z",
            "2016-07-01 07:00:00 UTC",
            "2016-07-01 12:30:00 +05:30",
        ] {
            assert_eq!(exact(text), at, "{text}");
        }
        assert_eq!(exact("2016-07-01 07:00:00.123999Z"), at + 123);
        assert_eq!(exact("1969-12-31T23:59:59.5Z"), -500);
    }

    #[test]
    fn reads_times_without_offset() {
        assert_eq!(local("2016-07-01"), "2016-07-01T00:00:00");
        assert_eq!(local("2016-07-01 06:05"), "2016-07-01T06:05:00");
        assert_eq!(local("2016-07-01T06:05:04,1"), "2016-07-01T06:05:04.1");
    }

    #[test]
    fn tells_a_wrong_form_from_a_date_that_does_not_exist() {
        for text in
            ["", "2016", "2016-0701", "1/2/2022 0:00", "2016-07-01 6:05", "2016-07-01 00:00x", "2016-07-01T"]
        {
            assert_eq!(parse(text), Err(TimeFault::Form), "{text}");
        }
        for text in [
            "2025-02-30",
            "2025-13-01",
            "2025-02-29 00:00",
            "2025-01-01 24:00",
            "2025-01-01 23:60",
            "2025-01-01 23:59:60",
            "2025-01-01 00:00+19:00",
        ] {
            assert_eq!(parse(text), Err(TimeFault::NoSuchTime), "{text}");
        }
        assert_eq!(parse("0016-07-01"), Ok(Moment::Local(DateTime::constant(16, 7, 1, 0, 0, 0, 0))));
        assert_eq!(parse("0016-07-01 00:00Z"), Err(TimeFault::Year));
    }
}
