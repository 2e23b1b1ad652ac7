//! Requests that nobody would write, by schemathesis from the published document: no answer is a failure of ours, and
//! every answer is what the document says.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use gridfolio::kit::openapi::operations;
use gridfolio_testkit::{ADMINISTRATOR, Backend, PASSWORD, Role, TestApp, files};
use serde_json::Value;

use crate::reference::{python, succeeded};

/// Answers by operation and status, and what the tool itself thought.
struct Fuzzed {
    exit: i64,
    answers: BTreeMap<(String, u16), u64>,
    said: String,
}

async fn fuzz(app: &TestApp, examples: u32) -> Fuzzed {
    let script = files::repository("crates/server/tests/py/schemathesis_run.py");
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(python());
    command.arg(script).args([
        app.url(),
        app.token(Role::Administrator).unwrap().to_owned(),
        examples.to_string(),
    ]);
    command.arg(folder.path()).current_dir(folder.path());
    command.env("EMAIL", ADMINISTRATOR).env("PASSWORD", PASSWORD);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said = succeeded(&output);
    let last: Value = serde_json::from_str(said.trim_end().lines().last().unwrap()).unwrap();
    let counted = last["answers"].as_object().unwrap().iter().map(|(key, count)| {
        let (operation, status) = key.rsplit_once(' ').unwrap();
        ((operation.to_owned(), status.parse().unwrap()), count.as_u64().unwrap())
    });
    Fuzzed { exit: last["exit"].as_i64().unwrap(), answers: counted.collect(), said }
}

async fn every_answer_is_as_published(backend: Backend, examples: u32) {
    let app = TestApp::serving(backend).await;
    let Fuzzed { exit, answers, said } = fuzz(&app, examples).await;
    let failures: Vec<_> = answers.iter().filter(|((_, status), _)| *status >= 500).collect();
    assert!(failures.is_empty(), "failures of ours: {failures:?}\n{said}");
    assert_eq!(exit, 0, "{said}");
    let asked: BTreeSet<&str> = answers.keys().map(|(operation, _)| operation.as_str()).collect();
    let served = operations(&app.app.openapi);
    for row in &served {
        let operation = format!("{} {}", row[0], row[1]);
        assert!(asked.contains(operation.as_str()), "{operation} was not asked");
        let good = answers.iter().any(|((o, status), _)| *o == operation && (200..300).contains(status));
        assert!(good, "{operation} never answered well: {answers:?}");
    }
    let requests: u64 = answers.values().sum();
    println!(
        "schemathesis on {backend:?}: {requests} requests to {} operations, 0 answers of 5xx, 0 breaks",
        served.len()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prints_requests_on_sqlite() {
    every_answer_is_as_published(Backend::Sqlite, 50).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prints_requests_on_postgres() {
    every_answer_is_as_published(Backend::Postgres, 15).await;
}
