use gridfolio_testkit::{both, samples};
use serde_json::json;

both! {
    async fn a_site_is_made_in_its_project(app) {
        app.post("/projects/P1", &samples::project("P1")).await.ok();
        let mut sent = samples::site("S1");
        sent["contacts"] = json!([{"name": "Keys", "type": "access", "phone": "1"}]);
        let made = app.post("/projects/P1/sites/S1", &sent).await;
        assert_eq!(made.ok()["site"]["contacts"], sent["contacts"]);
        assert!(!made.etag().is_empty());
        assert_eq!(app.get("/projects/P1").await.ok()["project"]["sites"]["S1"], made.ok()["site"]);
        assert_eq!(app.post("/projects/P1/sites/S1", &sent).await.message(409), "site \"P1/S1\" exists already");
    }

    async fn the_project_must_exist(app) {
        assert_eq!(app.post("/projects/P1/sites/S1", &samples::site("S1")).await.message(404), "there is no project \"P1\"");
    }

    async fn the_code_keeps_its_rule(app) {
        app.post("/projects/P1", &samples::project("P1")).await.ok();
        for code in ["s1", "S-1", "S123456789012"] {
            let message = app.post(&format!("/projects/P1/sites/{code}"), &samples::site(code)).await.message(400);
            assert!(message.contains("^[A-Z0-9]{1,12}$"), "{message}");
        }
        app.post("/projects/P1/sites/S1", &samples::site("S2")).await.message(400);
        let mut high = samples::site("S1");
        high["lat"] = json!(181);
        assert_eq!(app.post("/projects/P1/sites/S1", &high).await.message(400), "lat: 181 is greater than the maximum of 180");
    }
}
