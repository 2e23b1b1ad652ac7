use gridfolio_testkit::both;
use serde_json::json;

both! {
    async fn a_project_goes_with_all_in_it_and_the_log_keeps_the_documents(app) {
        app.make_tree("P1").await;
        assert_eq!(app.delete("/projects/P1").await.ok(), json!({}));
        app.get("/projects/P1").await.message(404);
        app.delete("/projects/P1").await.message(404);
        let log = app.get("/audit/projects/P1").await.ok();
        let gone: Vec<(&str, &str)> = log["logs"].as_array().unwrap().iter()
            .filter(|e| e["action"] == "delete")
            .map(|e| (e["id"].as_str().unwrap(), e["item"]["code"].as_str().unwrap()))
            .collect();
        assert_eq!(gone, [("P1", "P1"), ("P1/S1", "S1"), ("P1/S1/R1", "R1")]);
        app.make_tree("P1").await;
    }
}
