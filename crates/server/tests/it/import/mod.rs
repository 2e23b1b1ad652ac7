//! Meter files in, and out again: the library and the command, on both databases.

mod command;
mod files;
mod interrupted;
mod meters;
mod refused;
mod together;
mod undone;

use std::fmt::Write as _;

use gridfolio::timeseries::import::{self, Outcome, Request, Undone};
use gridfolio_series::Datum;
use gridfolio_testkit::TestApp;
use jiff::Timestamp;

const SOURCE: &str = "/P/S1/R1/GEN/1";

/// How the command reads the file of SERF's power.
pub(crate) const SERF_POWER: [&str; 8] = [
    "--source",
    "/SERF/S1/R1/GEN/1",
    "--time",
    "measured_on",
    "--map",
    "ac_power=watts:kW",
    "--derive",
    "wattHours=watts",
];

/// A request for a file with this content: times first, watts second.
fn request(app: &TestApp, name: &str, content: &str) -> Request {
    let file = app.db.path(name);
    std::fs::write(&file, content).unwrap();
    Request {
        file,
        source: SOURCE.parse().unwrap(),
        node: None,
        time: "#1".parse().unwrap(),
        time_format: None,
        map: vec!["#2=watts".parse().unwrap()],
        zone: None,
        derive: None,
        create: true,
        skip_bad: false,
    }
}

/// The same with a derived meter.
fn deriving(app: &TestApp, name: &str, content: &str) -> Request {
    Request { derive: Some("wattHours=watts".parse().unwrap()), ..request(app, name, content) }
}

async fn run(app: &TestApp, request: &Request) -> import::Result<Outcome> {
    import::run(&app.app, request, &mut |_, _| {}).await
}

/// A small import that is done.
pub(crate) async fn one_import(app: &TestApp) {
    let file = regular((0..10).map(|step| (step, step)), 5);
    run(app, &request(app, "one.csv", &file)).await.unwrap();
}

async fn undo(app: &TestApp, id: i64) -> import::Result<Undone> {
    import::undo(&app.app, id, &mut |_, _| {}).await
}

/// A file with a line for every step of so many minutes from the start of 2022 on: line number, watts.
fn regular(lines: impl IntoIterator<Item = (i64, i64)>, minutes: i64) -> String {
    let mut text = String::from("time,power\n");
    for (step, watts) in lines {
        let _ = writeln!(text, "{},{watts}", instant(step * minutes));
    }
    text
}

/// So many minutes after the start of 2022.
fn instant(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_640_995_200 + minutes * 60).unwrap()
}

/// Every datum of the source.
async fn stored(app: &TestApp) -> Vec<Datum> {
    let mut snapshot = app.app.db.read().await.unwrap();
    let nodes: Vec<i64> = (1..10).collect();
    let streams = gridfolio_series::list_streams(&mut snapshot, &nodes).await.unwrap();
    let Some(stream) = streams.iter().find(|stream| stream.key.source_id == SOURCE) else {
        return Vec::new();
    };
    gridfolio_series::raw(&mut snapshot, stream.id, i64::MIN, i64::MAX).await.unwrap().datums().collect()
}

/// Datums in words: `2022-01-01T00:00:00Z watts 5 wattHours 0`.
fn said(datums: &[Datum]) -> Vec<String> {
    let words = |datum: &Datum| {
        let mut text = Timestamp::from_millisecond(datum.at).unwrap().to_string();
        for (name, value) in datum.instantaneous.iter().chain(&datum.accumulating) {
            let _ = write!(text, " {name} {value}");
        }
        text
    };
    datums.iter().map(words).collect()
}

fn refusal<T: std::fmt::Debug>(outcome: import::Result<T>) -> String {
    outcome.unwrap_err().to_string()
}
