//! Measurements that real plants could have made.

use std::collections::BTreeMap;
use std::ops::Range;

use gridfolio_calc::physics::Sun;
use gridfolio_series::PropertyKind;
use jiff::civil::date;

use super::{made, project};
use crate::demo::model::Shows;

type Series = BTreeMap<i64, i64>;

/// The kWh that a counter counted in a year of 2025, of its first to its last reading there.
fn kwh_of_2025(source: &str, code: &str) -> i64 {
    let year = project(code).between(date(2025, 1, 1).at(0, 0, 0, 0), date(2026, 1, 1).at(0, 0, 0, 0));
    counted(&project(code).series(source, "wattHours"), year) / 1000
}

fn counted(series: &Series, span: Range<i64>) -> i64 {
    let mut values = series.range(span).map(|(_, value)| *value);
    let first = values.next().unwrap();
    values.last().unwrap() - first
}

#[test]
fn counters_never_fall_and_times_are_five_minutes() {
    for made in made() {
        for (stream, source) in made.model.sources().iter().enumerate() {
            let mut last: BTreeMap<String, Series> = BTreeMap::new();
            for batch in made.batches.iter().filter(|batch| batch.stream == stream) {
                assert!(batch.datums.times().iter().all(|at| at % 300_000 == 0), "{source}");
                for column in batch.datums.columns() {
                    if column.kind() == PropertyKind::Accumulating {
                        let series = super::values(&batch.datums, column.name());
                        last.entry(column.name().to_owned()).or_default().extend(series);
                    }
                }
            }
            for (name, series) in last {
                assert!(series.values().is_sorted(), "{source} {name}");
            }
        }
    }
}

#[test]
fn arrays_sleep_at_night_and_clip_by_day() {
    for made in made() {
        for site in &made.model.sites {
            for stream in &site.streams {
                let Shows::Array(number) = stream.shows else { continue };
                let most = site.site.arrays[number].ac_kw * 1000.0;
                let mut highest = 0;
                for (at, watts) in made.series(&format!("{}/{}", site.code, stream.device), "watts") {
                    let sun = Sun::at(site.site.place.latitude, site.site.place.longitude, at);
                    assert!(
                        sun.elevation_degrees() > -2.0 || watts == 0,
                        "{} at {at}: {watts}",
                        stream.device
                    );
                    highest = highest.max(watts);
                }
                #[expect(clippy::cast_precision_loss, reason = "watts")]
                let share = highest as f64 / most;
                assert!((0.85..=1.0).contains(&share), "{} {}: {share}", made.model.project, stream.device);
            }
        }
    }
    let clipped = project("Harbor").series("R1/GEN/1", "watts").values().filter(|w| **w == 1_500_000).count();
    assert!(clipped > 200, "the carport clips: {clipped}");
}

#[test]
fn a_year_gives_what_such_plants_give() {
    let swapped = kwh_of_2025("S1/R1/GEN/1", "Orchard") + kwh_of_2025("S1/R1/GEN/2", "Orchard");
    let per_kw = [
        (swapped / 1320, 1100..1300),
        (kwh_of_2025("S2/R1/GEN/1", "Orchard") / 96, 1100..1300),
        (kwh_of_2025("R1/GEN/1", "Harbor") / 2100, 1100..1350),
        (kwh_of_2025("R1/GEN/1", "Werk7") / 360, 900..1100),
        (kwh_of_2025("R1/INV/1", "Kaimana") / 110, 1050..1300),
        (kwh_of_2025("R1/GEN/1", "Lindau") / 640, 550..750),
    ];
    for (found, expected) in per_kw {
        assert!(expected.contains(&found), "{found} kWh/kW, not in {expected:?}");
    }
}

#[test]
fn a_swapped_meter_loses_no_energy() {
    let orchard = project("Orchard");
    let (old, new) = (orchard.series("S1/R1/GEN/1", "watts"), orchard.series("S1/R1/GEN/2", "watts"));
    let (ended, began) = (*old.keys().last().unwrap(), *new.keys().next().unwrap());
    let gap = orchard.between(date(2025, 5, 14).at(9, 30, 0, 0), date(2025, 5, 14).at(10, 55, 0, 0));
    assert_eq!((ended, began), (gap.start, gap.end));
    assert_eq!((old[&ended], new[&began]), (0, 0), "the field is off in between");
    // The other array of the field tells that the sun shone.
    assert!(orchard.series("S1/R2/GEN/1", "watts")[&(ended + 1_800_000)] > 0);
    let first = orchard.series("S1/R1/GEN/2", "wattHours")[&began];
    assert_eq!(first, 17, "a new meter has counted nothing but its test");
}

