//! Integers packed into few bits: the coding of times, values and dictionary indices.
//!
//! A column is differenced zero, one or two times and cut into frames of 8, 16 or 32; each frame stores its bit width
//! and the bits. Signs are folded in (zigzag), or each frame stores its lowest value. Of all these forms the shortest
//! is taken. Runs of frames of zeros take one byte. Differences wrap, so any `i64` survives.

use super::bytes::{Put, Reader, unzigzag, zigzag};

/// Shortest frame; frames are one, two or four times as long.
const UNIT: usize = 8;
/// Flag beside the order of differences: each frame stores its lowest value.
const LOWEST: u8 = 4;
/// Where the frame's length stands: 0, 1, 2 for 8, 16, 32.
const LENGTH_SHIFT: u8 = 3;
/// A frame's width from here on is a run of frames of zeros.
const ZERO_RUN: u8 = 128;
const LONGEST_RUN: usize = 128;

/// Appends the values; their count is the reader's to know.
pub(crate) fn put_ints(out: &mut Vec<u8>, values: &[i64]) {
    let once = differences(values);
    let twice = differences(once.get(1..).unwrap_or(&[]));
    let orders: [&[i64]; 3] = [values, once.get(1..).unwrap_or(&[]), twice.get(1..).unwrap_or(&[])];
    let mut best = (usize::MAX, 0_u8);
    for (order, rest) in (0_u8..).zip(orders).take(values.len() + 1) {
        let units = Unit::of(rest);
        for length in 0..3_u8 {
            let (folded, lowest) = cost(&units, rest.len(), UNIT << length);
            let mode = order | length << LENGTH_SHIFT;
            best = best.min((folded, mode)).min((lowest, mode | LOWEST));
        }
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
    put_frames(out, orders[order], mode);
}

fn put_frames(out: &mut Vec<u8>, values: &[i64], mode: u8) {
    let mut zeros = 0_usize;
    for frame in values.chunks(frame_length(mode)) {
        if mode & LOWEST == 0 && zeros < LONGEST_RUN && frame.iter().all(|&value| value == 0) {
            zeros += 1;
            continue;
        }
        put_zeros(out, &mut zeros);
        put_frame(out, frame, mode & LOWEST != 0);
    }
    put_zeros(out, &mut zeros);
}

fn put_zeros(out: &mut Vec<u8>, zeros: &mut usize) {
    if *zeros > 0 {
        out.push(ZERO_RUN + low_byte(*zeros as u64 - 1));
        *zeros = 0;
    }
}

/// The lowest eight bits.
fn low_byte(value: u64) -> u8 {
    value.to_le_bytes()[0]
}

fn frame_length(mode: u8) -> usize {
    UNIT << (mode >> LENGTH_SHIFT & 3)
}

/// Wrapping differences to the value before; the first is the value itself.
fn differences(values: &[i64]) -> Vec<i64> {
    let mut previous = 0_i64;
    values.iter().map(|&value| value.wrapping_sub(std::mem::replace(&mut previous, value))).collect()
}

fn width(bits: u64) -> usize {
    (u64::BITS - bits.leading_zeros()) as usize
}

/// What decides about the size of eight values.
#[derive(Clone, Copy)]
struct Unit {
    bits: u64,
    low: i64,
    high: i64,
}

impl Unit {
    fn of(values: &[i64]) -> Vec<Self> {
        let unit = |values: &[i64]| Self {
            bits: values.iter().fold(0, |bits, &value| bits | zigzag(value)),
            low: values.iter().copied().min().unwrap_or(0),
            high: values.iter().copied().max().unwrap_or(0),
        };
        values.chunks(UNIT).map(unit).collect()
    }

    fn with(self, other: Self) -> Self {
        Self { bits: self.bits | other.bits, low: self.low.min(other.low), high: self.high.max(other.high) }
    }
}

/// Bytes that frames of a length take with signs folded in, and with each frame's lowest value.
fn cost(units: &[Unit], mut count: usize, length: usize) -> (usize, usize) {
    let (mut folded, mut lowest) = (0, 0);
    let mut in_run = false;
    for frame in units.chunks(length / UNIT) {
        let Some(all) = frame.iter().copied().reduce(Unit::with) else { continue };
        let values = count.min(length);
        count -= values;
        folded += usize::from(all.bits != 0 || !in_run) + (width(all.bits) * values).div_ceil(8);
        in_run = all.bits == 0;
        let range = width(all.high.abs_diff(all.low));
        lowest += 1 + width(zigzag(all.low)).div_ceil(7).max(1) + (range * values).div_ceil(8);
    }
    (folded, lowest)
}

fn put_frame(out: &mut Vec<u8>, frame: &[i64], lowest: bool) {
    if lowest {
        let low = frame.iter().copied().min().unwrap_or(0);
        let width = width(frame.iter().copied().max().unwrap_or(0).abs_diff(low));
        out.push(low_byte(width as u64));
        out.put_i64(low);
        pack(out, width, frame.iter().map(|&value| value.wrapping_sub(low).cast_unsigned()));
    } else {
        let width = width(frame.iter().fold(0, |bits, &value| bits | zigzag(value)));
        out.push(low_byte(width as u64));
        pack(out, width, frame.iter().map(|&value| zigzag(value)));
    }
}

fn pack(out: &mut Vec<u8>, width: usize, values: impl Iterator<Item = u64>) {
    let (mut buffer, mut filled) = (0_u128, 0);
    for value in values {
        buffer |= u128::from(value) << filled;
        filled += width;
        while filled >= 8 {
            out.push(buffer.to_le_bytes()[0]);
            buffer >>= 8;
            filled -= 8;
        }
    }
    if filled > 0 {
        out.push(buffer.to_le_bytes()[0]);
    }
}

/// The inverse of [`put_ints`] for `count` values.
pub(crate) fn get_ints(reader: &mut Reader<'_>, count: usize) -> Option<Vec<i64>> {
    let mode = reader.byte()?;
    let order = usize::from(mode & 3);
    if order > 2 || order > count || mode >> LENGTH_SHIFT > 2 {
        return None;
    }
    let mut seeds = [0_i64; 2];
    for seed in seeds.iter_mut().take(order) {
        *seed = reader.i64()?;
    }
    // One byte stands for so many values at most, so a false count cannot ask for much memory.
    let packed = count - order;
    if packed.div_ceil(frame_length(mode) * LONGEST_RUN) > reader.remaining() {
        return None;
    }
    let mut values = Vec::with_capacity(count);
    values.extend_from_slice(&seeds[..order.min(1)]);
    if order == 2 {
        values.push(seeds[0].wrapping_add(seeds[1]));
    }
    while values.len() < count {
        get_frame(reader, count, mode, &mut values)?;
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

/// Reads the next frame, or run of frames of zeros, of `count` values in all.
fn get_frame(reader: &mut Reader<'_>, count: usize, mode: u8, values: &mut Vec<i64>) -> Option<()> {
    let lowest = mode & LOWEST != 0;
    let head = reader.byte()?;
    let left = count - values.len();
    if head >= ZERO_RUN && !lowest {
        let zeros = frame_length(mode) * usize::from(head - ZERO_RUN + 1);
        values.resize(values.len() + zeros.min(left), 0);
        return Some(());
    }
    let (width, length) = (usize::from(head), left.min(frame_length(mode)));
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
        let bits = low_word(buffer) & mask;
        buffer >>= width;
        filled -= width;
        values.push(if lowest { low.wrapping_add(bits.cast_signed()) } else { unzigzag(bits) });
    }
    Some(())
}

/// The lowest 64 bits.
fn low_word(value: u128) -> u64 {
    (value & u128::from(u64::MAX)).try_into().unwrap_or(u64::MAX)
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
        assert!(round_trip(&regular) < 16);
    }

    #[test]
    fn cut_bytes_are_refused() {
        let mut bytes = Vec::new();
        put_ints(&mut bytes, &[5, -3, 900, 12, 12]);
        for length in 0..bytes.len() {
            assert_eq!(get_ints(&mut Reader::new(&bytes[..length]), 5), None, "{length}");
        }
        assert_eq!(get_ints(&mut Reader::new(&[0, 0]), usize::MAX), None);
        let mut nights = vec![0; 3000];
        nights.extend(1..40);
        nights.extend(vec![0; 900]);
        assert!(round_trip(&nights) < 80);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]
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
