//! How often an address may try: counted over all the names that it tries, and apart from other addresses.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use gridfolio::kit::origin::{Network, Peer};
use gridfolio_testkit::{Backend, TestApp};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::{CLIENT, with_password};

/// The exception that an address hears, `None` for 200.
async fn heard(app: &TestApp, address: &str, operation: &str, body: &Value) -> Option<String> {
    let peer: SocketAddr = address.parse().unwrap();
    let request = Request::post("/")
        .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
        .extension(ConnectInfo(Peer(peer)))
        .body(Body::from(body.to_string()))
        .unwrap();
    let answer = app.router().oneshot(request).await.unwrap();
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    let body: Value = serde_json::from_slice(&bytes).unwrap();
    body["__type"].as_str().map(str::to_owned)
}

async fn an_address_waits(backend: Backend) {
    let network = Network { sign_ins_per_minute: 3, ..Network::default() };
    let app = TestApp::on_network(backend, network).await;
    let guess = |n: u32| with_password(&format!("somebody-{n}@example.org"), "a guess of a password");
    for n in 0..3 {
        assert_eq!(
            heard(&app, "192.0.2.1:1000", "InitiateAuth", &guess(n)).await.unwrap(),
            "NotAuthorizedException"
        );
    }
    let once_more = heard(&app, "192.0.2.1:1001", "InitiateAuth", &guess(4)).await.unwrap();
    assert_eq!(once_more, "TooManyRequestsException", "whatever the port and the name");
    let elsewhere = heard(&app, "192.0.2.2:1000", "InitiateAuth", &guess(5)).await.unwrap();
    assert_eq!(elsewhere, "NotAuthorizedException", "another address has its own count");
    app.app.clock.advance(20_000);
    let later = heard(&app, "192.0.2.1:1000", "InitiateAuth", &guess(6)).await.unwrap();
    assert_eq!(later, "NotAuthorizedException", "one more after a third of a minute");
    for n in 0..10 {
        let forgot = json!({"ClientId": CLIENT, "Username": format!("somebody-{n}@example.org")});
        assert_eq!(heard(&app, "192.0.2.1:1000", "ForgotPassword", &forgot).await, None);
    }
    let forgot = json!({"ClientId": CLIENT, "Username": "somebody-else@example.org"});
    let refused = heard(&app, "192.0.2.1:1000", "ForgotPassword", &forgot).await.unwrap();
    assert!(["LimitExceededException", "TooManyRequestsException"].contains(&refused.as_str()), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_waits_on_sqlite() {
    an_address_waits(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_waits_on_postgres() {
    an_address_waits(Backend::Postgres).await;
}
