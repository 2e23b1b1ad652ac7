use axum::http::Method;
use gridfolio_testkit::{Call, Role, USER, both};
use serde_json::json;

both! {
    async fn everybody_sees_their_own(app) {
        let reply = Call::new(Method::GET, "/profile").by(Role::Viewer).send(&app).await;
        assert_eq!(reply.ok(), json!({"profile": {"email": USER, "firstName": "Uwe", "lastName": "Test"}}));
    }
}
