//! PostgreSQL: the commands that are printed are run as they are printed.

use std::path::PathBuf;
use std::process::Command;

use gridfolio_testkit::{Backend, TestApp, samples};

use super::{command, hashes, refused};

/// The folder of PostgreSQL's programs.
fn programs() -> PathBuf {
    let newest = "ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1";
    let output = Command::new("bash").args(["-c", newest]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().into()
}

fn run(line: &str, password: &str) {
    let path = format!("{}:{}", programs().display(), std::env::var("PATH").unwrap());
    let output = Command::new("bash")
        .args(["-c", line])
        .env("PATH", path)
        .env("PGPASSWORD", password)
        .output()
        .unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The lines of a text that are commands.
fn commands(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("  ")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_printed_commands_back_up_and_restore() {
    let app = TestApp::new(Backend::Postgres).await;
    app.post("/projects/P", &samples::project("P")).await.ok();
    let before = hashes(&app.db.url).await;
    let folder = app.db.folder.path();
    let password = app.db.url.split(['/', '@']).nth(2).unwrap().split_once(':').unwrap().1;
    let dump = folder.join("a dump").display().to_string();
    let said = refused(command(&["backup", &dump, "--database", &app.db.url], folder));
    assert!(!said.contains(password) && said.contains("pg_dump"), "{said}");
    let [pg_dump] = commands(&said)[..] else { panic!("{said}") };
    run(pg_dump, password);
    let (address, options) = app.db.url.split_once('?').unwrap_or((&app.db.url, ""));
    let new_url = format!("{address}_back?{options}");
    let said = refused(command(&["restore", &dump, "--database", &new_url], folder));
    assert!(!said.contains(password), "{said}");
    let [createdb, pg_restore] = commands(&said)[..] else { panic!("{said}") };
    run(createdb, password);
    run(pg_restore, password);
    let after = hashes(&new_url).await;
    run(&createdb.replacen("createdb", "dropdb", 1), password);
    assert_eq!(after, before);
}
