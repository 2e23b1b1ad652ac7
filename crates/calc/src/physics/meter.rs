//! What meters show: mean power and energy counted, in whole watts and watt-hours.

use super::{STEPS_PER_HOUR, rounded};

/// Power and energy of consecutive steps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flow {
    /// Mean power of each step, W; negative backwards.
    pub watts: Vec<i64>,
    /// Energy of each step that flowed forwards, thousandths of a watt-hour.
    pub forward_mwh: Vec<i64>,
    /// Energy of each step that flowed backwards, thousandths of a watt-hour.
    pub backward_mwh: Vec<i64>,
}

impl Flow {
    /// Adds a step of this mean power.
    pub(super) fn push(&mut self, watts: f64) {
        let energy = rounded(watts * 1000.0 / STEPS_PER_HOUR);
        self.watts.push(rounded(watts));
        self.forward_mwh.push(energy.max(0));
        self.backward_mwh.push((-energy).max(0));
    }

    /// Both together, step by step.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let sum = |a: &[i64], b: &[i64]| a.iter().zip(b).map(|(a, b)| a + b).collect();
        Self {
            watts: sum(&self.watts, &other.watts),
            forward_mwh: sum(&self.forward_mwh, &other.forward_mwh),
            backward_mwh: sum(&self.backward_mwh, &other.backward_mwh),
        }
    }
}

/// A counter of a meter; it never falls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    thousandths: i64,
    has_shown: bool,
}

impl Counter {
    /// A counter that shows this at its first reading.
    pub fn showing(whole: i64) -> Self {
        Self { thousandths: whole * 1000, has_shown: false }
    }

    /// What it shows at the end of a step of so many thousandths, cut to a multiple of 10^−`decimals` (0 to 3) and
    /// given in that unit. The first reading counts nothing: what flowed before it is not known.
    pub fn count(&mut self, thousandths: i64, decimals: u32) -> i64 {
        if self.has_shown {
            self.thousandths += thousandths;
        }
        self.has_shown = true;
        self.thousandths / 10_i64.pow(3 - decimals.min(3))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_keeps_directions_apart() {
        let mut flow = Flow::default();
        for watts in [1200.0, -600.0, 0.0] {
            flow.push(watts);
        }
        assert_eq!(flow.watts, [1200, -600, 0]);
        assert_eq!(flow.forward_mwh, [100_000, 0, 0]);
        assert_eq!(flow.backward_mwh, [0, 50_000, 0]);
        assert_eq!(flow.plus(&flow).forward_mwh, [200_000, 0, 0]);
    }

    #[test]
    fn a_counter_begins_where_it_stands_and_keeps_fractions() {
        let mut counter = Counter::showing(70);
        assert_eq!([600, 600, 600].map(|step| counter.count(step, 0)), [70, 70, 71]);
        let mut fine = Counter::showing(0);
        assert_eq!([5, 1250, 1250].map(|step| fine.count(step, 1)), [0, 12, 25]);
    }
}
