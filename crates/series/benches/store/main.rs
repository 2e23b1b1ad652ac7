//! What the datum store costs, beside one row per datum in the same database engine with the same durability.
//!
//! `cargo bench -p gridfolio-series` (about a minute), `-- --quick` (seconds, figures mean little), `-- backfill`,
//! `-- fleet`, `-- serf` for one part. Nothing is asserted: read the ratios.

mod baseline;
mod data;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use gridfolio_db::{Db, DbOptions};
use gridfolio_series::{
    BucketSize, Columns, StreamKey, Window, buckets, ensure_stream, peak, raw, write, write_many,
};
use jiff::tz::TimeZone;

use crate::baseline::Rows;
use crate::data::{DAY, START, YEAR, YEAR_START, batch, hourly, serf};

/// How much is done.
struct Scale {
    /// Streams and days of the backfill; a transaction has 35 stream-days.
    streams: usize,
    days: usize,
    /// Streams of a year by the hour.
    fleet: usize,
    /// Repetitions of a read.
    reads: usize,
}

const FULL: Scale = Scale { streams: 70, days: 70, fleet: 500, reads: 40 };
const QUICK: Scale = Scale { streams: 70, days: 35, fleet: 40, reads: 5 };
const PER_TRANSACTION: usize = 35;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let scale = if quick { QUICK } else { FULL };
    let parts: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let part = |name: &str| parts.is_empty() || parts.iter().any(|wanted| wanted == name);
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    println!(
        "gridfolio-series, {}; every transaction durable (WAL, synchronous=FULL)",
        if quick { "quick" } else { "full" }
    );
    println!("{:<58} {:>12} {:>12} {:>7} {:>14}", "", "store", "rows", "ratio", "goal");
    runtime.block_on(async {
        if part("backfill") {
            backfill(folder.path(), &scale).await?;
        }
        if part("fleet") {
            fleet(folder.path(), &scale).await?;
        }
        if part("serf") {
            real_file(folder.path()).await?;
        }
        Ok(())
    })
}

fn line(what: &str, store: f64, rows: Option<f64>, goal: &str) {
    let short = |value: f64| if value >= 1000.0 { format!("{value:.0}") } else { format!("{value:.2}") };
    let beside = rows.map_or_else(|| "–".to_owned(), short);
    let ratio = rows.map_or_else(|| "–".to_owned(), |rows| format!("{:.2}", store / rows));
    println!("{what:<58} {:>12} {beside:>12} {ratio:>7} {goal:>14}", short(store));
}

async fn open(folder: &Path, name: &str) -> Outcome<Db> {
    let path = folder.join(name);
    let db = Db::open(&DbOptions::new(path.to_string_lossy())).await?;
    db.migrate().await?;
    Ok(db)
}

/// Size after the write-ahead log went into the file.
async fn size(folder: &Path, name: &str, db: Db) -> Outcome<f64> {
    db.close().await;
    let bytes = std::fs::metadata(folder.join(name))?.len();
    Ok(f64::from(u32::try_from(bytes)?))
}

async fn make_streams(db: &Db, count: usize, zone: &str) -> Outcome<Vec<i64>> {
    let mut tx = db.write().await?;
    let mut ids = Vec::new();
    for number in 0..count {
        ids.push(ensure_stream(&mut tx, &StreamKey::new(1, format!("/B/1/{number}/GEN/1")), zone).await?.id);
    }
    tx.commit().await?;
    Ok(ids)
}

/// What the store and the rows took for some datums.
#[derive(Default)]
struct Race {
    datums: usize,
    store: Duration,
    rows: Duration,
}

impl Race {
    fn line(&self, what: &str, goal: &str) {
        let rate = |time: Duration| f64::from(u32::try_from(self.datums).unwrap_or(0)) / time.as_secs_f64();
        line(what, rate(self.store), Some(rate(self.rows)), goal);
    }

    /// One transaction on each side.
    async fn run(&mut self, dbs: (&Db, &Db), rows: &Rows, batches: BTreeMap<i64, Columns>) -> Outcome<()> {
        self.datums += batches.values().map(Columns::len).sum::<usize>();
        self.rows += rows.write_many(dbs.1, &batches).await?;
        let start = Instant::now();
        let mut tx = dbs.0.write().await?;
        write_many(&mut tx, batches).await?;
        tx.commit().await?;
        self.store += start.elapsed();
        Ok(())
    }
}

/// 35 stream-days of 288 datums a transaction: days of one stream, then one day of many streams; then live.
async fn backfill(folder: &Path, scale: &Scale) -> Outcome<()> {
    let (db, rows_db) = (open(folder, "store.db").await?, open(folder, "rows.db").await?);
    let ids = make_streams(&db, scale.streams, "America/Denver").await?;
    let rows = Rows::create(&rows_db).await?;
    let (days_of_one, one_of_many) = ids.split_at(scale.streams / 2);
    let (mut deep, mut wide, mut live) = (Race::default(), Race::default(), Race::default());
    for (number, id) in days_of_one.iter().enumerate() {
        for first in (0..scale.days).step_by(PER_TRANSACTION) {
            let one = BTreeMap::from([(*id, batch(number, first, PER_TRANSACTION)?)]);
            deep.run((&db, &rows_db), &rows, one).await?;
        }
    }
    for day in 0..scale.days {
        let of_day = |(number, id): (usize, &i64)| Ok((*id, batch(number + days_of_one.len(), day, 1)?));
        let of_day = one_of_many.iter().enumerate().map(of_day).collect::<Outcome<_>>()?;
        wide.run((&db, &rows_db), &rows, of_day).await?;
    }
    deep.line("backfill, 35 days of one stream a transaction: datums/s", "≥ 800000");
    wide.line("backfill, one day of 35 streams a transaction: datums/s", "≥ 800000");
    month_reads(&db, &rows_db, &rows, &ids, scale).await?;
    for turn in 0..scale.reads.min(20) {
        let now = |(number, id): (usize, &i64)| {
            let row = batch(number, scale.days, 1)?.datum(100 + turn).ok_or("a day has 288 datums")?;
            Ok((*id, Columns::from_datums(&[row])))
        };
        let now = ids.iter().enumerate().map(now).collect::<Outcome<_>>()?;
        live.run((&db, &rows_db), &rows, now).await?;
    }
    live.line("live, one datum of each of many streams a transaction: /s", "");
    let count = f64::from(u32::try_from(deep.datums + wide.datums + live.datums)?);
    let (store, rows) = (size(folder, "store.db", db).await?, size(folder, "rows.db", rows_db).await?);
    line(
        "5-minute physics, 3 properties, whole file: bytes/datum",
        store / count,
        Some(rows / count),
        "≤ 5.5",
    );
    Ok(())
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times.get(times.len() / 2).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}

