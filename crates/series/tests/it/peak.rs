//! The peak of summed power against brute force.

use std::collections::BTreeMap;

use gridfolio_series::{
    BucketSize, Columns, Datum, Number, Window, begin_shift, peak, raw, set_zone, settle, write,
};
use jiff::tz::TimeZone;
use proptest::prelude::*;

use crate::support::{DAY, HOUR, on_databases, stream};

/// 2024-03-08T00:00Z, two days before New York's clocks change.
const BASE: i64 = 1_709_856_000_000;

/// Stream, minute, power in tenths.
type Points = Vec<(usize, i64, i64)>;

fn points() -> impl Strategy<Value = Points> {
    let minute = prop_oneof![0i64..6000, (0i64..400).prop_map(|k| k * 5), (0i64..70).prop_map(|k| k * 720)];
    prop::collection::vec((0usize..3, minute, -200i64..900), 1..150)
}

/// Every slot's sum of means, as floats: far apart enough for these numbers.
fn brute_force(rows: &[BTreeMap<i64, i64>], from: i64, until: i64, length: i64) -> Option<f64> {
    let mut slots: BTreeMap<i64, f64> = BTreeMap::new();
    for rows in rows {
        let mut of_stream: BTreeMap<i64, (i64, i32)> = BTreeMap::new();
        for (at, value) in rows {
            let slot = at - at.rem_euclid(length);
            if slot >= from && slot < until {
                let sum = of_stream.entry(slot).or_default();
                *sum = (sum.0 + value, sum.1 + 1);
            }
        }
        for (slot, (sum, count)) in of_stream {
            let sum: f64 = sum.to_string().parse().unwrap();
            *slots.entry(slot).or_default() += sum / 10.0 / f64::from(count);
        }
    }
    slots.into_values().max_by(f64::total_cmp)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn as_brute_force(points in points(), cut in 0i64..4000, length in 1i64..9000, unsettled in any::<bool>()) {
        on_databases(|test| {
            let points = points.clone();
            async move {
                let mut rows = vec![BTreeMap::new(); 3];
                let mut ids = Vec::new();
                for (number, rows) in rows.iter_mut().enumerate() {
                    let id = stream(&test.db, &format!("s{number}"), "America/New_York").await;
                    ids.push(id);
                    for (_, minute, value) in points.iter().filter(|point| point.0 == number) {
                        rows.insert(BASE + minute * 60_000, *value);
                    }
                    let datum = |(at, v): (&i64, &i64)| Datum::at(*at).i("watts", Number::new((*v).into(), 1));
                    let datums: Vec<Datum> = rows.iter().map(datum).collect();
                    let mut tx = test.db.write().await.unwrap();
                    for chunk in datums.chunks(40) {
                        write(&mut tx, id, Columns::from_datums(chunk)).await.unwrap();
                    }
                    tx.commit().await.unwrap();
                }
                if unsettled {
                    let mut tx = test.db.write().await.unwrap();
                    set_zone(&mut tx, 1, "Asia/Kathmandu").await.unwrap();
                    tx.commit().await.unwrap();
                }
                let mut session = test.db.read().await.unwrap();
                for (size, length_ms) in [(BucketSize::FiveMinute, 300_000), (BucketSize::Day, 900_000)] {
                    let (from, until) = (BASE + cut * 60_000, BASE + (cut + length) * 60_000);
                    let zone = TimeZone::get("America/New_York").unwrap();
                    let window = Window { from, until, zone, size };
                    let found = peak(&mut session, &ids, &window, "watts").await.unwrap().map(|n| n.to_f64());
                    match (found, brute_force(&rows, from, until, length_ms)) {
                        (Some(found), Some(expected)) => assert!((found - expected).abs() < 1e-9, "{found} {expected}"),
                        (found, expected) => assert_eq!(found, expected),
                    }
                }
                drop(session);
                test
            }
        });
    }
}

#[test]
fn a_mean_of_thirds_is_compared_exactly() {
    on_databases(|test| async move {
        let (a, b) = (stream(&test.db, "a", "UTC").await, stream(&test.db, "b", "UTC").await);
        let mut tx = test.db.write().await.unwrap();
        let thirds =
            [0, 5, 10].map(|minute| Datum::at(BASE + minute * 60_000).i("watts", i64::from(minute == 0)));
        write(&mut tx, a, Columns::from_datums(&thirds)).await.unwrap();
        let halves =
            [1, 2].map(|minute| Datum::at(BASE + minute * 60_000).i("watts", i64::from(minute == 1)));
        write(&mut tx, b, Columns::from_datums(&halves)).await.unwrap();
        let window = Window { from: BASE, until: BASE + DAY, zone: TimeZone::UTC, size: BucketSize::Hour };
        let found = peak(&mut tx, &[a, b], &window, "watts").await.unwrap();
        assert_eq!(found, Some("0.8333333333333333".parse().unwrap()));
        assert_eq!(peak(&mut tx, &[a], &window, "volts").await.unwrap(), None);
        test
    });
}

/// Meanwhile a shift is pending, its values are unlike those of the blocks, and the peak is still found.
#[test]
fn a_pending_shift_does_not_hide_power() {
    on_databases(|test| async move {
        let id = stream(&test.db, "a", "UTC").await;
        let mut tx = test.db.write().await.unwrap();
        let datums: Vec<Datum> =
            (0..100).map(|k| Datum::at(BASE + k * HOUR).i("watts", k % 37).a("wattHours", k)).collect();
        write(&mut tx, id, Columns::from_datums(&datums)).await.unwrap();
        begin_shift(&mut tx, id, "wattHours", BASE + 50 * HOUR, &Number::from(1000)).await.unwrap();
        let window = Window { from: BASE, until: BASE + 9 * DAY, zone: TimeZone::UTC, size: BucketSize::Day };
        assert_eq!(peak(&mut tx, &[id], &window, "watts").await.unwrap(), Some(Number::from(36)));
        let shown = raw(&mut tx, id, BASE + 49 * HOUR, BASE + 51 * HOUR).await.unwrap();
        let meter: Vec<Option<Number>> =
            shown.datums().map(|datum| datum.accumulating.get("wattHours").cloned()).collect();
        assert_eq!(meter, [Some(Number::from(49)), Some(Number::from(1050))]);
        assert_eq!(settle(&mut tx, 100).await.unwrap(), 0, "aggregates wait for the shift");
        test
    });
}
