//! Query parameters: every caller's way of writing them. Unknown parameters are ignored, as existing clients expect.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use gridfolio_wire::time::{BucketWord, Moment, WallTime};

use crate::kit::error::{ApiError, ApiResult};

/// The parameters of a request, decoded, in the order sent.
#[derive(Debug, Clone, Default)]
pub struct Params(Vec<(String, String)>);

/// A typed query, read from [`Params`].
pub trait FromParams: Sized {
    /// Reads the parameters; the message names the parameter and the rule.
    fn from_params(params: &Params) -> ApiResult<Self>;
}

/// Extracts a typed query.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: FromParams, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        let params = Params::parse(parts.uri.query().unwrap_or_default())?;
        T::from_params(&params).map(Query)
    }
}

impl Params {
    /// Decodes a query string; `+` and `%20` are spaces.
    pub fn parse(query: &str) -> ApiResult<Self> {
        query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                Ok((decode(name)?, decode(value)?))
            })
            .collect::<ApiResult<_>>()
            .map(Self)
    }

    /// The first value of a parameter, if it was given and is not empty.
    pub fn find(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, v)| n == name && !v.is_empty()).map(|(_, v)| v.as_str())
    }

    /// The first of some parameters that was given more than once.
    pub fn repeated<'a>(&self, names: &[&'a str]) -> Option<&'a str> {
        names.iter().copied().find(|name| self.0.iter().filter(|(n, _)| n == name).count() > 1)
    }

    /// The first value of a parameter as it was given, empty or not.
    pub fn given(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// All values of a list parameter: repeated, comma-separated, or both. `None` if it was not given, or empty.
    pub fn list(&self, name: &str) -> Option<Vec<&str>> {
        let mut given = self.0.iter().filter(|(n, v)| n == name && !v.is_empty()).peekable();
        given.peek()?;
        Some(given.flat_map(|(_, v)| v.split(',')).map(str::trim).filter(|v| !v.is_empty()).collect())
    }

    /// A switch: `true` or `false`.
    pub fn flag(&self, name: &str) -> ApiResult<bool> {
        match self.find(name) {
            None => Ok(false),
            Some(word) if word.eq_ignore_ascii_case("true") => Ok(true),
            Some(word) if word.eq_ignore_ascii_case("false") => Ok(false),
            Some(other) => Err(ApiError::bad(format!("{name}: {other:?} must be true or false"))),
        }
    }

    /// A moment: a date, wall time, or an instant with offset.
    pub fn moment(&self, name: &str) -> ApiResult<Moment> {
        let text = self.find(name).ok_or_else(|| ApiError::bad(format!("{name}: is required")))?;
        parse_moment(text).map_err(|rule| ApiError::bad(format!("{name}: {text:?} {rule}")))
    }

    /// A bucket size.
    pub fn bucket(&self, name: &str) -> ApiResult<Option<BucketWord>> {
        let Some(word) = self.find(name) else { return Ok(None) };
        BucketWord::parse(word).map(Some).ok_or_else(|| {
            ApiError::bad(format!(
                "{name}: {word:?} must be one of year, month, day, hour, 15minute, 5minute"
            ))
        })
    }
}

fn decode(text: &str) -> ApiResult<String> {
    percent_decode(text, true)
        .ok_or_else(|| ApiError::bad("the query must be percent-encoded UTF-8 without NUL"))
}

/// Decodes percent-encoding; `None` where the result is no UTF-8 text or holds NUL.
pub fn percent_decode(text: &str, plus_is_space: bool) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => {
                let digits = [bytes.next()?, bytes.next()?];
                if !digits.iter().all(u8::is_ascii_hexdigit) {
                    return None;
                }
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            b'+' if plus_is_space => b' ',
            other => other,
        });
    }
    if out.contains(&0) { None } else { String::from_utf8(out).ok() }
}

const DAY_MS: i64 = 86_400_000;
/// The years that every client can read.
const YEARS: std::ops::RangeInclusive<i16> = 1..=9998;
const YEARS_RULE: &str = "must lie in the years 1 to 9998";
const MOMENT_RULE: &str =
    "must be a date (2025-02-01), or a date and time (2025-02-01T00:00:00) with or without an offset";

/// Reads a moment as callers write it.
pub fn parse_moment(text: &str) -> Result<Moment, &'static str> {
    let text = text.trim();
    let (date, rest) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, ""),
    };
    let date_only = date.len() == text.len();
    let date = parse_date(date)?;
    if date_only {
        return Ok(wall(date, 0));
    }
    // An unencoded `+` of an offset arrives as a space.
    let zone_at = rest.find(['Z', 'z', '+', '-', ' ']);
    let (clock, zone) = zone_at.map_or((rest, ""), |at| rest.split_at(at));
    let millisecond = parse_clock(clock)?;
    match zone {
        "" => Ok(wall(date, millisecond)),
        "Z" | "z" => instant(date, millisecond, 0),
        offset => instant(date, millisecond, parse_offset(offset)?),
    }
}

