use axum::http::Method;
use gridfolio_testkit::{Call, Role, both};
use serde_json::json;

use super::make_clerk;

both! {
    async fn it_gets_an_id_and_keeps_what_was_sent(app) {
        let sent = json!({"id": "mine", "name": "auditor", "application": "econode", "groups": ["audit-view"], "colour": "red"});
        let reply = app.post("/user-types", &sent).await;
        let made = reply.ok();
        let path = format!("/user-types/{}", made["id"].as_str().unwrap());
        assert_eq!(made, json!({"id": made["id"], "name": "auditor", "application": "econode", "groups": ["audit-view"], "colour": "red"}));
        let read = app.get(&path).await;
        assert_eq!((read.ok(), read.etag()), (made, reply.etag()));
        let log = app.get("/audit/users").await.ok()["logs"][0].clone();
        assert_eq!((&log["assetType"], &log["action"]), (&json!("user-type"), &json!("create")));
    }

    async fn faults_are_named(app) {
        let message = app.post("/user-types", &json!({"application": "other", "groups": ["export", "fly"]})).await.message(400);
        assert!(message.contains("name: is required") && message.contains("application: "), "{message}");
        let message = app.post("/user-types", &json!({"name": "n", "application": "ams", "groups": ["export", "fly"]})).await.message(400);
        assert!(message.starts_with("groups[1]: \"fly\" must be the id of a group"), "{message}");
    }

    async fn only_of_groups_that_one_has(app) {
        make_clerk(&app).await;
        let post = |groups: serde_json::Value, role| {
            Call::new(Method::POST, "/user-types").by(role).json(&json!({"name": "n", "application": "ams", "groups": groups}))
        };
        post(json!(["finance-view"]), Role::Engineer).send(&app).await.message(403);
        post(json!(["events-view"]), Role::Engineer).send(&app).await.ok();
        post(json!([]), Role::AssetManager).send(&app).await.message(403);
    }
}
