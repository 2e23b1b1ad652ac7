//! Measurements that real plants could have made.

use std::collections::BTreeMap;
use std::ops::Range;

use gridfolio_calc::physics::Sun;
use jiff::civil::date;

use super::{Made, project};

type Series = BTreeMap<i64, i64>;

/// The kWh that a counter counted in a year of 2025, of its first to its last reading there.
fn kwh_of_2025(source: &str, made: &Made) -> i64 {
    let year = made.between(date(2025, 1, 1).at(0, 0, 0, 0), date(2026, 1, 1).at(0, 0, 0, 0));
    counted(&made.series(source, "wattHours"), year) / 1000
}

fn counted(series: &Series, span: Range<i64>) -> i64 {
    let mut values = series.range(span).map(|(_, value)| *value);
    let first = values.next().unwrap();
    values.next_back().unwrap() - first
}

#[test]
fn counters_never_fall() {
    // The two have every kind of meter, one way and both ways.
    for made in [project("Harbor"), project("Werk7")] {
        for source in made.model.sources() {
            let names = if source.contains("PYR") { ["irradianceHours"].as_slice() } else { &COUNTERS };
            for name in names.iter().filter(|name| made.has(&source, name)) {
                let series = made.series(&source, name);
                assert!(series.values().is_sorted() && series.len() == 396 * 288, "{source} {name}");
            }
        }
    }
}

const COUNTERS: [&str; 2] = ["wattHours", "wattHoursReverse"];

#[test]
fn arrays_sleep_at_night_and_clip_by_day() {
    for (code, clipping) in [("Harbor", 200), ("Lindau", 0)] {
        let made = project(code);
        let site = &made.model.sites[0].site;
        let (mut highest, mut clipped, mut nights) = (0, 0, 0);
        let most = site.arrays[0].ac_kw * 1000.0;
        for (at, watts) in made.series("R1/GEN/1", "watts") {
            let sun = Sun::at(site.place.latitude, site.place.longitude, at);
            if sun.elevation_degrees() < -1.5 {
                assert_eq!(watts, 0, "{code} at {at}");
                nights += 1;
            }
            highest = highest.max(watts);
            clipped += usize::from(f64::from(i32::try_from(watts).unwrap()) >= most);
        }
        let share = f64::from(i32::try_from(highest).unwrap()) / most;
        assert!(
            (0.85..=1.0).contains(&share) && clipped >= clipping && nights > 20_000,
            "{code} {share} {clipped}"
        );
    }
}

#[test]
fn a_year_gives_what_such_plants_give() {
    let [orchard, harbor, werk7, kaimana, lindau] =
        ["Orchard", "Harbor", "Werk7", "Kaimana", "Lindau"].map(project);
    let swapped = kwh_of_2025("S1/R1/GEN/1", &orchard) + kwh_of_2025("S1/R1/GEN/2", &orchard);
    let per_kw = [
        (swapped / 1320, 1100..1300),
        (kwh_of_2025("S2/R1/GEN/1", &orchard) / 96, 1100..1300),
        (kwh_of_2025("R1/GEN/1", &harbor) / 2100, 1100..1350),
        (kwh_of_2025("R1/GEN/1", &werk7) / 360, 900..1100),
        (kwh_of_2025("R1/INV/1", &kaimana) / 110, 1050..1300),
        (kwh_of_2025("R1/GEN/1", &lindau) / 640, 550..750),
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
fn warm_cells_give_less_of_the_same_light() {
    let harbor = project("Harbor");
    let [light, cells] = ["irradiance", "cellTemp"].map(|name| harbor.series("R1/PYR/1", name));
    let watts = harbor.series("R1/GEN/1", "watts");
    let per_light = |is_wanted: fn(i64) -> bool| {
        let rows = light.iter().filter(|(at, light)| (480..520).contains(*light) && is_wanted(cells[*at]));
        let (sum, count) =
            rows.fold((0, 0), |(sum, count), (at, light)| (sum + watts[at] / light, count + 1));
        assert!(count > 30, "{count}");
        sum / count
    };
    let (warm, cold) = (per_light(|cell| cell > 35), per_light(|cell| cell < 15));
    assert!(warm < cold, "{warm} {cold}");
}
