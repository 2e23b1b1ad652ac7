//! Promises kept by walking the list of operations. Every check is a function over its facts, and has a twin that
//! feeds it a broken fixture and sees it fail.
//!
//! `GRIDFOLIO_TEST_REGENERATE=1` writes `openapi.json`, `operations.txt`, `access.txt` and `docs/permissions.md`
//! instead of comparing them.

mod access;
mod calls;
mod checks;
mod permissions;
mod twins;
mod walk;

use gridfolio::cli::operations_text;
use gridfolio::kit::openapi::operations;
use gridfolio_testkit::{Backend, TestApp, files};
use serde_json::Value;

use calls::{prepare, valid};
use checks::{Answer, Operation};
use walk::Walk;

fn served() -> Vec<Operation> {
    operations(&gridfolio::router::openapi()).into_iter().map(Operation::from).collect()
}

fn nothing(problems: &[String]) {
    assert!(problems.is_empty(), "{problems:#?}");
}

fn generated(file: &str, text: &str) {
    if std::env::var("GRIDFOLIO_TEST_REGENERATE").is_ok_and(|v| v == "1") {
        std::fs::write(files::repository(file), text).unwrap();
    }
    let committed = std::fs::read_to_string(files::repository(file)).unwrap_or_default();
    assert!(
        committed == text,
        "{file} is not what the program generates; run `just generate` and review the difference"
    );
}

#[test]
fn the_generated_documents_are_committed() {
    let document = gridfolio::router::openapi();
    generated("openapi.json", &(serde_json::to_string_pretty(&document).unwrap() + "\n"));
    generated("operations.txt", &operations_text(&document));
}

#[test]
fn names_are_unique_and_references_resolve() {
    nothing(&checks::repeated_operations(&served()));
    nothing(&checks::repeated_types(&checks::schema_types(&["crates/wire/src", "crates/server/src"])));
    nothing(&checks::dangling_references(&gridfolio::router::openapi()));
    nothing(&checks::nulls(&gridfolio::router::openapi()));
}

#[test]
fn every_operation_has_its_test_file() {
    nothing(&checks::without_file(&served(), |path| files::repository(path).exists()));
}

#[test]
fn operations_of_the_contract_are_in_its_area() {
    nothing(&checks::wrong_area(&served(), &files::read("contract/operations.tsv")));
}

async fn walk_and_check(backend: Backend) {
    let Walk { cells, seen } = walk::walk(backend, &served()).await;
    let answers: Vec<Answer> = cells.iter().map(|cell| cell.answer.clone()).collect();
    nothing(&checks::mutations_without_change(&answers));
    nothing(&checks::refusals_without_body(&answers));
    nothing(&checks::never_answered(&served(), &seen.answered));
    let contract = gridfolio_testkit::contract::Contract::load(&gridfolio::router::openapi());
    nothing(&checks::unused_exceptions(contract.exceptions(), &seen.used));
    access::check(&cells);
    generated("access.txt", &access::text(&cells));
    generated("docs/permissions.md", &permissions::text(&cells));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prints_every_operation_by_everybody_on_sqlite() {
    walk_and_check(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prints_every_operation_by_everybody_on_postgres() {
    walk_and_check(Backend::Postgres).await;
}

/// Each operation that takes a path or a body refuses nonsense in the form of its API.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nonsense_is_refused_in_the_form_of_the_api() {
    let app = TestApp::new(Backend::Sqlite).await;
    prepare(&app).await;
    let mut answers = Vec::new();
    for operation in served() {
        let Some(mut call) = valid(&operation.id) else { continue };
        if call.body.is_empty() && !operation.path.contains('{') && !call.path.contains('?') {
            continue;
        }
        if call.body.is_empty() {
            call.path = call
                .path
                .replace("COV", "no-such")
                .replace("us-east-1_Tests", "x")
                .replace("start=2025", "start=x")
                .replace("version=1&", "");
        } else {
            call = call.bytes("{\"broken\":");
        }
        let reply = call.send(&app).await;
        let body = serde_json::from_slice(&reply.bytes).unwrap_or(Value::Null);
        let status = reply.status.as_u16();
        answers.push(Answer { operation, role: "administrator".to_owned(), status, body, audit_rows: 0 });
    }
    nothing(&checks::refusals_without_body(&answers));
    let accepted: Vec<_> =
        answers.iter().filter(|a| a.status < 400).map(|a| (&a.operation.id, a.status)).collect();
    assert!(accepted.is_empty(), "nonsense was accepted: {accepted:?}");
}
