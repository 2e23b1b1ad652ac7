use axum::http::Method;
use gridfolio_testkit::{Call, Role, both};
use serde_json::json;

both! {
    async fn it_is_ready_while_the_database_answers(app) {
        let ready = || Call::new(Method::GET, "/ready").by(Role::Anonymous);
        assert_eq!(ready().send(&app).await.ok(), json!({"status": "ok"}));
        app.app.db.close().await;
        let reply = ready().send(&app).await;
        assert!(reply.status.is_server_error(), "{}", reply.text());
        assert!(reply.json()["message"].is_string());
    }
}
