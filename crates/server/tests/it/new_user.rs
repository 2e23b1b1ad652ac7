//! What a new user does first, in the order in which they do it, with nothing but the program and HTTP: empty machine,
//! server, first administrator, project, import, totals, backup, restore elsewhere, the same totals.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use gridfolio_testkit::{files, samples};
use serde_json::Value;

use crate::import::SERF_POWER;
use crate::program::{Program, gridfolio, request, sign_in};

const EMAIL: &str = "first@example.org";
const PASSWORD: &str = "my first password";
const TOTALS: &str = "/energy/datums/projects/SERF?start=2016-07-01&end=2016-11-01&aggregation=month";

fn serve(data: &Path) -> Program {
    let mut command = gridfolio();
    command.args(["serve", "--data"]).arg(data);
    Program::start(command, "listens on ")
}

/// Runs a command to its good end; what it printed.
fn done(words: &[&str], data: &Path, input: &str) -> String {
    let mut command = gridfolio();
    command.args(words).arg("--data").arg(data);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{words:?}: {} {}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

fn token(program: &Program) -> String {
    let facts = request(&program.address, "GET", "/users/authentication", None, "").1;
    let facts: Value = serde_json::from_str(&facts).unwrap();
    sign_in(&program.address, facts["clientId"].as_str().unwrap(), EMAIL, PASSWORD)
}

fn totals(program: &Program, token: &str) -> Value {
    let (status, body) = request(&program.address, "GET", TOTALS, Some(token), "");
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

#[test]
fn from_an_empty_machine_to_the_same_totals_elsewhere() {
    let machine = tempfile::tempdir().unwrap();
    let data = machine.path().join("data");
    let program = serve(&data);
    done(
        &["user", "add", EMAIL, "--first", "First", "--last", "Person", "--admin", "--password-stdin"],
        &data,
        &format!("{PASSWORD}\n"),
    );
    let signed_in = token(&program);
    let mut project = samples::project("SERF");
    project["timezone"] = "America/Denver".into();
    let made = request(&program.address, "POST", "/projects/SERF", Some(&signed_in), &project.to_string());
    assert_eq!(made.0, 200, "{}", made.1);
    let file = files::repository("fixtures/measurements/serf_east_15min_ac_power.csv");
    let import = [&["import", "datums", file.to_str().unwrap()][..], &SERF_POWER, &["--create"]].concat();
    let said = done(&import, &data, "");
    assert!(said.contains("datums of"), "{said}");
    let before = totals(&program, &signed_in);
    let july = &before["project"]["aggregatedTotals"]["2016-07-01T00:00:00"]["generation"];
    assert!(july.as_f64().is_some_and(|wh| wh > 0.0), "{before}");

    let backup = machine.path().join("kept.backup");
    done(&["backup", backup.to_str().unwrap()], &data, "");
    assert!(program.stop().success());

    let elsewhere = tempfile::tempdir().unwrap();
    let restored = elsewhere.path().join("data");
    fs::create_dir(&restored).unwrap();
    // The key is kept apart from the backup, and brought back apart.
    fs::copy(data.join("secret.key"), restored.join("secret.key")).unwrap();
    done(&["restore", backup.to_str().unwrap()], &restored, "");
    let program = serve(&restored);
    assert_eq!(totals(&program, &token(&program)), before);
    assert!(program.stop().success());
}
