//! Solar arrays: a tilted plane, modules that lose power when warm, an inverter that clips.

use std::ops::Range;

use super::sky::Weather;

/// How modules lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plane {
    /// Degrees from the horizontal.
    pub tilt: f64,
    /// Direction they face, degrees clockwise from north.
    pub azimuth: f64,
}

impl Plane {
    /// Light on the plane in W/m²: direct, from an even sky, and from the ground.
    pub fn irradiance(&self, weather: &Weather) -> f64 {
        let (sin_tilt, cos_tilt) = libm::sincos(self.tilt.to_radians());
        let (sin_azimuth, cos_azimuth) = libm::sincos(self.azimuth.to_radians());
        let sun = weather.sun;
        if sun.up <= 0.0 {
            return 0.0;
        }
        let facing =
            sun.east * sin_tilt * sin_azimuth + sun.north * sin_tilt * cos_azimuth + sun.up * cos_tilt;
        // Near the horizon the light of a horizontal plane says little about the beam.
        let beam = (weather.horizontal - weather.diffuse) / sun.up.max(0.087);
        beam * facing.max(0.0)
            + weather.diffuse * (1.0 + cos_tilt) / 2.0
            + weather.horizontal * GROUND * (1.0 - cos_tilt) / 2.0
    }
}

/// Share of the light that the ground throws back.
const GROUND: f64 = 0.2;
/// Power lost for each degree that a cell is warmer than 25 °C.
const PER_DEGREE: f64 = 0.0037;
/// What soiling, wiring and mismatch leave.
const LEFT: f64 = 0.89;
/// Efficiency of the inverter.
const INVERTER: f64 = 0.965;
/// Share of its size below which an inverter sleeps.
const ASLEEP: f64 = 0.003;

/// Temperature of a cell in °C (Faiman 2008).
pub fn cell_temperature(irradiance: f64, weather: &Weather) -> f64 {
    weather.celsius + irradiance / (25.0 + 6.84 * weather.wind)
}

/// Modules behind one inverter.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// How the modules lie.
    pub plane: Plane,
    /// Size of the modules in kW.
    pub dc_kw: f64,
    /// Size of the inverter in kW: what it gives at most.
    pub ac_kw: f64,
    /// When it gives nothing, half-open, milliseconds since 1970.
    pub outages: Vec<Range<i64>>,
}

impl Array {
    /// Power in W.
    pub fn power(&self, weather: &Weather, at_ms: i64) -> f64 {
        if self.outages.iter().any(|outage| outage.contains(&at_ms)) {
            return 0.0;
        }
        let irradiance = self.plane.irradiance(weather);
        let warm = 1.0 - PER_DEGREE * (cell_temperature(irradiance, weather) - 25.0);
        let watts = self.dc_kw * irradiance * warm * LEFT * INVERTER;
        let most = self.ac_kw * 1000.0;
        if watts < most * ASLEEP { 0.0 } else { watts.min(most) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::physics::Sun;

    const SOUTH: Plane = Plane { tilt: 30.0, azimuth: 180.0 };

    fn noon(horizontal: f64, celsius: f64) -> Weather {
        let sun = Sun { east: 0.0, north: -0.5, up: 0.75_f64.sqrt() };
        Weather { sun, horizontal, diffuse: 0.2 * horizontal, celsius, wind: 1.0, cover: 0.0 }
    }

    fn array(dc_kw: f64) -> Array {
        Array { plane: SOUTH, dc_kw, ac_kw: 100.0, outages: vec![1000..2000, 5000..6000] }
    }

    #[test]
    fn a_plane_that_faces_the_sun_gets_more_and_one_that_faces_away_gets_less() {
        let weather = noon(700.0, 15.0);
        let flat = Plane { tilt: 0.0, azimuth: 0.0 }.irradiance(&weather);
        assert!((flat - 700.0).abs() < 1e-9, "{flat}");
        assert!(SOUTH.irradiance(&weather) > 760.0);
        assert!(Plane { tilt: 30.0, azimuth: 0.0 }.irradiance(&weather) < 500.0);
        let night = Weather { sun: Sun { east: 0.0, north: 1.0, up: -0.1 }, ..weather };
        assert!(SOUTH.irradiance(&night).abs() < f64::EPSILON);
    }

    #[test]
    fn warm_cells_give_less() {
        let (cold, warm) = (noon(600.0, 0.0), noon(600.0, 35.0));
        let loss = array(80.0).power(&warm, 0) / array(80.0).power(&cold, 0);
        assert!((0.85..0.90).contains(&loss), "{loss}: 35 K at 0.37 %/K");
        assert!(cell_temperature(900.0, &cold) > 20.0);
    }

    #[test]
    fn an_inverter_clips_sleeps_and_fails() {
        let bright = noon(900.0, 5.0);
        assert!((array(140.0).power(&bright, 0) - 100_000.0).abs() < f64::EPSILON);
        assert!(array(80.0).power(&bright, 0) < 90_000.0);
        assert!(array(80.0).power(&noon(2.0, 5.0), 0).abs() < f64::EPSILON, "too little light");
        for (at, given) in [(999, true), (1000, false), (1999, false), (2000, true), (5500, false)] {
            assert_eq!(array(80.0).power(&bright, at) > 0.0, given, "{at}");
        }
    }
}
