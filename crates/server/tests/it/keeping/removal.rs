//! `gridfolio delete datums`: what goes, what stays, and what an import that is taken back makes of it.

use std::fmt::Write as _;

use gridfolio::keeping::removal::{self, Wish};
use gridfolio::kit::jobs;
use gridfolio::timeseries::import::run::PATIENCE_MS;
use gridfolio::timeseries::import::{self, Request};
use gridfolio::worker::JOBS;
use gridfolio_db::query;
use gridfolio_series::Datum;
use gridfolio_testkit::{Backend, TestApp, both};
use serde_json::Value;

const SOURCE: &str = "/P/S1/R1/GEN/1";

fn wish(from: &str, until: &str) -> Wish {
    Wish { source: SOURCE.parse().unwrap(), node: None, from: from.to_owned(), until: until.to_owned() }
}

async fn remove(app: &TestApp, from: &str, until: &str) -> u64 {
    let found = removal::find(&app.app, &wish(from, until)).await.unwrap();
    removal::remove(&app.app, &found, &mut |_| {}).await.unwrap()
}

async fn refusal(app: &TestApp, wish: Wish) -> String {
    removal::find(&app.app, &wish).await.unwrap_err().to_string()
}

/// Imports lines of one file, a minute each from the start of 2022 in Denver on, in which `keeps` leaves some.
async fn import(app: &TestApp, lines: i64, keeps: impl Fn(i64) -> bool) -> i64 {
    import_minutes(app, (0..lines).filter(|line| keeps(*line))).await
}

/// Imports a datum for each of these minutes since the start of 2022 in Denver.
async fn import_minutes(app: &TestApp, minutes: impl Iterator<Item = i64>) -> i64 {
    let mut text = String::from("time,power\n");
    for minute in minutes {
        let watts = (minute * 7919).rem_euclid(1013);
        writeln!(text, "{},{watts}", 1_641_020_400 + minute * 60).unwrap();
    }
    let file = app.db.path("m.csv");
    std::fs::write(&file, text).unwrap();
    let request = Request {
        file,
        source: SOURCE.parse().unwrap(),
        node: None,
        time: "#1".parse().unwrap(),
        time_format: Some("epoch".parse().unwrap()),
        map: vec!["#2=watts".parse().unwrap()],
        zone: Some("America/Denver".to_owned()),
        derive: Some("wattHours=watts".parse().unwrap()),
        create: true,
        skip_bad: false,
    };
    import::run(&app.app, &request, &mut |_, _| {}).await.unwrap().import.id
}

async fn stored(app: &TestApp) -> Vec<Datum> {
    let mut snapshot = app.app.db.read().await.unwrap();
    let streams = gridfolio_series::all_streams(&mut snapshot).await.unwrap();
    gridfolio_series::raw(&mut snapshot, streams[0].id, i64::MIN, i64::MAX).await.unwrap().datums().collect()
}

async fn shifts(app: &TestApp) -> i64 {
    let count = query("SELECT CAST(COUNT(*) AS BIGINT) FROM datum_shift");
    let (count,): (i64,) = count.one(&mut app.app.db.read().await.unwrap()).await.unwrap();
    count
}

async fn energy(app: &TestApp) -> Vec<Value> {
    let mut answers = Vec::new();
    for aggregation in ["month", "day", "hour"] {
        let path =
            format!("/energy/datums/projects/P?start=2022-01-01&end=2022-02-01&aggregation={aggregation}");
        answers.push(app.get(&path).await.ok()["project"].clone());
    }
    answers
}

/// Rows of the log that speak of removed datums.
async fn logged(app: &TestApp) -> Vec<Value> {
    let log = app.get("/audit/projects/P").await.ok();
    log["logs"].as_array().unwrap().iter().filter(|entry| entry["assetType"] == "datums").cloned().collect()
}

