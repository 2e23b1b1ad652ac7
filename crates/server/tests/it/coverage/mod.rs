//! Promises kept by walking the list of operations. Every check is a function over its facts, and has a twin that
//! feeds it a broken fixture and sees it fail.
//!
//! `GRIDFOLIO_TEST_REGENERATE=1` writes `openapi.json`, `operations.txt` and `access.txt` instead of comparing them.

mod calls;
mod checks;
mod twins;

use gridfolio::cli::operations_text;
use gridfolio::kit::openapi::operations;
use gridfolio_db::query;
use gridfolio_testkit::contract::Seen;
use gridfolio_testkit::{Backend, Role, TestApp, files};
use serde_json::Value;

use calls::{prepare, valid};
use checks::{Answer, Operation};

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

/// Sends the valid call of an operation as a role, to an application of its own.
async fn answer(backend: Backend, operation: &Operation, role: Role) -> (Answer, Seen) {
    let app = TestApp::new(backend).await;
    let ids = prepare(&app).await;
    let mut call =
        valid(&operation.id).unwrap_or_else(|| panic!("coverage/calls.rs has no call for {}", operation.id));
    for (word, id) in ids {
        call.path = call.path.replace(word, &id);
    }
    let before = audit_rows(&app).await;
    let reply = call.by(role).send(&app).await;
    let answer = Answer {
        operation: operation.clone(),
        role: role.word(),
        status: reply.status.as_u16(),
        body: serde_json::from_slice(&reply.bytes).unwrap_or(Value::Null),
        audit_rows: audit_rows(&app).await - before,
    };
    (answer, app.contract.seen())
}

async fn audit_rows(app: &TestApp) -> i64 {
    let mut snapshot = app.app.db.read().await.unwrap();
    let (count,): (i64,) =
        query("SELECT CAST(COUNT(*) AS BIGINT) FROM audit").one(&mut snapshot).await.unwrap();
    count
}

/// Every operation × role, with what the contract check saw on the way.
async fn walk(backend: Backend) -> (Vec<Answer>, Seen) {
    let (mut answers, mut all) = (Vec::new(), Seen::default());
    for operation in served() {
        for role in Role::ALL {
            let (answer, seen) = answer(backend, &operation, role).await;
            answers.push(answer);
            for (name, has_leaf) in seen.answered {
                *all.answered.entry(name).or_default() |= has_leaf;
            }
            all.used.extend(seen.used);
        }
    }
    (answers, all)
}

async fn walk_and_check(backend: Backend) {
    let (answers, seen) = walk(backend).await;
    nothing(&checks::mutations_without_change(&answers));
    nothing(&checks::refusals_without_body(&answers));
    nothing(&checks::never_answered(&served(), &seen.answered));
    let contract = gridfolio_testkit::contract::Contract::load(&gridfolio::router::openapi());
    nothing(&checks::unused_exceptions(contract.exceptions(), &seen.used));
    generated("access.txt", &checks::access_text(&answers));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_by_every_role_on_sqlite() {
    walk_and_check(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_by_every_role_on_postgres() {
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
                .replace("start=2025", "start=x");
        } else {
            call = call.bytes("{\"broken\":");
        }
        let reply = call.send(&app).await;
        let body = serde_json::from_slice(&reply.bytes).unwrap_or(Value::Null);
        let status = reply.status.as_u16();
        answers.push(Answer { operation, role: "administrator", status, body, audit_rows: 0 });
    }
    nothing(&checks::refusals_without_body(&answers));
    let accepted: Vec<_> =
        answers.iter().filter(|a| a.status < 400).map(|a| (&a.operation.id, a.status)).collect();
    assert!(accepted.is_empty(), "nonsense was accepted: {accepted:?}");
}
