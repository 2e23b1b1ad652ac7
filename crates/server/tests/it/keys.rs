//! Signing keys: a change that nobody notices, the job that cares for it, and the command.

use std::process::Stdio;

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gridfolio::identity::keys;
use gridfolio::kit::jobs::work_once;
use gridfolio::worker::JOBS;
use gridfolio_testkit::{Backend, Call, PASSWORD, Role, SECRET_KEY, TestApp, USER, both};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::{Value, json};

use crate::program::gridfolio;
use crate::reference::succeeded;

const DAY: i64 = 24 * 3_600_000;
const HOUR: i64 = 3_600_000;

async fn initiate(app: &TestApp, flow: &str, parameters: Value) -> Value {
    let body = json!({"AuthFlow": flow, "ClientId": "clientoftests", "AuthParameters": parameters});
    let call = Call::new(Method::POST, "/").by(Role::Anonymous).bytes(body.to_string());
    let target = "AWSCognitoIdentityProviderService.InitiateAuth";
    call.header("x-amz-target", target).send(app).await.ok()["AuthenticationResult"].clone()
}

async fn sign_in(app: &TestApp) -> Value {
    initiate(app, "USER_PASSWORD_AUTH", json!({"USERNAME": USER, "PASSWORD": PASSWORD})).await
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn kid(token: &str) -> String {
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    text(&serde_json::from_slice::<Value>(&header).unwrap()["kid"]).to_owned()
}

async fn published(app: &TestApp) -> JwkSet {
    let call = Call::new(Method::GET, "/us-east-1_Tests/.well-known/jwks.json").by(Role::Anonymous);
    let reply = call.send(app).await;
    assert_eq!(reply.headers["cache-control"], "public, max-age=300");
    serde_json::from_value(reply.ok()).unwrap()
}

async fn profile_status(app: &TestApp, token: &str) -> u16 {
    let call = Call::new(Method::GET, "/profile").by(Role::Anonymous).header("authorization", token);
    call.send(app).await.status.as_u16()
}

/// What a client's library does with a set that it fetched some time ago; the clock of the tests is not its own.
fn verifies(set: &JwkSet, token: &str) -> bool {
    let Some(jwk) = set.find(&kid(token)) else { return false };
    let mut rules = Validation::new(Algorithm::RS256);
    rules.validate_exp = false;
    rules.set_audience(&["clientoftests"]);
    decode::<Value>(token, &DecodingKey::from_jwk(jwk).unwrap(), &rules).is_ok()
}

async fn care(app: &TestApp) {
    assert!(work_once(&app.app, JOBS).await.unwrap(), "the job is due");
    assert!(!work_once(&app.app, JOBS).await.unwrap(), "and is not due again");
}

both! {
    async fn nobody_notices_a_change(app) {
        let first = sign_in(&app).await;
        assert!(keys::rotate(&app.app).await.unwrap().is_some());
        assert!(keys::rotate(&app.app).await.unwrap().is_none(), "the next one is there");
        let cached = published(&app).await;
        assert_eq!(cached.keys.len(), 2);
        app.app.clock.advance(DAY - 1);
        let last_of_the_old = sign_in(&app).await;
        assert_eq!(kid(text(&last_of_the_old["IdToken"])), kid(text(&first["IdToken"])));
        app.app.clock.advance(1);
        let first_of_the_new = sign_in(&app).await;
        assert_ne!(kid(text(&first_of_the_new["IdToken"])), kid(text(&first["IdToken"])));
        for tokens in [&last_of_the_old, &first_of_the_new] {
            assert_eq!(profile_status(&app, text(&tokens["IdToken"])).await, 200);
            assert!(verifies(&cached, text(&tokens["IdToken"])), "known before it signs");
        }
        let refreshed =
            initiate(&app, "REFRESH_TOKEN_AUTH", json!({"REFRESH_TOKEN": first["RefreshToken"]})).await;
        assert_eq!(kid(text(&refreshed["IdToken"])), kid(text(&first_of_the_new["IdToken"])));
        assert!(verifies(&cached, text(&refreshed["IdToken"])));
    }

    async fn the_job_makes_a_key_and_removes_the_one_of_before(app) {
        keys::schedule(&app.app).await.unwrap();
        keys::schedule(&app.app).await.unwrap();
        care(&app).await;
        app.app.clock.advance(89 * DAY);
        care(&app).await;
        assert_eq!(published(&app).await.keys.len(), 1, "not old enough");
        app.app.clock.advance(DAY);
        let old = kid(text(&sign_in(&app).await["IdToken"]));
        care(&app).await;
        assert_eq!(published(&app).await.keys.len(), 2);
        app.app.clock.advance(DAY - 1);
        let last_of_the_old = text(&sign_in(&app).await["IdToken"]).to_owned();
        assert_eq!(kid(&last_of_the_old), old);
        app.app.clock.advance(1);
        care(&app).await;
        app.app.clock.advance(HOUR - 1001);
        assert_eq!(profile_status(&app, &last_of_the_old).await, 200, "to the end of its life");
        app.app.clock.advance(DAY);
        care(&app).await;
        let left = published(&app).await;
        assert_eq!(left.keys.len(), 1);
        assert_eq!(profile_status(&app, &last_of_the_old).await, 401);
        let new = text(&sign_in(&app).await["IdToken"]).to_owned();
        assert!(left.find(&old).is_none() && verifies(&left, &new));
        assert_eq!(profile_status(&app, &new).await, 200);
    }
}

/// `gridfolio keys …` on the database of a test; the program's clock is the machine's.
fn command(app: &TestApp, words: &[&str]) -> std::process::Command {
    let mut command = gridfolio();
    command.arg("keys").args(words).args(["--database", &app.db.url, "--data"]).arg(app.db.folder.path());
    command.env("GRIDFOLIO_SECRET_KEY", SECRET_KEY).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

async fn processes_at_once_make_one_key(backend: Backend) {
    let app = TestApp::new(backend).await;
    tokio::task::block_in_place(|| {
        let running: Vec<_> = (0..3).map(|_| command(&app, &["rotate"]).spawn().unwrap()).collect();
        let said: Vec<_> =
            running.into_iter().map(|child| succeeded(&child.wait_with_output().unwrap())).collect();
        let late =
            said.iter().filter(|text| text.starts_with("no key was made: the newest does not sign yet"));
        assert_eq!(late.count(), 2, "{said:?}");
        let list = succeeded(&command(&app, &["list"]).output().unwrap());
        let lines: Vec<_> = list.lines().collect();
        assert_eq!(lines.len(), 2, "{list}");
        assert!(lines[0].contains("made 2025-06-15T12:00:00Z  signs"), "{list}");
        assert!(lines[1].contains("  signs from "), "{list}");
        let list = succeeded(&command(&app, &["rotate", "--at-once"]).output().unwrap());
        assert!(list.lines().count() == 1 && list.trim_end().ends_with("  signs"), "{list}");
        assert!(!lines.iter().any(|line| line.split(' ').next() == list.split(' ').next()), "{list}");
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_on_sqlite() {
    processes_at_once_make_one_key(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_on_postgres() {
    processes_at_once_make_one_key(Backend::Postgres).await;
}
