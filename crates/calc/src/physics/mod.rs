//! A deterministic model of a site with solar arrays, a load and a battery, for demonstrations and benchmarks.
//!
//! Sun, clear sky, seeded clouds, tilted planes, warm cells, inverters that clip, meters that count. Good enough to
//! look like measurements and to be coded like them; it refuses to be a forecast: no shade, no snow, no ageing.
//!
//! The numbers are the same on every machine: roots, sums and products are exact by IEEE 754, and sines and
//! exponentials come from the crate `libm`, never from the platform (clippy forbids the others).

mod battery;
mod load;
mod meter;
mod plant;
mod site;
mod sky;
mod sun;

pub use battery::Battery;
pub use load::{Load, LocalTime, Routine};
pub use meter::{Counter, Flow};
pub use plant::{Array, Plane, cell_temperature};
pub use site::{Run, Site, Skies, Steps};
pub use sky::{Place, Weather};
pub use sun::{Sun, clear_sky};

/// Milliseconds between two samples.
pub const STEP_MS: i64 = 300_000;
/// Samples of an hour.
const STEPS_PER_HOUR: f64 = 12.0;
const DAY_MS: i64 = 86_400_000;

/// Days since 2000-01-01T12:00Z.
fn days_since_2000(at_ms: i64) -> f64 {
    // Whole and broken days apart keep the precision.
    let since = at_ms - 946_728_000_000;
    let whole = i32::try_from(since.div_euclid(DAY_MS)).unwrap_or(i32::MAX);
    let rest = i32::try_from(since.rem_euclid(DAY_MS)).unwrap_or(0);
    f64::from(whole) + f64::from(rest) / 86_400_000.0
}

/// Hours since midnight.
fn hours_of_day(local_ms: i64) -> f64 {
    f64::from(i32::try_from(local_ms.rem_euclid(DAY_MS)).unwrap_or(0)) / 3_600_000.0
}

/// 0 at its deepest, 1 at its highest: a year's swing with its peak on a day of the year.
fn season(at_ms: i64, peak_day: f64) -> f64 {
    let turn = (days_since_2000(at_ms) - peak_day) / 365.25;
    0.5 + 0.5 * libm::cos(std::f64::consts::TAU * turn)
}

fn rounded(value: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a plant's watts are far below 2^53")]
    let whole = value.round() as i64;
    whole
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
    let seconds = |ms: i64| f64::from(i32::try_from(ms / 1000).unwrap_or(i32::MAX));
    let place = at_ms.div_euclid(period_ms);
    let smooth = smooth_step(seconds(at_ms.rem_euclid(period_ms)) / seconds(period_ms));
    chance(seed, place) * (1.0 - smooth) + chance(seed, place + 1) * smooth
}

/// 0 below 0, 1 above 1, and a smooth way between.
fn smooth_step(share: f64) -> f64 {
    let share = share.clamp(0.0, 1.0);
    share * share * (3.0 - 2.0 * share)
}
