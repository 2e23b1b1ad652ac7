use axum::http::Method;
use gridfolio_testkit::{ADMINISTRATOR, Call, Role, USER, both};
use serde_json::json;

use super::outbox;

both! {
    async fn a_user_may_edit_the_own_profile(app) {
        let sent = json!({"email": USER, "firstName": "Ute", "lastName": "Test", "timezone": "America/New_York", "phone": "1"});
        let put = Call::new(Method::PUT, "/profile").by(Role::Viewer).json(&sent).send(&app).await;
        assert_eq!(put.ok(), json!({"profile": sent}));
        assert_eq!(Call::new(Method::GET, "/profile").by(Role::Viewer).send(&app).await.ok(), json!({"profile": sent}));
    }

    async fn the_own_address_stays(app) {
        let put = async |email: &str, role| {
            let sent = json!({"email": email, "firstName": "Ute", "lastName": "Test"});
            Call::new(Method::PUT, "/profile").by(role).json(&sent).send(&app).await
        };
        let other = put("other@example.org", Role::Viewer).await.message(403);
        assert!(other.starts_with("another administrator changes your address"), "{other}");
        // Whether somebody has the address is not told.
        assert_eq!(put(ADMINISTRATOR, Role::Viewer).await.message(403), other);
        put("other@example.org", Role::Administrator).await.message(403);
        assert_eq!(put(&USER.to_uppercase(), Role::Viewer).await.ok()["profile"]["email"], USER.to_uppercase());
        assert!(outbox(&app, "address-change").await.is_empty());
    }

    async fn faults_are_named(app) {
        let sent = json!({"email": "no address", "firstName": "", "timezone": "Mars/X"});
        let message = Call::new(Method::PUT, "/profile").by(Role::Viewer).json(&sent).send(&app).await.message(400);
        for part in ["email: ", "firstName: ", "lastName: is required", "timezone: "] {
            assert!(message.contains(part), "{part} is not in {message}");
        }
    }

    async fn a_secret_is_no_member(app) {
        let sent = json!({"email": USER, "firstName": "U", "lastName": "T", "newPassword": "hunter2hunter2", "apiToken": 1});
        let message = Call::new(Method::PUT, "/profile").by(Role::Viewer).json(&sent).send(&app).await.message(400);
        assert!(message.contains("newPassword: is no member") && message.contains("apiToken: "), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
    }

    async fn if_match_is_honoured(app) {
        let sent = json!({"email": USER, "firstName": "Ute", "lastName": "Test"});
        let put = |tag: &str| Call::new(Method::PUT, "/profile").by(Role::Viewer).json(&sent).header("if-match", tag);
        put("\"0-0\"").send(&app).await.message(412);
        let tag = Call::new(Method::GET, "/profile").by(Role::Viewer).send(&app).await.etag();
        put(&tag).send(&app).await.ok();
    }
}
