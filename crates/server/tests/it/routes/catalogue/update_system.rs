use gridfolio_testkit::{both, samples};
use serde_json::json;

both! {
    async fn a_systems_status_shows_in_its_project(app) {
        app.make_tree("P1").await;
        app.post("/projects/P1/sites/S1/systems/R2", &samples::system("R2")).await.ok();
        let mut sent = samples::system("R1");
        sent["status"] = json!("Construction");
        let system = app.put("/projects/P1/sites/S1/systems/R1", &sent).await.ok()["system"].clone();
        assert_eq!(system["status"], "Construction");
        let project = app.get("/projects/P1").await.ok()["project"].clone();
        assert_eq!(project["systemStatus"], "Partially Operational");
        assert_eq!(project["status"], "Operational");
        app.put("/projects/P1/sites/S1/systems/R3", &samples::system("R3")).await.message(404);
    }
}
