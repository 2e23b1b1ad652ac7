//! Variable-length integers, texts and numbers in a byte buffer.

use crate::Number;

/// A signed integer as an unsigned one, small for small magnitudes.
pub(crate) fn zigzag(value: i64) -> u64 {
    (value.cast_unsigned() << 1) ^ (value >> 63).cast_unsigned()
}

/// The inverse of [`zigzag`].
pub(crate) fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

/// Appends to a buffer.
pub(crate) trait Put {
    fn put_u64(&mut self, value: u64);
    fn put_u128(&mut self, value: u128);
    fn put_text(&mut self, text: &str);

    fn put_i64(&mut self, value: i64) {
        self.put_u64(zigzag(value));
    }

    fn put_i128(&mut self, value: i128) {
        self.put_u128((value.cast_unsigned() << 1) ^ (value >> 127).cast_unsigned());
    }

    fn put_len(&mut self, value: usize) {
        self.put_u64(value as u64);
    }
}

impl Put for Vec<u8> {
    fn put_u64(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.push(value.to_le_bytes()[0]);
    }

    fn put_u128(&mut self, mut value: u128) {
        while value >= 0x80 {
            self.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.push(value.to_le_bytes()[0]);
    }

    fn put_text(&mut self, text: &str) {
        self.put_len(text.len());
        self.extend_from_slice(text.as_bytes());
    }
}

/// Reads a buffer from the front; every method is `None` when the bytes do not fit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'b> {
    rest: &'b [u8],
}

impl<'b> Reader<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn remaining(&self) -> usize {
        self.rest.len()
    }

    pub(crate) fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (head, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(head)
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.u128().and_then(|value| u64::try_from(value).ok())
    }

    pub(crate) fn u128(&mut self) -> Option<u128> {
        let mut value: u128 = 0;
        for shift in (0..128).step_by(7) {
            let byte = self.byte()?;
            value |= u128::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    pub(crate) fn i64(&mut self) -> Option<i64> {
        self.u64().map(unzigzag)
    }

    pub(crate) fn i128(&mut self) -> Option<i128> {
        self.u128().map(|value| (value >> 1).cast_signed() ^ -((value & 1).cast_signed()))
    }

    /// A count that can be true: no item takes less than one of the remaining `bits`.
    pub(crate) fn len(&mut self) -> Option<usize> {
        let value = usize::try_from(self.u64()?).ok()?;
        (value <= self.rest.len()).then_some(value)
    }

    pub(crate) fn text(&mut self) -> Option<&'b str> {
        let length = self.len()?;
        std::str::from_utf8(self.take(length)?).ok()
    }
}

/// Numbers of one property share a scale; where one does not fit, all are text.
pub(crate) fn put_numbers(out: &mut Vec<u8>, numbers: &[&Number]) {
    let scale = numbers.iter().map(|number| number.scale()).max().unwrap_or(0).max(0);
    let fixed: Option<Vec<i128>> = numbers.iter().map(|number| number.scaled(scale)).collect();
    match (fixed, u8::try_from(scale)) {
        (Some(fixed), Ok(scale)) if scale < TEXT => {
            out.push(scale);
            let mut previous = 0_i128;
            for value in fixed {
                // Readings of one meter lie close together: the difference is shorter.
                out.put_i128(value.wrapping_sub(previous));
                previous = value;
            }
        }
        _ => {
            out.push(TEXT);
            for number in numbers {
                out.put_text(&number.to_string());
            }
        }
    }
}

const TEXT: u8 = u8::MAX;

/// The inverse of [`put_numbers`].
pub(crate) fn get_numbers<const N: usize>(reader: &mut Reader<'_>) -> Option<[Number; N]> {
    let scale = reader.byte()?;
    let mut numbers = [const { Number::ZERO }; N];
    let mut previous = 0_i128;
    for number in &mut numbers {
        *number = if scale == TEXT {
            Number::from_stored(reader.text()?)?
        } else {
            previous = previous.wrapping_add(reader.i128()?);
            Number::new(previous, i32::from(scale))
        };
    }
    Some(numbers)
}
