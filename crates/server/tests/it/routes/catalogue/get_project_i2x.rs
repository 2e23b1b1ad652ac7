use axum::http::Method;
use gridfolio_testkit::{Call, Role, both, samples};
use serde_json::json;

both! {
    async fn the_items_of_a_project_that_says_all(app) {
        let mut project = samples::project("P1");
        project["interconnection"] = json!({"ieee1547ReactivePowerCategory": "A",
            "ieee1547DisturbanceCategory": "III", "fipsLocation": "080590098491",
            "withdrawalReason": "notApplicable", "estimatedCostOfStudiesAndFees": 1500.25,
            "estimatedCostOfSystemUpgrades": 0, "finalCostOfInterconnection": 2100});
        project["milestones"] = json!({"initiated": "2014-01-31", "interconnection": "2014-03-01",
            "construction": "2015-12-01", "pto": "2016-01-01"});
        app.post("/projects/P1", &project).await.ok();
        app.post("/projects/P1/sites/S1", &samples::site("S1")).await.ok();
        let mut solar = samples::system("R1");
        solar["acSize"] = json!(5.5);
        let mut battery = samples::system("B1");
        battery.as_object_mut().unwrap().extend(
            json!({"type": "storage", "dcSize": 4, "devices": [
                {"id": 1, "type": "INV", "sourceId": "/P1/S1/B1/INV/1", "storedEnergyKwh": 13.5}]})
            .as_object().unwrap().clone(),
        );
        app.post("/projects/P1/sites/S1/systems/R1", &solar).await.ok();
        app.post("/projects/P1/sites/S1/systems/B1", &battery).await.ok();
        let reply = Call::new(Method::GET, "/projects/P1/i2x").by(Role::Viewer).send(&app).await;
        assert_eq!(reply.ok(), json!({"i2x": {
            "ratedPowerKw": 9.5, "technology": "PV", "storedEnergyKwh": 13.5,
            "ieee1547ReactivePowerCategory": "A", "ieee1547DisturbanceCategory": "III",
            "fipsLocation": "080590098491", "applicationDate": "01/2014", "withdrawalReason": "notApplicable",
            "daysApplicationToAgreement": 29, "daysConstructionToPto": 31, "status": "operational",
            "estimatedCostOfStudiesAndFees": 1500.25, "estimatedCostOfSystemUpgrades": 0.0,
            "finalCostOfInterconnection": 2100.0,
        }}));
    }

    async fn a_new_project_has_what_is_known(app) {
        let mut project = samples::project("P1");
        project["status"] = json!("Interconnection");
        project.as_object_mut().unwrap().remove("dcSize");
        app.post("/projects/P1", &project).await.ok();
        assert_eq!(app.get("/projects/P1/i2x").await.ok(), json!({"i2x": {"status": "active"}}));
    }

    async fn the_period_is_checked_and_changes_nothing(app) {
        app.post("/projects/P1", &samples::project("P1")).await.ok();
        let plain = app.get("/projects/P1/i2x").await.ok();
        for query in ["?startDate=2025-01-01&endDate=2025-02-01", "?startDate=", "?endDate=2025-01-01T00:00:00%2B00:00",
            "?other=1"] {
            assert_eq!(app.get(&format!("/projects/P1/i2x{query}")).await.ok(), plain, "{query}");
        }
        // What the command-line tool of the platform sends.
        let garbage = "startDate=[object%20Object]&endDate=[object%20Object]";
        let message = app.get(&format!("/projects/P1/i2x?{garbage}")).await.message(400);
        assert!(message.starts_with("startDate: \"[object Object]\" must be a date"), "{message}");
        for query in ["endDate=x", "startDate=2025-02-30", "startDate=%5Bobject+Object%5D"] {
            app.get(&format!("/projects/P1/i2x?{query}")).await.message(400);
        }
    }

    async fn the_project_must_exist(app) {
        assert_eq!(app.get("/projects/P1/i2x?startDate=x").await.message(404), "there is no project \"P1\"");
        Call::new(Method::GET, "/projects/P1/i2x").by(Role::Anonymous).send(&app).await.message(401);
    }
}
