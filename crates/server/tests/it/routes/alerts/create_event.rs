use axum::http::Method;
use gridfolio_testkit::{Call, Role, both, samples};
use serde_json::json;

both! {
    async fn what_was_sent_comes_back_with_what_is_known(app) {
        app.make_tree("P1").await;
        let mut sent = samples::event("P1");
        sent["zz"] = json!({"b": [1, null], "a": 2.50});
        sent["path"] = json!("/made/up");
        sent["userName"] = json!("Forged");
        sent["dueDate"] = json!(null);
        let made = app.post("/events", &sent).await;
        let event = made.ok()["event"].clone();
        for member in ["type", "cause", "priority", "startDate", "description", "location", "zz"] {
            assert_eq!(event[member], sent[member], "{member}");
        }
        assert_eq!(event.get("dueDate"), None);
        assert_eq!((&event["path"], &event["assetType"]), (&json!("/P1/S1/R1/INV/2"), &json!("device")));
        assert_eq!((&event["userName"], &event["updated"]), (&json!("Ada Test"), &json!("2025-06-15T12:00:00Z")));
        assert_eq!(event["userId"].as_str().unwrap().len(), 36);
        let read = app.get(&format!("/events/{}", event["id"].as_str().unwrap())).await;
        assert_eq!((read.ok()["event"].clone(), read.etag()), (event, made.etag()));
    }

    async fn a_place_must_exist(app) {
        app.make_tree("P1").await;
        app.make_tree("P2").await;
        app.post("/projects/P2/sites/S2", &samples::site("S2")).await.ok();
        let at = |location: serde_json::Value| {
            let mut event = samples::event("P1");
            event["location"] = location;
            event
        };
        for (location, fault) in [
            (json!({"project": "P9"}), r#"location.project: "P9" must be the code of a project"#),
            (json!({"project": "no code"}), r#"location.project: "no code" must be the code of a project"#),
            (json!({"project": "P1", "site": "S2"}), r#"location.site: "S2" must be the code of a site of project "P1""#),
            (json!({"project": "P1", "site": "s1"}), r#"location.site: "s1" must be the code of a site of project "P1""#),
            (json!({"project": "P1", "site": "S1", "system": "R2"}),
                r#"location.system: "R2" must be the code of a system of site "P1/S1""#),
            (json!({"project": "P1", "system": "R1"}), "location.site: is required with a system"),
            (json!({"site": "S1"}), "location.project: is required"),
        ] {
            assert_eq!(app.post("/events", &at(location)).await.message(400), fault);
        }
        for location in [json!({"project": "P1"}), json!({"project": "P1", "node": "any", "device": "any"})] {
            let event = app.post("/events", &at(location)).await.ok()["event"].clone();
            assert_eq!((&event["path"], &event["assetType"]), (&json!("/P1"), &json!("project")));
        }
        let mut nowhere = samples::event("P1");
        nowhere.as_object_mut().unwrap().remove("location");
        let event = app.post("/events", &nowhere).await.ok()["event"].clone();
        assert_eq!((event.get("path"), event.get("assetType")), (None, None));
    }

    async fn every_fault_is_named(app) {
        let message = app.post("/events", &json!({"type": "weather", "priority": 2, "startDate": "2025-06-10",
            "description": 1, "notes": [{}]})).await.message(400);
        for part in [
            "cause: is required", "notes[0].note: is required", "startDate: \"2025-06-10\" must be a date and time",
            "type: \"weather\" must be one of \"energy\", \"data\", \"finance\", \"other\", \"solarnetwork\"",
            "priority: 2 must be one of 1, 5, 10", "description: ",
        ] {
            assert!(message.contains(part), "{part} is not in {message}");
        }
    }

    async fn notes_are_dated_and_signed(app) {
        app.make_tree("P1").await;
        let mut sent = samples::event("P1");
        sent["notes"] = json!([{"note": "a", "userName": "Forged"}, {"note": "b", "noteDate": "2020-01-01T00:00:00"}]);
        let event = app.post("/events", &sent).await.ok()["event"].clone();
        assert_eq!(event["notes"], json!([
            {"note": "a", "userName": "Ada Test", "noteDate": "2025-06-15T12:00:00Z"},
            {"note": "b", "noteDate": "2020-01-01T00:00:00", "userName": "Ada Test"},
        ]));
    }

    async fn the_log_has_it_under_its_id_and_its_project(app) {
        app.make_tree("P1").await;
        let id = super::super::made(&app, &samples::event("P1")).await;
        let logs = app.get(&format!("/audit/assets/{id}")).await.ok()["logs"].clone();
        assert_eq!((&logs[0]["assetType"], &logs[0]["project"]), (&json!("event"), &json!("P1")));
        assert_eq!(logs[0]["item"]["cause"], "Inverter off");
        assert_eq!(app.get("/audit/projects/P1").await.ok()["logs"][0], logs[0]);
    }

    async fn only_administrators_write(app) {
        app.make_tree("P1").await;
        let post = |role| Call::new(Method::POST, "/events").by(role).json(&samples::event("P1")).send(&app);
        post(Role::Viewer).await.message(403);
        post(Role::Anonymous).await.message(401);
    }
}
