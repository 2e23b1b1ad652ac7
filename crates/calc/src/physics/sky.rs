//! Clouds, light and air at a place.

use super::sun::{Sun, clear_sky};
use super::{DAY_MS, drift, hours_of_day, season};

/// A place and its climate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Mean temperature of the year, °C.
    pub mean_celsius: f64,
    /// How much warmer the warmest weeks are than the mean, K.
    pub swing_celsius: f64,
    /// How much more than usual is covered by clouds, −0.5 to 0.5.
    pub gloom: f64,
    /// How much more of the sky they cover in midwinter than in midsummer, 0 to 0.5.
    pub winter_gloom: f64,
    /// Decides about the clouds and the wind.
    pub seed: u64,
}

/// Light and air at an instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weather {
    /// Where the sun stands.
    pub sun: Sun,
    /// Light on a horizontal plane, W/m².
    pub horizontal: f64,
    /// The part of it that comes from the whole sky, W/m².
    pub diffuse: f64,
    /// Temperature of the air, °C.
    pub celsius: f64,
    /// Wind, m/s.
    pub wind: f64,
    /// Share of the sky that is covered, 0 to 1.
    pub cover: f64,
}

impl Place {
    /// Share of the sky that clouds cover at an instant.
    fn cover(&self, at_ms: i64) -> f64 {
        // Weather changes over a day or two.
        let weather = drift(self.seed, at_ms, DAY_MS * 3 / 2);
        let winter = 0.5 - season(at_ms, SOLSTICE);
        (weather * 1.6 - 0.5 + self.gloom + self.winter_gloom * winter).clamp(0.0, 0.95)
    }

    /// Share of the clear sky's light that the clouds let through, 0.1 to 1.
    fn through(&self, cover: f64, at_ms: i64) -> f64 {
        // Single clouds pass in minutes, most on half-clouded days.
        let broken = 4.0 * cover * (1.0 - cover);
        let passing = drift(self.seed ^ 0xC10D, at_ms, 20 * 60_000) * 0.6
            + drift(self.seed ^ 0x5EED, at_ms, 4 * 60_000) * 0.4;
        (1.0 - 0.8 * cover - 0.5 * broken * (passing - 0.3)).clamp(0.1, 1.0)
    }

    fn celsius(&self, cover: f64, at_ms: i64) -> f64 {
        // Solar time is near enough to the clock of the place.
        let solar_ms = at_ms + super::rounded(self.longitude * 240_000.0);
        let hour = hours_of_day(solar_ms);
        let daily = libm::cos(std::f64::consts::TAU * (hour - 15.0) / 24.0) * (5.5 - 4.0 * cover);
        let yearly = (2.0 * season(at_ms, WARMEST) - 1.0) * self.swing_celsius;
        let spell = (drift(self.seed ^ 0x7E39, at_ms, 4 * DAY_MS) - 0.5) * 0.8 * self.swing_celsius;
        self.mean_celsius + yearly + daily + spell
    }

    /// The weather at an instant.
    pub fn weather(&self, at_ms: i64) -> Weather {
        let sun = Sun::at(self.latitude, self.longitude, at_ms);
        let cover = self.cover(at_ms);
        let horizontal = if sun.up > 0.0 { clear_sky(sun.up) * self.through(cover, at_ms) } else { 0.0 };
        Weather {
            sun,
            horizontal,
            diffuse: horizontal * diffuse_share(horizontal, sun.up),
            celsius: self.celsius(cover, at_ms),
            wind: 0.5 + 5.0 * drift(self.seed ^ 0x313D, at_ms, 2 * 3_600_000),
            cover,
        }
    }
}

/// Day of the year of the longest day, and of the warmest one, counted from the noon of 2000-01-01.
const SOLSTICE: f64 = 171.0;
const WARMEST: f64 = 200.0;

/// Share of the light that comes from the whole sky (Erbs, Klein and Duffie 1982).
fn diffuse_share(horizontal: f64, up: f64) -> f64 {
    if up <= 0.0 {
        return 1.0;
    }
    let clearness = (horizontal / (1361.0 * up)).min(1.0);
    if clearness <= 0.22 {
        1.0 - 0.09 * clearness
    } else if clearness <= 0.8 {
        0.9511 + clearness * (-0.1604 + clearness * (4.388 + clearness * (-16.638 + clearness * 12.336)))
    } else {
        0.165
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2024-06-10T00:00Z
    const JUNE: i64 = 1_717_977_600_000;
    const GOLDEN: Place = Place {
        latitude: 39.742_476,
        longitude: -105.1786,
        mean_celsius: 10.0,
        swing_celsius: 12.0,
        gloom: 0.0,
        winter_gloom: 0.0,
        seed: 7,
    };

    #[test]
    fn the_sky_is_diffuse_under_clouds_and_mostly_direct_without() {
        assert!(diffuse_share(20.0, 0.8) > 0.95);
        assert!(diffuse_share(900.0, 0.9) < 0.25);
        assert!(diffuse_share(0.0, -0.2) > 0.99);
    }

    #[test]
    fn clouds_take_light_but_never_add_any() {
        for step in 0..4000 {
            let weather = GOLDEN.weather(JUNE + step * 300_000);
            assert!(weather.horizontal <= clear_sky(weather.sun.up) && weather.horizontal >= 0.0);
            assert!((0.0..=weather.horizontal).contains(&weather.diffuse));
            assert!((0.0..=1.0).contains(&weather.cover));
        }
    }

    #[test]
    fn summer_afternoons_are_warm_and_winter_nights_are_cold() {
        let mean = |from: i64, hour: i64| {
            let days = (0..30).map(|day| GOLDEN.weather(from + day * DAY_MS + hour * 3_600_000).celsius);
            days.sum::<f64>() / 30.0
        };
        // 22:00 and 11:00 UTC are 15:00 and 04:00 in Golden; 2024-01-10.
        let (warm, cold) = (mean(JUNE, 22), mean(1_704_844_800_000, 11));
        assert!(warm > 20.0 && cold < 0.0, "{warm} {cold}");
    }
}
