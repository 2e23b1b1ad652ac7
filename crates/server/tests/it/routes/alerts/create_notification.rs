use gridfolio_testkit::{Role, both};
use serde_json::json;

use super::{by, notification, own_path};

both! {
    async fn everybody_for_themselves_and_administrators_for_others(app) {
        let path = own_path(&app, Role::Viewer).await;
        let mut sent = notification("mail");
        sent["own"] = json!([1]);
        let reply = by(&app, "POST", &path, Some(sent.clone()), Role::Viewer).await;
        let made = reply.ok()["notification"].clone();
        sent["id"] = made["id"].clone();
        assert_eq!(made, sent);
        assert!(!reply.etag().is_empty());
        by(&app, "POST", &path, Some(notification("other")), Role::Administrator).await.ok();
        by(&app, "POST", &path, Some(notification("other")), Role::AssetManager).await.message(403);
        by(&app, "POST", &path, Some(notification("other")), Role::Engineer).await.message(404);
        // Who may change accounts, but has less, does not listen in on what administrators are told.
        let engineer = app.id_of(Role::Engineer).await;
        for group in ["users-view", "users-edit"] {
            app.put(&format!("/users/{engineer}/groups/{group}"), &json!({})).await.ok();
        }
        let above = own_path(&app, Role::Administrator).await;
        by(&app, "POST", &above, Some(notification("spy")), Role::Engineer).await.message(403);
        let own = app.get(&format!("/audit/assets/{}%2F{}", app.id_of(Role::Viewer).await, made["id"].as_str().unwrap())).await;
        assert_eq!((&own.ok()["logs"][0]["assetType"], &own.ok()["logs"][0]["action"]), (&json!("notification"), &json!("create")));
    }

    async fn faults_are_named(app) {
        let path = own_path(&app, Role::Viewer).await;
        let message = app.post(&path, &json!({"protocol": "fax", "notificationType": "all"})).await.message(400);
        for part in ["name: is required", "protocol: ", "endpoint: is required", "notificationType: "] {
            assert!(message.contains(part), "{part} is not in {message}");
        }
        for (protocol, endpoint) in [
            ("email", "+15550100200"), ("sms", "a@example.org"), ("sms", "5550100200"), ("email", " a@example.org"),
            ("sms", "+15550100200 "),
        ] {
            let sent = json!({"name": "n", "protocol": protocol, "endpoint": endpoint, "notificationType": "alert"});
            let message = app.post(&path, &sent).await.message(400);
            assert!(message.starts_with("endpoint: "), "{message}");
        }
    }

    async fn there_is_an_end_to_it(app) {
        let path = own_path(&app, Role::Viewer).await;
        for _ in 0..20 {
            app.post(&path, &notification("n")).await.ok();
        }
        assert!(app.post(&path, &notification("n")).await.message(409).contains("at most 20"));
    }
}
