//! A site: arrays, a load and a battery behind one connection to the grid, step by step.

use super::battery::Battery;
use super::load::{Load, LocalTime};
use super::meter::Flow;
use super::plant::{Array, cell_temperature};
use super::sky::{Place, Weather};
use super::{STEP_MS, STEPS_PER_HOUR, rounded};

/// What stands at a site.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// Where it is.
    pub place: Place,
    /// What its clocks show.
    pub time: LocalTime,
    /// Its solar arrays; the pyranometer lies as the first of them does.
    pub arrays: Vec<Array>,
    /// What is used there.
    pub load: Option<Load>,
    /// What is kept there.
    pub battery: Option<Battery>,
}

/// What a weather station shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Skies {
    /// Light on the plane of the first array, tenths of W/m².
    pub irradiance_tenths: Vec<i64>,
    /// Light of each step on that plane, thousandths of Wh/m².
    pub irradiation_thousandths: Vec<i64>,
    /// Temperature of the air, tenths of °C.
    pub air_tenths: Vec<i64>,
    /// Temperature of the modules, tenths of °C.
    pub cell_tenths: Vec<i64>,
    /// Wind, tenths of m/s.
    pub wind_tenths: Vec<i64>,
    /// Share of the sky that is covered, %.
    pub cover_percent: Vec<i64>,
}

/// What all meters of a site see over some steps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Steps {
    /// Ends of the steps, milliseconds since 1970, UTC.
    pub times: Vec<i64>,
    /// Each array.
    pub arrays: Vec<Flow>,
    /// The load; nothing where there is none.
    pub load: Flow,
    /// The battery, discharge forwards; nothing where there is none.
    pub battery: Flow,
    /// The connection to the grid, import forwards.
    pub grid: Flow,
    /// Light and air.
    pub skies: Skies,
}

/// A site at work.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    site: Site,
    held_wh: f64,
}

impl Run {
    /// A site whose battery is empty.
    pub fn new(site: Site) -> Self {
        Self { site, held_wh: 0.0 }
    }

    /// The next steps: those that end at multiples of five minutes from `from_ms` to before `until_ms`.
    pub fn steps(&mut self, from_ms: i64, until_ms: i64) -> Steps {
        let first = from_ms + (-from_ms).rem_euclid(STEP_MS);
        let mut steps = Steps { arrays: vec![Flow::default(); self.site.arrays.len()], ..Steps::default() };
        let mut at_ms = first;
        while at_ms < until_ms {
            self.step(at_ms, &mut steps);
            at_ms += STEP_MS;
        }
        steps
    }

    fn step(&mut self, at_ms: i64, steps: &mut Steps) {
        let Site { place, time, arrays, load, battery } = &self.site;
        // Two looks a step, as a real meter counts between its reports.
        let (middle_ms, local_ms) = (at_ms - STEP_MS / 2, time.local_ms(at_ms));
        let (middle, end) = (place.weather(middle_ms), place.weather(at_ms));
        let mut sun_watts = 0.0;
        for (array, flow) in arrays.iter().zip(&mut steps.arrays) {
            let watts = f64::midpoint(array.power(&middle, middle_ms), array.power(&end, at_ms));
            flow.push(watts);
            sun_watts += watts;
        }
        let used = load.map_or(0.0, |load| load.power(at_ms, local_ms, end.celsius));
        let discharged = battery.map_or(0.0, |battery| battery.step(&mut self.held_wh, sun_watts, local_ms));
        steps.times.push(at_ms);
        steps.load.push(used);
        steps.battery.push(discharged);
        steps.grid.push(used - sun_watts - discharged);
        steps.skies.push(arrays, &middle, &end);
    }
}

