use gridfolio_testkit::{NOW, both, samples};
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

    async fn what_never_was_has_no_history(app) {
        app.get("/audit/projects/nope").await.message(404);
    }
}
