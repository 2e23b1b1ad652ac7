//! Single moments worth a story: nights when clocks change, ranges cut inside a day, zones, writers at once.

use gridfolio_db::{Db, query};
use gridfolio_series::{
    BucketSize, Columns, Datum, Number, StreamBuckets, Window, buckets, raw, set_zone, settle, write,
    write_many,
};
use jiff::tz::TimeZone;

use crate::support::{DAY, HOUR, on_databases, sql, stream};

fn at(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

async fn put(db: &Db, stream: i64, datums: &[Datum]) {
    let mut tx = db.write().await.unwrap();
    write(&mut tx, stream, Columns::from_datums(datums)).await.unwrap();
    tx.commit().await.unwrap();
}

/// A meter that counts `per_hour` every hour, shown at these hours.
fn steady(from: i64, hours: i64, per_hour: i64) -> Vec<Datum> {
    (0..=hours)
        .map(|h| Datum::at(from + h * HOUR).a("wattHours", h * per_hour).i("watts", per_hour))
        .collect()
}

async fn ask(db: &Db, stream: i64, range: (&str, &str), zone: &str, size: BucketSize) -> StreamBuckets {
    let window = Window { from: at(range.0), until: at(range.1), zone: TimeZone::get(zone).unwrap(), size };
    let mut session = db.read().await.unwrap();
    buckets(&mut session, &[stream], &window, &["wattHours"]).await.unwrap().remove(0)
}

/// Wall time and clock energy.
fn clocks(answer: &StreamBuckets) -> Vec<(String, i128)> {
    let clock = |bucket: &gridfolio_series::Bucket| bucket.accumulating[0].as_ref().unwrap().clock.scaled(0);
    let key = |bucket: &gridfolio_series::Bucket| {
        format!("{}{}", bucket.key.local, if bucket.key.repeated { "*" } else { "" })
    };
    answer.buckets.iter().map(|bucket| (key(bucket), clock(bucket).unwrap())).collect()
}

fn pairs(expected: &[(&str, i128)]) -> Vec<(String, i128)> {
    expected.iter().map(|(key, value)| ((*key).to_owned(), *value)).collect()
}

#[test]
fn days_of_23_and_25_hours() {
    on_databases(|test| async move {
        let db = &test.db;
        let id = stream(db, "s", "America/New_York").await;
        put(db, id, &steady(at("2025-03-08T05:00Z"), 3 * 24, 10)).await;
        put(db, id, &steady(at("2025-11-01T04:00Z"), 3 * 24, 10)).await;
        let spring = ("2025-03-08T05:00Z", "2025-03-10T04:00Z");
        let found = ask(db, id, spring, "America/New_York", BucketSize::Day).await;
        assert_eq!(clocks(&found), pairs(&[("2025-03-08T00:00:00", 240), ("2025-03-09T00:00:00", 230)]));
        let autumn = ("2025-11-01T04:00Z", "2025-11-03T05:00Z");
        let found = ask(db, id, autumn, "America/New_York", BucketSize::Day).await;
        assert_eq!(clocks(&found), pairs(&[("2025-11-01T00:00:00", 240), ("2025-11-02T00:00:00", 250)]));
        let night = ("2025-11-02T05:00Z", "2025-11-02T08:00Z");
        let found = ask(db, id, night, "America/New_York", BucketSize::Hour).await;
        let hours = [("2025-11-02T01:00:00", 10), ("2025-11-02T01:00:00*", 10), ("2025-11-02T02:00:00", 10)];
        assert_eq!(clocks(&found), pairs(&hours));
        assert_eq!(found.buckets[1].key.offset_seconds, -5 * 3600);
        test
    });
}

#[test]
fn a_range_that_begins_inside_a_day_keeps_its_midnight() {
    on_databases(|test| async move {
        let db = &test.db;
        let id = stream(db, "s", "Asia/Kolkata").await;
        put(db, id, &steady(at("2025-01-30T00:00Z"), 24 * 70, 10)).await;
        // 12:10 in Kolkata: the first hour that starts behind it is 07:00Z.
        let range = ("2025-02-03T06:40:00Z", "2025-02-04T20:00:00Z");
        let found = ask(db, id, range, "Asia/Kolkata", BucketSize::Day).await;
        let days = [("2025-02-03T00:00:00", 120), ("2025-02-04T00:00:00", 240), ("2025-02-05T00:00:00", 10)];
        assert_eq!(clocks(&found), pairs(&days));
        assert_eq!(found.buckets[0].key.start, at("2025-02-02T18:30:00Z"));
        let range = ("2025-01-31T06:40:00Z", "2025-03-05T20:00:00Z");
        let found = ask(db, id, range, "Asia/Kolkata", BucketSize::Month).await;
        let months =
            [("2025-01-01T00:00:00", 120), ("2025-02-01T00:00:00", 6720), ("2025-03-01T00:00:00", 1210)];
        assert_eq!(clocks(&found), pairs(&months));
        let found = ask(db, id, range, "Asia/Kolkata", BucketSize::Year).await;
        assert_eq!(clocks(&found), pairs(&[("2025-01-01T00:00:00", 8050)]));
        let nothing =
            ask(db, id, ("2025-02-03T06:40:00Z", "2025-02-03T06:50:00Z"), "UTC", BucketSize::Day).await;
        assert!(nothing.buckets.is_empty());
        test
    });
}

#[test]
fn a_changed_zone_is_answered_at_once_and_settled_later() {
    on_databases(|test| async move {
        let db = &test.db;
        let id = stream(db, "s", "America/New_York").await;
        put(db, id, &steady(at("2025-01-01T00:00Z"), 24 * 100, 10)).await;
        let mut tx = db.write().await.unwrap();
        assert_eq!(set_zone(&mut tx, 1, "Europe/Berlin").await.unwrap(), 1);
        assert_eq!(set_zone(&mut tx, 1, "Europe/Berlin").await.unwrap(), 0);
        tx.commit().await.unwrap();
        let range = ("2024-12-31T23:00Z", "2025-04-30T22:00Z");
        let before = ask(db, id, range, "Europe/Berlin", BucketSize::Month).await;
        let months = [
            ("2025-01-01T00:00:00", 7430),
            ("2025-02-01T00:00:00", 6720),
            ("2025-03-01T00:00:00", 7430),
            ("2025-04-01T00:00:00", 2420),
        ];
        assert_eq!(clocks(&before), pairs(&months));
        let mut made = 0;
        loop {
            let mut tx = db.write().await.unwrap();
            let now = settle(&mut tx, 30).await.unwrap();
            tx.commit().await.unwrap();
            if now == 0 {
                break;
            }
            made += now;
            let found = ask(db, id, range, "Europe/Berlin", BucketSize::Month).await;
            assert_eq!(found, before);
            // Late data meanwhile.
            put(db, id, &steady(at("2025-01-01T00:00Z"), 24, 10)).await;
        }
        assert!((101..140).contains(&made), "{made}");
        // From here on aggregates answer: with the blocks gone the answer is the same.
        sql(db, "DELETE FROM datum_block WHERE stream = 1").await;
        assert_eq!(ask(db, id, range, "Europe/Berlin", BucketSize::Month).await, before);
        test
    });
}

#[test]
fn writers_of_the_same_streams_wait_for_each_other() {
    on_databases(|test| async move {
        let (a, b) = (stream(&test.db, "a", "UTC").await, stream(&test.db, "b", "UTC").await);
        let start = at("2025-01-01T00:00Z");
        let writer = async |number: i64| {
            for turn in 0..12 {
                let datums: Vec<Datum> = (0..24)
                    .map(|h| Datum::at(start + turn * DAY + h * HOUR + number).a("wattHours", 1))
                    .collect();
                let columns = Columns::from_datums(&datums);
                let mut tx = test.db.write().await.unwrap();
                write_many(&mut tx, [(a, columns.clone()), (b, columns)].into()).await.unwrap();
                tx.commit().await.unwrap();
            }
        };
        tokio::join!(writer(0), writer(1), writer(2));
        let mut session = test.db.read().await.unwrap();
        for id in [a, b] {
            assert_eq!(raw(&mut session, id, i64::MIN, i64::MAX).await.unwrap().len(), 12 * 24 * 3);
            let (count,): (i64,) =
                query("SELECT version FROM stream WHERE id = $1").bind(id).one(&mut session).await.unwrap();
            assert_eq!(count, 36);
        }
        let window =
            Window { from: start, until: start + 31 * DAY, zone: TimeZone::UTC, size: BucketSize::Day };
        let days = buckets(&mut session, &[a, b], &window, &[]).await.unwrap();
        let zero = |one: &StreamBuckets| {
            one.buckets.iter().all(|b| b.accumulating[0].as_ref().unwrap().clock == Number::ZERO)
        };
        assert!(days.iter().all(|one| one.buckets.len() == 12 && zero(one)));
        test
    });
}

#[test]
fn a_neighbour_almost_a_year_away_still_leads() {
    on_databases(|test| async move {
        let db = &test.db;
        let id = stream(db, "s", "UTC").await;
        let far = |time: &str, value: i64| Datum::at(at(time)).a("wattHours", value);
        put(
            db,
            id,
            &[far("2024-06-01T10:00Z", 100), far("2025-05-31T10:30Z", 170), far("2026-06-02T10:00Z", 500)],
        )
        .await;
        // Between them lie days without a meter.
        put(db, id, &[Datum::at(at("2024-12-01T00:00Z")).i("watts", 1)]).await;
        let range = ("2025-05-01T00:00Z", "2026-07-01T00:00Z");
        let found = ask(db, id, range, "UTC", BucketSize::Month).await;
        let readings: Vec<(String, [i128; 3])> = found
            .buckets
            .iter()
            .map(|bucket| {
                let reading = bucket.accumulating[0].clone().unwrap().reading.unwrap();
                let whole = |n: &Number| n.scaled(0).unwrap();
                (
                    bucket.key.local.to_string(),
                    [whole(&reading.diff), whole(&reading.start), whole(&reading.end)],
                )
            })
            .collect();
        let expected = [
            ("2025-05-01T00:00:00".to_owned(), [70, 100, 170]),
            // More than a year later the meter begins anew.
            ("2026-06-01T00:00:00".to_owned(), [0, 500, 500]),
        ];
        assert_eq!(readings, expected);
        test
    });
}

#[test]
fn five_minute_slots_come_from_datums() {
    on_databases(|test| async move {
        let db = &test.db;
        let id = stream(db, "s", "America/New_York").await;
        let datums: Vec<Datum> = (0..40)
            .filter(|k| !(10..20).contains(k))
            .map(|k| {
                Datum::at(at("2025-01-01T00:00Z") + k * 150_000)
                    .a("wattHours", k * 10)
                    .i("watts", k)
                    .s("mode", "x")
            })
            .collect();
        put(db, id, &datums).await;
        let range = ("2025-01-01T00:02:00Z", "2025-01-01T00:55:00Z");
        let window = Window {
            from: at(range.0),
            until: at(range.1),
            zone: TimeZone::get("America/New_York").unwrap(),
            size: BucketSize::FiveMinute,
        };
        let mut session = db.read().await.unwrap();
        let found = buckets(&mut session, &[id], &window, &[]).await.unwrap().remove(0);
        assert_eq!(found.buckets.len(), 5, "00:05 to 00:20, 00:50");
        let first = &found.buckets[0];
        assert_eq!(first.key.local.to_string(), "2024-12-31T19:05:00");
        assert_eq!(first.instantaneous[0].as_ref().unwrap().mean(), Number::new(25, 1));
        assert_eq!(first.status[0].as_deref(), Some("x"));
        let clock: Vec<i128> = found
            .buckets
            .iter()
            .map(|b| b.accumulating[0].as_ref().unwrap().clock.scaled(0).unwrap())
            .collect();
        // The slot before the gap takes the middle, up to the start of the next datum's slot.
        assert_eq!(clock, [20, 20, 20, 120, 20]);
        assert!(first.accumulating[0].as_ref().unwrap().reading.is_none());
        test
    });
}
