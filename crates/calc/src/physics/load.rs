//! What people use: by the clock on the wall, the day of the week and the temperature.

use super::{DAY_MS, drift, hours_of_day, smooth_step};

/// What wall clocks show: instants from which on they are ahead of UTC by so many milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LocalTime {
    changes: Vec<(i64, i64)>,
}

impl LocalTime {
    /// From instants and the milliseconds that local time is ahead of UTC from then on, in order; before the first,
    /// that one's.
    pub fn new(changes: Vec<(i64, i64)>) -> Self {
        Self { changes }
    }

    /// Local time at an instant, as milliseconds since 1970-01-01T00:00 on the wall.
    pub fn local_ms(&self, at_ms: i64) -> i64 {
        let place = self.changes.partition_point(|(from, _)| *from <= at_ms);
        at_ms + self.changes.get(place.saturating_sub(1)).map_or(0, |(_, ahead)| *ahead)
    }
}

/// When a consumer is busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Routine {
    /// Working days from six to five, a little on Saturday morning.
    Workshop,
    /// Working days from seven to four.
    School,
    /// Mornings and evenings, every day.
    Homes,
}

impl Routine {
    /// How busy it is, 0 to 1.
    fn busy(self, local_ms: i64) -> f64 {
        let hour = hours_of_day(local_ms);
        let between = |from: f64, until: f64| smooth_step(hour - from) * (1.0 - smooth_step(hour - until));
        // 1970-01-01 was a Thursday; Sunday is 0.
        let weekday = (local_ms.div_euclid(DAY_MS) + 4).rem_euclid(7);
        match (self, weekday) {
            (Self::Workshop, 0) | (Self::School, 0 | 6) => 0.0,
            (Self::Workshop, 6) => 0.35 * between(6.0, 11.5),
            (Self::Workshop, _) => between(5.5, 16.5) - 0.35 * between(11.5, 12.5),
            (Self::School, _) => between(6.5, 15.5),
            (Self::Homes, _) => 0.5 * between(6.0, 9.0) + between(16.5, 22.0),
        }
    }
}

/// A consumer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// When it is busy.
    pub routine: Routine,
    /// Power when nobody is there, kW.
    pub base_kw: f64,
    /// Power added when it is busy, kW.
    pub busy_kw: f64,
    /// Power added for each degree above 22 °C, and for each below 14 °C, kW.
    pub air_kw: f64,
    /// Decides about the noise.
    pub seed: u64,
}

impl Load {
    /// Power in W at an instant that is `local_ms` on the wall.
    pub fn power(&self, at_ms: i64, local_ms: i64, celsius: f64) -> f64 {
        let noise = 0.85 + 0.3 * drift(self.seed, at_ms, 15 * 60_000);
        let busy = self.routine.busy(local_ms);
        let air = self.air_kw * ((celsius - 22.0).max(0.0) + (14.0 - celsius).max(0.0)) * (0.3 + 0.7 * busy);
        1000.0 * noise * (self.base_kw + self.busy_kw * busy + air)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOAD: Load =
        Load { routine: Routine::Workshop, base_kw: 3.0, busy_kw: 22.0, air_kw: 0.5, seed: 11 };
    /// 2025-03-10T00:00, a Monday.
    const MONDAY: i64 = 1_741_564_800_000;
    const HOUR: i64 = 3_600_000;

    #[test]
    fn clocks_change_at_their_instant() {
        let time = LocalTime::new(vec![(1000, -5 * HOUR), (MONDAY, -4 * HOUR)]);
        assert_eq!(time.local_ms(0), -5 * HOUR);
        assert_eq!(time.local_ms(MONDAY - 1), MONDAY - 1 - 5 * HOUR);
        assert_eq!(time.local_ms(MONDAY), MONDAY - 4 * HOUR);
        assert_eq!(LocalTime::default().local_ms(7), 7);
    }

    #[test]
    fn a_workshop_works_on_working_days() {
        let power = |day: i64, hour: i64| {
            let at = MONDAY + day * DAY_MS + hour * HOUR;
            LOAD.power(at, at, 18.0)
        };
        for day in 0..5 {
            assert!(power(day, 10) > 18_000.0 && power(day, 3) < 4000.0);
        }
        assert!((4000.0..14_000.0).contains(&power(5, 9)) && power(6, 10) < 4000.0);
        let homes = Load { routine: Routine::Homes, ..LOAD };
        assert!(
            homes.power(MONDAY, MONDAY + 19 * HOUR, 18.0) > homes.power(MONDAY, MONDAY + 13 * HOUR, 18.0)
        );
        let school = Load { routine: Routine::School, ..LOAD };
        assert!(
            school.power(MONDAY, MONDAY + 10 * HOUR, 18.0) > school.power(MONDAY, MONDAY - 14 * HOUR, 18.0)
        );
    }

    #[test]
    fn hot_and_cold_air_cost_power() {
        let at = |celsius: f64| LOAD.power(MONDAY, MONDAY + 10 * HOUR, celsius);
        assert!(at(34.0) > at(18.0) && at(-10.0) > at(18.0));
    }
}
