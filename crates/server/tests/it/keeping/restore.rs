//! `gridfolio restore`: into an empty folder, with its key or without; what it refuses; a kill in the middle.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use gridfolio_db::{Db, DbOptions};
use serde_json::Value;
use tempfile::TempDir;

use super::{command, done, file_url, files_in, hashes, import, meter_file, refused};
use crate::program::{Program, request, sign_in};

const PASSWORD: &str = "a password for restoring";

/// An installation with a person who has signed in, and a backup of it.
struct Installation {
    data: TempDir,
    backup: PathBuf,
}

fn serve(data: &Path) -> Program {
    Program::start(command(&["serve"], data), "listens on ")
}

/// Signs a person in and reads the totals; `None` when signing in fails.
fn totals(data: &Path) -> Option<String> {
    let program = serve(data);
    let (_, facts) = request(&program.address, "GET", "/users/authentication", None, "");
    let facts: Value = serde_json::from_str(&facts).unwrap();
    let client = facts["clientId"].as_str().unwrap().to_owned();
    let address = program.address.clone();
    let token = std::panic::catch_unwind(|| sign_in(&address, &client, "a@example.org", PASSWORD)).ok()?;
    let path = "/energy/datums/projects/P?start=2020-01-01&end=2021-01-01&aggregation=month";
    let (status, body) = request(&program.address, "GET", path, Some(&token), "");
    assert_eq!(status, 200, "{body}");
    assert!(program.stop().success());
    Some(body)
}

fn add_person(data: &Path) {
    let mut add = command(
        &["user", "add", "a@example.org", "--first", "A", "--last", "B", "--admin", "--password-stdin"],
        data,
    );
    let mut child = add.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{PASSWORD}").unwrap();
    assert!(child.wait().unwrap().success());
}

fn installation() -> Installation {
    let data = tempfile::tempdir().unwrap();
    meter_file(&data.path().join("m.csv"), 5000);
    done(import(&data.path().join("m.csv"), data.path()));
    add_person(data.path());
    totals(data.path()).unwrap();
    let backup = data.path().join("b.db");
    done(command(&["backup", &backup.display().to_string()], data.path()));
    Installation { data, backup }
}

fn restore(file: &Path, data: &Path) -> Command {
    command(&["restore", &file.display().to_string()], data)
}

#[tokio::test]
async fn a_restored_folder_answers_as_the_old_one() {
    let old = installation();
    let new = tempfile::tempdir().unwrap();
    let folder = new.path().join("data");
    std::fs::create_dir(&folder).unwrap();
    std::fs::copy(old.data.path().join("secret.key"), folder.join("secret.key")).unwrap();
    let said = done(restore(&old.backup, &folder));
    assert!(said.contains("people sign in as before"), "{said}");
    assert_eq!(files_in(&folder), ["gridfolio.db", "secret.key"]);
    let url = |folder: &Path| file_url(&folder.join("gridfolio.db"));
    assert_eq!(hashes(&url(&folder)).await, hashes(&url(old.data.path())).await);
    assert_eq!(totals(&folder), totals(old.data.path()));
}

#[test]
fn without_the_key_it_says_what_happens_and_a_new_key_is_a_way_on() {
    let old = installation();
    let (lost, anew) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let said = done(restore(&old.backup, lost.path()));
    assert!(said.contains("The secret key is missing: put the secret.key"), "{said}");
    assert!(said.contains("nobody can sign in") && said.contains("--new-key"), "{said}");
    assert_eq!(files_in(lost.path()), ["gridfolio.db"], "restoring makes no key");
    assert_eq!(totals(lost.path()), None, "what was said is true");
    let again = tempfile::tempdir().unwrap();
    std::fs::copy(lost.path().join("secret.key"), again.path().join("secret.key")).unwrap();
    let said = done(restore(&old.backup, again.path()));
    assert!(said.contains("The secret key at hand is another one"), "{said}");
    let mut begin = restore(&old.backup, anew.path());
    begin.arg("--new-key");
    let said = done(begin);
    assert!(said.contains("It has a new signing key") && said.contains("signs in again"), "{said}");
    assert_eq!(totals(anew.path()), totals(old.data.path()));
}

