//! `gridfolio copy` between SQLite and PostgreSQL: equal at the end, whatever came between.

use std::process::{Command, Stdio};
use std::time::Duration;

use gridfolio_db::{Arg, Db, Insert, MIGRATIONS, query};
use gridfolio_testkit::{ADMINISTRATOR, Backend, PASSWORD, SECRET_KEY, TestApp, TestDb};

use super::{command, done, file_url, hashes, import, meter_file, refused};
use crate::program::{Program, gridfolio, request, sign_in};

fn copy(from: &str, to: &str) -> Command {
    let mut copy = gridfolio();
    copy.args(["copy", "--from", from, "--to", to]);
    copy
}

/// A PostgreSQL database with nothing in it.
async fn empty_postgres() -> TestDb {
    let test = TestDb::new(Backend::Postgres).await;
    let db = test.open().await;
    let mut tx = db.write().await.unwrap();
    query("DROP SCHEMA public CASCADE").execute(&mut tx).await.unwrap();
    query("CREATE SCHEMA public").execute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    db.close().await;
    test
}

/// A database with measurements, people, and a project.
async fn filled(backend: Backend, datums: i64) -> TestDb {
    let test = TestDb::new(backend).await;
    meter_file(&test.path("m.csv"), datums);
    let mut import = import(&test.path("m.csv"), test.folder.path());
    import.args(["--database", &test.url]).env("GRIDFOLIO_SECRET_KEY", SECRET_KEY);
    done(import);
    test
}

