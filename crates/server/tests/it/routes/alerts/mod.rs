//! Events.

mod create_event;
mod create_notification;
mod delete_event;
mod delete_notification;
mod get_event;
mod list_alerts;
mod list_events;
mod list_notifications;
mod resolve_event;
mod update_event;
mod update_notification;

use axum::http::Method;
use gridfolio_testkit::{Call, Reply, Role, TestApp};
use serde_json::{Value, json};

/// Makes an event and tells its id.
async fn made(app: &TestApp, event: &Value) -> String {
    app.post("/events", event).await.ok()["event"]["id"].as_str().unwrap().to_owned()
}

/// An event that begins then, at no place.
fn beginning(start: &str) -> Value {
    json!({"type": "other", "cause": start, "startDate": start, "description": "x"})
}

/// A notification of alerts by mail.
fn notification(name: &str) -> Value {
    json!({"name": name, "protocol": "email", "endpoint": "someone@example.org", "notificationType": "alert"})
}

/// The path of a person's notifications.
async fn own_path(app: &TestApp, role: Role) -> String {
    format!("/users/{}/notifications", app.id_of(role).await)
}

/// Adds a notification to a person; tells its path.
async fn make_notification(app: &TestApp, role: Role) -> String {
    let path = own_path(app, role).await;
    let made = by(app, "POST", &path, Some(notification("made")), role).await.ok();
    format!("{path}/{}", made["notification"]["id"].as_str().unwrap())
}

async fn by(app: &TestApp, method: &str, path: &str, body: Option<Value>, role: Role) -> Reply {
    let call = Call::new(Method::from_bytes(method.as_bytes()).unwrap(), path).by(role);
    let call = if let Some(body) = body { call.json(&body) } else { call };
    call.send(app).await
}
