use axum::http::Method;
use gridfolio_testkit::{Call, Role, both, samples};
use serde_json::json;

both! {
    async fn the_projects_stay(app) {
        app.post("/projects/P1", &samples::project("P1")).await.ok();
        let id = app.make_portfolio("N", &["P1"]).await;
        let path = format!("/portfolios/{id}");
        Call::new(Method::DELETE, &path).by(Role::Viewer).send(&app).await.message(403);
        assert_eq!(app.delete(&path).await.ok(), json!({}));
        app.get(&path).await.message(404);
        app.delete(&path).await.message(404);
        assert_eq!(app.get("/portfolios").await.ok(), json!({"portfolios": []}));
        app.get("/projects/P1").await.ok();
        app.delete("/projects/P1").await.ok();
    }
}
