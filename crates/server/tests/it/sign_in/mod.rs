//! Signing in by the Cognito protocol, on both databases: every operation, every refusal, and the clients that people
//! have.

mod account;
mod clients;
mod factor;
mod fuzz;
mod limits;
mod lockout;
mod reset;
mod srp;
mod srp_client;
mod stolen;
mod temporary;

use axum::http::Method;
use gridfolio::identity::sign_in::totp;
use gridfolio_testkit::{Call, PASSWORD, Reply, Role, TestApp};
use serde_json::{Value, json};

/// The client id of the tests' authority.
pub(crate) const CLIENT: &str = "clientoftests";

/// One call of the protocol.
pub(crate) async fn cognito(app: &TestApp, operation: &str, body: &Value) -> Reply {
    let target = format!("AWSCognitoIdentityProviderService.{operation}");
    Call::new(Method::POST, "/")
        .by(Role::Anonymous)
        .bytes(body.to_string())
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", &target)
        .send(app)
        .await
}

/// The answer to a call that must succeed.
async fn good(app: &TestApp, operation: &str, body: Value) -> Value {
    cognito(app, operation, &body).await.ok()
}

/// Exception and message of a call that must fail.
async fn bad(app: &TestApp, operation: &str, body: Value) -> (String, String) {
    let reply = cognito(app, operation, &body).await;
    reply.must_be(400);
    let body = reply.json();
    (body["__type"].as_str().unwrap().to_owned(), body["message"].as_str().unwrap().to_owned())
}

fn is(refusal: &(String, String), kind: &str, message: &str) {
    assert_eq!((refusal.0.as_str(), refusal.1.as_str()), (kind, message));
}

fn with_password(username: &str, password: &str) -> Value {
    json!({"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": CLIENT,
        "AuthParameters": {"USERNAME": username, "PASSWORD": password}})
}

fn with_refresh_token(token: &Value) -> Value {
    json!({"AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": CLIENT, "AuthParameters": {"REFRESH_TOKEN": token}})
}

/// The answer to a challenge; `ClientMetadata` as some clients send it.
fn answering(challenge: &Value, responses: Value) -> Value {
    let mut body =
        json!({"ClientId": CLIENT, "ChallengeName": challenge["ChallengeName"], "ClientMetadata": {}});
    body["ChallengeResponses"] = responses;
    if let Some(session) = challenge.get("Session") {
        body["Session"] = session.clone();
    }
    body
}

/// The tokens of a sign-in by password.
async fn tokens(app: &TestApp, username: &str) -> Value {
    let answer = good(app, "InitiateAuth", with_password(username, PASSWORD)).await;
    assert!(answer.get("ChallengeName").is_none(), "{answer}");
    answer["AuthenticationResult"].clone()
}

async fn profile_status(app: &TestApp, token: &Value) -> u16 {
    let call = Call::new(Method::GET, "/profile").by(Role::Anonymous);
    call.header("authorization", token.as_str().unwrap()).send(app).await.status.as_u16()
}

/// The bytes of a secret as apps show it.
fn from_base32(text: &str) -> Vec<u8> {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: Vec<String> = text.chars().map(|c| format!("{:05b}", letters.find(c).unwrap())).collect();
    let bits = bits.concat();
    bits.as_bytes()
        .chunks_exact(8)
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect()
}

/// The code of a secret, some steps of 30 seconds from now.
fn code_of(app: &TestApp, secret: &Value, steps: i64) -> String {
    totp::code(&from_base32(secret.as_str().unwrap()), app.app.clock.now_ms() + 30_000 * steps)
}

/// Gives somebody a second factor; its secret. The code that proved it is used up.
async fn give_factor(app: &TestApp, username: &str) -> Value {
    let access = tokens(app, username).await["AccessToken"].clone();
    let secret =
        good(app, "AssociateSoftwareToken", json!({"AccessToken": access})).await["SecretCode"].clone();
    let code = code_of(app, &secret, -1);
    let verified = json!({"AccessToken": access, "UserCode": code, "FriendlyDeviceName": "phone"});
    assert_eq!(good(app, "VerifySoftwareToken", verified).await, json!({"Status": "SUCCESS"}));
    let preference = json!({"AccessToken": access,
        "SoftwareTokenMfaSettings": {"Enabled": true, "PreferredMfa": true}});
    good(app, "SetUserMFAPreference", preference).await;
    secret
}

/// The rows of the log of people, newest first.
async fn log(app: &TestApp) -> Vec<Value> {
    app.get("/audit/users").await.ok()["logs"].as_array().unwrap().clone()
}

/// Changes a row that no operation changes.
async fn sql(app: &TestApp, statement: &'static str) {
    let mut tx = app.app.db.write().await.unwrap();
    gridfolio_db::query(statement).execute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
}
