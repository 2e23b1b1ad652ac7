use gridfolio_testkit::samples::meter;
use gridfolio_testkit::{both, samples};
use serde_json::json;

both! {
    async fn each_project_answers_in_its_own_zone(app) {
        app.make_tree("P1").await;
        let mut east = samples::project("P2");
        east["timezone"] = json!("America/New_York");
        app.post("/projects/P2", &east).await.ok();
        app.post("/projects/P2/sites/S1", &samples::site("S1")).await.ok();
        app.post("/projects/P2/sites/S1/systems/R1", &samples::system("R1")).await.ok();
        // 05:00 UTC is 1 June in New York and still 31 May in Denver
        let rows = [meter("2025-06-01T05:00:00Z", 0, 0), meter("2025-06-01T05:50:00Z", 0, 100)];
        app.measure("/P1/S1/R1/GEN/1", &rows).await;
        app.measure("/P2/S1/R1/GEN/1", &rows).await;
        let answer = app.get("/energy/datums?start=2025-06-01&end=2025-06-02&aggregation=day").await.ok();
        assert_eq!(answer["projects"]["P1"]["aggregatedTotals"], json!([]));
        let day = json!({"generation": 100, "generationReading": 100, "normalisedGeneration": 16.667});
        assert_eq!(answer["projects"]["P2"]["aggregatedTotals"], json!([{"2025-06-01T00:00:00": day}]));
        assert_eq!(answer["range"]["localStartDate"], "2025-06-01T00:00:00");
        assert_eq!(answer["projects"].as_object().unwrap().keys().collect::<Vec<_>>(), ["P1", "P2"]);
    }

    async fn the_filter_takes_lists_and_leaves_out_the_unknown(app) {
        for code in ["A", "B", "C"] {
            app.post(&format!("/projects/{code}"), &samples::project(code)).await.ok();
        }
        let answer = app.get("/energy/datums?start=2025-06-01&end=2025-06-02&projectIds=C,zz&projectIds=A").await.ok();
        assert_eq!(answer["projects"].as_object().unwrap().keys().collect::<Vec<_>>(), ["A", "C"]);
        let none = app.get("/energy/datums?start=2025-06-01&end=2025-06-02&projectIds=zz").await.ok();
        assert_eq!(none["projects"], json!({}));
        let message = app.get("/energy/datums?start=2025-06-02&end=2025-06-01&projectIds=zz").await.message(400);
        assert_eq!(message, "end: must not be before start");
    }
}