async fn change(test: &TestDb, sql: &'static [&'static str]) {
    let db = test.open().await;
    let mut tx = db.write().await.unwrap();
    for sql in sql {
        query(sql).execute(&mut tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    db.close().await;
}

/// Many rows, so that a copy takes a while.
async fn many_settings(test: &TestDb, count: i64) {
    const SETTING: Insert = Insert { head: "INSERT INTO setting (name, value)", tail: "" };
    let db = test.open().await;
    let mut tx = db.write().await.unwrap();
    let row = |n: i64| [Arg::from(format!("Test.{n}.é")), Arg::from("x".repeat(300))];
    SETTING.execute(&mut tx, (0..count).map(row).collect()).await.unwrap();
    tx.commit().await.unwrap();
    db.close().await;
}

/// What a server on a database answers.
fn answers(test: &TestDb, url: &str) -> Vec<String> {
    let mut serve = command(&["serve", "--log", "warn", "--database", url], test.folder.path());
    serve.env("GRIDFOLIO_SECRET_KEY", SECRET_KEY);
    let program = Program::start(serve, "listens on ");
    let token = sign_in(&program.address, "clientoftests", ADMINISTRATOR, PASSWORD);
    let paths = [
        "/projects",
        "/projects/P",
        "/profile",
        "/audit/projects/P",
        "/energy/datums?start=2020-01-01&end=2020-03-01&aggregation=day",
        "/energy/datums/projects/P?start=2020-01-01&end=2020-01-02&aggregation=fiveminute",
    ];
    let said: Vec<String> = paths
        .iter()
        .map(|path| {
            let (status, body) = request(&program.address, "GET", path, Some(&token), "");
            assert_eq!(status, 200, "{path}: {body}");
            body
        })
        .collect();
    assert!(said[4].contains("generation"), "{}", said[4]);
    assert!(program.stop().success());
    said
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_and_back_ends_in_equal_tables_and_equal_answers() {
    let source = filled(Backend::Sqlite, 40_000).await;
    change(&source, &[
        "INSERT INTO setting (name, value) VALUES ('Zebra', 'ä'), ('apple', ''), ('_', 'Ω'), ('Äpfel', '\n')",
    ])
    .await;
    let before = hashes(&source.url).await;
    let middle = empty_postgres().await;
    // What extensions put beside the tables is none of them.
    change(&middle, &["CREATE VIEW statistics AS SELECT 1 AS calls"]).await;
    let said = done(copy(&source.url, &middle.url));
    assert!(
        said.contains("copied: ") && said.contains("datum_agg ") && said.contains("The secret key"),
        "{said}"
    );
    assert!(
        !said.contains(middle.url.split(['/', '@']).nth(2).unwrap().split_once(':').unwrap().1),
        "{said}"
    );
    assert_eq!(hashes(&middle.url).await, before);
    let back = file_url(&source.path("back.db"));
    done(copy(&middle.url, &back));
    assert_eq!(hashes(&back).await, before);
    let original = answers(&source, &source.url);
    assert_eq!(answers(&source, &middle.url), original);
    assert_eq!(answers(&source, &back), original);
}

/// Rows of settings in a destination, and whether it is marked as unfinished.
async fn settings(db: &Db) -> (i64, bool) {
    let Ok(mut snapshot) = db.read().await else { return (0, false) };
    let count: gridfolio_db::Result<(i64,)> =
        query("SELECT CAST(COUNT(*) AS BIGINT) FROM setting").one(&mut snapshot).await;
    let Ok((count,)) = count else { return (0, false) };
    let mark: Option<(String,)> = query("SELECT value FROM setting WHERE name = 'copy.unfinished'")
        .optional(&mut snapshot)
        .await
        .unwrap();
    (count, mark.is_some())
}

async fn a_kill_is_no_harm(from: Backend, to: Backend) {
    const ROWS: i64 = 40_000;
    let source = filled(from, 5_000).await;
    many_settings(&source, ROWS).await;
    let destination = match to {
        Backend::Postgres => empty_postgres().await,
        Backend::Sqlite => TestDb::new(Backend::Sqlite).await,
    };
    if to == Backend::Sqlite {
        std::fs::remove_file(destination.path("gridfolio.db")).unwrap();
    }
    let mut child = copy(&source.url, &destination.url).stdout(Stdio::null()).spawn().unwrap();
    while to == Backend::Sqlite && !destination.path("gridfolio.db").exists() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let watch = destination.open().await;
    while settings(&watch).await.0 < ROWS / 10 {
        assert!(child.try_wait().unwrap().is_none(), "the copy ended before it was under way");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let (rows, marked) = settings(&watch).await;
    watch.close().await;
    assert!(marked && rows < ROWS, "{rows} rows were over when the copy was killed, marked: {marked}");
    let said = refused(command(&["user", "list", "--database", &destination.url], destination.folder.path()));
    assert!(said.contains("is a copy that has not ended"), "{said}");
    // The source moves on meanwhile.
    change(
        &source,
        &[
            "DELETE FROM setting WHERE name LIKE 'Test.1%'",
            "UPDATE setting SET value = 'new' WHERE name LIKE 'Test.2%'",
            "INSERT INTO setting (name, value) VALUES ('Test.new', '')",
        ],
    )
    .await;
    let said = done(copy(&source.url, &destination.url));
    assert!(said.contains("went on with an interrupted copy"), "{said}");
    assert_eq!(hashes(&destination.url).await, hashes(&source.url).await);
    done(command(&["user", "list", "--database", &destination.url], destination.folder.path()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_copy_to_postgres_goes_on() {
    a_kill_is_no_harm(Backend::Sqlite, Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_copy_to_sqlite_goes_on() {
    a_kill_is_no_harm(Backend::Postgres, Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_copy_is_brought_in_line_when_one_says_so() {
    let source = filled(Backend::Postgres, 3_000).await;
    let to = file_url(&source.path("copy.db"));
    done(copy(&source.url, &to));
    let said = refused(copy(&source.url, &to));
    assert!(said.contains("holds this installation") && said.contains("--overwrite"), "{said}");
    change(&source, &["DELETE FROM import_batch", "DELETE FROM import", "UPDATE stream SET version = 77"])
        .await;
    let before = hashes(&source.url).await;
    let mut again = copy(&source.url, &to);
    again.arg("--overwrite");
    let said = done(again);
    let line =
        |name: &str| said.lines().find(|line| line.starts_with(name)).unwrap().split_whitespace().collect();
    let (stream, block, import): (Vec<_>, Vec<_>, Vec<_>) =
        (line("stream "), line("datum_block "), line("import "));
    assert_eq!((stream[2], stream[3]), ("1", "0"), "{said}");
    assert_eq!((block[2], block[3]), ("0", "0"), "what is equal is left: {said}");
    assert_eq!((import[1], import[3]), ("0", "1"), "{said}");
    assert_eq!(hashes(&to).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_that_change_places_are_no_obstacle() {
    for (from, to) in [(Backend::Sqlite, Backend::Postgres), (Backend::Postgres, Backend::Sqlite)] {
        let source = TestDb::new(from).await;
        let destination = match to {
            Backend::Postgres => empty_postgres().await,
            Backend::Sqlite => TestDb::new(to).await,
        };
        if to == Backend::Sqlite {
            std::fs::remove_file(destination.path("gridfolio.db")).unwrap();
        }
        done(copy(&source.url, &destination.url));
        change(&source, &[
            "UPDATE app_user SET email_key = 'x' WHERE email_key = 'administrator@example.org'",
            "UPDATE app_user SET email_key = 'administrator@example.org' WHERE email_key = 'user@example.org'",
            "UPDATE app_user SET email_key = 'user@example.org' WHERE email_key = 'x'",
        ])
        .await;
        let mut again = copy(&source.url, &destination.url);
        again.arg("--overwrite");
        done(again);
        assert_eq!(hashes(&destination.url).await, hashes(&source.url).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_in_use_is_copied_as_it_was_at_one_instant() {
    let app = TestApp::new(Backend::Sqlite).await;
    let to = file_url(&app.db.path("copy.db"));
    many_settings(&app.db, 20_000).await;
    let mut child = copy(&app.db.url, &to).stdout(Stdio::null()).spawn().unwrap();
    let mut edits = 0;
    while child.try_wait().unwrap().is_none() {
        let mut tx = app.app.db.write().await.unwrap();
        for name in ["'Test.a'", "'zz'"] {
            let text = format!(
                "INSERT INTO setting (name, value) VALUES ({name}, '{edits}') ON CONFLICT (name) DO UPDATE SET value = excluded.value"
            );
            gridfolio_db::Query::assembled(text).execute(&mut tx).await.unwrap();
        }
        tx.commit().await.unwrap();
        edits += 1;
    }
    assert!(child.wait().unwrap().success() && edits > 3, "{edits} edits");
    let db = Db::open(&gridfolio_db::DbOptions::new(to)).await.unwrap();
    let pair: Vec<(String,)> = query("SELECT value FROM setting WHERE name = 'Test.a' OR name = 'zz'")
        .all(&mut db.read().await.unwrap())
        .await
        .unwrap();
    assert!(pair.is_empty() || pair[0] == pair[1], "{pair:?}: not of one instant");
    db.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_must_not_be_overwritten_is_left_alone() {
    let source = TestDb::new(Backend::Sqlite).await;
    let other = TestDb::new(Backend::Postgres).await;
    change(&other, &["UPDATE setting SET value = 'us-east-1_Other' WHERE name = 'identity.pool_id'"]).await;
    let before = hashes(&other.url).await;
    for overwrite in [false, true] {
        let mut copy = copy(&source.url, &other.url);
        if overwrite {
            copy.arg("--overwrite");
        }
        let said = refused(copy);
        assert!(said.contains("holds another installation (us-east-1_Other, not us-east-1_Tests)"), "{said}");
    }
    assert_eq!(hashes(&other.url).await, before);
    change(&other, &["INSERT INTO setting (name, value) VALUES ('copy.unfinished', 'us-east-1_Other')"])
        .await;
    assert!(refused(copy(&source.url, &other.url)).contains("unfinished copy of another installation"));
    assert!(
        refused(copy(&other.url, &file_url(&source.path("x.db")))).contains("is a copy that has not ended")
    );
    assert!(refused(copy("sqlite:/nowhere/x.db", &other.url)).contains("there is no file /nowhere/x.db"));
    assert!(refused(copy(&source.url, &source.url)).contains("the same database"));
    let (newest, ..) = *MIGRATIONS.last().unwrap();
    change(
        &source,
        &["DELETE FROM _sqlx_migrations WHERE version = (SELECT MAX(version) FROM _sqlx_migrations)"],
    )
    .await;
    let said = refused(copy(&source.url, &file_url(&source.path("y.db"))));
    assert!(said.contains(&format!("it has migration {}, this program {newest}", newest - 1)), "{said}");
    let foreign = empty_postgres().await;
    change(&foreign, &["CREATE TABLE theirs (a BIGINT)"]).await;
    let whole = TestDb::new(Backend::Sqlite).await;
    assert!(refused(copy(&whole.url, &foreign.url)).contains("a table \"theirs\" that is not Gridfolio's"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_is_not_copied_onto_itself_by_whatever_name() {
    let files = TestDb::new(Backend::Sqlite).await;
    let (file, link) = (files.path("gridfolio.db"), files.path("other.db"));
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let server = TestDb::new(Backend::Postgres).await;
    let pairs = [
        (files.url.clone(), file.display().to_string()),
        (files.url.clone(), format!("sqlite://{}", file.display())),
        (files.url.clone(), file_url(&link)),
        (server.url.clone(), server.url.replacen("postgres://", "postgresql://", 1)),
        (server.url.clone(), server.url.replacen("127.0.0.1", "localhost", 1)),
    ];
    for (from, to) in pairs {
        assert_ne!(from, to);
        let before = hashes(&from).await;
        let mut copy = copy(&from, &to);
        copy.arg("--overwrite");
        let said = refused(copy);
        assert!(said.contains("source and destination are the same database"), "{said}");
        assert_eq!(hashes(&from).await, before);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_is_copied_stays_as_it_was() {
    let source = filled(Backend::Sqlite, 500).await;
    let place = tempfile::tempdir().unwrap();
    let backup = place.path().join("b.db");
    let mut make = command(&["backup"], source.folder.path());
    make.arg(&backup).args(["--database", &source.url]);
    done(make);
    let before = std::fs::read(&backup).unwrap();
    let to = file_url(&source.path("copy.db"));
    done(copy(&file_url(&backup), &to));
    assert!(std::fs::read(&backup).unwrap() == before, "the backup was changed");
    assert_eq!(super::files_in(place.path()), ["b.db"]);
    assert_eq!(hashes(&to).await, hashes(&source.url).await);
}
