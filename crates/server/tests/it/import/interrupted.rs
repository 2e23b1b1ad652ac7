//! Imports and undos that do not come to their end: whole batches stay, and the same again gives the same result.

use gridfolio::app::App;
use gridfolio::identity::authority::{Authority, IdentityConfig};
use gridfolio::identity::seal::SealKey;
use gridfolio::kit::clock::{Clock, Ids};
use gridfolio::kit::jobs;
use gridfolio::timeseries::import::run::PATIENCE_MS;
use gridfolio::timeseries::import::{self, Request, Stage};
use gridfolio::worker::JOBS;
use gridfolio_db::{Db, DbOptions, query};
use gridfolio_testkit::{Backend, TestApp, both};

use super::{deriving, refusal, regular, request, run, stored, undo};

/// Runs a request in a task of its own that dies at the end of its second batch.
async fn die_in_the_second_batch(app: &TestApp, request: &Request) {
    let (app, request) = (app.app.clone(), request.clone());
    let task = tokio::spawn(async move {
        let mut batches = 0;
        let mut progress = |stage: Stage, _| {
            batches += i32::from(stage == Stage::Writing);
            assert!(batches < 2, "the test ends the import here");
        };
        let _ = import::run(&app, &request, &mut progress).await;
    });
    assert!(task.await.unwrap_err().is_panic());
}

async fn shifts(app: &TestApp) -> i64 {
    let mut snapshot = app.app.db.read().await.unwrap();
    let count = query("SELECT CAST(COUNT(*) AS BIGINT) FROM datum_shift");
    let (count,): (i64,) = count.one(&mut snapshot).await.unwrap();
    count
}

fn content() -> String {
    content_of(12_000)
}

fn content_of(lines: i64) -> String {
    regular((0..lines).map(|i| (i, (i * 7919).rem_euclid(1013))), 5)
}

both! {
    async fn an_import_goes_on_where_it_was_interrupted(app) {
        let undisturbed = TestApp::new(app.backend).await;
        run(&undisturbed, &deriving(&undisturbed, "m.csv", &content())).await.unwrap();
        let wanted = deriving(&app, "m.csv", &content());
        die_in_the_second_batch(&app, &wanted).await;
        assert_eq!(stored(&app).await.len(), 10_000);
        let listed = import::report::list(&import::list(&app.app).await.unwrap());
        assert!(listed.contains("unfinished") && listed.contains("(in up to line 10001)"), "{listed}");
        let again = run(&app, &wanted).await.unwrap();
        assert_eq!(again.resumed_at, Some(10_001));
        assert_eq!((again.import.id, again.import.added, again.unchanged), (1, 12_000, 0));
        assert_eq!(stored(&app).await, stored(&undisturbed).await);
        assert_eq!(undo(&app, 1).await.unwrap().removed, 12_000);
        assert!(stored(&app).await.is_empty());
    }

    async fn what_a_stopped_command_leaves_to_do_the_server_does(app) {
        let later = regular((20_000..20_500).map(|i| (i, 700)), 5);
        run(&app, &deriving(&app, "later.csv", &later)).await.unwrap();
        die_in_the_second_batch(&app, &deriving(&app, "m.csv", &content())).await;
        assert!(shifts(&app).await > 0, "the meter behind the file has shifted");
        let before = stored(&app).await;
        assert!(!jobs::work_once(&app.app, JOBS).await.unwrap(), "the command has time to do it itself");
        app.app.clock.advance(PATIENCE_MS);
        assert!(jobs::work_once(&app.app, JOBS).await.unwrap());
        assert_eq!(shifts(&app).await, 0);
        assert_eq!(stored(&app).await, before);
    }

    async fn an_interrupted_import_can_be_taken_back(app) {
        run(&app, &request(&app, "old.csv", &regular((0..100).map(|i| (i, 5000)), 5))).await.unwrap();
        let before = stored(&app).await;
        die_in_the_second_batch(&app, &request(&app, "m.csv", &content())).await;
        let undone = undo(&app, 2).await.unwrap();
        assert_eq!((undone.removed, undone.restored), (9_900, 100));
        assert_eq!(stored(&app).await, before);
    }

    async fn an_undo_goes_on_where_it_was_interrupted(app) {
        run(&app, &request(&app, "old.csv", &regular((0..100).map(|i| (i, 5000)), 5))).await.unwrap();
        let before = stored(&app).await;
        run(&app, &request(&app, "m.csv", &content())).await.unwrap();
        let dying = app.app.clone();
        let task = tokio::spawn(async move {
            let _ = import::undo(&dying, 2, &mut |done, _| assert!(done < 2, "the test ends the undo here")).await;
        });
        assert!(task.await.unwrap_err().is_panic());
        let left = stored(&app).await.len();
        assert!((100..12_000).contains(&left), "{left}");
        let message = refusal(run(&app, &request(&app, "other.csv", &regular([(0, 1)], 5))).await);
        assert!(message.contains("import 2 of this source is half taken back"), "{message}");
        undo(&app, 2).await.unwrap();
        assert_eq!(stored(&app).await, before);
    }
}

/// An application whose database file may grow to so many pages.
async fn on_a_small_disk(app: &TestApp, pages: u32) -> App {
    let db = Db::open(&DbOptions::new(&app.db.url).max_page_count(pages)).await.unwrap();
    let seal = SealKey::from_base64("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=").unwrap();
    let authority = Authority::load(&db, &IdentityConfig::default(), seal).await.unwrap();
    App::new(db, Clock::System, Ids::Random, authority).unwrap()
}

#[tokio::test]
async fn a_full_disk_leaves_whole_batches() {
    let app = TestApp::new(Backend::Sqlite).await;
    let wanted = deriving(&app, "m.csv", &content_of(40_000));
    let empty = std::fs::metadata(app.db.path("gridfolio.db")).unwrap().len();
    let pages = u32::try_from(empty / 8192).unwrap() + 20;
    let small = on_a_small_disk(&app, pages).await;
    let message = refusal(import::run(&small, &wanted, &mut |_, _| {}).await);
    small.db.close().await;
    assert!(message.contains("import 1 stopped: the database has no room left (disk full)"), "{message}");
    let inside = stored(&app).await.len();
    assert!(inside > 0 && inside % 5000 == 0 && inside < 40_000, "{inside}");
    assert!(message.contains(&format!("in up to line {} of 40001", inside + 1)), "{message}");
    run(&app, &wanted).await.unwrap();
    let undisturbed = TestApp::new(Backend::Sqlite).await;
    run(&undisturbed, &deriving(&undisturbed, "m.csv", &content_of(40_000))).await.unwrap();
    assert_eq!(stored(&app).await, stored(&undisturbed).await);
}
