use axum::http::Method;
use gridfolio_testkit::{Call, Role, both, samples};
use serde_json::json;

both! {
    async fn the_values_in_use_and_who_has_them(app) {
        let mut first = samples::project("P10");
        first.as_object_mut().unwrap().extend(
            json!({"town": "Ward 10", "revenueType": "ppa", "tags": ["roof", "a b"], "paused": true})
                .as_object().unwrap().clone(),
        );
        app.post("/projects/P10", &first).await.ok();
        let mut site = samples::site("S1");
        site["utility"] = json!("Xcel");
        app.post("/projects/P10/sites/S1", &site).await.ok();
        app.post("/projects/P10/sites/S1/systems/R1", &samples::system("R1")).await.ok();
        let mut second = samples::project("P9");
        second["town"] = json!("Ward 9");
        second["status"] = json!("Construction");
        app.post("/projects/P9", &second).await.ok();
        app.make_portfolio("West", &["P10", "P9"]).await;
        app.make_portfolio("Empty", &[]).await;
        let answer = Call::new(Method::GET, "/search/refinements").by(Role::Viewer).send(&app).await.ok();
        let refinements = &answer["refinements"];
        for (name, values) in [
            ("status", json!(["Construction", "Operational"])),
            ("systemStatus", json!(["New Project", "Operational"])),
            ("state", json!(["Colorado"])),
            ("town", json!(["Ward 9", "Ward 10"])),
            ("revenueType", json!(["ppa"])),
            ("timezone", json!(["America/Denver"])),
            ("tags", json!(["a b", "roof"])),
            ("flags", json!(["paused"])),
            ("utility", json!(["Xcel"])),
            ("systemType", json!(["generation"])),
            ("portfolio", json!(["West"])),
            ("companyName", json!([])),
            ("bizDevOwner", json!([])),
        ] {
            assert_eq!(refinements[name], values, "{name}");
        }
        assert_eq!(refinements.as_object().unwrap().len(), 13);
        let completed = &answer["autoCompletes"];
        assert_eq!(completed["state"]["Colorado"], json!({"projects": ["P9", "P10"]}));
        assert_eq!(completed["portfolio"]["West"], json!({"projects": ["P9", "P10"]}));
        assert_eq!(completed["tags"]["roof"], json!({"projects": ["P10"]}));
        assert_eq!(completed["name"]["Project P9"], json!({"projects": ["P9"]}));
        assert_eq!(completed["code"], json!({"P9": {"projects": ["P9"]}, "P10": {"projects": ["P10"]}}));
    }

    async fn without_projects_every_list_is_empty(app) {
        app.make_portfolio("Empty", &[]).await;
        let answer = app.get("/search/refinements").await.ok();
        assert!(answer["refinements"].as_object().unwrap().values().all(|values| values == &json!([])), "{answer}");
        assert!(answer["autoCompletes"].as_object().unwrap().values().all(|values| values == &json!({})), "{answer}");
        Call::new(Method::GET, "/search/refinements").by(Role::Anonymous).send(&app).await.message(401);
    }
}
