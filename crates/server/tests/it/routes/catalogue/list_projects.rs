use axum::http::Method;
use gridfolio_testkit::{Call, Role, TestApp, both, samples};
use serde_json::json;

async fn codes(app: &TestApp, query: &str) -> Vec<String> {
    let list = app.get(&format!("/projects{query}")).await.ok();
    list["projects"].as_array().unwrap().iter().map(|p| p["code"].as_str().unwrap().to_owned()).collect()
}

both! {
    async fn projects_come_in_natural_order_with_their_tree(app) {
        assert_eq!(app.get("/projects").await.ok(), json!({"projects": []}));
        app.make_tree("P10").await;
        app.make_tree("P9").await;
        assert_eq!(codes(&app, "").await, ["P9", "P10"]);
        let list = app.get("/projects").await.ok();
        assert_eq!(list["projects"][1], app.get("/projects/P10").await.ok()["project"]);
    }

    async fn the_filter_leaves_out_what_is_unknown(app) {
        for code in ["A", "B", "C"] {
            app.post(&format!("/projects/{code}"), &samples::project(code)).await.ok();
        }
        assert_eq!(codes(&app, "?projectIds=C%2CA,zz").await, ["A", "C"]);
        assert_eq!(codes(&app, "?projectIds=B&projectIds=A").await, ["A", "B"]);
        assert_eq!(codes(&app, "?projectIds=zz").await, Vec::<String>::new());
        assert_eq!(codes(&app, "?projectIds=").await, ["A", "B", "C"]);
        assert_eq!(codes(&app, "?other=1").await, ["A", "B", "C"]);
    }

    async fn tokens_are_taken_bare_and_with_bearer(app) {
        let token = app.token(Role::Viewer).unwrap().to_owned();
        let with = |value: String| {
            Call::new(Method::GET, "/projects").by(Role::Anonymous).header("authorization", &value).send(&app)
        };
        for value in [token.clone(), format!("Bearer {token}"), format!("bearer {token}"), format!("BEARER  {token}")] {
            with(value).await.ok();
        }
        for value in ["x".to_owned(), format!("Basic {token}"), format!("{token}x"), "Bearer".to_owned()] {
            with(value).await.message(401);
        }
    }
}
