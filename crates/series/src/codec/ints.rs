//! Integers packed into few bits: the coding of times, values and dictionary indices.
//!
//! A column is differenced zero, one or two times, whichever is shortest, and cut into frames of 32; each frame
//! stores its bit width and the bits. Signs are folded in (zigzag), or each frame stores its lowest value, again
//! whichever is shorter. Differences wrap, so any `i64` survives.

use super::bytes::{Put, Reader, unzigzag, zigzag};

const FRAME: usize = 32;
/// Flag beside the order of differences: each frame stores its lowest value.
const LOWEST: u8 = 4;

/// Appends the values; their count is the reader's to know.
pub(crate) fn put_ints(out: &mut Vec<u8>, values: &[i64]) {
    let once = differences(values);
    let twice = differences(once.get(1..).unwrap_or(&[]));
    let orders: [&[i64]; 3] = [values, once.get(1..).unwrap_or(&[]), twice.get(1..).unwrap_or(&[])];
    let mut best = (usize::MAX, 0_u8);
    for (order, rest) in (0_u8..).zip(orders) {
        if usize::from(order) > values.len() {
            break;
        }
        let (folded, lowest) = cost(rest);
        best = best.min((folded, order)).min((lowest, order | LOWEST));
    }
    let mode = best.1;
    out.push(mode);
    let order = usize::from(mode & 3);
    if order >= 1 {
        out.put_i64(values[0]);
    }
    if order == 2 {
        out.put_i64(once[1]);
    }
    for frame in orders[order].chunks(FRAME) {
        put_frame(out, frame, mode & LOWEST != 0);
    }
}

/// Wrapping differences to the value before; the first is the value itself.
fn differences(values: &[i64]) -> Vec<i64> {
    let mut previous = 0_i64;
    values.iter().map(|&value| value.wrapping_sub(std::mem::replace(&mut previous, value))).collect()
}

fn width(bits: u64) -> usize {
    (u64::BITS - bits.leading_zeros()) as usize
}

/// Bytes that the frames take with signs folded in, and with each frame's lowest value.
fn cost(values: &[i64]) -> (usize, usize) {
    let (mut folded, mut lowest) = (0, 0);
    for frame in values.chunks(FRAME) {
        let bits = frame.iter().fold(0, |bits, &value| bits | zigzag(value));
        folded += 1 + (width(bits) * frame.len()).div_ceil(8);
        let (low, range) = range_of(frame);
        lowest += 1 + width(zigzag(low)).div_ceil(7).max(1) + (width(range) * frame.len()).div_ceil(8);
    }
    (folded, lowest)
}

/// Lowest value, and how far above it the highest lies.
fn range_of(frame: &[i64]) -> (i64, u64) {
    let low = frame.iter().copied().min().unwrap_or(0);
    let high = frame.iter().copied().max().unwrap_or(0);
    (low, high.abs_diff(low))
}

fn put_frame(out: &mut Vec<u8>, frame: &[i64], lowest: bool) {
    if lowest {
        let (low, range) = range_of(frame);
        out.push(width(range) as u8);
        out.put_i64(low);
        pack(out, width(range), frame.iter().map(|&value| value.wrapping_sub(low).cast_unsigned()));
    } else {
        let width = width(frame.iter().fold(0, |bits, &value| bits | zigzag(value)));
        out.push(width as u8);
        pack(out, width, frame.iter().map(|&value| zigzag(value)));
    }
}

fn pack(out: &mut Vec<u8>, width: usize, values: impl Iterator<Item = u64>) {
    let (mut buffer, mut filled) = (0_u128, 0);
    for value in values {
        buffer |= u128::from(value) << filled;
        filled += width;
        while filled >= 8 {
            out.push(buffer as u8);
            buffer >>= 8;
            filled -= 8;
        }
    }
    if filled > 0 {
        out.push(buffer as u8);
    }
}

