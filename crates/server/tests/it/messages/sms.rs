//! Text messages by the generic provider.

use gridfolio::app::Outside;
use gridfolio::messages::{Message, MessagesConfig, Purpose, SmsConfig};
use gridfolio_testkit::{Backend, TestApp};
use serde_json::{Value, json};

use super::{HIDDEN, outcome};
use crate::helper::Helper;

async fn sending(backend: Backend, url: &str) -> TestApp {
    let sms = SmsConfig::new(url, Some(HIDDEN)).unwrap();
    let messages = MessagesConfig { sms: Some(sms), ..MessagesConfig::default() };
    TestApp::on_network(backend, Outside { messages, ..Outside::default() }).await
}

async fn travels(backend: Backend) {
    let folder = tempfile::tempdir().unwrap();
    let provider = Helper::start("http_server.py", &folder.path().join("sms"), &[]);
    let url = format!("http://127.0.0.1:{}", provider.port);
    let message = Message::sms(Purpose::Alert, "+15550100", "Störung an S1".to_owned());

    let app = sending(backend, &format!("{url}/json?account=1")).await;
    assert_eq!(outcome(&app, &message).await, ("sent".to_owned(), String::new()));
    let record = provider.record();
    let [call] = record.as_slice() else { panic!("{record:?}") };
    assert_eq!((&call["method"], &call["path"]), (&json!("POST"), &json!("/json?account=1")));
    assert_eq!(call["headers"]["authorization"], format!("Bearer {HIDDEN}"));
    assert_eq!(call["headers"]["content-type"], "application/json");
    let body: Value = serde_json::from_str(call["body"].as_str().unwrap()).unwrap();
    assert_eq!(body, json!({"to": "+15550100", "text": "Störung an S1"}));

    for (path, state, said) in [
        ("/status/401", "waiting", "answered 401 Unauthorized"),
        ("/status/422", "failed", "answered 422 Unprocessable Entity"),
        ("/status/503", "waiting", "answered 503 Service Unavailable"),
        ("/redirect", "waiting", "answered 302 Found"),
    ] {
        let app = sending(backend, &format!("{url}{path}?key={HIDDEN}")).await;
        assert_eq!(outcome(&app, &message).await, (state.to_owned(), format!("{url}: {said}")), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_message_travels_sqlite() {
    travels(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_message_travels_postgres() {
    travels(Backend::Postgres).await;
}
