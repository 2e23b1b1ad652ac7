//! Numbers from their text, with the limits that are documented to users.
//!
//! Accepts what JSON and meter files write: a sign, digits with a point, an exponent. Refuses separators of
//! thousands, a decimal comma, `NaN` and infinities.

use std::str::FromStr;

use num_bigint::BigInt;

use super::Number;

/// Digits and exponent at most.
const LIMIT: i32 = 38;

/// Why a text is not a number of a datum.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not a decimal number at all.
    #[error("{0:?} is not a decimal number")]
    Malformed(String),
    /// A number beyond the limits.
    #[error("{0:?} is out of range: a number has at most 38 digits and an exponent from -38 to 38")]
    OutOfRange(String),
}

/// A number's text taken apart: value = ± digits × 10^−scale × 10^exponent.
struct Parts<'t> {
    negative: bool,
    whole: &'t str,
    fraction: &'t str,
    exponent: i32,
}

fn split(text: &str) -> Option<Parts<'_>> {
    let (negative, rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (significand, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (&rest[..at], parse_exponent(&rest[at + 1..])?),
        None => (rest, 0),
    };
    let (whole, fraction) = significand.split_once('.').unwrap_or((significand, ""));
    let digits = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    (digits && !(whole.is_empty() && fraction.is_empty())).then_some(Parts {
        negative,
        whole,
        fraction,
        exponent,
    })
}

/// The exponent; one too long for an `i32` is as far out of range as any.
fn parse_exponent(text: &str) -> Option<i32> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(i32::MAX))
}

fn length(text: &str) -> i32 {
    i32::try_from(text.len()).unwrap_or(i32::MAX)
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let parts = split(text).ok_or_else(|| NumberError::Malformed(shortened(text)))?;
        let whole = parts.whole.trim_start_matches('0');
        let fraction = parts.fraction.trim_end_matches('0');
        let leading =
            if whole.is_empty() { fraction.len() - fraction.trim_start_matches('0').len() } else { 0 };
        // Digits from the first to the last that is not 0; zeros at the end of a whole number do not count.
        let digits = if fraction.is_empty() {
            length(whole.trim_end_matches('0'))
        } else {
            length(whole) + length(&fraction[leading..])
        };
        // The place of the first digit, as scientific notation has it.
        let place =
            if whole.is_empty() { i32::try_from(leading).unwrap_or(LIMIT) + 1 } else { length(whole) - 1 };
        if digits > LIMIT
            || (digits > 0 && place > LIMIT)
            || parts.exponent.unsigned_abs() > LIMIT.unsigned_abs()
        {
            return Err(NumberError::OutOfRange(shortened(text)));
        }
        Ok(assemble(parts.negative, whole, fraction, parts.exponent))
    }
}

impl Number {
    /// A number that this crate wrote itself: no limits.
    pub(crate) fn from_stored(text: &str) -> Option<Self> {
        let parts = split(text)?;
        Some(assemble(parts.negative, parts.whole, parts.fraction, parts.exponent))
    }
}

fn assemble(negative: bool, whole: &str, fraction: &str, exponent: i32) -> Number {
    let scale = length(fraction) - exponent;
    let mut mantissa: i128 = 0;
    for byte in whole.bytes().chain(fraction.bytes()) {
        match mantissa.checked_mul(10).and_then(|m| m.checked_add(i128::from(byte - b'0'))) {
            Some(next) => mantissa = next,
            None => return assemble_big(negative, whole, fraction, scale),
        }
    }
    Number::new(if negative { -mantissa } else { mantissa }, scale)
}

fn assemble_big(negative: bool, whole: &str, fraction: &str, scale: i32) -> Number {
    let mantissa: BigInt = format!("{whole}{fraction}").parse().unwrap_or_default();
    Number::from_big(if negative { -mantissa } else { mantissa }, scale)
}

/// An error message repeats no megabyte of input.
fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}
