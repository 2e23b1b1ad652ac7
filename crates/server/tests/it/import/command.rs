//! The command itself: the real binary, its words and its exit codes, and a kill in the middle.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use gridfolio_db::{Db, DbOptions, query};
use gridfolio_testkit::files;

use super::{SERF_POWER, regular};

fn gridfolio(data: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gridfolio"));
    command.args(args).arg("--data").arg(data).stdin(Stdio::null());
    command
}

fn output(data: &Path, args: &[&str]) -> Output {
    gridfolio(data, args).output().unwrap()
}

/// Standard output of a command that must succeed.
fn said(data: &Path, args: &[&str]) -> String {
    let output = output(data, args);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// Standard error of a command that must fail.
fn refused(data: &Path, args: &[&str]) -> String {
    let output = output(data, args);
    assert!(!output.status.success(), "{args:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_real_files_go_in_and_out() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let fixture =
        |name: &str| files::repository(&format!("fixtures/measurements/{name}")).display().to_string();
    let (serf, rsf) = (fixture("serf_east_15min_ac_power.csv"), fixture("nrel_rsf2_15min.csv"));
    let serf = [&["import", "datums", &serf][..], &SERF_POWER].concat();
    let message = refused(data, &serf);
    assert!(message.contains("project \"SERF\" does not exist"), "{message}");
    let create = [&serf[..], &["--create", "--zone", "America/Denver"]].concat();
    let preview = said(data, &[&create[..], &["--dry-run"]].concat());
    assert!(preview.contains("datums       10000") && preview.contains("watts -2860.1"), "{preview}");
    let text = said(data, &create);
    assert!(text.contains("import 1: 10000 datums of 10000 lines are in /SERF/S1/R1/GEN/1"), "{text}");
    let rsf = [
        "import",
        "datums",
        &rsf,
        "--source",
        "/RSF/S1/R1/GEN/1",
        "--create",
        "--zone",
        "America/Denver",
        "--time",
        "#1",
        "--map",
        "ac_power_kw_1137=watts:kW",
        "--map",
        "ambient_temp__1053=temp:C",
    ];
    let message = refused(data, &rsf);
    assert!(message.contains("2 January 2022") && message.contains("1 February 2022"), "{message}");
    let text = said(data, &[&rsf[..], &["--time-format", "%m/%d/%Y %H:%M"]].concat());
    assert!(text.contains("import 2: 480 datums of 480 lines"), "{text}");
    assert_eq!(said(data, &["import", "list"]).lines().count(), 3);
    assert_eq!(
        said(data, &["import", "undo", "1"]),
        "import 1 is taken back: 10000 datums removed, 0 restored\n"
    );
    assert!(refused(data, &["import", "undo", "1"]).contains("taken back already"));
}

#[test]
fn bad_flags_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let base = ["import", "datums", "x.csv", "--source", "/P/S1/R1/GEN/1", "--time", "#1"];
    for (flags, part) in [
        (&["--map", "power=watts:horses"][..], "known units"),
        (&["--map", "power"], "COLUMN=PROPERTY"),
        (&["--map", "power=watts", "--time-format", "%H:%M"], "does not make a whole date"),
        (&["--map", "power=watts", "--derive", "wattHours"], "METER=POWER"),
        (&[], "--map"),
    ] {
        let message = refused(folder.path(), &[&base[..], flags].concat());
        assert!(message.contains(part), "{flags:?}: {message}");
    }
}

/// Number of datums, and the line up to which import 1 is in.
async fn inside(data: &Path) -> (i64, i64) {
    let db = Db::open(&DbOptions::new(data.join("gridfolio.db").display().to_string())).await.unwrap();
    let mut snapshot = db.read().await.unwrap();
    let count: Option<(Option<i64>,)> =
        query("SELECT CAST(SUM(count) AS BIGINT) FROM datum_block").optional(&mut snapshot).await.unwrap();
    let line: Option<(i64,)> =
        query("SELECT through_line FROM import WHERE id = 1").optional(&mut snapshot).await.unwrap();
    drop(snapshot);
    db.close().await;
    (count.and_then(|(count,)| count).unwrap_or(0), line.map_or(0, |(line,)| line))
}

#[tokio::test]
async fn a_kill_leaves_whole_batches_and_the_same_command_ends_it() {
    let (killed, whole) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = killed.path().join("m.csv");
    std::fs::write(&file, regular((0..150_000_i64).map(|i| (i, (i * 7919).rem_euclid(1013))), 5)).unwrap();
    let file = file.display().to_string();
    let args = [
        "import",
        "datums",
        &file,
        "--source",
        "/P/S1/R1/GEN/1",
        "--create",
        "--time",
        "time",
        "--map",
        "power=watts",
        "--derive",
        "wattHours=watts",
    ];
    said(killed.path(), &["migrate"]);
    let mut child = gridfolio(killed.path(), &args).stdout(Stdio::null()).spawn().unwrap();
    while inside(killed.path()).await.1 == 0 && child.try_wait().unwrap().is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let (count, line) = inside(killed.path()).await;
    assert!(count > 0 && count < 150_000, "{count} datums were in when the command was killed");
    assert_eq!((count % 5000, line), (0, count + 1));
    let text = said(killed.path(), &args);
    assert!(text.contains(&format!("went on with the interrupted import 1 (line {line})")), "{text}");
    said(whole.path(), &args);
    assert_eq!(rows(killed.path()).await, rows(whole.path()).await);
}

/// Every block of the database.
async fn rows(data: &Path) -> Vec<(i64, i64, Vec<u8>)> {
    let db = Db::open(&DbOptions::new(data.join("gridfolio.db").display().to_string())).await.unwrap();
    let mut snapshot = db.read().await.unwrap();
    let rows =
        query("SELECT day, part, body FROM datum_block ORDER BY day, part").all(&mut snapshot).await.unwrap();
    drop(snapshot);
    db.close().await;
    rows
}
