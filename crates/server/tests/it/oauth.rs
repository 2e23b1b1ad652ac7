//! The code flow by a client library that applications use, through the page as a browser without scripts has it.

use std::process::Command;

use gridfolio::identity::authority::SecondFactor;
use gridfolio_testkit::{Backend, PASSWORD, TestApp, USER, files};
use serde_json::{Value, json};

use crate::reference::{python, succeeded};

async fn what_authlib_sees(app: &TestApp) -> Value {
    let url = app.url();
    let output = tokio::task::spawn_blocking(move || {
        let script = files::repository("crates/server/tests/py/oauth_client.py");
        Command::new(python()).arg(script).args([&url, USER, PASSWORD, "clientoftests"]).output().unwrap()
    });
    let said: Value = serde_json::from_str(&succeeded(&output.await.unwrap())).unwrap();
    assert_eq!((&said["email"], &said["info"]["email"]), (&json!(USER), &json!(USER)));
    assert_eq!(
        (&said["sameSubject"], &said["sameInfo"], &said["atHash"]),
        (&json!(true), &json!(true), &json!(false))
    );
    assert_eq!(said["scope"], "openid email profile");
    assert_eq!(
        (&said["before"], &said["revoked"], &said["after"]),
        (&json!([200, 200]), &json!(200), &json!([401, 401]))
    );
    said
}

async fn by_password(backend: Backend) {
    let app = TestApp::serving(backend).await;
    let said = what_authlib_sees(&app).await;
    assert_eq!((&said["first"], &said["second"]), (&json!(["Sign in"]), &json!(["Sign in"])));
}

async fn by_second_factor(backend: Backend) {
    let app = TestApp::serving_with(backend, |config| config.sign_in.mfa = SecondFactor::Required).await;
    let said = what_authlib_sees(&app).await;
    assert_eq!(said["first"], json!(["Sign in", "Set up your codes"]));
    assert_eq!(said["second"], json!(["Sign in", "Your code"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authlib_signs_in_by_password_on_sqlite() {
    by_password(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authlib_signs_in_by_password_on_postgres() {
    by_password(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authlib_sets_up_a_second_factor_on_sqlite() {
    by_second_factor(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authlib_sets_up_a_second_factor_on_postgres() {
    by_second_factor(Backend::Postgres).await;
}
