use axum::http::Method;
use gridfolio_testkit::{Call, both, samples};
use serde_json::json;

both! {
    async fn a_site_is_replaced_and_keeps_its_systems(app) {
        app.make_tree("P1").await;
        let mut sent = samples::site("S1");
        sent["utility"] = json!("Grid & Sons");
        let site = app.put("/projects/P1/sites/S1", &sent).await.ok()["site"].clone();
        assert_eq!(site["utility"], "Grid & Sons");
        assert_eq!(site["systems"]["R1"]["code"], "R1");
        assert_eq!(app.get("/projects/P1").await.ok()["project"]["sites"]["S1"], site);
    }

    async fn a_site_is_found_only_under_its_own_project(app) {
        app.make_tree("P1").await;
        app.post("/projects/P2", &samples::project("P2")).await.ok();
        assert_eq!(app.put("/projects/P2/sites/S1", &samples::site("S1")).await.message(404), "there is no site \"P2/S1\"");
        Call::new(Method::PUT, "/projects/P1/sites/S1").json(&samples::site("S1")).header("if-match", "\"0-0\"")
            .send(&app).await.message(412);
    }
}
