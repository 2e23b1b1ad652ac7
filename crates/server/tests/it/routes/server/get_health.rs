use axum::http::Method;
use gridfolio_testkit::{Call, Role, both};
use serde_json::json;

both! {
    async fn it_answers_anybody(app) {
        let reply = Call::new(Method::GET, "/health").by(Role::Anonymous).send(&app).await;
        assert_eq!(reply.ok(), json!({"status": "ok"}));
    }
}
