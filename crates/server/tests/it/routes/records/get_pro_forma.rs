use gridfolio_testkit::{both, samples};
use serde_json::json;

both! {
    async fn a_project_without_one_has_an_empty_answer(app) {
        app.make_tree("P1").await;
        assert_eq!(app.get("/projects/P1/pro-forma").await.ok(), json!({}));
        app.put("/projects/P1/pro-forma?version=draft", &samples::pro_forma()).await.ok();
        assert_eq!(app.get("/projects/P1/pro-forma").await.ok(), json!({}), "a version is not the current one");
        assert_eq!(app.get("/projects/P2/pro-forma").await.message(404), "there is no project \"P2\"");
    }

    async fn reports_find_their_prices(app) {
        app.make_tree("P1").await;
        app.put("/projects/P1/pro-forma", &samples::pro_forma()).await.ok();
        let pro_forma = app.get("/projects/P1/pro-forma").await.ok()["proForma"].clone();
        let payment = |account: &str| {
            let flows = pro_forma["cashFlows"].as_array().unwrap();
            flows.iter().find(|flow| flow["category"] == "Income" && flow["account"] == account).unwrap()["payments"][0].clone()
        };
        assert_eq!(payment("PPA/FIT")["recurrence"]["startRate"], json!(0.105));
        assert_eq!(payment("SREC Revenue")["recurrence"]["rates"][1]["january"], json!(0.061));
    }
}
