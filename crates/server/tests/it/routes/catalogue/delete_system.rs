use gridfolio_testkit::both;
use serde_json::json;

both! {
    async fn a_system_goes_alone(app) {
        app.make_tree("P1").await;
        assert_eq!(app.delete("/projects/P1/sites/S1/systems/R1").await.ok(), json!({}));
        let project = app.get("/projects/P1").await.ok()["project"].clone();
        assert_eq!(project["sites"]["S1"]["systems"], json!({}));
        assert_eq!(project["systemStatus"], "New Project");
        let message = app.delete("/projects/P1/sites/S1/systems/R1").await.message(404);
        assert_eq!(message, "there is no system \"P1/S1/R1\"");
    }
}
