//! The same bytes on every machine: checksums of all that is generated, committed beside this file.
//!
//! When the demo is meant to change: `GRIDFOLIO_TEST_REGENERATE=1`, then read the diff.

use aws_lc_rs::digest::{Context, SHA256};
use gridfolio_series::{Columns, Datum};
use serde_json::Value;

use super::Made;
use crate::demo::{assets, fleet, papers, plants};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/demo/tests/checksums.txt");

fn hex(context: Context) -> String {
    use std::fmt::Write as _;
    context.finish().as_ref().iter().take(16).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Every datum in the order of its arrival: source, time, names and values.
fn datums(made: &Made) -> String {
    let sources = made.model.sources();
    let mut context = Context::new(&SHA256);
    let mut count = 0;
    for batch in &made.batches {
        context.update(sources[batch.stream].as_bytes());
        for time in batch.datums.times() {
            context.update(&time.to_be_bytes());
        }
        for column in batch.datums.columns() {
            context.update(&[column.kind().letter() as u8]);
            context.update(column.name().as_bytes());
            for row in 0..batch.datums.len() {
                context.update(&column.number(row).unwrap().scaled(1).unwrap().to_be_bytes());
            }
        }
        count += batch.datums.len();
    }
    format!("{} measurements {count} {}", made.model.project, hex(context))
}

fn document(name: &str, value: &Value) -> String {
    let mut context = Context::new(&SHA256);
    context.update(value.to_string().as_bytes());
    format!("{name} documents {}", hex(context))
}

#[test]
fn everything_has_its_checksum() {
    let mut lines: Vec<String> =
        plants::all().unwrap().into_iter().map(|model| datums(&super::make(model))).collect();
    for file in assets::files().unwrap() {
        lines.push(document(assets::code(&file["project"]), &file));
    }
    lines.push(document("portfolios", &papers::portfolios().unwrap().into()));
    for number in [0, 1, 17] {
        lines.push(document(&format!("fleet {number}"), &fleet::member(number, 1.0).unwrap().project));
        let model = fleet::member(number, 0.05).unwrap().model;
        lines.push(datums(&super::make(model)));
    }
    let found = lines.join("\n") + "\n";
    if std::env::var_os("GRIDFOLIO_TEST_REGENERATE").is_some() {
        std::fs::write(FILE, &found).unwrap();
    }
    assert_eq!(found, std::fs::read_to_string(FILE).unwrap());
}

#[test]
fn a_changed_value_changes_the_checksum() {
    let mut changed = super::make(fleet::member(3, 0.01).unwrap().model);
    let before = datums(&changed);
    let mut rows: Vec<Datum> = changed.batches[0].datums.datums().collect();
    rows[7] = rows[7].clone().i("watts", 1_234_567_i64);
    changed.batches[0].datums = Columns::from_datums(&rows);
    let after = datums(&changed);
    assert_ne!(before, after);
    let count = |line: &str| line.rsplit_once(' ').unwrap().0.to_owned();
    assert_eq!(count(&before), count(&after), "as many datums as before");
}
