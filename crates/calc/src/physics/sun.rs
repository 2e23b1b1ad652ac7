//! Where the sun stands, and what it gives under a clear sky. No refraction.

use super::days_since_2000;

/// The direction to the sun's centre, a vector of length 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sun {
    /// Towards the east.
    pub east: f64,
    /// Towards the north.
    pub north: f64,
    /// Towards the zenith: the sine of the elevation.
    pub up: f64,
}

impl Sun {
    /// The sun over a place (degrees north and east) at an instant; good to about 0.02° for a century.
    pub fn at(latitude: f64, longitude: f64, at_ms: i64) -> Self {
        let days = days_since_2000(at_ms);
        let anomaly = (357.529 + 0.985_600_28 * days).to_radians();
        let mean_longitude = 280.459 + 0.985_647_36 * days;
        let (sine, cosine) = libm::sincos(anomaly);
        let (sin_ecliptic, cos_ecliptic) =
            libm::sincos((mean_longitude + 1.915 * sine + 0.040 * sine * cosine).to_radians());
        let (sin_tilt, cos_tilt) = libm::sincos((23.439 - 0.000_000_36 * days).to_radians());
        let sidereal = (18.697_374_558 + 24.065_709_824_419_08 * days).rem_euclid(24.0) * 15.0;
        let (sin_turn, cos_turn) = libm::sincos((sidereal + longitude).to_radians());
        let (sin_latitude, cos_latitude) = libm::sincos(latitude.to_radians());
        // The sun in the plane of the equator, turned to the local meridian.
        let (vernal, across) = (cos_ecliptic, cos_tilt * sin_ecliptic);
        let meridian = cos_turn * vernal + sin_turn * across;
        let west = sin_turn * vernal - cos_turn * across;
        let pole = sin_tilt * sin_ecliptic;
        Self {
            east: -west,
            north: cos_latitude * pole - sin_latitude * meridian,
            up: sin_latitude * pole + cos_latitude * meridian,
        }
    }

    /// Height above the horizon in degrees.
    pub fn elevation_degrees(self) -> f64 {
        libm::asin(self.up).to_degrees()
    }

    /// Direction in degrees, clockwise from north.
    pub fn azimuth_degrees(self) -> f64 {
        libm::atan2(self.east, self.north).to_degrees().rem_euclid(360.0)
    }
}

/// Horizontal irradiance in W/m² under a clear sky (Haurwitz 1945), by the sine of the sun's elevation.
pub fn clear_sky(up: f64) -> f64 {
    if up <= 0.0 { 0.0 } else { 1098.0 * up * libm::exp(-0.057 / up) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sun_stands_where_the_published_example_says() {
        // NREL SPA example, 2003-10-17 12:30:30 −07:00: zenith 50.127954° without refraction, azimuth 194.340241°.
        let sun = Sun::at(39.742_476, -105.1786, 1_066_419_030_000);
        assert!((90.0 - sun.elevation_degrees() - 50.127_954).abs() < 0.02, "{sun:?}");
        assert!((sun.azimuth_degrees() - 194.340_241).abs() < 0.03, "{sun:?}");
        let night = Sun::at(69.65, 18.96, 1_703_160_000_000);
        assert!(night.elevation_degrees() < 0.0, "polar night");
    }

    #[test]
    fn a_clear_sky_gives_nothing_at_night_and_about_a_kilowatt_at_the_zenith() {
        assert!(clear_sky(-0.1).abs() < f64::EPSILON && clear_sky(0.0).abs() < f64::EPSILON);
        assert!((1000.0..1050.0).contains(&clear_sky(1.0)));
    }
}
