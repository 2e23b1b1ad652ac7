use axum::http::Method;
use gridfolio_testkit::{Call, Role, both, samples};
use serde_json::json;

both! {
    async fn a_user_reads_the_plain_portfolio(app) {
        app.post("/projects/P1", &samples::project("P1")).await.ok();
        let id = app.make_portfolio("N", &["P1"]).await;
        let read = Call::new(Method::GET, format!("/portfolios/{id}")).by(Role::Viewer).send(&app).await;
        assert_eq!(read.ok(), json!({"portfolio": {"id": id, "name": "N", "projects": ["P1"]}}));
        assert!(!read.etag().is_empty());
    }

    async fn an_unknown_id_does_not_exist(app) {
        for id in ["nope", "00000000-0000-4000-8000-00000000ffff", "a%20b"] {
            let message = app.get(&format!("/portfolios/{id}")).await.message(404);
            assert!(message.starts_with("there is no portfolio"), "{message}");
        }
        Call::new(Method::GET, "/portfolios/nope").by(Role::Anonymous).send(&app).await.message(401);
    }
}
