use axum::http::Method;
use gridfolio_testkit::{Call, Role, both, samples};
use serde_json::{Value, json};

both! {
    async fn what_is_sent_comes_back_behind_an_id_of_the_server(app) {
        app.post("/projects/P1", &samples::project("P1")).await.ok();
        let sent = json!({"id": "mine", "name": "North", "projects": ["P1"], "reports": {"operating": true},
            "colour": {"b": 1, "a": [2]}});
        let made = app.post("/portfolios", &sent).await;
        let portfolio = made.ok()["portfolio"].clone();
        let id = portfolio["id"].as_str().unwrap().to_owned();
        assert_eq!(id.len(), 36, "{id} is a UUID");
        let mut expected = sent.clone();
        expected["id"] = json!(id);
        assert_eq!(portfolio, expected);
        let read = app.get(&format!("/portfolios/{id}")).await;
        assert_eq!((read.ok()["portfolio"].clone(), read.etag()), (portfolio, made.etag()));
        assert!(read.text().contains("\"colour\":{\"b\":1,\"a\":[2]}"), "unknown members keep their order");
        assert_ne!(app.make_portfolio("North", &["P1"]).await, id, "a name is no key");
    }

    async fn its_projects_must_exist(app) {
        app.post("/projects/P1", &samples::project("P1")).await.ok();
        let reply = app.post("/portfolios", &samples::portfolio("N", &["P1", "nope", "a b"])).await;
        assert_eq!(
            reply.message(400),
            "projects[1]: \"nope\" must be the code of a project that exists; \
             projects[2]: \"a b\" must be the code of a project that exists"
        );
        let small = app.post("/portfolios", &samples::portfolio("N", &["p1"])).await.message(400);
        assert!(small.starts_with("projects[0]: \"p1\""), "{small}");
        assert_eq!(app.get("/portfolios").await.ok(), json!({"portfolios": []}));
    }

    async fn a_code_stands_once(app) {
        for code in ["P1", "P2"] {
            app.post(&format!("/projects/{code}"), &samples::project(code)).await.ok();
        }
        let reply = app.post("/portfolios", &samples::portfolio("N", &["P1", "P2", "P1"])).await;
        assert_eq!(reply.message(400), "projects[2]: \"P1\" must stand in the list once");
    }

    async fn every_fault_is_named(app) {
        let reply = app.post("/portfolios", &json!({"projects": "P1", "reports": {"operating": "yes"}})).await;
        reply.must_be(400);
        let body = reply.json();
        let fields: Vec<&str> =
            body["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
        for field in ["name", "projects", "reports.operating"] {
            assert!(fields.contains(&field), "{field} is not in {fields:?}");
        }
    }

    async fn only_who_may_makes_one(app) {
        let call = |role| Call::new(Method::POST, "/portfolios").bytes("{\"broken\":").by(role);
        call(Role::Anonymous).send(&app).await.message(401);
        call(Role::Viewer).send(&app).await.message(403);
        call(Role::Administrator).send(&app).await.message(400);
    }

    async fn the_log_has_it(app) {
        let id = app.make_portfolio("N", &[]).await;
        let mut snapshot = app.app.db.read().await.unwrap();
        let (action, after): (String, String) = gridfolio_db::query(
            "SELECT action, document_after FROM audit WHERE asset_type = 'portfolio' AND asset = $1",
        ).bind(&id).one(&mut snapshot).await.unwrap();
        assert_eq!((action.as_str(), serde_json::from_str::<Value>(&after).unwrap()),
            ("create", json!({"name": "N", "projects": []})));
    }
}
