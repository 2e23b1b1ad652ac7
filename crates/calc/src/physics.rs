//! A small deterministic model of a solar plant and a load, for demonstrations and benchmarks.
//!
//! Sun, clear sky, seeded clouds, an inverter that clips, a meter that counts. Good enough to look like measurements
//! and to be coded like them; it refuses to be a forecast: no temperature, no tilt, no losses but one factor.

use std::f64::consts::TAU;

/// Milliseconds between two samples.
pub const STEP_MS: i64 = 300_000;
const DAY_MS: i64 = 86_400_000;

/// A plant at a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plant {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Size of the modules in kW.
    pub dc_kw: f64,
    /// Size of the inverter in kW: what it gives at most.
    pub ac_kw: f64,
    /// Decides about the clouds.
    pub seed: u64,
}

/// A consumer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// Power by night in kW.
    pub base_kw: f64,
    /// Power added at the evening's peak in kW.
    pub peak_kw: f64,
    /// Hours that local time is ahead of UTC, for the shape of the day.
    pub ahead_hours: f64,
    /// Decides about the noise.
    pub seed: u64,
}

/// What a meter shows at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Milliseconds since 1970, UTC.
    pub at_ms: i64,
    /// Mean power of the five minutes before, whole watts.
    pub watts: i64,
    /// Energy counted since the first sample, thousandths of a watt-hour.
    pub milli_watt_hours: i64,
    /// Horizontal irradiance in tenths of W/m²; 0 for a load.
    pub irradiance_tenths: i64,
}

/// Height of the sun's centre above the horizon in degrees, without refraction; good to about 0.02° for a century.
pub fn sun_elevation_degrees(latitude: f64, longitude: f64, at_ms: i64) -> f64 {
    let days = days_since_2000(at_ms);
    let anomaly = (357.529 + 0.985_600_28 * days).to_radians();
    let mean_longitude = 280.459 + 0.985_647_36 * days;
    let ecliptic = (mean_longitude + 1.915 * anomaly.sin() + 0.020 * (2.0 * anomaly).sin()).to_radians();
    let tilt = (23.439 - 0.000_000_36 * days).to_radians();
    let right_ascension = (tilt.cos() * ecliptic.sin()).atan2(ecliptic.cos());
    let declination = (tilt.sin() * ecliptic.sin()).asin();
    let sidereal = (18.697_374_558 + 24.065_709_824_419_08 * days).rem_euclid(24.0) * 15.0;
    let hour_angle = (sidereal + longitude).to_radians() - right_ascension;
    let latitude = latitude.to_radians();
    let sine = latitude.sin() * declination.sin() + latitude.cos() * declination.cos() * hour_angle.cos();
    sine.asin().to_degrees()
}

fn days_since_2000(at_ms: i64) -> f64 {
    // 2000-01-01T12:00Z; whole and broken days apart keep the precision.
    let since = at_ms - 946_728_000_000;
    let whole = i32::try_from(since.div_euclid(DAY_MS)).unwrap_or(i32::MAX);
    let rest = i32::try_from(since.rem_euclid(DAY_MS)).unwrap_or(0);
    f64::from(whole) + f64::from(rest) / 86_400_000.0
}

/// Horizontal irradiance in W/m² under a clear sky (Haurwitz 1945).
pub fn clear_sky(elevation_degrees: f64) -> f64 {
    let sine = elevation_degrees.to_radians().sin();
    if sine <= 0.0 { 0.0 } else { 1098.0 * sine * (-0.057 / sine).exp() }
}

/// A number from 0 to 1 that depends on seed and position alone (the finaliser of `SplitMix64`).
fn chance(seed: u64, position: i64) -> f64 {
    let mut mixed = seed ^ position.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^= mixed >> 31;
    f64::from(u32::try_from(mixed >> 32).unwrap_or(0)) / f64::from(u32::MAX)
}

