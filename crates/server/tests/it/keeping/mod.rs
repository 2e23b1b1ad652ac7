//! Keeping the data: the commands as a person runs them, on real files and servers.

mod backup;
mod copy;
mod load;
mod postgres;
mod removal;
mod restore;
mod streams;
mod upgrade;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::process::{Command, Output};

use gridfolio_db::{Db, DbOptions, tables};

use crate::program::gridfolio;

/// Number of rows and a hash of all of them, for each table.
async fn hashes(url: &str) -> BTreeMap<String, (usize, u64)> {
    let db = Db::open(&DbOptions::new(url)).await.unwrap();
    let mut found = BTreeMap::new();
    let mut snapshot = db.read().await.unwrap();
    for table in tables().await.unwrap() {
        let (mut lines, mut after) = (Vec::new(), None);
        loop {
            let rows = table.page(&mut snapshot, after.as_deref()).await.unwrap();
            let Some(last) = rows.last() else { break };
            after = Some(table.key_of(last));
            lines.extend(rows.iter().map(|row| format!("{row:?}")));
        }
        lines.sort();
        let mut hasher = DefaultHasher::new();
        lines.hash(&mut hasher);
        found.insert(table.name, (lines.len(), hasher.finish()));
    }
    drop(snapshot);
    db.close().await;
    assert!(found.len() > 10 && found["setting"].0 > 0, "{found:?}");
    found
}

fn file_url(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}

fn command(words: &[&str], data: &Path) -> Command {
    let mut command = gridfolio();
    command.args(words).arg("--data").arg(data);
    command
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), output.stderr.as_slice()].concat()).into_owned()
}

/// What a command that must succeed says.
fn done(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", text(&output));
    text(&output)
}

/// What a command that must fail says.
fn refused(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert!(!output.status.success(), "{command:?}: {}", text(&output));
    assert!(output.stdout.is_empty(), "{}", text(&output));
    text(&output)
}

/// Names of the files in a folder, sorted.
fn files_in(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<String> = std::fs::read_dir(folder).unwrap().map(name).collect();
    names.sort();
    names
}

/// A file of so many lines, one a minute from the start of 2020 on: `at,power`.
fn meter_file(path: &Path, lines: i64) {
    use std::fmt::Write as _;
    let mut text = String::from("at,power\n");
    for line in 0..lines {
        writeln!(text, "{},{}", 1_577_836_800 + line * 60, (line * 7919).rem_euclid(1013)).unwrap();
    }
    std::fs::write(path, text).unwrap();
}

/// The command that imports such a file.
fn import(file: &Path, data: &Path) -> Command {
    let mut import = command(&["import", "datums"], data);
    import.arg(file).args([
        "--source",
        "/P/S1/R1/GEN/1",
        "--create",
        "--time",
        "at",
        "--time-format",
        "epoch",
    ]);
    import.args(["--map", "power=watts", "--derive", "wattHours=watts"]);
    import
}
