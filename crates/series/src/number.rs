//! Exact decimal numbers: what a datum's value is, and what sums and differences of them are.
//!
//! A number is a mantissa times a power of ten, trailing zeros dropped, so `1.10` and `1.1` are one number. The
//! mantissa is an `i128` and becomes a big integer where that would overflow; nothing ever wraps and nothing goes
//! through a float. Rounding happens only where a caller asks for it, half to even.
//!
//! This module refuses to know what a number measures, and to divide without being told how exactly.

mod ops;
mod parse;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use num_bigint::{BigInt, Sign};

pub use parse::NumberError;

/// An exact decimal number. Equal by value.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number(Repr);

/// Both forms are normal: no trailing zero in the mantissa, zero has scale 0, `Big` only when `i128` is too small.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Small { mantissa: i128, scale: i32 },
    Big(Box<(BigInt, i32)>),
}

/// Powers of ten that fit `i128`.
const POW10: [i128; 39] = {
    let mut table = [1_i128; 39];
    let mut index = 1;
    while index < 39 {
        table[index] = table[index - 1] * 10;
        index += 1;
    }
    table
};

/// 10^exponent, where it fits.
fn pow10(exponent: i32) -> Option<i128> {
    usize::try_from(exponent).ok().and_then(|index| POW10.get(index)).copied()
}

fn big_pow10(exponent: i32) -> BigInt {
    BigInt::from(10).pow(exponent.unsigned_abs())
}

/// How many zeros the mantissa ends in, and the mantissa without them.
fn strip_zeros(mut mantissa: i128) -> (i128, i32) {
    let mut dropped = 0;
    // Most mantissas are short: 64-bit division is several times faster.
    if let Ok(mut short) = i64::try_from(mantissa) {
        while short != 0 && short % 10 == 0 {
            short /= 10;
            dropped += 1;
        }
        return (i128::from(short), dropped);
    }
    while mantissa % 10 == 0 {
        mantissa /= 10;
        dropped += 1;
    }
    (mantissa, dropped)
}

impl Number {
    /// Zero.
    pub const ZERO: Self = Self(Repr::Small { mantissa: 0, scale: 0 });

    /// `mantissa` × 10^−`scale`.
    pub fn new(mantissa: i128, scale: i32) -> Self {
        if mantissa == 0 {
            return Self::ZERO;
        }
        let (mantissa, dropped) = strip_zeros(mantissa);
        Self(Repr::Small { mantissa, scale: scale - dropped })
    }

    /// `mantissa` × 10^−`scale` of any size.
    fn from_big(mut mantissa: BigInt, mut scale: i32) -> Self {
        if let Ok(small) = i128::try_from(&mantissa) {
            return Self::new(small, scale);
        }
        let ten = BigInt::from(10);
        while (&mantissa % &ten).sign() == Sign::NoSign {
            mantissa /= &ten;
            scale -= 1;
        }
        match i128::try_from(&mantissa) {
            Ok(mantissa) => Self(Repr::Small { mantissa, scale }),
            Err(_) => Self(Repr::Big(Box::new((mantissa, scale)))),
        }
    }

    fn to_big(&self) -> (BigInt, i32) {
        match &self.0 {
            Repr::Small { mantissa, scale } => (BigInt::from(*mantissa), *scale),
            Repr::Big(big) => (big.0.clone(), big.1),
        }
    }

    /// Decimal places: 2 for 1.25, 0 for 7, −3 for 7000.
    pub fn scale(&self) -> i32 {
        match &self.0 {
            Repr::Small { scale, .. } => *scale,
            Repr::Big(big) => big.1,
        }
    }

    /// The value times 10^`scale` as an integer, where it is one and fits.
    pub fn scaled(&self, scale: i32) -> Option<i128> {
        match &self.0 {
            Repr::Small { mantissa: 0, .. } => Some(0),
            Repr::Small { mantissa, scale: own } => mantissa.checked_mul(pow10(scale - own)?),
            Repr::Big(_) => None,
        }
    }