/// Chance that moves smoothly between values `period` apart.
fn drift(seed: u64, at_ms: i64, period_ms: i64) -> f64 {
    let place = at_ms.div_euclid(period_ms);
    let share = fraction(at_ms.rem_euclid(period_ms), period_ms);
    let smooth = share * share * (3.0 - 2.0 * share);
    chance(seed, place) * (1.0 - smooth) + chance(seed, place + 1) * smooth
}

fn fraction(part: i64, whole: i64) -> f64 {
    let small = |value: i64| f64::from(i32::try_from(value / 1000).unwrap_or(i32::MAX));
    small(part) / small(whole)
}

/// Share of the clear sky's light that the clouds let through, 0.1 to 1.
pub fn clouds(seed: u64, at_ms: i64) -> f64 {
    // Weather changes over a day or two; single clouds pass in minutes, most on half-clouded days.
    let weather = drift(seed, at_ms, DAY_MS * 3 / 2);
    let cover = (weather * 1.6 - 0.5).clamp(0.0, 0.95);
    let broken = 4.0 * cover * (1.0 - cover);
    let passing =
        drift(seed ^ 0xC10D, at_ms, 20 * 60_000) * 0.6 + drift(seed ^ 0x5EED, at_ms, 4 * 60_000) * 0.4;
    (1.0 - 0.8 * cover - 0.5 * broken * (passing - 0.3)).clamp(0.1, 1.0)
}

fn rounded(value: f64) -> i64 {
    // Values of a plant stay far below 2^53.
    #[expect(clippy::cast_possible_truncation, reason = "a plant's watts are far below 2^53")]
    let whole = value.round() as i64;
    whole
}

impl Plant {
    /// Horizontal irradiance in W/m² at an instant.
    pub fn irradiance(&self, at_ms: i64) -> f64 {
        let clear = clear_sky(sun_elevation_degrees(self.latitude, self.longitude, at_ms));
        if clear > 0.0 { clear * clouds(self.seed, at_ms) } else { 0.0 }
    }

    /// Power in W that an irradiance gives.
    pub fn power(&self, irradiance: f64) -> f64 {
        (self.dc_kw * irradiance * 0.86).min(self.ac_kw * 1000.0)
    }

    /// Five-minute samples from the first raster instant at or after `from_ms` to before `until_ms`.
    pub fn samples(self, from_ms: i64, until_ms: i64) -> impl Iterator<Item = Sample> {
        meter(from_ms, until_ms, move |at_ms| {
            let irradiance = self.irradiance(at_ms);
            (self.power(irradiance), irradiance)
        })
    }
}

impl Load {
    /// Power in W at an instant.
    pub fn power(&self, at_ms: i64) -> f64 {
        let local = at_ms + rounded(self.ahead_hours * 3_600_000.0);
        let hour = 24.0 * fraction(local.rem_euclid(DAY_MS), DAY_MS);
        let bump = |centre: f64, width: f64| (-((hour - centre) / width).powi(2)).exp();
        // 1970-01-01 was a Thursday.
        let weekend = matches!((local.div_euclid(DAY_MS) + 4).rem_euclid(7), 0 | 6);
        let shape = if weekend { bump(12.0, 5.0) } else { 0.6 * bump(8.0, 1.8) + bump(18.5, 2.6) };
        let noise = 0.85 + 0.3 * drift(self.seed, at_ms, 15 * 60_000);
        let season = 1.0 + 0.1 * (TAU * (days_since_2000(at_ms) - 15.0) / 365.25).cos();
        1000.0 * noise * season * (self.base_kw + self.peak_kw * shape)
    }

    /// Five-minute samples, as [`Plant::samples`].
    pub fn samples(self, from_ms: i64, until_ms: i64) -> impl Iterator<Item = Sample> {
        meter(from_ms, until_ms, move |at_ms| (self.power(at_ms), 0.0))
    }
}

