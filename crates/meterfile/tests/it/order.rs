//! Lines that repeat an instant, and files that are not in order of time.

use std::io::Write;

use gridfolio_meterfile::{Error, MeterFile, OnBad, Order};

use crate::{check, options, rows, said};

fn file(lines: &[(u32, &str)]) -> String {
    let lines: Vec<String> =
        lines.iter().map(|(minute, value)| format!("2022-01-01T00:{minute:02}Z,{value}\n")).collect();
    format!("time,power\n{}", lines.concat())
}

#[test]
fn a_doubled_line_counts_once() {
    let content = file(&[(0, "1"), (15, "2"), (15, "2.0"), (30, "3")]);
    let summary = check(&content, &options());
    assert_eq!((summary.datums, summary.duplicates.equal, summary.duplicates.different), (3, 1, 0));
    assert_eq!(summary.gaps.count, 0);
    assert_eq!(rows(&content, &options()).len(), 3);
}

#[test]
fn of_lines_that_differ_the_later_wins_and_both_are_named() {
    let content = file(&[(0, "1"), (15, "2"), (15, "5"), (15, "6"), (30, "3")]);
    let summary = check(&content, &options());
    assert_eq!((summary.datums, summary.duplicates.different), (3, 2));
    let named: Vec<_> = summary.duplicates.shown.iter().map(|d| (d.dropped, d.kept)).collect();
    assert_eq!(named, [(3, 4), (4, 5)]);
    assert_eq!(said(&rows(&content, &options()))[1], "2022-01-01T00:15:00Z 6");
}

#[test]
fn duplicates_far_apart_are_found() {
    let content = file(&[(0, "1"), (15, "2"), (30, "3"), (15, "9"), (0, "1"), (45, "4")]);
    let summary = check(&content, &options());
    assert_eq!(summary.order, Order::Mixed);
    assert_eq!((summary.datums, summary.duplicates.equal, summary.duplicates.different), (4, 1, 1));
    assert_eq!((summary.duplicates.shown[0].dropped, summary.duplicates.shown[0].kept), (3, 5));
    assert_eq!((summary.rhythm, summary.gaps.count), (Some(900_000), 0));
    let read = said(&rows(&content, &options()));
    assert_eq!(
        read,
        [
            "2022-01-01T00:30:00Z 3",
            "2022-01-01T00:15:00Z 9",
            "2022-01-01T00:00:00Z 1",
            "2022-01-01T00:45:00Z 4"
        ]
    );
}

#[test]
fn newest_first_is_an_order() {
    let content = file(&[(45, "4"), (30, "3"), (30, "3"), (0, "1")]);
    let summary = check(&content, &options());
    assert_eq!((summary.order, summary.datums, summary.duplicates.equal), (Order::NewestFirst, 3, 1));
    assert_eq!(summary.gaps.count, 1);
}

#[test]
fn a_file_that_changes_between_the_passes_is_noticed() {
    let mut on_disk = tempfile::NamedTempFile::new().unwrap();
    on_disk.write_all(file(&[(0, "1"), (15, "2")]).as_bytes()).unwrap();
    let mut meter = MeterFile::open(on_disk.path(), &options()).unwrap();
    let summary = meter.check(&mut |_| {}).unwrap();
    on_disk.write_all(b"2022-01-01T00:30Z,3\n").unwrap();
    let mut batches = meter.batches(&summary, OnBad::Refuse).unwrap();
    assert!(matches!(batches.next_batch(100), Err(Error::Changed)));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let missing = std::path::Path::new("/nonexistent/meter.csv");
    let message = MeterFile::open(missing, &options()).unwrap_err().to_string();
    assert!(message.starts_with("/nonexistent/meter.csv: "), "{message}");
}
