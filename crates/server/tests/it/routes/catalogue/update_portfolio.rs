use axum::http::Method;
use gridfolio_testkit::{Call, Role, both, samples};
use serde_json::json;

both! {
    async fn the_new_document_is_all_of_it(app) {
        for code in ["P1", "P2"] {
            app.post(&format!("/projects/{code}"), &samples::project(code)).await.ok();
        }
        let id = app.make_portfolio("N", &["P1"]).await;
        let path = format!("/portfolios/{id}");
        let first = app.put(&path, &json!({"name": "N", "projects": ["P1"], "reports": {"operating": true}})).await;
        let sent = json!({"id": "another", "name": "M", "projects": ["P2", "P1"]});
        let reply = app.put(&path, &sent).await;
        assert_eq!(reply.ok()["portfolio"], json!({"id": id, "name": "M", "projects": ["P2", "P1"]}));
        assert_ne!(reply.etag(), first.etag());
        assert_eq!(app.get(&path).await.ok(), reply.ok());
        app.put(&path, &reply.ok()["portfolio"]).await.ok();
    }

    async fn what_it_names_must_exist_and_it_too(app) {
        let id = app.make_portfolio("N", &[]).await;
        let message = app.put(&format!("/portfolios/{id}"), &samples::portfolio("N", &["P1"])).await.message(400);
        assert!(message.starts_with("projects[0]: \"P1\" must be"), "{message}");
        app.put("/portfolios/nope", &samples::portfolio("N", &[])).await.message(404);
    }

    async fn one_that_limits_somebody_is_changed_by_those_who_administer_people(app) {
        for code in ["P1", "P2"] {
            app.post(&format!("/projects/{code}"), &samples::project(code)).await.ok();
        }
        let id = app.make_portfolio("N", &["P1"]).await;
        let put = async |name: &str, codes: &[&str], role| {
            let body = samples::portfolio(name, codes);
            Call::new(Method::PUT, format!("/portfolios/{id}")).json(&body).by(role).send(&app).await
        };
        put("N", &["P2", "P1"], Role::Engineer).await.ok();
        let limited = format!("/users/{}", app.id_of(Role::Viewer).await);
        let mut user = app.get(&limited).await.ok();
        user["access"] = json!({"preventDownload": "no", "restrictProjects": "portfolios", "portfolios": [id]});
        app.put(&limited, &user).await.ok();
        for codes in [vec!["P1"], vec![]] {
            assert!(put("N", &codes, Role::Engineer).await.message(403).contains("users-edit"));
        }
        put("Another name", &["P1", "P2"], Role::Engineer).await.ok();
        put("N", &["P1"], Role::Administrator).await.ok();
    }

    async fn a_lost_update_is_noticed(app) {
        let id = app.make_portfolio("N", &[]).await;
        let path = format!("/portfolios/{id}");
        let etag = app.get(&path).await.etag();
        let put = |etag: &str| {
            Call::new(Method::PUT, &path).json(&samples::portfolio("M", &[])).header("if-match", etag).send(&app)
        };
        put(&etag).await.ok();
        put(&etag).await.message(412);
    }

    async fn a_user_hears_403_whatever_the_body(app) {
        let id = app.make_portfolio("N", &[]).await;
        let put = |role| Call::new(Method::PUT, format!("/portfolios/{id}")).bytes("{").by(role).send(&app);
        put(Role::Viewer).await.message(403);
        put(Role::Anonymous).await.message(401);
    }
}