fn parse_date(text: &str) -> Result<jiff::civil::Date, &'static str> {
    let mut parts = text.split('-');
    let (Some(year), Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(MOMENT_RULE);
    };
    let digits = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
    };
    if year.len() != 4 || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
        return Err(MOMENT_RULE);
    }
    let (year, month, day) = (year.parse(), month.parse(), day.parse());
    let (Ok(year), Ok(month), Ok(day)) = (year, month, day) else { return Err(MOMENT_RULE) };
    match jiff::civil::Date::new(year, month, day) {
        Ok(date) if YEARS.contains(&year) => Ok(date),
        Ok(_) => Err(YEARS_RULE),
        Err(_) => Err("is not a day of the calendar"),
    }
}

fn parse_clock(text: &str) -> Result<i32, &'static str> {
    // The library's own parser takes more: annotations behind the time, a 60th second.
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.'));
    if !plain || text.len() < 5 || text.ends_with(':') || text.get(6..8) == Some("60") {
        return Err(MOMENT_RULE);
    }
    let time: jiff::civil::Time = text.parse().map_err(|_| MOMENT_RULE)?;
    Ok((i32::from(time.hour()) * 3600 + i32::from(time.minute()) * 60 + i32::from(time.second())) * 1000
        + i32::from(time.millisecond()))
}

fn parse_offset(text: &str) -> Result<i32, &'static str> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits = match text[1..].split_once(':') {
        Some((hours, minutes)) if hours.len() == 2 && minutes.len() == 2 => format!("{hours}{minutes}"),
        Some(_) => return Err(MOMENT_RULE),
        None => text[1..].to_owned(),
    };
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(MOMENT_RULE);
    }
    let hours: i32 = digits[..2].parse().map_err(|_| MOMENT_RULE)?;
    let minutes: i32 = if digits.len() == 4 { digits[2..].parse().map_err(|_| MOMENT_RULE)? } else { 0 };
    if hours > 18 || minutes > 59 { Err(MOMENT_RULE) } else { Ok(sign * (hours * 3600 + minutes * 60)) }
}

fn wall(date: jiff::civil::Date, millisecond: i32) -> Moment {
    Moment::Wall(WallTime { year: date.year(), month: date.month(), day: date.day(), millisecond })
}

fn instant(date: jiff::civil::Date, millisecond: i32, offset_s: i32) -> Result<Moment, &'static str> {
    let midnight = date.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| MOMENT_RULE)?;
    let at = midnight.timestamp().as_millisecond() + i64::from(millisecond) - i64::from(offset_s) * 1000;
    // A day on either side, so that wall time in any zone is within the years too.
    let fits = [at - DAY_MS, at + DAY_MS].into_iter().all(|ms| {
        let day = jiff::Timestamp::from_millisecond(ms).map(|at| at.to_zoned(jiff::tz::TimeZone::UTC).year());
        day.is_ok_and(|year| YEARS.contains(&year))
    });
    if fits { Ok(Moment::Instant(at)) } else { Err(YEARS_RULE) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wall_of(text: &str) -> (i16, i8, i8, i32) {
        match parse_moment(text).unwrap() {
            Moment::Wall(WallTime { year, month, day, millisecond }) => (year, month, day, millisecond),
            Moment::Instant(at) => panic!("{text} read as instant {at}"),
        }
    }

    #[test]
    fn every_way_of_writing_a_moment_is_read() {
        assert_eq!(wall_of("2025-02-01"), (2025, 2, 1, 0));
        assert_eq!(wall_of("2022-05-1"), (2022, 5, 1, 0));
        assert_eq!(wall_of("2025-02-01T10:30:00.250"), (2025, 2, 1, 37_800_250));
        assert_eq!(wall_of("2025-02-01T00:00:00.123456"), (2025, 2, 1, 123));
        for same in ["2025-02-01T10:00:00Z", "2025-02-01T05:00:00-05:00", "2025-02-01T12:00:00 0200"] {
            assert_eq!(parse_moment(same), Ok(Moment::Instant(1_738_404_000_000)), "{same}");
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for bad in [
            "",
            "x",
            "2025-02-30",
            "2025-13-01",
            "[object Object]",
            "2025-02-01T",
            "2025-02-01T25:00",
            "20250201",
            "2025-02-01T10:00:00+99:00",
            "2025-02-01T10:00:00é",
            "0000-01-01",
            "+2025-01-01",
            "2016-12-31T23:59:60Z",
            "2025-01-01T00:00:00[Europe/Berlin]",
            "2025-01-01T00:00:00+0:530",
            "2025-01-01T00:00:00+05:3",
            "0001-01-01T00:00:00+14:00",
            "9998-12-31T23:00:00-14:00",
        ] {
            assert!(parse_moment(bad).is_err(), "{bad:?} was read");
        }
    }

    #[test]
    fn lists_are_repeated_or_comma_separated() {
        let params = Params::parse("projectIds=A%2CB&projectIds=C&x=").unwrap();
        assert_eq!(params.list("projectIds"), Some(vec!["A", "B", "C"]));
        assert_eq!(params.list("y"), None);
        assert_eq!(params.find("x"), None);
        assert!(Params::parse("a=%00").is_err());
        assert!(Params::parse("a=%FF").is_err());
    }
}
