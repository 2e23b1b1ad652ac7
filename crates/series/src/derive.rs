//! Energy from power, where no meter counts.

use crate::Number;
use crate::hour::HOUR;

/// A derived meter counts thousandths of a watt-hour.
const DECIMALS: i32 = 3;

/// Wh between two values of power in W: the trapezoid, with its sign, rounded half to even at 0.001 Wh; nothing over
/// more than an hour or back in time.
pub fn step_energy(from: (i64, &Number), to: (i64, &Number)) -> Number {
    let length = to.0 - from.0;
    if !(1..=HOUR).contains(&length) {
        return Number::ZERO;
    }
    (from.1 + to.1).mul_ratio(length, 2 * HOUR, DECIMALS).unwrap_or_default()
}

/// What a meter that shows `start` at the first of these instants shows at each of them; power in W, in order of time.
pub fn derive_energy(power: &[(i64, Number)], start: &Number) -> Vec<Number> {
    let mut shown = start.clone();
    let mut all = Vec::with_capacity(power.len());
    for (row, (at, value)) in power.iter().enumerate() {
        if let Some((before_at, before)) = row.checked_sub(1).and_then(|before| power.get(before)) {
            shown += &step_energy((*before_at, before), (*at, value));
        }
        all.push(shown.clone());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trapezoids_with_their_sign_and_no_bridge() {
        let power = [(0, "100"), (900_000, "200"), (1_800_000, "-3.5"), (5_400_001, "50"), (5_400_002, "50")];
        let power: Vec<(i64, Number)> = power.map(|(at, text)| (at, text.parse().unwrap())).into();
        let shown: Vec<String> =
            derive_energy(&power, &Number::from(7)).iter().map(Number::to_string).collect();
        // 37.5, then 24.5625 rounded to even, nothing over an hour and a millisecond, 50 W for 1 ms is 0.
        assert_eq!(shown, ["7", "44.5", "69.062", "69.062", "69.062"]);
        assert!(derive_energy(&[], &Number::ZERO).is_empty());
    }
}
