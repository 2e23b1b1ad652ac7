//! Data of the benchmarks: differing per stream and day, made before the clock runs.

use std::path::PathBuf;

use gridfolio_calc::physics::{Array, Counter, Load, LocalTime, Place, Plane, Routine, Run, Site, Steps};
use gridfolio_series::{Columns, Number, PropertyKind};

use crate::Outcome;

pub(crate) const DAY: i64 = 86_400_000;
/// 2024-05-01T00:00Z
pub(crate) const START: i64 = 1_714_521_600_000;
/// 2023-01-01T07:00Z, midnight in Denver
pub(crate) const YEAR_START: i64 = 1_672_556_400_000;

/// 365 days.
pub(crate) const YEAR: i64 = 365 * DAY;

fn site(number: usize) -> Site {
    let step = f64::from(u32::try_from(number % 1000).unwrap_or(0));
    let seed = number as u64 * 7919 + 1;
    Site {
        place: Place {
            latitude: 31.0 + step * 0.017,
            longitude: -112.0 + step * 0.013,
            mean_celsius: 14.0,
            swing_celsius: 10.0,
            gloom: 0.0,
            winter_gloom: 0.1,
            seed,
        },
        time: LocalTime::new(vec![(0, -7 * 3_600_000)]),
        arrays: vec![Array {
            plane: Plane { tilt: 20.0, azimuth: 180.0 },
            dc_kw: 40.0 + step * 3.1,
            ac_kw: 34.0 + step * 2.5,
            outages: Vec::new(),
        }],
        load: Some(Load { routine: Routine::Homes, base_kw: 2.0 + step, busy_kw: 20.0, air_kw: 0.1, seed }),
        battery: None,
    }
}

fn columns(times: Vec<i64>, watts: Vec<i64>, irradiance: Vec<i64>, energy: &[i64]) -> Outcome<Columns> {
    // A meter that shows tenths of a watt-hour.
    let mut counter = Counter::showing(0);
    let shown = energy.iter().map(|step| counter.count(*step, 1)).collect();
    Ok(Columns::new(times)
        .with_fixed(PropertyKind::Instantaneous, "watts", 0, watts)?
        .with_fixed(PropertyKind::Instantaneous, "irradiance", 1, irradiance)?
        .with_fixed(PropertyKind::Accumulating, "wattHours", 1, shown)?)
}

/// Some days of one plant.
pub(crate) fn batch(number: usize, first_day: usize, days: usize) -> Outcome<Columns> {
    let from = START + i64::try_from(first_day)? * DAY;
    let Steps { times, mut arrays, skies, .. } =
        Run::new(site(number)).steps(from, from + i64::try_from(days)? * DAY);
    let mut sun = arrays.pop().ok_or("a site has an array")?;
    // A meter goes on where the batch before ended; roughly is enough here.
    if let Some(second) = sun.forward_mwh.get_mut(1) {
        *second += i64::try_from(first_day)? * 400_000_000;
    }
    columns(times, sun.watts, skies.irradiance_tenths, &sun.forward_mwh)
}

/// A year of one load, every twelfth sample.
pub(crate) fn hourly(number: usize) -> Outcome<Columns> {
    let mut run = Run::new(site(number));
    let (mut times, mut watts) = (Vec::new(), Vec::new());
    for at in (YEAR_START..YEAR_START + YEAR).step_by(3_600_000) {
        let steps = run.steps(at, at + 1);
        times.extend(steps.times);
        watts.extend(steps.load.watts);
    }
    let energy: Vec<i64> = watts.iter().map(|watts| watts * 1000).collect();
    let dark = vec![0; watts.len()];
    columns(times, watts, dark, &energy)
}

fn read(name: &str) -> Outcome<Vec<Vec<String>>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/measurements").join(name);
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(text
        .lines()
        .skip(1)
        .filter(|line| !line.is_empty())
        .map(|line| line.split(',').map(str::to_owned).collect())
        .collect())
}

/// SERF East: power, irradiance, clear-sky irradiance and temperature.
pub(crate) fn serf() -> Outcome<Columns> {
    let (power, weather) = (read("serf_east_15min_ac_power.csv")?, read("serf_east_15min_irradiance.csv")?);
    let time = |row: &Vec<String>| -> Outcome<i64> {
        let instant: jiff::Timestamp = row[0].replacen(' ', "T", 1).parse()?;
        Ok(instant.as_millisecond())
    };
    let times: Vec<i64> = power.iter().map(time).collect::<Outcome<_>>()?;
    let weather_times: Vec<i64> = weather.iter().map(time).collect::<Outcome<_>>()?;
    let number = |text: &String| -> Option<Number> { text.parse().ok() };
    let of_weather = |column: usize| -> Vec<Option<Number>> {
        let row =
            |at: &i64| weather_times.binary_search(at).ok().and_then(|row| number(&weather[row][column]));
        times.iter().map(row).collect()
    };
    let watts = power.iter().map(|row| number(&row[1]).map(|kw| kw.mul_pow10(3))).collect();
    Ok(Columns::new(times.clone())
        .with_numbers(PropertyKind::Instantaneous, "watts", watts)?
        .with_numbers(PropertyKind::Instantaneous, "irradiance", of_weather(1))?
        .with_numbers(PropertyKind::Instantaneous, "clearSky", of_weather(2))?
        .with_numbers(PropertyKind::Instantaneous, "temp", of_weather(3))?)
}
