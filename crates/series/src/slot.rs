//! Slots shorter than an hour, worked out from datums when asked for.
//!
//! A slot without a datum has no record; a step across several slots gives its middle to the earlier one, up to the
//! start of the later datum's slot. Steps of more than an hour give nothing. There is no reading result, and slots
//! need not add up to the hour.

use std::collections::BTreeMap;

use crate::Number;
use crate::hour::{HOUR, value_at_edge};

/// Start of the slot of this length that an instant falls into; slots are aligned to 1970.
pub(crate) fn slot_of(at: i64, length: i64) -> i64 {
    at - at.rem_euclid(length)
}

/// The clock result of one property per slot that has a value of it, from its values in order of time.
pub fn slot_clock(values: &[(i64, Number)], length: i64) -> BTreeMap<i64, Number> {
    let mut sums: BTreeMap<i64, Number> =
        values.iter().map(|(at, _)| (slot_of(*at, length), Number::ZERO)).collect();
    let mut add = |slot: i64, share: &Number| {
        if let Some(sum) = sums.get_mut(&slot) {
            *sum += share;
        }
    };
    for pair in values.windows(2) {
        let [(from_at, from), (to_at, to)] = pair else { continue };
        let (earlier, later) = (slot_of(*from_at, length), slot_of(*to_at, length));
        if to_at - from_at > HOUR || to_at <= from_at {
            continue;
        }
        if earlier == later {
            add(earlier, &(to - from));
        } else {
            let edge = value_at_edge((*from_at, from), (*to_at, to), later);
            add(earlier, &(&edge - from));
            add(later, &(to - &edge));
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let slots = slot_clock(&values, 600_000);
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
        let slots = slot_clock(&values, 300_000);
        assert_eq!(slots.keys().copied().collect::<Vec<_>>(), [0, 1_200_000, 9_000_000]);
        assert_eq!(slots[&0], Number::from(124));
        assert_eq!(slots[&1_200_000], Number::from(6));
        assert_eq!(slots[&9_000_000], Number::ZERO, "nothing crosses more than an hour");
    }
}
