//! Events.

mod create_event;
mod delete_event;
mod get_event;
mod list_events;
mod resolve_event;
mod update_event;

use gridfolio_testkit::TestApp;
use serde_json::{Value, json};

/// Makes an event and tells its id.
async fn made(app: &TestApp, event: &Value) -> String {
    app.post("/events", event).await.ok()["event"]["id"].as_str().unwrap().to_owned()
}

/// An event that begins then, at no place.
fn beginning(start: &str) -> Value {
    json!({"type": "other", "cause": start, "startDate": start, "description": "x"})
}
