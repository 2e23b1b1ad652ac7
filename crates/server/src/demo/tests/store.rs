//! Four months of one project in a database: late data, an interruption, a second start.

use std::time::Duration;

use gridfolio_db::{Db, DbOptions, query};
use gridfolio_series::{BucketSize, StreamBuckets, Window, buckets, list_streams, set_zone};
use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;
use tempfile::TempDir;

use crate::app::App;
use crate::demo::model::{Model, Zone};
use crate::demo::progress::{self, Stage};
use crate::demo::{make_with, plants};
use crate::identity::authority::{Authority, IdentityConfig};
use crate::identity::seal::SealKey;
use crate::kit::clock::{Clock, Ids};

async fn new_app() -> (App, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&DbOptions::new(folder.path().join("demo.db").to_string_lossy())).await.unwrap();
    db.migrate().await.unwrap();
    let seal = SealKey::from_file(&folder.path().join("secret.key")).unwrap();
    let authority = Authority::load(&db, &IdentityConfig::default(), seal).await.unwrap();
    let clock = Clock::frozen(Timestamp::from_second(1_800_000_000).unwrap());
    (App::new(db, clock, Ids::counted(), authority).unwrap(), folder)
}

/// Orchard up to the end of March: its first late stretch and the day of 23 hours are in.
fn orchard() -> Model {
    let mut model = plants::all().unwrap().remove(0);
    model.span.end = Zone::named(model.zone).unwrap().at(date(2025, 4, 1).at(0, 0, 0, 0)).unwrap();
    model
}

async fn answers(app: &App, size: BucketSize) -> Vec<StreamBuckets> {
    let model = orchard();
    let mut session = app.db.read().await.unwrap();
    let streams = list_streams(&mut session, &[node(app).await]).await.unwrap();
    let ids: Vec<i64> = streams.iter().map(|stream| stream.id).collect();
    let zone = TimeZone::get(model.zone).unwrap();
    let window = Window { from: model.span.start, until: model.span.end, zone, size };
    buckets(&mut session, &ids, &window, &[]).await.unwrap()
}

async fn node(app: &App) -> i64 {
    let mut session = app.db.read().await.unwrap();
    let (id,): (i64,) =
        query("SELECT id FROM node WHERE project = $1").bind("Orchard").one(&mut session).await.unwrap();
    id
}

async fn stage(app: &App) -> Option<Stage> {
    progress::find(&mut app.db.read().await.unwrap(), "Orchard").await.unwrap()
}

async fn count(app: &App, text: &'static str) -> i64 {
    let (count,): (i64,) = query(text).one(&mut app.db.read().await.unwrap()).await.unwrap();
    count
}

const AUDIT: &str = "SELECT COUNT(*) FROM audit";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_data_change_no_total() {
    let (app, _folder) = new_app().await;
    make_with(&app, &[orchard()]).await.unwrap();
    let (days, months) = (answers(&app, BucketSize::Day).await, answers(&app, BucketSize::Month).await);
    // A zone and back again: now nothing is summed up, and all comes from the datums.
    let mut tx = app.db.write().await.unwrap();
    let node = node(&app).await;
    set_zone(&mut tx, node, "UTC").await.unwrap();
    set_zone(&mut tx, node, orchard().zone).await.unwrap();
    tx.commit().await.unwrap();
    let marked = count(&app, "SELECT COUNT(*) FROM stream WHERE stale_from IS NOT NULL").await;
    assert_eq!(marked, 7, "every stream");
    assert_eq!(days, answers(&app, BucketSize::Day).await);
    assert_eq!(months, answers(&app, BucketSize::Month).await);
    assert_eq!(months.iter().filter(|stream| stream.buckets.len() == 4).count(), 6, "GEN/2 begins in May");
    let short = date(2025, 3, 9).at(0, 0, 0, 0);
    let hours = answers(&app, BucketSize::Hour).await;
    let of_day = |day: jiff::civil::DateTime| {
        hours[0].buckets.iter().filter(|bucket| bucket.key.local.date() == day.date()).count()
    };
    assert_eq!((of_day(short), of_day(date(2025, 3, 10).at(0, 0, 0, 0))), (23, 24));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_start_goes_on_and_a_finished_one_changes_nothing() {
    let (whole, _folder) = new_app().await;
    let all = make_with(&whole, &[orchard()]).await.unwrap();
    assert_eq!(stage(&whole).await, Some(Stage::Done));

    let (app, _other) = new_app().await;
    let models = [orchard()];
    let some_batches = async {
        while !matches!(stage(&app).await, Some(Stage::Measured(batches)) if batches > 4) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        biased;
        () = some_batches => {}
        made = make_with(&app, &models) => panic!("it ended before it was stopped: {made:?}"),
    }
    let left = make_with(&app, &models).await.unwrap();
    assert!(left > 0 && left < all, "{left} of {all}");
    for size in [BucketSize::Day, BucketSize::Month] {
        assert_eq!(answers(&app, size).await, answers(&whole, size).await);
    }
    let logged = count(&app, AUDIT).await;
    assert_eq!(logged, count(&whole, AUDIT).await);
    assert_eq!(make_with(&app, &models).await.unwrap(), 0);
    assert_eq!(count(&app, AUDIT).await, logged, "a second start changes nothing");
    assert_eq!(count(&app, "SELECT COUNT(*) FROM event").await, 6);
    assert_eq!(count(&app, "SELECT COUNT(*) FROM pro_forma").await, 5);
    assert_eq!(count(&app, "SELECT COUNT(*) FROM portfolio").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_project_of_somebodys_own_is_left_alone() {
    let (app, _folder) = new_app().await;
    make_with(&app, &[]).await.unwrap();
    let mut tx = app.db.write().await.unwrap();
    query("DELETE FROM setting WHERE name = $1").bind("demo.Orchard").execute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(make_with(&app, &[orchard()]).await.unwrap(), 0);
    assert_eq!((stage(&app).await, count(&app, "SELECT COUNT(*) FROM datum_block").await), (None, 0));
}
