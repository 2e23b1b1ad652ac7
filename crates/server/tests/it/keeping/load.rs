//! The restore drill: a backup while people and an import write, restored, and compared.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use gridfolio_db::{Db, query};
use gridfolio_testkit::{ADMINISTRATOR, Backend, PASSWORD, SECRET_KEY, TestDb, samples};
use serde_json::{Value, json};

use super::{command, done, file_url, hashes, import, meter_file};
use crate::program::{Program, request, sign_in};

/// Lines of the file that is imported meanwhile.
const LINES: i64 = 250_000;

/// Edits a project until told to stop, counting the edits that were acknowledged.
fn edit(address: &str, token: &str, stop: &AtomicBool, acknowledged: &AtomicI64) {
    let mut body = samples::project("EDITED");
    assert_eq!(request(address, "POST", "/projects/EDITED", Some(token), &body.to_string()).0, 200);
    while !stop.load(Ordering::SeqCst) {
        body["edit"] = json!(acknowledged.load(Ordering::SeqCst) + 1);
        let (status, answer) = request(address, "PUT", "/projects/EDITED", Some(token), &body.to_string());
        assert_eq!(status, 200, "{answer}");
        acknowledged.fetch_add(1, Ordering::SeqCst);
    }
}

/// What a backup says about the two writers.
struct Moment {
    edit: i64,
    revision: i64,
    log_rows: i64,
    line: i64,
    written: i64,
    stored: i64,
}

impl Moment {
    async fn of(file: &Path) -> Self {
        let db = Db::open_archive(file).await.unwrap();
        let mut snapshot = db.read().await.unwrap();
        let (document, revision): (String, i64) =
            query("SELECT document, revision FROM project WHERE code = 'EDITED'")
                .one(&mut snapshot)
                .await
                .unwrap();
        let (log_rows,): (i64,) =
            query("SELECT COUNT(*) FROM audit WHERE asset = 'EDITED'").one(&mut snapshot).await.unwrap();
        let (line, written): (i64, i64) =
            query("SELECT through_line, added FROM import WHERE id = 1").one(&mut snapshot).await.unwrap();
        let (stored,): (i64,) =
            query("SELECT COALESCE(SUM(count), 0) FROM datum_block").one(&mut snapshot).await.unwrap();
        let document: Value = serde_json::from_str(&document).unwrap();
        drop(snapshot);
        db.close().await;
        Self { edit: document["edit"].as_i64().unwrap(), revision, log_rows, line, written, stored }
    }

    /// Everything in it is of one instant.
    fn is_whole(&self) {
        assert_eq!((self.edit + 1, self.revision), (self.revision, self.log_rows));
        assert_eq!((self.written, self.line), (self.stored, self.stored + 1));
    }
}

/// The line up to which import 1 is in, as the server's database says now.
async fn line_of(db: &Db) -> i64 {
    let mut snapshot = db.read().await.unwrap();
    let line: Option<(i64,)> =
        query("SELECT through_line FROM import WHERE id = 1").optional(&mut snapshot).await.unwrap();
    line.map_or(0, |(line,)| line)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prints_the_times_of_a_restore_drill() {
    let test = TestDb::new(Backend::Sqlite).await;
    let data = test.folder.path();
    let mut serve = command(&["serve", "--log", "warn"], data);
    serve.env("GRIDFOLIO_SECRET_KEY", SECRET_KEY);
    let program = Program::start(serve, "listens on ");
    let (_, facts) = request(&program.address, "GET", "/users/authentication", None, "");
    let facts: Value = serde_json::from_str(&facts).unwrap();
    let client = facts["clientId"].as_str().unwrap();
    let token = sign_in(&program.address, client, ADMINISTRATOR, PASSWORD);
    meter_file(&test.path("m.csv"), LINES);
    let (stop, acknowledged) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicI64::new(0)));
    let editor = {
        let (address, stop, acknowledged) = (program.address.clone(), stop.clone(), acknowledged.clone());
        std::thread::spawn(move || edit(&address, &token, &stop, &acknowledged))
    };
    let mut importing = import(&test.path("m.csv"), data);
    let mut importing =
        importing.env("GRIDFOLIO_SECRET_KEY", SECRET_KEY).stdout(Stdio::null()).spawn().unwrap();
    let db = test.open().await;
    while line_of(&db).await == 0 || acknowledged.load(Ordering::SeqCst) < 3 {
        assert!(importing.try_wait().unwrap().is_none(), "the import ended before it was under way");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for number in 1..=3 {
        let file = test.path(&format!("under-load-{number}.db"));
        let before = (line_of(&db).await, acknowledged.load(Ordering::SeqCst));
        done(command(&["backup", &file.display().to_string()], data));
        let moment = Moment::of(&file).await;
        moment.is_whole();
        assert!(moment.line >= before.0 && moment.edit >= before.1, "an acknowledged write is missing");
        assert!(number > 1 || moment.line < LINES + 1, "the backup was not made in the middle of the import");
    }
    assert!(importing.wait().unwrap().success());
    stop.store(true, Ordering::SeqCst);
    editor.join().expect("every edit was acknowledged");
    db.close().await;
    drill(&test.url, data, &test.path("at-rest.db")).await;
    assert!(program.stop().success());
}

/// With the writers stopped: backup, restore elsewhere, equal hashes of all tables.
async fn drill(url: &str, data: &Path, file: &Path) {
    let new = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    done(command(&["backup", &file.display().to_string()], data));
    let backed_up = begun.elapsed();
    let begun = Instant::now();
    done(command(&["restore", &file.display().to_string()], new.path()));
    let restored = begun.elapsed();
    assert_eq!(hashes(&file_url(&new.path().join("gridfolio.db"))).await, hashes(url).await);
    let scaled =
        |took: Duration| took.as_secs_f64() * 10_000_000.0 / f64::from(i32::try_from(LINES).unwrap());
    println!(
        "restore drill with {LINES} datums: backup {:.2} s, restore {:.2} s; scaled to 10 M datums: backup {:.1} s, \
         restore {:.1} s",
        backed_up.as_secs_f64(),
        restored.as_secs_f64(),
        scaled(backed_up),
        scaled(restored)
    );
}
