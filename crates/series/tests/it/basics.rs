//! Streams, upserts, exact values, bounded blocks, damage.

use gridfolio_db::Db;
use gridfolio_series::{
    BucketSize, Columns, Datum, Error, Extent, Number, StreamKey, Window, Written, buckets, ensure_stream,
    extent, find_stream, get_stream, latest, list_streams, raw, remove, set_stream_metadata, stream_metadata,
    write,
};
use jiff::tz::TimeZone;

use crate::support::{DAY, HOUR, on_databases, sql, stream};

/// 2020-06-01T00:00Z
const JUNE: i64 = 1_590_969_600_000;

fn n(text: &str) -> Number {
    text.parse().unwrap()
}

async fn put(db: &Db, stream: i64, datums: &[Datum]) -> Written {
    let mut tx = db.write().await.unwrap();
    let written = write(&mut tx, stream, Columns::from_datums(datums)).await.unwrap();
    tx.commit().await.unwrap();
    written
}

async fn all(db: &Db, stream: i64) -> Vec<Datum> {
    let mut session = db.read().await.unwrap();
    raw(&mut session, stream, i64::MIN, i64::MAX).await.unwrap().datums().collect()
}

#[test]
fn streams_are_found_by_key() {
    on_databases(|test| async move {
        let db = &test.db;
        let id = stream(db, "/A/B/1/GEN/1", "America/New_York").await;
        assert_eq!(stream(db, "/A/B/1/GEN/1", "UTC").await, id, "made once");
        let other = stream(db, "/A/B/1/GEN/2", "europe/BERLIN").await;
        let mut tx = db.write().await.unwrap();
        let found = find_stream(&mut tx, &StreamKey::new(1, "/A/B/1/GEN/1")).await.unwrap().unwrap();
        assert_eq!(
            (found.id, found.zone.as_str()),
            (id, "America/New_York"),
            "an existing stream keeps its zone"
        );
        assert_eq!(find_stream(&mut tx, &StreamKey::new(2, "/A/B/1/GEN/1")).await.unwrap(), None);
        let spelled = get_stream(&mut tx, other).await.unwrap().zone;
        assert_eq!(spelled, "Europe/Berlin", "as the windows' zones are spelled");
        let listed: Vec<i64> =
            list_streams(&mut tx, &[1, 1, 7]).await.unwrap().iter().map(|s| s.id).collect();
        assert_eq!(listed, [id, other]);
        assert_eq!(stream_metadata(&mut tx, id).await.unwrap(), "{}");
        set_stream_metadata(&mut tx, id, r#"{"derived":1}"#).await.unwrap();
        assert_eq!(stream_metadata(&mut tx, id).await.unwrap(), r#"{"derived":1}"#);
        assert!(matches!(set_stream_metadata(&mut tx, 99, "{}").await, Err(Error::NoStream(99))));
        for bad in ["", &"x".repeat(65), "a\nb"] {
            let made = ensure_stream(&mut tx, &StreamKey::new(1, bad), "UTC").await;
            assert!(matches!(made, Err(Error::SourceId(_))));
        }
        let made = ensure_stream(&mut tx, &StreamKey::new(1, "x"), "Mars/Olympus").await;
        assert!(matches!(made, Err(Error::Zone(_))));
        test
    });
}

#[test]
fn values_come_back_exactly() {
    on_databases(|test| async move {
        let id = stream(&test.db, "s", "UTC").await;
        let mut datums = vec![
            Datum::at(JUNE).i("watts", n("1.10")).a("wattHours", 7).s("mode", "on").t("x").t("y"),
            Datum::at(JUNE + 1).i("watts", n("-99999999999999999999999999999999999999")),
            Datum::at(JUNE + 2).i("watts", n("1e-38")).a("wattHours", n("12345678.123456789")),
            Datum::at(JUNE + 3).i("watts", n("1E38")).s("mode", "off ✓"),
            Datum::at(JUNE + DAY).a("wattHours", i64::MAX).i("other", i64::MIN),
            Datum::at(JUNE + DAY + HOUR).a("wattHours", n("0.000000001")),
            Datum::at(JUNE - 400 * DAY),
        ];
        let written = put(&test.db, id, &datums).await;
        assert_eq!(written, Written { inserted: 7, ..Written::default() });
        datums.sort_by_key(|datum| datum.at);
        assert_eq!(all(&test.db, id).await, datums);
        let mut session = test.db.read().await.unwrap();
        assert_eq!(latest(&mut session, id).await.unwrap(), datums.last().cloned());
        let expected = Extent { first_at: JUNE - 400 * DAY, last_at: JUNE + DAY + HOUR, count: 7 };
        assert_eq!(extent(&mut session, id).await.unwrap(), Some(expected));
        test
    });
}

#[test]
fn a_repeat_overwrites_all_properties() {
    on_databases(|test| async move {
        let id = stream(&test.db, "s", "UTC").await;
        let old = Datum::at(JUNE).i("watts", 5).a("wattHours", 7);
        put(&test.db, id, &[old.clone(), Datum::at(JUNE + 1).i("watts", 6)]).await;
        let new = Datum::at(JUNE).i("volts", 3);
        let twice = Datum::at(JUNE + 9).i("watts", 1);
        let last = Datum::at(JUNE + 9).i("watts", 2);
        let batch = [Datum::at(JUNE + 1).i("watts", n("6.0")), twice, last.clone(), new.clone()];
        let written = put(&test.db, id, &batch).await;
        assert_eq!(written, Written { inserted: 1, unchanged: 1, replaced: vec![old] });
        assert_eq!(all(&test.db, id).await, [new.clone(), Datum::at(JUNE + 1).i("watts", 6), last.clone()]);
        let mut tx = test.db.write().await.unwrap();
        assert_eq!(
            remove(&mut tx, id, &[JUNE + 9, JUNE, JUNE + 50 * DAY, JUNE + 2]).await.unwrap(),
            [new, last]
        );
        assert_eq!(remove(&mut tx, id, &[JUNE + 1]).await.unwrap().len(), 1);
        assert_eq!(extent(&mut tx, id).await.unwrap(), None);
        test
    });
}

#[test]
fn a_crowded_day_is_cut_into_hours_by_the_data_alone() {
    on_databases(|test| async move {
        let (id, other) = (stream(&test.db, "s", "UTC").await, stream(&test.db, "t", "UTC").await);
        let datums: Vec<Datum> = (0..2500).map(|k| Datum::at(JUNE + k * 30_000).i("watts", k)).collect();
        let parts = async |stream: i64| {
            let mut session = test.db.read().await.unwrap();
            let rows: Vec<(i64, i64)> =
                gridfolio_db::query("SELECT part, count FROM datum_block WHERE stream = $1 ORDER BY part")
                    .bind(stream)
                    .all(&mut session)
                    .await
                    .unwrap();
            rows
        };
        for chunk in datums.chunks(100) {
            put(&test.db, id, chunk).await;
        }
        put(&test.db, other, &datums).await;
        assert_eq!(all(&test.db, id).await, datums);
        assert_eq!(all(&test.db, other).await, datums);
        let split = parts(id).await;
        assert_eq!((split.len(), split[0]), (21, (1, 120)));
        assert_eq!(parts(other).await, split);
        let mut tx = test.db.write().await.unwrap();
        let gone: Vec<i64> = datums[..500].iter().map(|datum| datum.at).collect();
        assert_eq!(remove(&mut tx, id, &gone).await.unwrap().len(), 500);
        tx.commit().await.unwrap();
        assert_eq!(parts(id).await, [(0, 2000)]);
        assert_eq!(all(&test.db, id).await, datums[500..]);
        test
    });
}

#[test]
fn damage_is_named_and_nothing_panics() {
    on_databases(|test| async move {
        let id = stream(&test.db, "s", "UTC").await;
        put(&test.db, id, &[Datum::at(JUNE).a("wattHours", 1), Datum::at(JUNE + DAY).a("wattHours", 2)])
            .await;
        // A sound block under another day's key is damage too.
        sql(
            &test.db,
            "UPDATE datum_block SET body = (SELECT b.body FROM datum_block b WHERE b.stream = datum_block.stream \
             ORDER BY b.day DESC LIMIT 1) WHERE stream = 1 AND day = 18414",
        )
        .await;
        sql(
            &test.db,
            "UPDATE datum_agg SET body = datum_block.body FROM datum_block WHERE datum_agg.stream = 1",
        )
        .await;
        let mut tx = test.db.write().await.unwrap();
        let window = Window { from: JUNE, until: JUNE + DAY, zone: TimeZone::UTC, size: BucketSize::Day };
        for error in [
            raw(&mut tx, id, JUNE, JUNE + 1).await.unwrap_err(),
            buckets(&mut tx, &[id], &window, &[]).await.unwrap_err(),
            write(&mut tx, id, Columns::from_datums(&[Datum::at(JUNE + 5).i("x", 1)])).await.unwrap_err(),
        ] {
            assert!(matches!(error, Error::Corrupt { stream: 1, .. }), "{error}");
            assert!(error.to_string().contains("2020-06-01"), "{error}");
        }
        test
    });
}
