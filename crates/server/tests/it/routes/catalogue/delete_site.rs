use gridfolio_testkit::both;
use serde_json::json;

both! {
    async fn a_site_goes_with_its_systems(app) {
        app.make_tree("P1").await;
        assert_eq!(app.delete("/projects/P1/sites/S1").await.ok(), json!({}));
        assert_eq!(app.get("/projects/P1").await.ok()["project"]["sites"], json!({}));
        assert_eq!(app.delete("/projects/P1/sites/S1").await.message(404), "there is no site \"P1/S1\"");
        let log = app.get("/audit/assets/P1%2FS1%2FR1").await.ok();
        assert_eq!(log["logs"][0]["action"], "delete");
    }
}