#[tokio::test]
async fn what_is_no_whole_backup_is_refused_and_nothing_is_written() {
    let old = installation();
    let work = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = work.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let whole = std::fs::read(&old.backup).unwrap();
    let mut torn = whole.clone();
    // Behind what is read to know it as a database of ours.
    let late = torn.len() - 30_000;
    torn[late..late + 20_000].fill(0x55);
    let empty = file("empty.db", b"");
    std::fs::remove_file(&empty).unwrap();
    let foreign = Command::new("python3")
        .args(["-c", "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('CREATE TABLE t (a)'); c.commit()"])
        .arg(&empty)
        .status();
    assert!(foreign.unwrap().success());
    let newer = file("newer.db", &whole);
    let db = Db::open(&DbOptions::new(file_url(&newer))).await.unwrap();
    let mut tx = db.write().await.unwrap();
    gridfolio_db::query("UPDATE _sqlx_migrations SET version = 9999 WHERE version = 1")
        .execute(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    db.close().await;
    let live = file("live.db", &whole);
    file("live.db-wal", b"changes");
    for (path, words) in [
        (
            file("text.db", b"time,power\n2020-01-01,5\nmore and more and more\n"),
            "is no backup made by `gridfolio backup`",
        ),
        (file("short.db", b"SQ"), "is no backup made by `gridfolio backup`"),
        (file("cut.db", &whole[..whole.len() / 2]), "cannot be read as a database"),
        (file("torn.db", &torn), "nothing was restored: the database is damaged"),
        (empty, "no database of Gridfolio"),
        (newer, "use the newer program"),
        (live, "is a database in use, not a backup"),
        (work.path().join("nowhere.db"), "No such file"),
    ] {
        let data = work.path().join("data");
        let said = refused(restore(&path, &data));
        assert!(said.contains(words), "{}: {said}", path.display());
        assert!(!data.exists() || files_in(&data).is_empty(), "{}", path.display());
    }
}

#[tokio::test]
async fn a_folder_with_a_database_is_left_alone() {
    let old = installation();
    let before = hashes(&file_url(&old.data.path().join("gridfolio.db"))).await;
    let said = refused(restore(&old.backup, old.data.path()));
    assert!(said.contains("nothing is restored over a database") && said.contains("--data"), "{said}");
    assert_eq!(hashes(&file_url(&old.data.path().join("gridfolio.db"))).await, before);
    let left = tempfile::tempdir().unwrap();
    std::fs::write(left.path().join("gridfolio.db-wal"), "left behind").unwrap();
    let said = refused(restore(&old.backup, left.path()));
    assert!(said.contains("gridfolio.db-wal exists"), "{said}");
    assert_eq!(files_in(left.path()), ["gridfolio.db-wal"]);
}

#[tokio::test]
async fn a_kill_leaves_no_half_database() {
    let old = tempfile::tempdir().unwrap();
    meter_file(&old.path().join("m.csv"), 150_000);
    done(import(&old.path().join("m.csv"), old.path()));
    let backup = old.path().join("b.db");
    done(command(&["backup", &backup.display().to_string()], old.path()));
    let mut killed = 0;
    for wait_ms in [0, 5, 20, 60] {
        let new = tempfile::tempdir().unwrap();
        let mut child = restore(&backup, new.path()).stdout(Stdio::null()).spawn().unwrap();
        let unfinished = |names: &[String]| names.iter().any(|name| name.contains(".unfinished"));
        while !unfinished(&files_in(new.path())) && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(wait_ms));
        child.kill().unwrap();
        child.wait().unwrap();
        let names = files_in(new.path());
        if unfinished(&names) {
            killed += 1;
            assert!(!names.contains(&"gridfolio.db".to_owned()), "{names:?}");
            done(restore(&backup, new.path()));
        }
        let restored = hashes(&file_url(&new.path().join("gridfolio.db"))).await;
        assert_eq!(restored, hashes(&file_url(&old.path().join("gridfolio.db"))).await);
    }
    assert!(killed > 0, "no restore was caught in the middle");
}