/// One source's month at five minutes.
async fn month_reads(db: &Db, rows_db: &Db, rows: &Rows, ids: &[i64], scale: &Scale) -> Outcome<()> {
    let (from, until) = (START + DAY, START + 31 * DAY);
    let window = Window { from, until, zone: TimeZone::get("America/Denver")?, size: BucketSize::FiveMinute };
    let (mut datums, mut slots, mut plain) = (Vec::new(), Vec::new(), Vec::new());
    for turn in 0..scale.reads {
        let id = ids[turn % ids.len()];
        let start = Instant::now();
        let mut session = db.read().await?;
        let found = raw(&mut session, id, from, until).await?;
        datums.push(start.elapsed());
        let start = Instant::now();
        let answer = buckets(&mut session, &[id], &window, &["watts", "wattHours"]).await?;
        slots.push(start.elapsed());
        drop(session);
        let (time, count) = rows.read(rows_db, id, from, until).await?;
        plain.push(time);
        if turn == 0 {
            assert_eq!(
                (found.len(), answer[0].buckets.len()),
                (count, count),
                "all three see the same datums"
            );
        }
    }
    let plain = median(plain);
    line("one source-month of datums at 5 minutes: ms (p50)", median(datums), Some(plain), "≤ 3");
    line("the same as 5-minute buckets (clock energy, mean): ms", median(slots), Some(plain), "");
    Ok(())
}

/// Many streams over a year, by the hour.
async fn fleet(folder: &Path, scale: &Scale) -> Outcome<()> {
    let (db, rows_db) = (open(folder, "fleet.db").await?, open(folder, "fleet-rows.db").await?);
    let ids = make_streams(&db, scale.fleet, "America/Denver").await?;
    let rows = Rows::create(&rows_db).await?;
    for (number, id) in ids.iter().enumerate() {
        let one = BTreeMap::from([(*id, hourly(number)?)]);
        Race::default().run((&db, &rows_db), &rows, one).await?;
    }
    let (mut plain, mut peaks) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        plain.push(rows.by_month(&rows_db, &ids, YEAR_START, YEAR_START + YEAR).await?);
        let start = Instant::now();
        peak(&mut *db.read().await?, &ids, &year(BucketSize::Month)?, "watts").await?;
        peaks.push(start.elapsed());
    }
    let months = year_reads(&db, &ids, BucketSize::Month, scale.reads).await?;
    let days = year_reads(&db, &ids, BucketSize::Day, scale.reads.min(5)).await?;
    let name = |what: &str| format!("{} sources × 1 year (hourly datums) {what}: ms (p50)", scale.fleet);
    line(&name("by month"), months, Some(median(plain)), "≤ 60");
    line(&name("by day"), days, None, "");
    line(&name("peak"), median(peaks), None, "");
    Ok(())
}

fn year(size: BucketSize) -> Outcome<Window> {
    Ok(Window { from: YEAR_START, until: YEAR_START + YEAR, zone: TimeZone::get("America/Denver")?, size })
}

/// Milliseconds to answer the year of all streams.
async fn year_reads(db: &Db, ids: &[i64], size: BucketSize, turns: usize) -> Outcome<f64> {
    let window = year(size)?;
    let mut times = Vec::new();
    for _ in 0..turns {
        let start = Instant::now();
        let answer = buckets(&mut *db.read().await?, ids, &window, &["watts", "wattHours"]).await?;
        times.push(start.elapsed());
        assert!(answer.iter().all(|one| one.buckets.len() >= 12), "a year has twelve months");
    }
    Ok(median(times))
}

/// Real measurements: harder to code than a model.
async fn real_file(folder: &Path) -> Outcome<()> {
    let columns = match serf() {
        Ok(columns) => columns,
        Err(error) => {
            println!("SERF East: left out, {error}");
            return Ok(());
        }
    };
    let (db, rows_db) = (open(folder, "serf.db").await?, open(folder, "serf-rows.db").await?);
    let ids = make_streams(&db, 1, "America/Denver").await?;
    let rows = Rows::create(&rows_db).await?;
    rows.write(&rows_db, ids[0], &columns).await?;
    let count = f64::from(u32::try_from(columns.len())?);
    let empty = size(folder, "empty.db", open(folder, "empty.db").await?).await?;
    let mut tx = db.write().await?;
    write(&mut tx, ids[0], columns).await?;
    tx.commit().await?;
    let (store, rows) = (size(folder, "serf.db", db).await?, size(folder, "serf-rows.db", rows_db).await?);
    line(
        "SERF East 15 minutes, 4 properties, file: bytes/datum",
        (store - empty) / count,
        Some((rows - empty) / count),
        "",
    );
    Ok(())
}