/// Counts energy in two sub-steps per sample, as a real meter counts between its reports.
fn meter(from_ms: i64, until_ms: i64, power: impl Fn(i64) -> (f64, f64)) -> impl Iterator<Item = Sample> {
    let first = from_ms + (-from_ms).rem_euclid(STEP_MS);
    let mut at_ms = first;
    let mut counted = 0_i64;
    std::iter::from_fn(move || {
        if at_ms >= until_ms {
            return None;
        }
        let (earlier, (now, irradiance)) = (power(at_ms - STEP_MS / 2).0, power(at_ms));
        let mean = f64::midpoint(earlier, now);
        if at_ms > first {
            // Watts for a twelfth of an hour.
            counted += rounded(mean * 1000.0 / 12.0);
        }
        let sample = Sample {
            at_ms,
            watts: rounded(mean),
            milli_watt_hours: counted,
            irradiance_tenths: rounded(irradiance * 10.0),
        };
        at_ms += STEP_MS;
        Some(sample)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLANT: Plant =
        Plant { latitude: 39.742_476, longitude: -105.1786, dc_kw: 120.0, ac_kw: 80.0, seed: 7 };
    /// 2024-06-10T00:00Z
    const JUNE: i64 = 1_717_977_600_000;

    #[test]
    fn the_sun_stands_where_the_published_example_says() {
        // NREL SPA example, 2003-10-17 12:30:30 −07:00: zenith 50.127954° without refraction.
        let elevation = sun_elevation_degrees(39.742_476, -105.1786, 1_066_419_030_000);
        assert!((90.0 - elevation - 50.127_954).abs() < 0.02, "{elevation}");
        assert!(sun_elevation_degrees(69.65, 18.96, 1_703_160_000_000) < 0.0, "polar night");
    }

    #[test]
    fn a_plant_sleeps_clips_and_counts() {
        let samples: Vec<Sample> = PLANT.samples(JUNE, JUNE + 20 * DAY_MS).collect();
        assert_eq!(samples.len(), 20 * 288);
        assert!(samples.iter().all(|sample| (0..=80_000).contains(&sample.watts)));
        assert!(samples.iter().any(|sample| sample.watts == 80_000), "it clips on a clear noon");
        let asleep = samples.iter().filter(|sample| sample.watts == 0).count();
        assert!((20 * 96..20 * 144).contains(&asleep), "{asleep} of 5760 in June");
        assert!(samples.windows(2).all(|pair| pair[0].milli_watt_hours <= pair[1].milli_watt_hours));
        let counted = samples.last().map_or(0, |sample| sample.milli_watt_hours);
        let from_watts: i64 = samples.iter().skip(1).map(|sample| sample.watts).sum::<i64>() * 1000 / 12;
        assert!((counted - from_watts).abs() < counted / 10_000, "{counted} {from_watts}");
    }

    #[test]
    fn the_seed_alone_decides() {
        let day =
            |seed: u64| -> Vec<Sample> { Plant { seed, ..PLANT }.samples(JUNE + 1, JUNE + DAY_MS).collect() };
        assert_eq!(day(1), day(1));
        assert_ne!(day(1), day(2));
        assert_eq!(day(1).first().map(|sample| sample.at_ms), Some(JUNE + STEP_MS));
    }

    #[test]
    fn a_load_peaks_in_the_evening_of_a_weekday() {
        let load = Load { base_kw: 2.0, peak_kw: 10.0, ahead_hours: -6.0, seed: 3 };
        let monday = JUNE + 6 * 3_600_000;
        let highest = load.samples(monday, monday + DAY_MS).max_by_key(|sample| sample.watts);
        let hour = highest.map_or(0, |sample| (sample.at_ms - monday) / 3_600_000);
        assert!((16..=21).contains(&hour), "{hour}");
        assert!(load.samples(monday, monday + 7 * DAY_MS).all(|sample| sample.watts > 1000));
    }
}
