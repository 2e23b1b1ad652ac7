//! Whole files through the crate's front door.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a failure is a failed test")]

mod broken;
mod order;
mod real;
mod roundtrip;
mod times;

use std::io::Cursor;

use gridfolio_meterfile::{Error, MeterFile, OnBad, Options, Row, Summary, parse_zone};
use jiff::Timestamp;

/// The options of most tests: time in the first column, the second is watts.
fn options() -> Options {
    options_of("#1", &["#2=watts"])
}

fn options_of(time: &str, map: &[&str]) -> Options {
    Options {
        time: time.parse().unwrap(),
        time_format: None,
        map: map.iter().map(|text| text.parse().unwrap()).collect(),
        zone: None,
    }
}

fn in_zone(zone: &str) -> Options {
    Options { zone: Some(parse_zone(zone).unwrap()), ..options() }
}

fn open(content: impl AsRef<[u8]>, options: &Options) -> Result<MeterFile<Cursor<Vec<u8>>>, Error> {
    MeterFile::new(Cursor::new(content.as_ref().to_vec()), options)
}

fn refusal(content: impl AsRef<[u8]>, options: &Options) -> String {
    open(content, options).unwrap_err().to_string()
}

fn check(content: impl AsRef<[u8]>, options: &Options) -> Summary {
    open(content, options).unwrap().check(&mut |_| {}).unwrap()
}

/// Everything that a file says, bad lines left out.
fn rows(content: impl AsRef<[u8]>, options: &Options) -> Vec<Row> {
    let mut file = open(content, options).unwrap();
    let summary = file.check(&mut |_| {}).unwrap();
    let mut batches = file.batches(&summary, OnBad::Skip).unwrap();
    let mut rows = Vec::new();
    while let Some(batch) = batches.next_batch(3).unwrap() {
        assert!(batch.rows.len() <= 3);
        rows.extend(batch.rows);
    }
    assert_eq!(rows.len() as u64, summary.datums);
    rows
}

/// Instants and values in words: `2016-07-01T07:00:00Z -2860.1`.
fn said(rows: &[Row]) -> Vec<String> {
    let value =
        |value: &Option<gridfolio_series::Number>| value.as_ref().map_or("-".to_owned(), ToString::to_string);
    rows.iter()
        .map(|row| {
            let values: Vec<String> = row.values.iter().map(value).collect();
            format!("{} {}", utc(row.at), values.join(" "))
        })
        .collect()
}

fn utc(at: i64) -> String {
    Timestamp::from_millisecond(at).unwrap().to_string()
}