impl Skies {
    fn push(&mut self, arrays: &[Array], middle: &Weather, end: &Weather) {
        let light = |weather: &Weather| {
            arrays.first().map_or(weather.horizontal, |array| array.plane.irradiance(weather))
        };
        let (before, now) = (light(middle), light(end));
        self.irradiance_tenths.push(rounded(now * 10.0));
        self.irradiation_thousandths.push(rounded(f64::midpoint(before, now) * 1000.0 / STEPS_PER_HOUR));
        self.air_tenths.push(rounded(end.celsius * 10.0));
        self.cell_tenths.push(rounded(cell_temperature(now, end) * 10.0));
        self.wind_tenths.push(rounded(end.wind * 10.0));
        self.cover_percent.push(rounded(end.cover * 100.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::physics::{Counter, DAY_MS, Plane, Routine};

    /// 2024-06-10T00:00Z
    const JUNE: i64 = 1_717_977_600_000;

    fn site(seed: u64) -> Site {
        Site {
            place: Place {
                latitude: 39.742_476,
                longitude: -105.1786,
                mean_celsius: 10.0,
                swing_celsius: 12.0,
                gloom: 0.0,
                winter_gloom: 0.1,
                seed,
            },
            time: LocalTime::new(vec![(0, -6 * 3_600_000)]),
            arrays: vec![Array {
                plane: Plane { tilt: 20.0, azimuth: 180.0 },
                dc_kw: 120.0,
                ac_kw: 80.0,
                outages: vec![],
            }],
            load: Some(Load { routine: Routine::Workshop, base_kw: 5.0, busy_kw: 60.0, air_kw: 0.2, seed }),
            battery: Some(Battery {
                power_kw: 20.0,
                energy_kwh: 60.0,
                charge_hours: (10.0, 15.0),
                discharge_hours: (18.0, 21.0),
            }),
        }
    }

    #[test]
    fn a_site_sleeps_clips_and_counts() {
        let steps = Run::new(site(7)).steps(JUNE, JUNE + 20 * DAY_MS);
        let sun = &steps.arrays[0];
        assert_eq!((steps.times.len(), sun.watts.len()), (20 * 288, 20 * 288));
        assert!(sun.watts.iter().all(|watts| (0..=80_000).contains(watts)));
        assert!(sun.watts.contains(&80_000), "it clips on a clear noon");
        let asleep = sun.watts.iter().filter(|watts| **watts == 0).count();
        assert!((20 * 96..20 * 144).contains(&asleep), "{asleep} of 5760 in June");
        let (energy, from_watts) = (sun.forward_mwh.iter().sum::<i64>(), sun.watts.iter().sum::<i64>());
        assert!((energy - from_watts * 1000 / 12).abs() < energy / 10_000, "{energy} {from_watts}");
        let mut counter = Counter::showing(5);
        let shown: Vec<i64> = sun.forward_mwh.iter().map(|step| counter.count(*step, 0)).collect();
        assert!(shown.is_sorted() && shown[0] == 5);
    }

    #[test]
    fn what_comes_in_goes_out() {
        let steps = Run::new(site(7)).steps(JUNE, JUNE + 9 * DAY_MS);
        for row in 0..steps.times.len() {
            let given = steps.arrays[0].watts[row] + steps.battery.watts[row] + steps.grid.watts[row];
            assert!((given - steps.load.watts[row]).abs() <= 2, "row {row}");
        }
        let sum = |flow: &[i64]| flow.iter().sum::<i64>();
        assert!(sum(&steps.grid.forward_mwh) > 0 && sum(&steps.grid.backward_mwh) > 0);
        let (kept, given) = (sum(&steps.battery.backward_mwh), sum(&steps.battery.forward_mwh));
        assert!(given > 0 && given < kept, "{given} of {kept}");
    }

    #[test]
    fn one_run_in_parts_is_the_run() {
        let whole = Run::new(site(7)).steps(JUNE, JUNE + 2 * DAY_MS);
        let mut run = Run::new(site(7));
        let parts =
            [run.steps(JUNE, JUNE + 30 * 3_600_000), run.steps(JUNE + 30 * 3_600_000, JUNE + 2 * DAY_MS)];
        let joined: Vec<i64> = parts.iter().flat_map(|part| part.grid.watts.clone()).collect();
        assert_eq!(whole.grid.watts, joined);
        assert_eq!(Run::new(site(7)).steps(JUNE + 1, JUNE + DAY_MS).times.first(), Some(&(JUNE + STEP_MS)));
    }

    #[test]
    fn the_seed_alone_decides() {
        let day = |seed: u64| Run::new(site(seed)).steps(JUNE, JUNE + DAY_MS);
        assert_eq!(day(1), day(1));
        assert_ne!(day(1).skies, day(2).skies);
    }
}
