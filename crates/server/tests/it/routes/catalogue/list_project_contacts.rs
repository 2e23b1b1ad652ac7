use axum::http::Method;
use gridfolio_testkit::{Call, Role, both, samples};
use serde_json::json;

both! {
    async fn the_contacts_of_a_project_and_of_all_in_it(app) {
        let mut project = samples::project("P1");
        project["assetManagementTeamContact"] = json!({"name": "Team", "email": "team@example.org"});
        project["contacts"] = json!([{"name": "Owner", "type": "owner", "phone": 5}, "nobody"]);
        app.post("/projects/P1", &project).await.ok();
        for code in ["S10", "S2"] {
            let mut site = samples::site(code);
            site["contacts"] = json!([{"name": code, "type": "access", "voip": "1", "floor": 3}]);
            app.post(&format!("/projects/P1/sites/{code}"), &site).await.ok();
        }
        let mut system = samples::system("R1");
        system["contacts"] = json!([{"name": "Installer", "type": "service"}]);
        app.post("/projects/P1/sites/S2/systems/R1", &system).await.ok();
        let reply = Call::new(Method::GET, "/projects/P1/contacts").by(Role::Viewer).send(&app).await;
        let site = |code: &str| json!([{"name": code, "type": "access", "voip": "1", "floor": 3}]);
        assert_eq!(reply.ok(), json!({"project": {
            "code": "P1",
            "contacts": [{"name": "Team", "email": "team@example.org", "type": "assetManagementTeam"},
                {"name": "Owner", "type": "owner"}],
            "recordContacts": [],
            "sites": {
                "S2": {"code": "S2", "contacts": site("S2"), "recordContacts": [], "systems": {
                    "R1": {"contacts": [{"name": "Installer", "type": "service"}], "recordContacts": []}}},
                "S10": {"code": "S10", "contacts": site("S10"), "recordContacts": [], "systems": {}},
            },
        }}));
        let text = reply.text();
        assert!(text.find("\"S2\":{").unwrap() < text.find("\"S10\":{").unwrap(), "natural order: {text}");
    }

    async fn a_project_without_any_has_empty_lists(app) {
        app.post("/projects/P1", &samples::project("P1")).await.ok();
        let expected = json!({"project": {"code": "P1", "contacts": [], "recordContacts": [], "sites": {}}});
        assert_eq!(app.get("/projects/P1/contacts").await.ok(), expected);
    }

    async fn the_project_must_exist(app) {
        assert_eq!(app.get("/projects/P1/contacts").await.message(404), "there is no project \"P1\"");
        Call::new(Method::GET, "/projects/P1/contacts").by(Role::Anonymous).send(&app).await.message(401);
    }
}
