//! Slots shorter than an hour, worked out from datums when asked for.
//!
//! A slot without a datum has no record; a step across several slots gives its middle to the earlier one, up to the
//! start of the later datum's slot. Steps of more than an hour give nothing. There is no reading result, and slots
//! need not add up to the hour.

use crate::Number;
use crate::hour::{HOUR, value_at_edge};

/// Start of the slot of this length that an instant falls into; slots are aligned to 1970.
pub(crate) fn slot_of(at: i64, length: i64) -> i64 {
    at - at.rem_euclid(length)
}

/// The clock result of one property per slot that has a value of it, in order, from its values in order of time.
pub fn slot_clock(values: &[(i64, Number)], length: i64) -> Vec<(i64, Number)> {
    let mut sums: Vec<(i64, Number)> = Vec::new();
    let mut previous: Option<(i64, &Number)> = None;
    for (at, value) in values {
        let slot = slot_of(*at, length);
        let from = previous.replace((*at, value)).filter(|(before, _)| (1..=HOUR).contains(&(at - before)));
        match sums.last_mut() {
            Some((own, sum)) if *own == slot => {
                if let Some((_, before)) = from {
                    *sum += &(value - before);
                }
            }
            last => {
                let mut begun = Number::ZERO;
                if let (Some((before_at, before)), Some((_, sum))) = (from, last) {
                    let edge = value_at_edge((before_at, before), (*at, value), slot);
                    *sum += &(&edge - before);
                    begun = value - &edge;
                }
                sums.push((slot, begun));
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// The contract's formula, row by row: `d_before` × pb + `d_after` × pa.
    fn by_formula(values: &[(i64, i64)], length: i64) -> BTreeMap<i64, f64> {
        let float = |value: i64| f64::from(i32::try_from(value).unwrap());
        let mut slots = BTreeMap::new();
        for (row, &(at, value)) in values.iter().enumerate() {
            let slot = slot_of(at, length);
            let near =
                |other: Option<&(i64, i64)>| other.copied().filter(|(time, _)| (time - at).abs() <= HOUR);
            let sum: &mut f64 = slots.entry(slot).or_default();
            if let Some((before, old)) = near(row.checked_sub(1).and_then(|row| values.get(row))) {
                let first = slot_of(before, length) != slot;
                let share = if first { float(at - slot) / float(at - before) } else { 1.0 };
                *sum += float(value - old) * share;
            }
            if let Some((after, new)) = near(values.get(row + 1)) {
                let next = slot_of(after, length);
                let share = if next == slot { 0.0 } else { float(next - at) / float(after - at) };
                *sum += float(new - value) * share;
            }
        }
        slots
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_values_follow_the_formula(
            values in prop::collection::btree_map(0i64..20_000_000, -5000i64..5000, 0..60),
            length in prop::sample::select(vec![300_000_i64, 900_000, 1_800_000]),
        ) {
            let values: Vec<(i64, i64)> = values.into_iter().collect();
            let numbers: Vec<(i64, Number)> = values.iter().map(|(at, v)| (*at, Number::from(*v))).collect();
            let found = slot_clock(&numbers, length);
            let expected = by_formula(&values, length);
            prop_assert_eq!(found.len(), expected.len());
            for ((slot, clock), (expected_slot, sum)) in found.into_iter().zip(expected) {
                prop_assert_eq!(slot, expected_slot);
                prop_assert!((clock.to_f64() - sum).abs() < 1e-6, "{} {}", clock, sum);
            }
        }
    }

    #[test]
    fn published_vector() {
        const NOON: i64 = 1_591_012_800_000;
        let at = |minute: i64, second: i64| NOON + minute * 60_000 + second * 1000;
        let values: Vec<(i64, Number)> = [
            (at(0, -50), 100),
            (at(0, 30), 105),
            (at(2, 0), 110),
            (at(4, 0), 115),
            (at(5, 10), 120),
            (at(7, 30), 125),
            (at(9, 50), 130),
            (at(10, 30), 135),
        ]
        .into_iter()
        .map(|(at, value)| (at, Number::from(value)))
        .collect();
        let slots: BTreeMap<i64, Number> = slot_clock(&values, 600_000).into_iter().collect();
        let close = |slot: i64, expected: &str| {
            let difference = &slots[&slot] - &expected.parse().unwrap();
            let limit: Number = "0.00000000002".parse().unwrap();
            assert!(difference < limit && -&difference < limit, "{slot}: {}", slots[&slot]);
        };
        close(NOON, "28.125");
        close(NOON - 600_000, "3.125");
        close(NOON + 600_000, "3.75");
        assert_eq!(slots.keys().min(), Some(&(NOON - 600_000)));
    }

    #[test]
    fn a_gap_gives_its_middle_to_the_earlier_slot() {
        let values: Vec<(i64, Number)> = [(0, 0), (60_000, 10), (1_260_000, 130), (9_000_000, 500)]
            .map(|(at, v)| (at, Number::from(v)))
            .into();
        let slots: BTreeMap<i64, Number> = slot_clock(&values, 300_000).into_iter().collect();
        assert_eq!(slots.keys().copied().collect::<Vec<_>>(), [0, 1_200_000, 9_000_000]);
        assert_eq!(slots[&0], Number::from(124));
        assert_eq!(slots[&1_200_000], Number::from(6));
        assert_eq!(slots[&9_000_000], Number::ZERO, "nothing crosses more than an hour");
    }
}
