use axum::http::Method;
use gridfolio_testkit::{Call, both, samples};
use serde_json::json;

both! {
    async fn it_goes_and_the_log_keeps_it(app) {
        app.make_tree("P1").await;
        let id = super::super::made(&app, &samples::event("P1")).await;
        let path = format!("/events/{id}");
        Call::new(Method::DELETE, path.as_str()).header("if-match", "\"9-0\"").send(&app).await.message(412);
        assert_eq!(app.delete(&path).await.ok(), json!({}));
        app.get(&path).await.message(404);
        app.delete(&path).await.message(404);
        let logs = app.get(&format!("/audit/assets/{id}")).await.ok()["logs"].clone();
        assert_eq!((&logs[0]["action"], &logs[0]["item"]["priority"]), (&json!("delete"), &json!(5)));
    }
}
