//! The parts of a summary, one per property.

use crate::Number;
use crate::hour::Reading;

/// Values by property index, in order of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Slots<T>(Vec<(usize, T)>);

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Slots<T> {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn get(&self, property: usize) -> Option<&T> {
        self.0.iter().find(|(own, _)| *own == property).map(|(_, value)| value)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &T)> {
        self.0.iter().map(|(property, value)| (*property, value))
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (usize, &mut T)> {
        self.0.iter_mut().map(|(property, value)| (*property, value))
    }

    pub(crate) fn insert(&mut self, property: usize, value: T) {
        match self.0.binary_search_by_key(&property, |(own, _)| *own) {
            Ok(place) => self.0[place].1 = value,
            Err(place) => self.0.insert(place, (property, value)),
        }
    }
}

impl<T: Default> Slots<T> {
    /// The value of a property, made if it is new.
    pub(crate) fn entry(&mut self, property: usize) -> &mut T {
        let place = match self.0.binary_search_by_key(&property, |(own, _)| *own) {
            Ok(place) => place,
            Err(place) => {
                self.0.insert(place, (property, T::default()));
                place
            }
        };
        &mut self.0[place].1
    }
}

/// An instantaneous property.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Inst {
    pub(crate) sum: Number,
    pub(crate) count: u64,
    pub(crate) min: Number,
    pub(crate) max: Number,
    /// No mean of a quarter-hour slot is higher. A bound, not an answer: joining may leave it too high.
    pub(crate) slot_bound: Number,
}

impl Inst {
    pub(crate) fn add(&mut self, other: &Self) {
        if self.count == 0 {
            *self = other.clone();
            return;
        }
        self.sum += &other.sum;
        self.count += other.count;
        if other.min < self.min {
            self.min = other.min.clone();
        }
        if other.max > self.max {
            self.max = other.max.clone();
        }
        if other.slot_bound > self.slot_bound {
            self.slot_bound = other.slot_bound.clone();
        }
    }
}

/// An accumulating property: what the stretch adds up to by itself, and what its neighbours need to know.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Acc {
    pub(crate) clock: Number,
    pub(crate) reading: Option<Reading>,
    /// First value in the hour of the first datum with readings, that hour's end included.
    pub(crate) head: Option<(i64, Number)>,
    /// Value in the last datum with readings.
    pub(crate) lead: Option<Number>,
    /// Last value that the hour of the last datum sees.
    pub(crate) tail: Option<(i64, Number)>,
}

impl Acc {
    /// Adds what comes later.
    pub(crate) fn add(&mut self, clock: &Number, reading: Option<&Reading>) {
        if !clock.is_zero() {
            self.clock += clock;
        }
        match (&mut self.reading, reading) {
            (Some(own), Some(later)) => own.then(later),
            (own @ None, Some(later)) => *own = Some(later.clone()),
            (_, None) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_hours_roll_up_as_published() {
        let (mut x, mut a, mut shown) = (Inst::default(), Acc::default(), Number::from(100));
        for hour in 0..8 {
            let tenths = |value: i64| Number::new(i128::from(value + hour), 1);
            x.add(&Inst {
                sum: &tenths(12) * &Number::from(6),
                count: 6,
                min: tenths(11),
                max: tenths(31),
                slot_bound: tenths(31),
            });
            let end = &shown + &Number::from(100 + hour);
            a.add(&Number::from(100 * (hour + 1)), Some(&Reading::step(&shown, &end)));
            shown = end;
        }
        assert_eq!(x.sum.div_significant(48, 16), Some(Number::new(155, 2)));
        assert_eq!((x.count, x.min, x.max), (48, Number::new(11, 1), Number::new(38, 1)));
        assert_eq!(a.clock, Number::from(3600));
        assert_eq!(a.reading, Some(Reading::step(&Number::from(100), &Number::from(928))));
    }
}
