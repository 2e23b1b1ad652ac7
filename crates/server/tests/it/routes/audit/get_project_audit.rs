use axum::http::Method;
use gridfolio_testkit::{Call, NOW, Role, both, samples};
use serde_json::json;

both! {
    async fn every_change_of_the_project_is_there_newest_first(app) {
        app.make_tree("P1").await;
        app.make_tree("P2").await;
        app.app.clock.advance(1000);
        let mut sent = samples::project("P1");
        sent["name"] = json!("renamed");
        app.put("/projects/P1", &sent).await.ok();
        let logs = app.get("/audit/projects/P1").await.ok()["logs"].clone();
        assert_eq!(logs.as_array().unwrap().len(), 4);
        let newest = &logs[0];
        assert_eq!((&newest["id"], &newest["path"], &newest["action"]), (&json!("P1"), &json!("/P1"), &json!("update")));
        assert_eq!((&newest["assetType"], &newest["project"]), (&json!("project"), &json!("P1")));
        assert_eq!(newest["timestamp"], json!(NOW + 1000));
        assert_eq!((&newest["userName"], &newest["puserNameath"]), (&json!("Ada Test"), &json!("Ada Test")));
        assert_eq!(newest["item"]["name"], "renamed");
    }

    async fn a_diff_names_the_members(app) {
        app.make_tree("P1").await;
        app.app.clock.advance(1000);
        let mut sent = samples::project("P1");
        sent["name"] = json!("renamed");
        sent["milestones"] = json!({"pto": "2020-01-01"});
        app.put("/projects/P1", &sent).await.ok();
        let diff = app.get("/audit/projects/P1?diff=true").await.ok()["diff"].clone();
        assert_eq!(diff["/P1"][0]["changes"], json!([
            {"member": "name", "from": "Project P1", "to": "renamed"},
            {"member": "milestones", "to": {"pto": "2020-01-01"}},
        ]));
        assert_eq!(diff["/P1/S1/R1"][0]["action"], "create");
        assert!(app.get("/audit/projects/P1?diff=perhaps").await.message(400).starts_with("diff: \"perhaps\" must be"));
    }

    async fn it_shows_no_money_to_those_who_may_not_see_it(app) {
        app.make_tree("P1").await;
        app.put("/projects/P1/pro-forma", &samples::pro_forma()).await.ok();
        for (role, sees_money) in [(Role::Administrator, true), (Role::Finance, true), (Role::Engineer, false)] {
            for path in ["/audit/projects/P1", "/audit/projects/P1?diff=true"] {
                let text = Call::new(Method::GET, path).by(role).send(&app).await.ok().to_string();
                assert_eq!(text.contains("pro-forma"), sees_money, "{path} by {role:?}");
                assert!(text.contains("P1/S1"), "the rest is there");
            }
            let asset = Call::new(Method::GET, "/audit/assets/P1%2Fpro-forma").by(role).send(&app).await;
            assert_eq!(asset.status == 200, sees_money, "{role:?}");
        }
    }

    async fn an_event_that_moved_in_does_not_tell_where_it_was(app) {
        app.make_tree("MINE").await;
        app.make_tree("HIDDEN").await;
        let event = app.post("/events", &samples::event("HIDDEN")).await.ok()["event"]["id"].clone();
        app.put(&format!("/events/{}", event.as_str().unwrap()), &samples::event("MINE")).await.ok();
        app.change_user(Role::Engineer.email(), |document| {
            let access = json!({"preventDownload": "no", "restrictProjects": "yes", "projects": ["MINE"]});
            document.insert("access".to_owned(), access);
        })
        .await;
        for path in ["/audit/projects/MINE", "/audit/projects/MINE?diff=true"] {
            let text = Call::new(Method::GET, path).by(Role::Engineer).send(&app).await.ok().to_string();
            assert!(text.contains("MINE") && !text.contains("HIDDEN"), "{path}: {text}");
            assert!(app.get("/audit/projects/MINE?diff=true").await.text().contains("HIDDEN"), "others see it");
        }
    }

    async fn what_never_was_has_no_history(app) {
        app.get("/audit/projects/nope").await.message(404);
    }
}