    /// Whether the number is zero.
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    /// Whether the number is below zero.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Small { mantissa, .. } => *mantissa < 0,
            Repr::Big(big) => big.0.sign() == Sign::Minus,
        }
    }

    /// The number times 10^`exponent`.
    #[must_use]
    pub fn mul_pow10(&self, exponent: i32) -> Self {
        match &self.0 {
            Repr::Small { mantissa: 0, .. } => Self::ZERO,
            Repr::Small { mantissa, scale } => {
                Self(Repr::Small { mantissa: *mantissa, scale: scale - exponent })
            }
            Repr::Big(big) => Self(Repr::Big(Box::new((big.0.clone(), big.1 - exponent)))),
        }
    }

    /// The number × `numerator` ÷ `denominator`, rounded half to even at `decimals` places; `None` for a zero
    /// denominator. `decimals` may be negative.
    pub fn mul_ratio(&self, numerator: i64, denominator: i64, decimals: i32) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        if let Repr::Small { mantissa, scale } = &self.0
            && let Some(factor) = pow10(decimals - scale)
            && let Some(top) =
                mantissa.checked_mul(i128::from(numerator)).and_then(|top| top.checked_mul(factor))
        {
            return Some(Self::new(divide_half_even(top, i128::from(denominator)), decimals));
        }
        let (mantissa, scale) = self.to_big();
        let mut top = mantissa * numerator;
        let mut bottom = BigInt::from(denominator);
        let shift = decimals - scale;
        if shift >= 0 {
            top *= big_pow10(shift);
        } else {
            bottom *= big_pow10(shift);
        }
        Some(Self::from_big(divide_half_even_big(&top, &bottom), decimals))
    }

    /// The number rounded half to even at `decimals` places.
    #[must_use]
    pub fn round(&self, decimals: i32) -> Self {
        if self.scale() <= decimals {
            return self.clone();
        }
        self.mul_ratio(1, 1, decimals).unwrap_or(Self::ZERO)
    }

    /// The number ÷ `divisor` with `digits` significant digits, half to even; `None` for a zero divisor. This is how
    /// a mean leaves the program (16 digits).
    pub fn div_significant(&self, divisor: i64, digits: u32) -> Option<Self> {
        if divisor == 0 {
            return None;
        }
        // The quotient has between `length` and `length + 1` integer digits.
        let divisor_length = i32::try_from(divisor.unsigned_abs().max(1).ilog10()).unwrap_or(0);
        let wanted = i32::try_from(digits).unwrap_or(i32::MAX / 2);
        let mut decimals = wanted - (self.magnitude() - divisor_length) - 1;
        let quotient = self.mul_ratio(1, divisor, decimals + 1)?;
        if quotient.magnitude() >= wanted - decimals {
            decimals -= 1;
        } else if quotient.magnitude() < wanted - decimals - 1 {
            decimals += 1;
        }
        self.mul_ratio(1, divisor, decimals)
    }

    /// The number ÷ another with `digits` significant digits, half to even; `None` for a zero divisor.
    pub fn ratio_significant(&self, divisor: &Self, digits: u32) -> Option<Self> {
        if divisor.is_zero() {
            return None;
        }
        if let Some(small) = divisor.scaled(0).and_then(|divisor| i64::try_from(divisor).ok()) {
            return self.div_significant(small, digits);
        }
        let ((top, top_scale), (bottom, bottom_scale)) = (self.to_big(), divisor.to_big());
        let at = |decimals: i32| {
            let shift = decimals + bottom_scale - top_scale;
            let (up, down) = (big_pow10(shift.max(0)), big_pow10(shift.min(0)));
            Self::from_big(divide_half_even_big(&(&top * up), &(&bottom * down)), decimals)
        };
        let wanted = i32::try_from(digits).unwrap_or(i32::MAX / 4);
        // The quotient's first digit stands at this place or one below.
        let decimals = wanted - 1 - (self.magnitude() - divisor.magnitude());
        let quotient = at(decimals);
        Some(if quotient.magnitude() < wanted - 1 - decimals { at(decimals + 1) } else { quotient })
    }

    /// Exponent of the first digit: 0 for 1 to 9.99, 3 for 1000, −2 for 0.01.
    fn magnitude(&self) -> i32 {
        match &self.0 {
            Repr::Small { mantissa: 0, .. } => 0,
            Repr::Small { mantissa, scale } => {
                i32::try_from(mantissa.unsigned_abs().ilog10()).unwrap_or(0) - scale
            }
            Repr::Big(big) => {
                let digits = big.0.magnitude().to_string().len();
                i32::try_from(digits).unwrap_or(i32::MAX / 2) - 1 - big.1
            }
        }
    }

    /// The nearest float, for output formats that have no decimals.
    pub fn to_f64(&self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    fn add_scaled(&self, other: &Self, sign: i128) -> Self {
        if let (Repr::Small { mantissa: a, scale: sa }, Repr::Small { mantissa: b, scale: sb }) =
            (&self.0, &other.0)
        {
            let scale = *sa.max(sb);
            let sum = pow10(scale - sa).and_then(|factor| a.checked_mul(factor)).and_then(|left| {
                let right = pow10(scale - sb).and_then(|factor| b.checked_mul(factor))?;
                left.checked_add(right.checked_mul(sign)?)
            });
            if let Some(sum) = sum {
                return Self::new(sum, scale);
            }
        }
        let scale = self.scale().max(other.scale());
        let (left, right) = (self.at_scale(scale), other.at_scale(scale));
        Self::from_big(left + right * sign, scale)
    }

    /// The mantissa at a scale that is not below the number's own.
    fn at_scale(&self, scale: i32) -> BigInt {
        let (mantissa, own) = self.to_big();
        mantissa * big_pow10(scale - own)
    }

    fn product(&self, other: &Self) -> Self {
        if let (Repr::Small { mantissa: a, scale: sa }, Repr::Small { mantissa: b, scale: sb }) =
            (&self.0, &other.0)
            && let Some(product) = a.checked_mul(*b)
        {
            return Self::new(product, sa + sb);
        }
        let ((a, sa), (b, sb)) = (self.to_big(), other.to_big());
        Self::from_big(a * b, sa + sb)
    }
}

/// `top` ÷ `bottom`, half to even.
pub(crate) fn divide_half_even(top: i128, bottom: i128) -> i128 {
    let Some(quotient) = top.checked_div(bottom) else { return 0 };
    let rest = (top - quotient * bottom).unsigned_abs();
    let other = bottom.unsigned_abs() - rest;
    let away = match rest.cmp(&other) {
        Ordering::Less => false,
        Ordering::Greater => true,
        Ordering::Equal => quotient % 2 != 0,
    };
    if !away {
        quotient
    } else if (top < 0) == (bottom < 0) {
        quotient + 1
    } else {
        quotient - 1
    }
}

fn divide_half_even_big(top: &BigInt, bottom: &BigInt) -> BigInt {
    let quotient = top / bottom;
    let rest = top - &quotient * bottom;
    let twice = rest.magnitude() * 2_u32;
    let away = match twice.cmp(bottom.magnitude()) {
        Ordering::Less => false,
        Ordering::Greater => true,
        Ordering::Equal => quotient.bit(0),
    };
    if !away {
        quotient
    } else if top.sign() == bottom.sign() {
        quotient + 1
    } else {
        quotient - 1
    }
}