/// Three weeks of a datum a minute; a week in the middle goes, in several transactions.
async fn what_is_left_is_as_if_it_had_never_been(backend: Backend) {
    let (app, never) = (TestApp::new(backend).await, TestApp::new(backend).await);
    import(&app, 30_000, |_| true).await;
    import(&never, 30_000, |line| !(10_000..20_000).contains(&line)).await;
    let found = removal::find(&app.app, &wish("2022-01-07 22:40", "2022-01-14 21:20")).await.unwrap();
    let extent = found.extent.unwrap();
    assert_eq!((extent.count, extent.first_at), (10_000, 1_641_620_400_000));
    let before = stored(&app).await;
    let said = removal::report(&found, None);
    assert!(said.contains("10000 datums of /P/S1/R1/GEN/1 (node 1) would go"), "{said}");
    assert!(said.contains("first 2022-01-07T22:40:00-07:00\n  last  2022-01-14T21:19:00-07:00"), "{said}");
    assert_eq!((stored(&app).await, logged(&app).await), (before, vec![]), "looking changes nothing");
    let (mut steps, mut gone) = (0, 0);
    let removed =
        removal::remove(&app.app, &found, &mut |sum| (steps, gone) = (steps + 1, sum)).await.unwrap();
    assert!(removed == 10_000 && gone == 10_000 && steps > 1, "{removed} in {steps} transactions");
    assert_eq!(stored(&app).await, stored(&never).await);
    assert_eq!(energy(&app).await, energy(&never).await);
    let log = logged(&app).await;
    assert_eq!(
        (log.len(), &log[0]["action"], &log[0]["item"]["datums"]),
        (1, &"delete".into(), &10_000.into())
    );
    assert_eq!(log[0]["userName"], "gridfolio delete datums");
    assert_eq!(remove(&app, "2022-01-07 22:40", "2022-01-14 21:20").await, 0);
    assert_eq!(logged(&app).await.len(), 1, "nothing went, nothing is logged");
    assert_eq!(remove(&app, "2021-01-01", "2023-01-01").await, 20_000);
    assert!(stored(&app).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() {
    what_is_left_is_as_if_it_had_never_been(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() {
    what_is_left_is_as_if_it_had_never_been(Backend::Postgres).await;
}

both! {
    async fn an_import_with_holes_is_not_taken_back_and_comes_again(app) {
        let first = import(&app, 100, |_| true).await;
        let whole = stored(&app).await;
        assert_eq!(remove(&app, "2022-01-01T00:10", "2022-01-01T00:12").await, 2);
        let holes = stored(&app).await;
        let message = import::undo(&app.app, first, &mut |_, _| {}).await.unwrap_err().to_string();
        assert!(message.contains("2 of its datums are not what it wrote"), "{message}");
        assert!(message.contains("2022-01-01T07:10:00Z was removed"), "{message}");
        assert_eq!(stored(&app).await, holes);
        let again = import(&app, 100, |_| true).await;
        assert_eq!((again, stored(&app).await), (first + 1, whole));
        import::undo(&app.app, again, &mut |_, _| {}).await.unwrap();
        assert_eq!(stored(&app).await, holes);
    }

    async fn nothing_goes_while_an_import_is_half_taken_back(app) {
        let first = import(&app, 12_000, |_| true).await;
        let dying = app.app.clone();
        let task = tokio::spawn(async move {
            let _ = import::undo(&dying, first, &mut |_, _| panic!("the test ends the undo here")).await;
        });
        assert!(task.await.unwrap_err().is_panic());
        let left = stored(&app).await;
        assert!(!left.is_empty() && left.len() < 12_000, "{}", left.len());
        let found = removal::find(&app.app, &wish("2022-01-01", "2022-02-01")).await.unwrap();
        let message = removal::remove(&app.app, &found, &mut |_| {}).await.unwrap_err().to_string();
        assert!(message.contains(&format!("`gridfolio import undo {first}`")), "{message}");
        assert_eq!(stored(&app).await, left);
        import::undo(&app.app, first, &mut |_, _| {}).await.unwrap();
        assert!(stored(&app).await.is_empty());
        assert_eq!(import(&app, 10, |_| true).await, first + 1);
    }

    async fn what_a_stopped_removal_leaves_to_do_the_server_does(app) {
        // Two datums a day, so that few of them are many transactions.
        import_minutes(&app, (0..1200).flat_map(|day| [day * 1440 + 600, day * 1440 + 630])).await;
        app.app.clock.advance(PATIENCE_MS);
        while jobs::work_once(&app.app, JOBS).await.unwrap() {}
        let dying = app.app.clone();
        let task = tokio::spawn(async move {
            let found = removal::find(&dying, &wish("2022-01-01", "2025-01-01")).await.unwrap();
            let mut steps = 0;
            let mut progress = |_| {
                dying.clock.advance(1);
                steps += 1;
                assert!(steps < 9, "the test ends the removal here, after it has applied shifts once");
            };
            let _ = removal::remove(&dying, &found, &mut progress).await;
        });
        assert!(task.await.unwrap_err().is_panic());
        // As if a server had done the first job just before the ninth transaction.
        let mut tx = app.app.db.write().await.unwrap();
        let first = query("DELETE FROM job WHERE due_at = (SELECT MIN(due_at) FROM job)");
        first.execute(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let before = stored(&app).await;
        assert!(shifts(&app).await > 0, "the meter behind the range has shifted");
        app.app.clock.advance(PATIENCE_MS);
        assert!(jobs::work_once(&app.app, JOBS).await.unwrap());
        assert_eq!((shifts(&app).await, stored(&app).await), (0, before));
    }

    async fn the_range_is_half_open_and_unclear_wishes_are_refused(app) {
        import(&app, 10, |_| true).await;
        assert_eq!(remove(&app, "2022-01-01T07:03:00Z", "2022-01-01T07:03:00.001Z").await, 1);
        assert_eq!(remove(&app, "2022-01-01T00:04", "2022-01-01T07:05Z").await, 1);
        assert_eq!(stored(&app).await.len(), 8);
        for (from, until, words) in [
            ("2022-01-02", "2022-01-02", "--until must be after --from"),
            ("2022-01-02", "2022-01-01", "--until must be after --from"),
            ("soon", "2022-01-01", "--from: the time \"soon\" must have a form"),
            ("2021-11-07T01:30", "2022-01-01", "occurs twice in America/Denver"),
        ] {
            let message = refusal(&app, wish(from, until)).await;
            assert!(message.contains(words), "{message}");
        }
        let other = Wish { node: Some(9), ..wish("2022-01-01", "2022-01-02") };
        assert!(refusal(&app, other).await.contains("there is no source /P/S1/R1/GEN/1 of node 9"));
        let mut tx = app.app.db.write().await.unwrap();
        let second = gridfolio_series::StreamKey::new(7, SOURCE);
        gridfolio_series::ensure_stream(&mut tx, &second, "UTC").await.unwrap();
        tx.commit().await.unwrap();
        let message = refusal(&app, wish("2022-01-01", "2022-01-02")).await;
        assert!(message.contains("nodes 1, 7 have a source") && message.contains("--node"), "{message}");
    }
}

#[test]
fn the_command_shows_first_and_removes_then() {
    let data = tempfile::tempdir().unwrap();
    super::meter_file(&data.path().join("m.csv"), 100);
    super::done(super::import(&data.path().join("m.csv"), data.path()));
    let delete = |more: &[&str]| {
        let mut delete = super::command(&["delete", "datums", "--source", SOURCE], data.path());
        delete.args(["--from", "2020-01-01T00:50:00Z", "--until", "2020-01-01T01:00:00Z"]).args(more);
        super::done(delete)
    };
    for more in [&["--dry-run"][..], &["--dry-run"], &[]] {
        let said = delete(more);
        assert!(said.starts_with("10 datums of /P/S1/R1/GEN/1 (node 1) "), "{said}");
    }
    assert!(delete(&[]).contains("has no datums"));
}
