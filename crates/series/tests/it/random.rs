//! Random histories against the slow model: late data, upserts, removals, gaps, changes of clock and zone.

use std::collections::BTreeMap;

use gridfolio_db::Session;
use gridfolio_series::{
    Bucket, BucketSize, Columns, Datum, Number, StreamBuckets, Window, advance_shift, begin_shift, buckets,
    raw, remove, set_zone, settle, write,
};
use jiff::tz::TimeZone;
use proptest::prelude::*;

use crate::model::{self, ModelBucket, Rows};
use crate::support::{DAY, HOUR, TestDb, on_databases, stream};

const ZONES: [&str; 7] = [
    "UTC",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "America/St_Johns",
    "Asia/Kathmandu",
];
/// Around changes of clock and of month: 2024-03-30, 2024-10-26, 2024-11-02, 2024-04-05, 2023-12-31, each T12:00Z.
const BASES: [i64; 5] =
    [1_711_800_000_000, 1_729_944_000_000, 1_730_548_800_000, 1_712_318_400_000, 1_704_024_000_000];

/// One thing that happens to a stream.
#[derive(Debug, Clone)]
enum Step {
    Write(Vec<Datum>),
    Remove(Vec<usize>),
    Zone(&'static str),
    Settle(usize),
    Shift(i64, i64),
    Advance(usize),
}

/// Instants on a coarse raster, so that rows meet hours, gaps and each other.
fn at() -> impl Strategy<Value = i64> {
    prop_oneof![
        6 => (0i64..60).prop_map(|k| k * 600_000),
        3 => (0i64..120).prop_map(|k| k * HOUR),
        2 => (0i64..4000).prop_map(|k| k * 97_000),
        1 => (0i64..70).prop_map(|k| k * DAY - 30 * DAY),
    ]
}

fn datum(base: i64) -> impl Strategy<Value = Datum> {
    let maybe = |range: std::ops::Range<i64>| prop::option::weighted(0.7, range);
    (at(), maybe(0..500), maybe(0..500), maybe(-50..900), 0u8..8, prop::bool::weighted(0.1)).prop_map(
        move |(at, w, ww, watts, mode, tagged)| {
            let mut datum = Datum::at(base + at);
            if let Some(w) = w {
                datum = datum.a("w", Number::new(w.into(), 1));
            }
            if let Some(ww) = ww {
                datum = datum.a("ww", ww);
            }
            if let Some(watts) = watts {
                datum = datum.i("watts", Number::new(watts.into(), 2));
            }
            if mode < 3 {
                datum = datum.s("mode", ["a", "b", "c"][usize::from(mode)]);
            }
            if tagged { datum.t(format!("t{mode}")) } else { datum }
        },
    )
}

/// Rows that all have the same meters, as most streams do.
fn meter(base: i64) -> impl Strategy<Value = Datum> {
    (at(), 0i64..5000)
        .prop_map(move |(at, w)| Datum::at(base + at).a("w", w).i("watts", Number::new(w.into(), 1)))
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    (prop::sample::select(&BASES[..]), any::<bool>()).prop_flat_map(|(base, plain)| {
        let one = if plain { meter(base).boxed() } else { datum(base).boxed() };
        let step = prop_oneof![
            8 => prop::collection::vec(one, 1..40).prop_map(Step::Write),
            2 => prop::collection::vec(0usize..200, 1..6).prop_map(Step::Remove),
            1 => prop::sample::select(&ZONES[..]).prop_map(Step::Zone),
            1 => (1usize..20).prop_map(Step::Settle),
            1 => (at(), -300i64..300).prop_map(move |(at, delta)| Step::Shift(base + at, delta)),
            1 => (1usize..50).prop_map(Step::Advance),
        ];
        prop::collection::vec(step, 1..7)
    })
}

fn windows() -> impl Strategy<Value = Vec<(i64, i64, &'static str, BucketSize)>> {
    let size = prop::sample::select(vec![
        BucketSize::Hour,
        BucketSize::Day,
        BucketSize::Day,
        BucketSize::Month,
        BucketSize::Month,
        BucketSize::Year,
    ]);
    let edge = || prop_oneof![(-40i64..80).prop_map(|k| k * DAY), (-90i64..300).prop_map(|k| k * 1_234_567)];
    prop::collection::vec((edge(), edge(), prop::sample::select(&ZONES[..]), size), 4..8)
}

async fn apply(test: &TestDb, id: i64, rows: &mut Rows, zone: &mut &'static str, step: Step) {
    let mut tx = test.db.write().await.unwrap();
    match step {
        Step::Write(datums) => {
            write(&mut tx, id, Columns::from_datums(&datums)).await.unwrap();
            rows.extend(datums.into_iter().map(|datum| (datum.at, datum)));
        }
        Step::Remove(places) => {
            let times: Vec<i64> = places.iter().filter_map(|&n| rows.keys().nth(n)).copied().collect();
            let removed = remove(&mut tx, id, &times).await.unwrap();
            let mut expected: Vec<Datum> = times.iter().filter_map(|at| rows.remove(at)).collect();
            expected.sort_by_key(|datum| datum.at);
            assert_eq!(removed, expected);
        }
        Step::Zone(new) => {
            set_zone(&mut tx, 1, new).await.unwrap();
            *zone = new;
        }
        Step::Settle(days) => {
            settle(&mut tx, days).await.unwrap();
        }
        Step::Shift(from, delta) => {
            let delta = Number::new(delta.into(), 2);
            begin_shift(&mut tx, id, "w", from, &delta).await.unwrap();
            for (_, datum) in rows.range_mut(from..) {
                if let Some(value) = datum.accumulating.get_mut("w") {
                    *value += &delta;
                }
            }
        }
        Step::Advance(datums) => {
            advance_shift(&mut tx, Some(id), datums).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
}

fn key(bucket: &Bucket, size: BucketSize) -> String {
    match size {
        BucketSize::Day => bucket.key.local.strftime("%Y-%m-%d").to_string(),
        BucketSize::Month => bucket.key.local.strftime("%Y-%m").to_string(),
        BucketSize::Year => bucket.key.local.strftime("%Y").to_string(),
        _ => {
            let offset = jiff::tz::Offset::from_seconds(bucket.key.offset_seconds).unwrap();
            let local = jiff::Timestamp::from_millisecond(bucket.key.start).unwrap();
            local.to_zoned(TimeZone::fixed(offset)).strftime("%Y-%m-%dT%H:%M%:z").to_string()
        }
    }
}

fn as_model(stream: &StreamBuckets, bucket: &Bucket) -> ModelBucket {
    let mut model = ModelBucket { tags: bucket.tags.clone(), ..ModelBucket::default() };
    for (name, value) in stream.instantaneous.iter().zip(&bucket.instantaneous) {
        if let Some(i) = value.clone() {
            model.inst.insert(name.clone(), (i.sum, i.count, i.min, i.max));
        }
    }
    for (name, value) in stream.accumulating.iter().zip(&bucket.accumulating) {
        if let Some(a) = value.clone() {
            let reading = a.reading.unwrap();
            model.acc.insert(name.clone(), (a.clock, [reading.diff, reading.start, reading.end]));
        }
    }
    for (name, value) in stream.status.iter().zip(&bucket.status) {
        model.status.extend(value.clone().map(|value| (name.clone(), value)));
    }
    model
}

/// Clock values agree to 1e-9 (the store rounds at hour edges, the model at 20 digits), all else exactly.
fn assert_equal(
    found: &BTreeMap<String, ModelBucket>,
    expected: &BTreeMap<String, ModelBucket>,
    context: &str,
) {
    let keys = |map: &BTreeMap<String, ModelBucket>| map.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(found), keys(expected), "{context}");
    let limit = Number::new(1, 9);
    for (key, mut found) in found.clone() {
        let mut expected = expected[&key].clone();
        for (name, (clock, _)) in &mut expected.acc {
            let own = &mut found.acc.get_mut(name).unwrap_or_else(|| panic!("{context} {key} {name}")).0;
            let difference = &*own - &*clock;
            assert!(difference < limit && -&difference < limit, "{context} {key} {name}: {own} for {clock}");
            *own = Number::ZERO;
            *clock = Number::ZERO;
        }
        assert_eq!(found, expected, "{context} {key}");
    }
}

async fn ask(session: &mut Session, id: i64, window: &Window) -> StreamBuckets {
    buckets(session, &[id], window, &[]).await.unwrap().remove(0)
}

async fn check(
    session: &mut Session,
    id: i64,
    rows: &Rows,
    base: i64,
    window: &(i64, i64, &'static str, BucketSize),
) {
    let (a, b, zone, size) = *window;
    let (from, until) = (base + a.min(b), base + a.max(b));
    let window = Window { from, until, zone: TimeZone::get(zone).unwrap(), size };
    let answer = ask(session, id, &window).await;
    let starts: Vec<i64> = answer.buckets.iter().map(|bucket| bucket.key.start).collect();
    assert!(starts.is_sorted_by(|a, b| a < b), "{starts:?}");
    let found = answer.buckets.iter().map(|bucket| (key(bucket, size), as_model(&answer, bucket))).collect();
    let context = format!("{size:?} {zone} {from}..{until}");
    assert_equal(&found, &model::buckets(rows, &window), &context);
    // What hours say adds up to what the longer bucket says, to the last digit.
    let hours = ask(session, id, &Window { size: BucketSize::Hour, ..window.clone() }).await;
    for (place, name) in answer.accumulating.iter().enumerate() {
        let sum = |one: &StreamBuckets| -> (Number, Number) {
            let all = one.buckets.iter().filter_map(|bucket| bucket.accumulating[place].as_ref());
            all.fold((Number::ZERO, Number::ZERO), |(clock, diff), a| {
                (&clock + &a.clock, &diff + &a.reading.as_ref().unwrap().diff)
            })
        };
        assert_eq!(sum(&answer), sum(&hours), "{context} {name}");
    }
}

/// More histories where `GRIDFOLIO_TEST_CASES` asks for them.
fn config() -> ProptestConfig {
    let cases = std::env::var("GRIDFOLIO_TEST_CASES").map_or(40, |cases| cases.parse().unwrap());
    ProptestConfig { cases, max_shrink_iters: 300, failure_persistence: None, ..ProptestConfig::default() }
}

type Windows = Vec<(i64, i64, &'static str, BucketSize)>;

async fn history(test: &TestDb, steps: Vec<Step>, windows: &Windows) {
    let mut zone = "America/New_York";
    let id = stream(&test.db, "s", zone).await;
    let mut rows = Rows::new();
    let base = steps.iter().find_map(|step| match step {
        Step::Write(datums) => datums.first().map(|datum| datum.at),
        _ => None,
    });
    let base = base.unwrap_or(BASES[0]);
    let steps_end_settled = steps.len().is_multiple_of(2);
    for step in steps {
        apply(test, id, &mut rows, &mut zone, step).await;
        let mut session = test.db.read().await.unwrap();
        for window in windows.iter().take(2) {
            check(&mut session, id, &rows, base, window).await;
        }
    }
    let mut session = test.db.read().await.unwrap();
    let stored: Vec<Datum> = raw(&mut session, id, i64::MIN, i64::MAX).await.unwrap().datums().collect();
    assert_eq!(stored, rows.values().cloned().collect::<Vec<_>>());
    drop(session);
    let mut tx = test.db.write().await.unwrap();
    if steps_end_settled {
        while advance_shift(&mut tx, Some(id), 100).await.unwrap() {}
        while settle(&mut tx, 7).await.unwrap() > 0 {}
    }
    tx.commit().await.unwrap();
    let mut session = test.db.read().await.unwrap();
    for window in windows {
        check(&mut session, id, &rows, base, window).await;
        // The stream's own zone is answered from aggregates.
        check(&mut session, id, &rows, base, &(window.0, window.1, zone, window.3)).await;
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_history_answers_as_the_model(steps in steps(), windows in windows()) {
        on_databases(|test| {
            let (steps, windows) = (steps.clone(), windows.clone());
            async move {
                history(&test, steps, &windows).await;
                test
            }
        });
    }
}
