//! Sums of energy over meters and buckets, exact until they are written down.

use std::collections::BTreeMap;
use std::sync::Arc;

use gridfolio_series::{Number, PropertyKind, StreamBuckets};
use gridfolio_wire::Quantity;
use gridfolio_wire::energy::{EnergyTotals, SourceReading, TotalsByBucket};

use crate::energy::meters::Role;
use crate::energy::period::bucket_key;

/// Meter value that rises with energy produced, used or discharged.
pub const ENERGY: &str = "wattHours";
/// Meter value that rises with energy flowing the other way.
pub const REVERSE: &str = "wattHoursReverse";
/// Power.
pub const POWER: &str = "watts";

/// Decimal places of energy on the wire: 0.001 Wh.
const ENERGY_PLACES: i32 = 3;

/// A sum of what was measured; nothing measured is not 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sum(Option<Number>);

impl Sum {
    fn add(&mut self, value: Option<&Number>) {
        if let Some(value) = value {
            self.0 = Some(self.0.as_ref().map_or_else(|| value.clone(), |sum| sum + value));
        }
    }

    fn subtract(&mut self, value: Option<&Number>) {
        if let Some(value) = value {
            self.0 = Some(self.0.as_ref().unwrap_or(&Number::ZERO) - value);
        }
    }

    /// Rounded for the wire.
    fn quantity(&self) -> Option<Quantity> {
        self.0.as_ref().and_then(quantity)
    }
}

/// A number as it is written on the wire: at most 0.001.
pub fn quantity(number: &Number) -> Option<Quantity> {
    Quantity::from_decimal_text(number.round(ENERGY_PLACES).to_string())
}

/// Clock energy and meter reading of one kind of energy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Pair {
    clock: Sum,
    reading: Sum,
}

impl Pair {
    fn add(&mut self, other: &Self) {
        self.clock.add(other.clock.0.as_ref());
        self.reading.add(other.reading.0.as_ref());
    }

    fn subtract(&mut self, other: &Self) {
        self.clock.subtract(other.clock.0.as_ref());
        self.reading.subtract(other.reading.0.as_ref());
    }
}

/// Energy of one bucket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Energy {
    generation: Pair,
    consumption: Pair,
    export: Pair,
    storage: Pair,
}

impl Energy {
    fn add(&mut self, other: &Self) {
        self.generation.add(&other.generation);
        self.consumption.add(&other.consumption);
        self.export.add(&other.export);
        self.storage.add(&other.storage);
    }

    fn count(&mut self, role: Role, forward: &Pair, reverse: &Pair) {
        match role {
            Role::Generation => self.generation.add(forward),
            Role::Consumption => self.consumption.add(forward),
            Role::GridMeter => {
                self.consumption.add(forward);
                self.export.add(reverse);
            }
            Role::Storage => {
                self.storage.add(forward);
                self.storage.subtract(reverse);
            }
        }
    }

    fn on_the_wire(&self, dc_size_kw: Option<&Number>) -> EnergyTotals {
        let generated = self.generation.clock.0.as_ref();
        EnergyTotals {
            generation: self.generation.clock.quantity(),
            generation_reading: self.generation.reading.quantity(),
            normalised_generation: generated.zip(dc_size_kw).and_then(|(wh, kw)| quantity(&divide(wh, kw)?)),
            consumption: self.consumption.clock.quantity(),
            consumption_reading: self.consumption.reading.quantity(),
            export: self.export.clock.quantity(),
            export_reading: self.export.reading.quantity(),
            storage: self.storage.clock.quantity(),
            storage_reading: self.storage.reading.quantity(),
        }
    }
}

/// Wh ÷ kW, to the places of the wire; `None` for a size of 0.
fn divide(energy: &Number, size: &Number) -> Option<Number> {
    let places = size.scale().max(0);
    let divisor = i64::try_from(size.scaled(places)?).ok()?;
    energy.mul_pow10(places).mul_ratio(1, divisor, ENERGY_PLACES)
}

/// Energy by bucket, in order of time. The sum of a level is made from the exact values of the one below.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals(BTreeMap<i64, (String, Energy)>);

impl Totals {
    /// Adds a meter's buckets.
    pub fn count(&mut self, role: Role, buckets: &StreamBuckets) {
        let place = |name| buckets.place(PropertyKind::Accumulating, name);
        let (forward, reverse) = (place(ENERGY), place(REVERSE));
        for bucket in &buckets.buckets {
            let pair = |place: Option<usize>| {
                let value = place.and_then(|at| bucket.accumulating.get(at)?.as_ref());
                Pair {
                    clock: Sum(value.map(|v| v.clock.clone())),
                    reading: Sum(value.and_then(|v| v.reading.as_ref()).map(|r| r.diff.clone())),
                }
            };
            let mut energy = Energy::default();
            energy.count(role, &pair(forward), &pair(reverse));
            if energy != Energy::default() {
                let entry = self
                    .0
                    .entry(bucket.key.start)
                    .or_insert_with(|| (bucket_key(&bucket.key), Energy::default()));
                entry.1.add(&energy);
            }
        }
    }

    /// Adds the totals of the level below.
    pub fn add(&mut self, below: &Self) {
        for (start, (key, energy)) in &below.0 {
            self.0.entry(*start).or_insert_with(|| (key.clone(), Energy::default())).1.add(energy);
        }
    }

    /// As they are written down.
    pub fn on_the_wire(&self, dc_size_kw: Option<&Number>) -> TotalsByBucket {
        let buckets = self.0.values().map(|(key, energy)| (key.clone(), energy.on_the_wire(dc_size_kw)));
        TotalsByBucket(Arc::new(buckets.collect()))
    }
}

/// The reading of a source over all buckets, and the largest of one.
pub fn source_reading(buckets: &StreamBuckets) -> SourceReading {
    let Some(place) = buckets.place(PropertyKind::Accumulating, ENERGY) else {
        return SourceReading::default();
    };
    let (mut sum, mut peak) = (Sum::default(), None::<&Number>);
    for bucket in &buckets.buckets {
        let reading = bucket.accumulating.get(place).and_then(|value| value.as_ref()?.reading.as_ref());
        let Some(reading) = reading else { continue };
        sum.add(Some(&reading.diff));
        peak = peak.max(Some(&reading.diff));
    }
    SourceReading { reading: sum.quantity(), peak_reading: peak.and_then(quantity) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    #[test]
    fn a_size_divides_exactly_and_zero_gives_nothing() {
        assert_eq!(divide(&number("1000"), &number("6")), Some(number("166.667")));
        assert_eq!(divide(&number("1000"), &number("2.5")), Some(number("400")));
        assert_eq!(divide(&number("1000"), &number("0")), None);
        assert_eq!(divide(&number("1000"), &number("100")), Some(number("10")));
    }

    #[test]
    fn nothing_measured_is_absent_and_storage_may_be_negative() {
        let pair = |clock: Option<&str>| Pair { clock: Sum(clock.map(number)), reading: Sum(None) };
        let mut energy = Energy::default();
        energy.count(Role::Storage, &pair(Some("1.0004")), &pair(Some("3")));
        let wire = energy.on_the_wire(None);
        assert_eq!(wire.storage.unwrap().as_str(), "-2");
        assert!(wire.generation.is_none() && wire.storage_reading.is_none());
        let mut grid = Energy::default();
        grid.count(Role::GridMeter, &pair(Some("5")), &pair(None));
        let wire = grid.on_the_wire(None);
        assert_eq!(wire.consumption.unwrap().as_str(), "5");
        assert!(wire.export.is_none());
    }
}