#[test]
fn an_outage_gives_nothing_and_stops_the_counter() {
    let orchard = project("Orchard");
    let failed = orchard.between(date(2025, 7, 8).at(13, 25, 0, 0), date(2025, 7, 14).at(10, 5, 0, 0));
    let (watts, energy) =
        (orchard.series("S1/R2/GEN/1", "watts"), orchard.series("S1/R2/GEN/1", "wattHours"));
    assert!(watts.range(failed.clone()).all(|(_, watts)| *watts == 0));
    assert_eq!(counted(&energy, failed.clone()), 0);
    assert_eq!(watts.range(failed).count(), 1688, "it still reports");
}

#[test]
fn inverters_make_what_the_meter_before_them_counts() {
    let werk7 = project("Werk7");
    let [meter, east, west] =
        ["R1/GEN/1", "R1/INV/1", "R1/INV/2"].map(|source| werk7.series(source, "watts"));
    for (at, watts) in &meter {
        assert_eq!(*watts, east[at] + west[at]);
    }
    let grid = werk7.series("L1/CON/1", "wattHoursReverse");
    assert!(counted(&grid, i64::MIN..i64::MAX) > 50_000_000, "it exports at weekends");
}

#[test]
fn a_battery_gives_back_less_than_it_took() {
    let harbor = project("Harbor");
    let all = i64::MIN..i64::MAX;
    let given = counted(&harbor.series("B1/BAT/1", "wattHours"), all.clone());
    let taken = counted(&harbor.series("B1/BAT/1", "wattHoursReverse"), all);
    #[expect(clippy::cast_precision_loss, reason = "watt-hours")]
    let share = given as f64 / taken as f64;
    assert!((0.86..0.90).contains(&share), "{given} of {taken}");
    assert!(harbor.series("B1/BAT/1", "watts").values().all(|watts| watts.abs() <= 500_000));
}

#[test]
fn a_silent_node_is_silent_and_a_new_one_was() {
    let kaimana = project("Kaimana");
    let silent = kaimana.between(date(2025, 9, 17).at(13, 40, 0, 0), date(2026, 1, 1).at(0, 0, 0, 0));
    let last = kaimana.batches.iter().flat_map(|batch| batch.datums.times()).max();
    assert_eq!(last, Some(&(silent.start - 300_000)));
    let lindau = project("Lindau");
    let begins = lindau.between(date(2025, 6, 12).at(10, 0, 0, 0), date(2026, 1, 1).at(0, 0, 0, 0));
    assert_eq!(lindau.batches.iter().flat_map(|batch| batch.datums.times()).min(), Some(&begins.start));
}

#[test]
fn late_stretches_arrive_after_everything_else() {
    let orchard = project("Orchard");
    let late = orchard.model.sources().iter().position(|source| source == "/Orchard/S2/R1/GEN/1").unwrap();
    let (last, rest) = orchard.batches.split_at(orchard.batches.len() - 2);
    let newest = last.iter().filter_map(|batch| batch.datums.times().last()).max().unwrap();
    for batch in rest {
        assert!(batch.stream == late && batch.datums.times().last() < Some(newest));
    }
    assert_eq!(rest.iter().map(|batch| batch.datums.len()).sum::<usize>(), 87 * 12 + 36 * 12);
    // Together with them nothing is missing.
    let times: Vec<i64> = orchard.series("S2/R1/GEN/1", "watts").into_keys().collect();
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] == 300_000));
}

#[test]
fn warm_days_cost_power() {
    // The same light in June and in winter: cells are warmer in June, so that less comes out.
    let orchard = project("Orchard");
    let (watts, light) =
        (orchard.series("S1/R2/GEN/1", "watts"), orchard.series("S1/R1/PYR/1", "irradiance"));
    let cells = orchard.series("S1/R1/PYR/1", "cellTemp");
    let ratio = |warm: bool| {
        let rows = light.iter().filter(|(at, light)| {
            (480..520).contains(*light) && if warm { cells[*at] > 35 } else { cells[*at] < 10 }
        });
        let (sum, count) =
            rows.fold((0, 0), |(sum, count), (at, light)| (sum + watts[at] * 1000 / light, count + 1));
        assert!(count > 30, "{count}");
        sum / count
    };
    assert!(ratio(true) < ratio(false), "{} {}", ratio(true), ratio(false));
}
