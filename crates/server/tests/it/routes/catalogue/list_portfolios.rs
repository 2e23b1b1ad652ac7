use axum::http::Method;
use gridfolio_testkit::{Call, Role, TestApp, both, samples};
use serde_json::{Value, json};

async fn project(app: &TestApp, code: &str, members: &Value) {
    let mut body = samples::project(code);
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    app.post(&format!("/projects/{code}"), &body).await.ok();
}

both! {
    async fn a_portfolio_looks_like_what_its_projects_have_together(app) {
        project(&app, "A", &json!({"status": "PTO", "startDate": "2020-02-03", "lat": 50, "long": 10,
            "timezone": "Europe/Berlin"})).await;
        project(&app, "B", &json!({"status": "Permitting", "startDate": "2021-01-01", "lat": 30, "long": -100,
            "timezone": "America/Denver"})).await;
        project(&app, "C", &json!({"status": "Operational", "startDate": "2022-01-01", "lat": 40, "long": -90,
            "timezone": "America/Denver"})).await;
        let sent = json!({"name": "N", "projects": ["A", "C", "B"], "reports": {"operating": true},
            "icons": "no list of icons"});
        let id = app.post("/portfolios", &sent).await.ok()["portfolio"]["id"].clone();
        let expected = json!({"id": id, "name": "N", "projects": ["A", "C", "B"], "reports": {"operating": true},
            "code": id, "status": "Permitting", "startDate": "2020-02-03", "timezone": "America/Denver",
            "lat": 40.0, "long": -60.0, "address": "", "town": "", "state": ""});
        assert_eq!(app.get("/portfolios").await.ok(), json!({"portfolios": [expected]}));
    }

    async fn an_empty_one_has_the_members_too(app) {
        let id = app.make_portfolio("N", &[]).await;
        let mut tx = app.app.db.write().await.unwrap();
        let made_at = samples::instant("2024-02-29T23:30:00Z");
        gridfolio_db::query("UPDATE portfolio SET created_at = $1").bind(made_at).execute(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        app.put(&format!("/portfolios/{id}"), &samples::portfolio("N", &[])).await.ok();
        let expected = json!({"id": id, "name": "N", "projects": [], "code": id, "status": "New Project",
            "startDate": "2024-02-29", "timezone": "UTC", "lat": 0.0, "long": 0.0,
            "address": "", "town": "", "state": ""});
        assert_eq!(app.get("/portfolios").await.ok(), json!({"portfolios": [expected]}));
    }

    async fn they_come_by_name_in_natural_order_for_who_signed_in(app) {
        for name in ["Fund 10", "Fund 9", "Another"] {
            app.make_portfolio(name, &[]).await;
        }
        let list = Call::new(Method::GET, "/portfolios").by(Role::Viewer).send(&app).await.ok();
        let names: Vec<&str> =
            list["portfolios"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["Another", "Fund 9", "Fund 10"]);
        Call::new(Method::GET, "/portfolios").by(Role::Anonymous).send(&app).await.message(401);
    }
}