/// The inverse of [`put_ints`] for `count` values.
pub(crate) fn get_ints(reader: &mut Reader<'_>, count: usize) -> Option<Vec<i64>> {
    let mode = reader.byte()?;
    let order = usize::from(mode & 3);
    if order > 2 || order > count || mode & !7 != 0 {
        return None;
    }
    let mut seeds = [0_i64; 2];
    for seed in seeds.iter_mut().take(order) {
        *seed = reader.i64()?;
    }
    // A frame takes one byte at least, so a false count cannot ask for much memory.
    let packed = count - order;
    if packed.div_ceil(FRAME) > reader.remaining() {
        return None;
    }
    let mut values = Vec::with_capacity(count);
    values.extend_from_slice(&seeds[..order.min(1)]);
    if order == 2 {
        values.push(seeds[0].wrapping_add(seeds[1]));
    }
    let mut left = packed;
    while left > 0 {
        let length = left.min(FRAME);
        get_frame(reader, length, mode & LOWEST != 0, &mut values)?;
        left -= length;
    }
    restore(&mut values, order, seeds[1]);
    Some(values)
}

/// Sums the differences up again.
fn restore(values: &mut [i64], order: usize, mut difference: i64) {
    match order {
        1 => {
            let mut previous = values[0];
            for value in &mut values[1..] {
                previous = previous.wrapping_add(*value);
                *value = previous;
            }
        }
        2 => {
            let mut previous = values[1];
            for value in &mut values[2..] {
                difference = difference.wrapping_add(*value);
                previous = previous.wrapping_add(difference);
                *value = previous;
            }
        }
        _ => {}
    }
}

fn get_frame(reader: &mut Reader<'_>, length: usize, lowest: bool, values: &mut Vec<i64>) -> Option<()> {
    let width = usize::from(reader.byte()?);
    if width > 64 {
        return None;
    }
    let low = if lowest { reader.i64()? } else { 0 };
    let bytes = reader.take((width * length).div_ceil(8))?;
    let mask = if width == 64 { u64::MAX } else { (1 << width) - 1 };
    let (mut buffer, mut filled, mut next) = (0_u128, 0, 0);
    for _ in 0..length {
        while filled < width {
            buffer |= u128::from(bytes[next]) << filled;
            next += 1;
            filled += 8;
        }
        let bits = buffer as u64 & mask;
        buffer >>= width;
        filled -= width;
        values.push(if lowest { low.wrapping_add(bits.cast_signed()) } else { unzigzag(bits) });
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn round_trip(values: &[i64]) -> usize {
        let mut bytes = Vec::new();
        put_ints(&mut bytes, values);
        let mut reader = Reader::new(&bytes);
        assert_eq!(get_ints(&mut reader, values.len()).as_deref(), Some(values));
        assert!(reader.is_empty());
        bytes.len()
    }

    #[test]
    fn extremes_survive_and_regular_columns_are_short() {
        for values in [
            vec![],
            vec![i64::MIN],
            vec![i64::MAX, i64::MIN, 0, -1, 1],
            vec![7; 33],
            (0..100).map(|n| i64::MIN + n).collect(),
        ] {
            round_trip(&values);
        }
        let regular: Vec<i64> = (0..288).map(|n| 1_700_000_000_000 + n * 300_000).collect();
        assert!(round_trip(&regular) < 32);
    }

    #[test]
    fn cut_bytes_are_refused() {
        let mut bytes = Vec::new();
        put_ints(&mut bytes, &[5, -3, 900, 12, 12]);
        for length in 0..bytes.len() {
            assert_eq!(get_ints(&mut Reader::new(&bytes[..length]), 5), None, "{length}");
        }
        assert_eq!(get_ints(&mut Reader::new(&[0, 0]), usize::MAX), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn any_integers_survive(values in prop::collection::vec(any::<i64>(), 0..100), shift in 0u32..63) {
            round_trip(&values);
            round_trip(&values.iter().map(|value| value >> shift).collect::<Vec<_>>());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..80), count in 0usize..200) {
            let _ = get_ints(&mut Reader::new(&bytes), count);
        }
    }
}
