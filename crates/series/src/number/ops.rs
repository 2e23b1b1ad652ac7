//! How numbers are made, compared, printed, added, subtracted and multiplied.

use std::cmp::Ordering;
use std::fmt;

use super::{Number, Repr};

impl Default for Number {
    fn default() -> Self {
        Self::ZERO
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self::new(i128::from(value), 0)
    }
}

impl From<i32> for Number {
    fn from(value: i32) -> Self {
        Self::new(i128::from(value), 0)
    }
}

impl From<i128> for Number {
    fn from(value: i128) -> Self {
        Self::new(value, 0)
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let difference = self - other;
        if difference.is_zero() {
            Ordering::Equal
        } else if difference.is_negative() {
            Ordering::Less
        } else {
            Ordering::Greater
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Plain decimal, never an exponent.
impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (digits, scale) = match &self.0 {
            Repr::Small { mantissa, scale } => (mantissa.unsigned_abs().to_string(), *scale),
            Repr::Big(big) => (big.0.magnitude().to_string(), big.1),
        };
        let text = match usize::try_from(scale) {
            Err(_) => format!("{digits}{}", "0".repeat(scale.unsigned_abs() as usize)),
            Ok(0) => digits,
            Ok(scale) if digits.len() > scale => {
                let (whole, fraction) = digits.split_at(digits.len() - scale);
                format!("{whole}.{fraction}")
            }
            Ok(scale) => format!("0.{digits:0>scale$}"),
        };
        formatter.pad_integral(!self.is_negative(), "", &text)
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}")
    }
}

macro_rules! operators {
    ($($trait:ident, $method:ident, $assign_trait:ident, $assign:ident, |$a:ident, $b:ident| $body:expr;)+) => {$(
        impl std::ops::$trait<&Number> for &Number {
            type Output = Number;
            fn $method(self, other: &Number) -> Number { let ($a, $b) = (self, other); $body }
        }
        impl std::ops::$trait for Number {
            type Output = Number;
            fn $method(self, other: Number) -> Number { std::ops::$trait::$method(&self, &other) }
        }
        impl std::ops::$assign_trait<&Number> for Number {
            fn $assign(&mut self, other: &Number) { *self = std::ops::$trait::$method(&*self, other); }
        }
    )+};
}
operators! {
    Add, add, AddAssign, add_assign, |a, b| a.add_scaled(b, 1);
    Sub, sub, SubAssign, sub_assign, |a, b| a.add_scaled(b, -1);
    Mul, mul, MulAssign, mul_assign, |a, b| a.product(b);
}

impl std::ops::Neg for &Number {
    type Output = Number;
    fn neg(self) -> Number {
        &Number::ZERO - self
    }
}

impl std::ops::Neg for Number {
    type Output = Number;
    fn neg(self) -> Number {
        -&self
    }
}

impl std::iter::Sum for Number {
    fn sum<I: Iterator<Item = Self>>(values: I) -> Self {
        values.fold(Self::ZERO, |sum, value| &sum + &value)
    }
}
