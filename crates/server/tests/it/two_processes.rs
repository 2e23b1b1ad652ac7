//! Two processes on one database: a million datums come in by the command while a server answers and writes.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gridfolio_testkit::{ADMINISTRATOR, Backend, PASSWORD, SECRET_KEY, TestApp, samples};
use serde_json::{Value, json};

use crate::program::{Program, gridfolio, request, sign_in};
use crate::reference::succeeded;

const DATUMS: i64 = 1_000_000;
/// 2020-01-01T00:00:00Z
const FIRST_S: i64 = 1_577_836_800;

/// One datum a minute: 60 W, so 1 Wh each.
fn write_file(path: &std::path::Path) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    writeln!(file, "at,power,energy").unwrap();
    for n in 0..DATUMS {
        writeln!(file, "{},60,{n}", FIRST_S + n * 60).unwrap();
    }
}

fn import(app: &TestApp) -> Command {
    let mut command = gridfolio();
    command.args(["import", "datums"]).arg(app.db.path("million.csv")).args(["--source", "/TWO/S1/R1/GEN/1"]);
    command.args(["--time", "at", "--time-format", "epoch", "--map", "power=watts", "energy=wattHours"]);
    command.args(["--database", &app.db.url, "--data"]).arg(app.db.folder.path());
    command
}

/// What a server's client saw while the import ran.
struct Seen {
    reads: u32,
    writes: u32,
    slowest_write_ms: u128,
}

/// Reads energy and edits the project until told to stop. Every answer must be 200, and energy must never shrink.
fn use_server(address: &str, token: &str, stop: &AtomicBool) -> Seen {
    let mut seen = Seen { reads: 0, writes: 0, slowest_write_ms: 0 };
    let mut last = 0.0;
    while !stop.load(Ordering::SeqCst) {
        let path = "/energy/datums/projects/TWO?start=2020-01-01&end=2022-01-01&aggregation=month";
        let (status, body) = request(address, "GET", path, Some(token), "");
        assert_eq!(status, 200, "{body}");
        let answer: Value = serde_json::from_str(&body).unwrap();
        let totals = answer["project"]["aggregatedTotals"].as_object().unwrap();
        let sum: f64 = totals.values().filter_map(|bucket| bucket["generation"].as_f64()).sum();
        assert!(sum >= last, "{sum} after {last}: an answer in between was torn");
        (last, seen.reads) = (sum, seen.reads + 1);
        let mut body = samples::project("TWO");
        body["timezone"] = json!("UTC");
        body["edit"] = json!(seen.writes);
        let begun = std::time::Instant::now();
        let (status, answer) = request(address, "PUT", "/projects/TWO", Some(token), &body.to_string());
        assert_eq!(status, 200, "{answer}");
        seen.slowest_write_ms = seen.slowest_write_ms.max(begun.elapsed().as_millis());
        seen.writes += 1;
    }
    seen
}

async fn both_get_through(backend: Backend) {
    let app = TestApp::new(backend).await;
    let mut body = samples::project("TWO");
    body["timezone"] = json!("UTC");
    app.post("/projects/TWO", &body).await.ok();
    app.post("/projects/TWO/sites/S1", &samples::site("S1")).await.ok();
    app.post("/projects/TWO/sites/S1/systems/R1", &samples::system("R1")).await.ok();
    write_file(&app.db.path("million.csv"));
    let seen = tokio::task::block_in_place(|| {
        let mut serve = gridfolio();
        serve.args(["serve", "--database", &app.db.url, "--data"]).arg(app.db.folder.path());
        serve.env("GRIDFOLIO_SECRET_KEY", SECRET_KEY);
        let program = Program::start(serve, "listens on ");
        let token = sign_in(&program.address, "clientoftests", ADMINISTRATOR, PASSWORD);
        let stop = Arc::new(AtomicBool::new(false));
        let mut importing = import(&app).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let client = {
            let (address, token, stop) = (program.address.clone(), token.clone(), stop.clone());
            std::thread::spawn(move || use_server(&address, &token, &stop))
        };
        let _ = importing.wait();
        stop.store(true, Ordering::SeqCst);
        let seen = client.join().expect("the server's client saw nothing wrong");
        succeeded(&importing.wait_with_output().unwrap());
        check_the_end(&program.address, &token, &seen);
        assert!(program.stop().success());
        seen
    });
    println!("reads {}, writes {}, slowest write {} ms", seen.reads, seen.writes, seen.slowest_write_ms);
    assert!(seen.reads > 3 && seen.writes > 3, "the server worked meanwhile");
}

/// Everything is in: a Wh a minute, and every edit in the log.
fn check_the_end(address: &str, token: &str, seen: &Seen) {
    let get = |path: &str| -> Value {
        let (status, body) = request(address, "GET", path, Some(token), "");
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    };
    let answer = get("/energy/datums/projects/TWO?start=2020-01-01&end=2022-01-01&aggregation=year");
    let totals = answer["project"]["aggregatedTotals"].as_object().unwrap();
    let sum: f64 = totals.values().filter_map(|bucket| bucket["generation"].as_f64()).sum();
    assert!((sum - 999_999.0).abs() < 1e-6, "{sum}");
    let log = get("/audit/projects/TWO");
    let edits = log["logs"].as_array().unwrap().iter().filter(|entry| entry["action"] == "update").count();
    assert_eq!(edits, seen.writes as usize, "every edit is in the log");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() {
    both_get_through(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() {
    both_get_through(Backend::Postgres).await;
}
