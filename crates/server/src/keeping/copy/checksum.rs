//! A checksum of rows in any order: the order differs between databases.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};
use gridfolio_db::Arg;

/// The sum of the rows' hashes: equal for equal rows in any order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Checksum(u128);

impl Checksum {
    /// Of one row.
    pub fn of(row: &[Arg]) -> Self {
        let mut sum = Self::default();
        sum.add(row);
        sum
    }

    /// With one more row.
    pub fn add(&mut self, row: &[Arg]) {
        let mut context = Context::new(&SHA256);
        for value in row {
            let number;
            let (kind, bytes): (u8, &[u8]) = match value {
                Arg::Int(None) | Arg::Text(None) | Arg::Blob(None) => (0, &[]),
                Arg::Int(Some(value)) => {
                    number = value.to_le_bytes();
                    (1, &number)
                }
                Arg::Text(Some(text)) => (2, text.as_bytes()),
                Arg::Blob(Some(bytes)) => (3, bytes),
            };
            context.update(&[kind]);
            context.update(&(bytes.len() as u64).to_le_bytes());
            context.update(bytes);
        }
        let mut first = [0; 16];
        for (to, from) in first.iter_mut().zip(context.finish().as_ref()) {
            *to = *from;
        }
        self.0 = self.0.wrapping_add(u128::from_le_bytes(first));
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:032x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_rows_does_not_matter_and_everything_else_does() {
        let sum = |rows: &[&[Arg]]| {
            let mut sum = Checksum::default();
            for row in rows {
                sum.add(row);
            }
            sum
        };
        let (a, b) = ([Arg::from("ab"), Arg::from(1_i64)], [Arg::from("c"), Arg::Int(None)]);
        assert_eq!(sum(&[&a, &b]), sum(&[&b, &a]));
        assert_ne!(sum(&[&a]), sum(&[&a, &a]));
        assert_ne!(sum(&[]), sum(&[&a, &a]));
        for other in [
            [Arg::from("a"), Arg::from("b")],
            [Arg::from("ab"), Arg::Int(None)],
            [Arg::from(b"ab".as_slice()), Arg::from(1_i64)],
            [Arg::from("ab"), Arg::from(-1_i64)],
        ] {
            assert_ne!(sum(&[&a]), sum(&[&other]), "{other:?}");
        }
        assert_eq!(Checksum::default().to_string().len(), 32);
    }
}
