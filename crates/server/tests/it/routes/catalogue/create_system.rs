use gridfolio_testkit::{both, samples};
use serde_json::json;

both! {
    async fn the_answer_is_under_site_as_the_contract_has_it(app) {
        app.make_tree("P1").await;
        let mut sent = samples::system("R2");
        sent["devices"] = json!([{"id": 1, "type": "GEN", "sourceId": "/P1/S1/R2/GEN/1"},
            {"id": "a", "type": "INV", "sourceId": "/P1/S1/R2/INV/a", "acSize": 5, "serial": "x"}]);
        sent["forecast"] = json!({"acEnergy": {"monthlyACEnergy": {"january": 1}}});
        let made = app.post("/projects/P1/sites/S1/systems/R2", &sent).await.ok();
        assert_eq!(made["site"]["devices"], sent["devices"]);
        assert_eq!(app.get("/projects/P1").await.ok()["project"]["sites"]["S1"]["systems"]["R2"], made["site"]);
        app.post("/projects/P1/sites/S1/systems/R2", &sent).await.message(409);
    }

    async fn parents_must_exist(app) {
        app.post("/projects/P1", &samples::project("P1")).await.ok();
        let message = app.post("/projects/P1/sites/S1/systems/R1", &samples::system("R1")).await.message(404);
        assert_eq!(message, "there is no site \"P1/S1\"");
    }

    async fn types_and_devices_keep_their_rules(app) {
        app.make_tree("P1").await;
        let mut sent = samples::system("R2");
        sent["type"] = json!("wind");
        sent["devices"] = json!([{"id": 1, "type": "GEN"}]);
        let message = app.post("/projects/P1/sites/S1/systems/R2", &sent).await.message(400);
        assert!(message.contains("devices[0].sourceId: is required"), "{message}");
        assert!(message.contains("type: \"wind\""), "{message}");
    }
}
