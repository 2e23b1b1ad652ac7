use gridfolio_testkit::{Call, Role, both, samples};
use serde_json::json;

both! {
    async fn what_was_sent_comes_back_in_its_order(app) {
        let mut sent = samples::project("OldLyme");
        sent["zz"] = json!({"b": [1, {"y": null, "x": 2.50}], "a": "ä"});
        sent["tags"] = json!(["one", "two"]);
        let made = app.post("/projects/OldLyme", &sent).await.ok();
        let read = app.get("/projects/OldLyme").await.ok();
        assert_eq!(made, read);
        let project = read["project"].as_object().unwrap();
        for (name, value) in sent.as_object().unwrap() {
            assert_eq!(&project[name], value, "{name}");
        }
        let order: Vec<&String> = project.keys().take(sent.as_object().unwrap().len()).collect();
        assert_eq!(order, sent.as_object().unwrap().keys().collect::<Vec<_>>());
        assert_eq!(serde_json::to_string(&project["zz"]).unwrap(), r#"{"b":[1,{"y":null,"x":2.5}],"a":"ä"}"#);
    }

    async fn computed_members_and_nulls_are_dropped_without_complaint(app) {
        let mut sent = samples::project("P1");
        sent["systemStatus"] = json!("made up");
        sent["sites"] = json!({"S1": {"nonsense": true}});
        sent["dcSize"] = json!(null);
        sent["milestones"] = json!({"pto": null, "operational": "2020-02-29"});
        let project = &app.post("/projects/P1", &sent).await.ok()["project"];
        assert_eq!(project["systemStatus"], "New Project");
        assert_eq!(project["sites"], json!({}));
        assert_eq!(project.get("dcSize"), None);
        assert_eq!(project["milestones"], json!({"operational": "2020-02-29"}));
    }

    async fn dates_and_zones_have_one_form(app) {
        for (member, value) in [("startDate", "2025-5-01 "), ("startDate", "2025-5-1"), ("timezone", "america/denver")] {
            let mut sent = samples::project("P1");
            sent[member] = json!(value);
            let message = app.post("/projects/P1", &sent).await.message(400);
            assert!(message.starts_with(member), "{message}");
        }
    }

    async fn the_id_is_the_code_and_is_dropped(app) {
        let mut sent = samples::project("P1");
        sent["id"] = json!("ZZZ");
        assert_eq!(app.post("/projects/P1", &sent).await.ok()["project"].get("id"), None);
    }

    async fn an_existing_code_is_a_conflict_and_changes_nothing(app) {
        app.post("/projects/P1", &samples::project("P1")).await.ok();
        let mut other = samples::project("P1");
        other["name"] = json!("another");
        let message = app.post("/projects/P1", &other).await.message(409);
        assert_eq!(message, "project \"P1\" exists already");
        assert_eq!(app.get("/projects/P1").await.ok()["project"]["name"], "Project P1");
    }

    async fn codes_are_opaque_and_case_sensitive(app) {
        for code in ["0193", "North", "north", "a_b-c"] {
            app.post(&format!("/projects/{code}"), &samples::project(code)).await.ok();
        }
        assert_eq!(app.get("/projects/north").await.ok()["project"]["code"], "north");
        let message = app.post("/projects/a%20b", &samples::project("a b")).await.message(400);
        assert!(message.contains("^[A-Za-z0-9_-]{1,20}$"), "{message}");
        let message = app.post("/projects/P1", &samples::project("P2")).await.message(400);
        assert_eq!(message, "code: \"P2\" must be the code in the path, \"P1\"");
    }

    async fn every_fault_is_named(app) {
        let mut sent = samples::project("P1");
        let members = sent.as_object_mut().unwrap();
        members.remove("name");
        members.insert("status".into(), json!("Sleeping"));
        members.insert("lat".into(), json!("39"));
        members.insert("startDate".into(), json!("2025-02-30"));
        members.insert("timezone".into(), json!("Mars/Olympus"));
        members.insert("links".into(), json!([{"name": "x", "url": "not a link"}]));
        let reply = app.post("/projects/P1", &sent).await;
        reply.must_be(400);
        let body = reply.json();
        let fields: Vec<&str> = body["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
        for field in ["name", "status", "lat", "startDate", "timezone", "links[0].url"] {
            assert!(fields.contains(&field), "{field} is not in {fields:?}");
        }
        assert!(body["message"].as_str().unwrap().contains("startDate: \"2025-02-30\" must be a day of the calendar"));
        app.get("/projects/P1").await.message(404);
    }

    async fn broken_bodies_are_refused_with_the_reason(app) {
        let post = |body: &str| Call::new(axum::http::Method::POST, "/projects/P1").bytes(body).send(&app);
        assert!(post("{\"code\":").await.message(400).starts_with("the body is not valid JSON: EOF"));
        assert_eq!(post("").await.message(400), "the body is empty; a JSON object is required");
        assert_eq!(post("[1]").await.message(400), "the body must be a JSON object");
        assert_eq!(post("{\"code\":\"a\\u0000b\"}").await.message(400), "the body must not hold the character NUL");
        assert!(post("{\"code\":\"\u{0}\"}").await.message(400).starts_with("the body is not valid JSON"));
        let large = format!("{{\"name\":\"{}\"}}", "x".repeat(1024 * 1024));
        assert!(post(&large).await.message(413).contains("larger than the limit of 1048576 bytes"));
        let deep = "[".repeat(100_000);
        assert!(post(&deep).await.message(400).starts_with("the body is not valid JSON"));
    }

    async fn who_may_not_hears_that_before_anything_else(app) {
        let post = |role| Call::new(axum::http::Method::POST, "/projects/P1").bytes(vec![b'x'; 2_000_000]).by(role);
        post(Role::Anonymous).send(&app).await.message(401);
        post(Role::Viewer).send(&app).await.message(403);
        post(Role::Administrator).send(&app).await.message(413);
    }

    async fn a_new_note_is_signed_by_the_caller(app) {
        let mut sent = samples::project("P1");
        sent["notes"] = json!([{"note": "check the fence", "userName": "Forged", "created": "1999-01-01T00:00:00Z",
            "comments": [{"comment": "done"}]}]);
        let made = app.post("/projects/P1", &sent).await.ok();
        let note = &made["project"]["notes"][0];
        assert_eq!((&note["userName"], &note["created"]), (&json!("Ada Test"), &json!("2025-06-15T12:00:00Z")));
        assert_eq!(note["comments"][0]["userName"], "Ada Test");
    }
}
