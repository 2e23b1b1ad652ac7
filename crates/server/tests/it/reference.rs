//! Real meter files through the command, and their totals from the API beside an independent program in Python
//! (`decimal`, `zoneinfo`, nothing of this project).

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use gridfolio_series::Number;
use gridfolio_testkit::{TestApp, both, files, samples};
use serde_json::{Value, json};

const SERF: &str = "fixtures/measurements/serf_east_15min_ac_power.csv";
const NREL: &str = "fixtures/measurements/nrel_rsf2_15min.csv";

/// A file, how it is read, and what is compared.
struct Case<'a> {
    file: PathBuf,
    /// Flags that the command and the reference share.
    shared: &'a [&'a str],
    /// Period with every bucket of the file.
    range: &'a str,
}

const SERF_FLAGS: [&str; 6] =
    ["--time", "measured_on", "--map", "ac_power=watts:kW", "--derive", "wattHours=watts"];

pub(crate) fn python() -> String {
    std::env::var("GRIDFOLIO_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

pub(crate) fn succeeded(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn gridfolio_import(app: &TestApp, case: &Case<'_>) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gridfolio"));
    command
        .args(["import", "datums"])
        .arg(&case.file)
        .args(["--source", "/REF/S1/R1/GEN/1"])
        .args(case.shared);
    command.arg("--data").arg(app.db.folder.path()).args(["--database", &app.db.url]);
    succeeded(&command.output().unwrap())
}

fn reference(case: &Case<'_>, aggregation: &str) -> Value {
    let script = files::repository("crates/server/tests/py/reference_energy.py");
    let mut command = Command::new(python());
    command.arg(script).arg(&case.file).args(case.shared);
    command.args(["--zone", "America/Denver", "--aggregation", aggregation]);
    let text = succeeded(&command.output().unwrap());
    serde_json::from_str::<Value>(&text).unwrap()["aggregations"][aggregation].clone()
}

fn number(value: &Value) -> Number {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.parse().unwrap_or_else(|e| panic!("{text}: {e}"))
}

/// Both have the same buckets, each within 0.001 Wh.
fn same_totals(ours: &Value, theirs: &Value, what: &str) {
    let (ours, theirs) = (ours.as_object().unwrap(), theirs.as_object().unwrap());
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>(), "{what}: buckets");
    let tolerance: Number = "0.001".parse().unwrap();
    for (key, bucket) in theirs {
        for member in ["generation", "generationReading"] {
            assert_eq!(
                ours[key].get(member).is_some(),
                bucket.get(member).is_some(),
                "{what}: {key} {member}"
            );
            let Some(expected) = bucket.get(member) else { continue };
            let difference = &number(&ours[key][member]) - &number(expected);
            let size = if difference.is_negative() { &Number::ZERO - &difference } else { difference };
            assert!(size <= tolerance, "{what}: {key} {member}: {} and {expected}", ours[key][member]);
        }
    }
}

async fn compare(app: &TestApp, case: &Case<'_>) {
    for aggregation in ["hour", "day", "month"] {
        let path = format!("/energy/datums/projects/REF?{}&aggregation={aggregation}", case.range);
        let answer = app.get(&path).await.ok();
        let what = format!("{} by {aggregation}", case.file.display());
        let theirs = reference(case, aggregation);
        assert!(!theirs.as_object().unwrap().is_empty(), "{what}: nothing to compare");
        same_totals(&answer["project"]["aggregatedTotals"], &theirs, &what);
    }
}

async fn project(app: &TestApp) {
    let mut body = samples::project("REF");
    body["timezone"] = json!("America/Denver");
    app.post("/projects/REF", &body).await.ok();
    app.post("/projects/REF/sites/S1", &samples::site("S1")).await.ok();
    app.post("/projects/REF/sites/S1/systems/R1", &samples::system("R1")).await.ok();
}

fn variants(folder: &Path) {
    let script = files::repository("crates/server/tests/py/make_variants.py");
    succeeded(&Command::new(python()).arg(script).arg(files::repository(SERF)).arg(folder).output().unwrap());
}

async fn serf_variant(app: &TestApp, name: &str, range: &str) -> String {
    project(app).await;
    variants(app.db.folder.path());
    let case = Case { file: app.db.path(name), shared: &SERF_FLAGS, range };
    let said = gridfolio_import(app, &case);
    compare(app, &case).await;
    said
}

const SUMMER: &str = "start=2016-06-30&end=2016-10-15";

both! {
    async fn the_real_file(app) {
        project(&app).await;
        let case = Case { file: files::repository(SERF), shared: &SERF_FLAGS, range: SUMMER };
        gridfolio_import(&app, &case);
        compare(&app, &case).await;
    }

    async fn six_rows_taken_out(app) {
        serf_variant(&app, "gap.csv", SUMMER).await;
    }

    async fn a_line_twice_counts_once(app) {
        serf_variant(&app, "double_equal.csv", SUMMER).await;
    }

    async fn of_two_different_lines_the_later_wins_and_is_reported(app) {
        let said = serf_variant(&app, "double_different.csv", SUMMER).await;
        assert!(said.contains("later") && said.contains("line"), "{said}");
    }

    async fn over_the_spring_change_with_offsets(app) {
        serf_variant(&app, "spring_offset.csv", "start=2017-01-01&end=2017-06-01").await;
    }

    async fn over_the_spring_change_without(app) {
        serf_variant(&app, "spring_local.csv", "start=2017-01-01&end=2017-06-01").await;
    }

    async fn over_the_autumn_change_with_offsets(app) {
        serf_variant(&app, "autumn_offset.csv", "start=2016-09-01&end=2017-03-01").await;
    }

    async fn over_the_autumn_change_without(app) {
        serf_variant(&app, "autumn_local.csv", "start=2016-09-01&end=2017-03-01").await;
    }

    async fn a_file_whose_time_column_has_no_name(app) {
        project(&app).await;
        let case = Case {
            file: files::repository(NREL),
            shared: &["--time", "#1", "--map", "ac_power_kw_1137=watts:kW", "--derive", "wattHours=watts",
                "--time-format", "%m/%d/%Y %H:%M"],
            range: "start=2022-01-01&end=2022-01-09",
        };
        gridfolio_import(&app, &case);
        compare(&app, &case).await;
    }
}

#[test]
fn the_comparison_notices_a_difference() {
    let bucket = |text: &str| json!({"2025-01-01T00:00:00": {"generation": text, "generationReading": "1"}});
    same_totals(&bucket("1.0004"), &bucket("1"), "near");
    for other in [bucket("1.0021"), json!({}), json!({"2025-01-01T00:00:00": {"generationReading": "1"}})] {
        let noticed = std::panic::catch_unwind(|| same_totals(&other, &bucket("1"), "far"));
        assert!(noticed.is_err(), "{other}");
    }
}

#[test]
fn the_reference_passes_its_own_check() {
    let script = files::repository("crates/server/tests/py/reference_energy.py");
    succeeded(&Command::new(python()).arg(script).arg("--self-test").output().unwrap());
}
