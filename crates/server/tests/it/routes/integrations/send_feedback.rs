use axum::http::Method;
use gridfolio_testkit::{Call, Role, both};
use serde_json::json;

both! {
    async fn it_reaches_those_who_run_the_server(app) {
        let path = "/feedback?version=1.2&feedback=Slow%20today%0ACode%3A%201";
        let post = || Call::new(Method::POST, path).by(Role::FieldTechnician);
        assert_eq!(post().send(&app).await.ok(), json!({"results": "kept for the operators"}));
        let held = gridfolio::messages::outbox::list(&app.app).await.unwrap();
        let content = held[0].content.clone().unwrap();
        assert!(content.text.contains("Tess Test <technician@example.org> writes"), "{}", content.text);
        assert!(content.text.contains("> Version 1.2") && content.text.contains("> Slow today\n> Code: 1"), "{}", content.text);
        let log = app.get("/audit/users").await.ok()["logs"][0].clone();
        assert_eq!((&log["action"], &log["item"]), (&json!("feedback"), &json!({"version": "1.2"})));
        let elsewhere = Call::new(Method::POST, "/feedback?version=1&feedback=x&email=me%40example.org");
        elsewhere.send(&app).await.ok();
        let held = gridfolio::messages::outbox::list(&app.app).await.unwrap();
        assert!(held[1].content.clone().unwrap().text.contains("<me@example.org>"));
    }

    async fn faults_are_named(app) {
        let message = |query: String| { let app = &app; async move {
            Call::new(Method::POST, format!("/feedback?{query}")).send(app).await.message(400)
        }};
        assert_eq!(message("feedback=x".to_owned()).await, "version: is required");
        assert_eq!(message("version=1&feedback=+".to_owned()).await, "feedback: is required");
        assert_eq!(message(format!("version=1&feedback={}", "x".repeat(5001))).await, "feedback: must have at most 5000 characters");
        assert_eq!(message("version=1&feedback=x&email=me".to_owned()).await, "email: must be an e-mail address");
        let anonymous = Call::new(Method::POST, "/feedback?version=1&feedback=x").by(Role::Anonymous);
        anonymous.send(&app).await.message(401);
    }
}
