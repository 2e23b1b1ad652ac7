//! Clients that people have, unmodified, against a listening server.

use std::process::Command;

use gridfolio_testkit::samples::meter;
use gridfolio_testkit::{ADMINISTRATOR, Backend, PASSWORD, TestApp, files};
use serde_json::{Value, json};

use crate::reference::{python, succeeded};

async fn boto3_signs_in_and_reads(backend: Backend) {
    let app = TestApp::serving(backend).await;
    app.make_tree("PY").await;
    app.measure(
        "/PY/S1/R1/GEN/1",
        &[meter("2016-07-10T12:00:00Z", 1000, 0), meter("2016-07-10T13:00:00Z", 1000, 1000)],
    )
    .await;
    let url = app.url();
    let script = files::repository("crates/server/tests/py/boto3_reads.py");
    let output = tokio::task::spawn_blocking(move || {
        Command::new(python())
            .arg(script)
            .args([&url, ADMINISTRATOR, PASSWORD, "PY", "clientoftests"])
            .env("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", &url)
            .env_remove("AWS_PROFILE")
            .output()
            .unwrap()
    })
    .await
    .unwrap();
    let said: Value = serde_json::from_str(&succeeded(&output)).unwrap();
    assert_eq!(said["signIn"], json!(["AccessToken", "ExpiresIn", "IdToken", "RefreshToken", "TokenType"]));
    assert_eq!(
        (&said["bearer"], &said["bare"], &said["sameProjects"]),
        (&json!(200), &json!(200), &json!(true))
    );
    assert_eq!((&said["projects"], &said["datums"]), (&json!(["PY"]), &json!(200)));
    assert_eq!(said["energy"]["generation"], json!(1000));
    assert_eq!(said["energy"]["sites"], json!({"S1": ["R1"]}));
    assert_eq!(
        (&said["withoutToken"], &said["wrongPassword"]),
        (&json!(401), &json!("NotAuthorizedException"))
    );
    assert_eq!(said["unknownUser"], "NotAuthorizedException");
    let claims = said["idTokenClaims"].as_array().unwrap();
    assert!(!claims.contains(&json!("at_hash")) && claims.contains(&json!("email")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn boto3_on_sqlite() {
    boto3_signs_in_and_reads(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn boto3_on_postgres() {
    boto3_signs_in_and_reads(Backend::Postgres).await;
}
