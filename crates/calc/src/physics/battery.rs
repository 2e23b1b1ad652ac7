//! A battery that charges from the sun and discharges in the evening.

use super::{STEPS_PER_HOUR, hours_of_day};

/// A battery with its inverter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Battery {
    /// What it charges and discharges at most, kW.
    pub power_kw: f64,
    /// What it holds, kWh.
    pub energy_kwh: f64,
    /// Hours of the day on the wall in which it charges.
    pub charge_hours: (f64, f64),
    /// Hours of the day on the wall in which it discharges.
    pub discharge_hours: (f64, f64),
}

/// Share that is left on the way in, and again on the way out.
const ONE_WAY: f64 = 0.94;

impl Battery {
    /// Power of one step in W, discharge positive; `held_wh` is what it holds and is brought up to date.
    pub fn step(&self, held_wh: &mut f64, sun_watts: f64, local_ms: i64) -> f64 {
        let hour = hours_of_day(local_ms);
        let within = |(from, until): (f64, f64)| (from..until).contains(&hour);
        let most = self.power_kw * 1000.0;
        if within(self.charge_hours) {
            let room = (self.energy_kwh * 1000.0 - *held_wh) * STEPS_PER_HOUR / ONE_WAY;
            let watts = most.min(sun_watts).min(room).max(0.0);
            *held_wh += watts * ONE_WAY / STEPS_PER_HOUR;
            return -watts;
        }
        if within(self.discharge_hours) {
            let watts = most.min(*held_wh * STEPS_PER_HOUR * ONE_WAY).max(0.0);
            *held_wh -= watts / ONE_WAY / STEPS_PER_HOUR;
            return watts;
        }
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::physics::{DAY_MS, STEP_MS};

    #[test]
    fn it_takes_what_the_sun_gives_and_gives_back_less() {
        let battery = Battery {
            power_kw: 50.0,
            energy_kwh: 200.0,
            charge_hours: (9.0, 15.0),
            discharge_hours: (17.0, 21.0),
        };
        let (mut held, mut charged, mut discharged) = (0.0, 0.0, 0.0);
        for local_ms in (0..DAY_MS).step_by(300_000) {
            let watts = battery.step(&mut held, 80_000.0, local_ms);
            assert!(watts.abs() <= 50_000.0 && (-1e-6..=200_000.000_001).contains(&held), "{watts} {held}");
            let energy = watts / 12.0;
            if energy < 0.0 { charged -= energy } else { discharged += energy }
        }
        assert!((discharged / charged - ONE_WAY * ONE_WAY).abs() < 1e-9, "{discharged} of {charged}");
        assert!(held.abs() < 1e-6, "four hours at 50 kW empty it");
        let night = battery.step(&mut held, 0.0, 10 * 12 * STEP_MS);
        assert!(night.abs() < f64::EPSILON, "without sun it does not charge");
    }
}
