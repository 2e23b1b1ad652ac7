//! Commands at work on one source at the same time: none loses what the other wrote, and each says what happened.

use gridfolio::app::App;
use gridfolio::identity::authority::{Authority, IdentityConfig};
use gridfolio::identity::seal::SealKey;
use gridfolio::kit::clock::{Clock, Ids};
use gridfolio::kit::jobs;
use gridfolio::timeseries::import::undo::Plan;
use gridfolio::timeseries::import::{self, Outcome, Request, Stage};
use gridfolio::timeseries::settle;
use gridfolio::worker::JOBS;
use gridfolio_db::{Db, DbOptions, query};
use gridfolio_series::Datum;
use gridfolio_testkit::{TestApp, both};

use super::{SOURCE, instant, refusal, regular, request, run, stored, undo};

fn content() -> String {
    regular((0..12_000_i64).map(|i| (i, (i * 7919).rem_euclid(1013))), 5)
}

/// What another command does.
enum Other {
    Import(Box<Request>),
    Undo(i64),
}

impl Other {
    /// Does it from the first to the last step, with its own connections.
    async fn act(self, url: String) {
        let db = Db::open(&DbOptions::new(&url)).await.unwrap();
        let seal = SealKey::from_base64("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=").unwrap();
        let authority = Authority::load(&db, &IdentityConfig::default(), seal).await.unwrap();
        let app = App::new(db, Clock::System, Ids::Random, authority).unwrap();
        match self {
            Self::Import(request) => drop(import::run(&app, &request, &mut |_, _| {}).await.unwrap()),
            Self::Undo(id) => drop(import::undo(&app, id, &mut |_, _| {}).await.unwrap()),
        }
        app.db.close().await;
    }
}

/// Runs a request; after its batch of this number another command does its work.
async fn run_beside(
    app: &TestApp,
    request: &Request,
    number: usize,
    other: Other,
) -> import::Result<Outcome> {
    let (url, mut other, mut batches) = (app.db.url.clone(), Some(other), 0);
    let mut progress = |stage: Stage, _| {
        batches += usize::from(stage == Stage::Writing);
        if batches == number
            && let Some(other) = other.take()
        {
            let act = other.act(url.clone());
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            std::thread::spawn(move || runtime.block_on(act)).join().unwrap();
        }
    };
    import::run(&app.app, request, &mut progress).await
}

/// Runs a request in a task of its own that dies at the end of its first batch.
async fn die_in_the_first_batch(app: &TestApp, request: &Request) {
    let (app, request) = (app.app.clone(), request.clone());
    let task = tokio::spawn(async move {
        let mut progress =
            |stage: Stage, _| assert!(stage == Stage::Checking, "the test ends the import here");
        let _ = import::run(&app, &request, &mut progress).await;
    });
    assert!(task.await.unwrap_err().is_panic());
}

async fn states(app: &TestApp) -> Vec<&'static str> {
    import::list(&app.app).await.unwrap().into_iter().map(|import| import.state.word()).collect()
}

async fn journal(app: &TestApp) -> i64 {
    let mut snapshot = app.app.db.read().await.unwrap();
    let count = query("SELECT CAST(COUNT(*) AS BIGINT) FROM import_batch");
    let (count,): (i64,) = count.one(&mut snapshot).await.unwrap();
    count
}

both! {
    async fn an_import_taken_back_while_it_runs_stops_and_leaves_nothing(app) {
        for (number, runs) in [(1, 1), (3, 2)] {
            let message = refusal(run_beside(&app, &request(&app, "m.csv", &content()), number, Other::Undo(runs)).await);
            assert!(message.starts_with(&format!("import {runs} was taken back by another command")), "{message}");
            assert!(message.ends_with("it begins a new import"), "{message}");
            assert!(stored(&app).await.is_empty());
            assert_eq!(journal(&app).await, 0);
        }
        assert_eq!(states(&app).await, ["undone", "undone"]);
        let again = run(&app, &request(&app, "m.csv", &content())).await.unwrap();
        assert_eq!((again.import.id, again.resumed_at, again.import.added), (3, None, 12_000));
    }

    async fn what_is_written_after_the_comparison_is_taken_back_as_well(app) {
        run(&app, &request(&app, "old.csv", &regular((0..100).map(|i| (i, 5000)), 5))).await.unwrap();
        let before = stored(&app).await;
        let wanted = request(&app, "m.csv", &content());
        die_in_the_first_batch(&app, &wanted).await;
        let plan = Plan::make(&app.app, 2).await.unwrap();
        run(&app, &wanted).await.unwrap();
        let undone = plan.carry_out(&app.app, &mut |_, _| {}).await.unwrap();
        assert_eq!((undone.removed, undone.restored), (11_900, 100));
        assert_eq!(stored(&app).await, before);
        assert_eq!((states(&app).await, journal(&app).await), (vec!["undone", "done"], 1));
    }

    async fn what_is_written_after_the_comparison_is_compared_as_well(app) {
        let wanted = request(&app, "m.csv", &content());
        die_in_the_first_batch(&app, &wanted).await;
        let plan = Plan::make(&app.app, 1).await.unwrap();
        run(&app, &wanted).await.unwrap();
        app.measure(SOURCE, &[Datum::at(instant(5 * 11_000).as_millisecond()).i("watts", -1)]).await;
        let before = stored(&app).await;
        let message = refusal(plan.carry_out(&app.app, &mut |_, _| {}).await);
        assert!(message.contains("nothing was changed"), "{message}");
        assert!(message.contains("1 of its datums is not what it wrote"), "{message}");
        assert_eq!((stored(&app).await, states(&app).await), (before, vec!["done"]));
    }

    async fn one_file_by_two_commands_at_the_same_time(app) {
        for (file, number) in [("a.csv", 1), ("b.csv", 2)] {
            let wanted = request(&app, file, &content());
            let other = Other::Import(Box::new(wanted.clone()));
            let message = refusal(run_beside(&app, &wanted, number, other).await);
            assert!(message.starts_with("another command is importing this file at the same time"), "{message}");
            assert!(message.contains("is complete, nothing is lost"), "{message}");
            assert_eq!(stored(&app).await.len(), 12_000);
            undo(&app, i64::try_from(number).unwrap()).await.unwrap();
            assert!(stored(&app).await.is_empty());
        }
    }

    async fn the_server_makes_long_work_in_parts(app) {
        let days = regular((0..1000).map(|i| (i, i)), 24 * 60);
        run(&app, &request(&app, "m.csv", &days)).await.unwrap();
        let mut tx = app.app.db.write().await.unwrap();
        gridfolio_series::set_zone(&mut tx, 1, "America/Denver").await.unwrap();
        settle::enqueue(&mut tx, &app.app, app.app.clock.now_ms()).await.unwrap();
        tx.commit().await.unwrap();
        let mut parts = 0;
        while jobs::work_once(&app.app, JOBS).await.unwrap() {
            parts += 1;
            assert!(parts < 100, "it comes to an end");
        }
        assert!(parts > 1, "all of it was one job");
        let mut snapshot = app.app.db.read().await.unwrap();
        let stale = query("SELECT CAST(COUNT(*) AS BIGINT) FROM stream WHERE stale_from IS NOT NULL");
        let (stale,): (i64,) = stale.one(&mut snapshot).await.unwrap();
        assert_eq!(stale, 0);
    }
}
