//! The clients that people have, unmodified, against a listening server: boto3 by password, pycognito and
//! amazon-cognito-identity-js by SRP, each with a second factor and a wrong code before the right one.

use std::path::PathBuf;
use std::process::Command;

use gridfolio_testkit::{Backend, PASSWORD, TestApp, USER, files};
use serde_json::{Value, json};

use super::{CLIENT, profile_status};
use crate::reference::{python, succeeded};

const POOL: &str = "us-east-1_Tests";

/// Where `scripts/test` has installed what `js/package.json` names.
fn node_modules() -> PathBuf {
    std::env::var_os("GRIDFOLIO_TEST_NODE_MODULES")
        .map_or_else(|| files::repository(".cache/node/node_modules"), PathBuf::from)
}

async fn run(mut command: Command) -> Value {
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    serde_json::from_str(&succeeded(&output)).unwrap()
}

fn script(app: &TestApp, name: &str) -> Command {
    let mut command = Command::new(python());
    command
        .arg(files::repository("crates/server/tests/py").join(name))
        .env("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", app.url())
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env_remove("AWS_PROFILE")
        .env_remove("COGNITO_JWKS");
    command
}

async fn boto3_signs_in(backend: Backend) {
    let app = TestApp::serving(backend).await;
    let mut command = script(&app, "sign_in_boto3.py");
    command.args([USER, PASSWORD, CLIENT]);
    let said = run(command).await;
    assert_eq!((&said["status"], &said["challenge"]), (&json!("SUCCESS"), &json!("SOFTWARE_TOKEN_MFA")));
    assert_eq!(said["refusals"], json!(["Invalid code received for user", "Invalid code received for user"]));
    assert_eq!(said["signIn"], json!(["AccessToken", "ExpiresIn", "IdToken", "RefreshToken", "TokenType"]));
    assert_eq!(said["refreshed"], json!(["AccessToken", "ExpiresIn", "IdToken", "TokenType"]));
    assert_eq!(
        (&said["factors"], &said["ended"]),
        (&json!(["SOFTWARE_TOKEN_MFA"]), &json!("NotAuthorizedException"))
    );
    assert_eq!(profile_status(&app, &said["idToken"]).await, 401, "its session was revoked");
    let mut snapshot = app.app.db.read().await.unwrap();
    let told: Vec<(String, String)> =
        gridfolio_db::query("SELECT action, COALESCE(address, '') FROM audit WHERE action <> 'create' ORDER BY sequence, position")
            .all(&mut snapshot)
            .await
            .unwrap();
    let words: Vec<&str> = told.iter().map(|(word, _)| word.as_str()).collect();
    let expected = [
        "sign_in",
        "mfa_verify",
        "mfa_enable",
        "sign_in_failed",
        "sign_in_failed",
        "sign_in",
        "password_change",
        "sign_out",
    ];
    assert_eq!(words, expected);
    assert!(told.iter().all(|(_, address)| address == "127.0.0.1"), "{told:?}");
}

async fn pycognito_signs_in(backend: Backend) {
    let app = TestApp::serving(backend).await;
    let mut command = script(&app, "sign_in_pycognito.py");
    command.args([&app.url(), POOL, USER, PASSWORD, CLIENT]);
    let said = run(command).await;
    assert_eq!(said["tokenUse"], json!(["id", "access"]));
    assert!(!said["claims"].as_array().unwrap().contains(&json!("at_hash")));
    assert_eq!((&said["email"], &said["wrong"]), (&json!(USER), &json!("Incorrect username or password.")));
    assert_eq!((&said["verified"], &said["asked"]), (&json!(true), &json!(true)));
    assert_eq!((&said["mismatch"], &said["renewed"]), (&json!("CodeMismatchException"), &json!(true)));
    assert_eq!(profile_status(&app, &said["idToken"]).await, 401, "it signed out everywhere");
}

async fn identity_js_signs_in(backend: Backend) {
    let app = TestApp::serving(backend).await;
    let mut command = Command::new("node");
    command.arg(files::repository("crates/server/tests/js/sign_in.cjs")).arg(node_modules()).args([
        &app.url(),
        POOL,
        CLIENT,
        USER,
        PASSWORD,
    ]);
    let said = run(command).await;
    assert_eq!((&said["opened"], &said["username"]), (&json!("onSuccess"), &json!(true)));
    let attributes = ["custom:firstName", "custom:lastName", "email", "email_verified", "sub"];
    assert_eq!(said["attributes"], json!(attributes));
    assert_eq!(said["wrong"], json!(["onFailure", "NotAuthorizedException"]));
    assert_eq!((&said["verified"], &said["asked"]), (&json!(true), &json!("totpRequired")));
    assert_eq!(said["mismatch"], "CodeMismatchException");
    assert_eq!((&said["preferred"], &said["refreshed"]), (&json!("SOFTWARE_TOKEN_MFA"), &json!(true)));
    assert_eq!(said["signedOut"], "SUCCESS");
    assert_eq!(profile_status(&app, &said["idToken"]).await, 401, "it signed out everywhere");
}

macro_rules! on_both {
    ($($module:ident: $test:ident;)+) => {$(
        mod $module {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                $test(Backend::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                $test(Backend::Postgres).await;
            }
        }
    )+};
}

on_both! {
    boto3_with_password_and_code: boto3_signs_in;
    pycognito_by_srp: pycognito_signs_in;
    amazon_cognito_identity_js_by_srp: identity_js_signs_in;
}
