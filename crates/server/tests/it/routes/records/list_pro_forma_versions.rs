use gridfolio_testkit::{TestApp, both, samples};
use serde_json::json;

async fn names(app: &TestApp) -> Vec<String> {
    let versions = app.get("/projects/P1/pro-forma/versions").await.ok()["versions"].clone();
    versions.as_array().unwrap().iter().map(|v| v["version"].as_str().unwrap().to_owned()).collect()
}

both! {
    async fn they_come_in_the_order_in_which_they_were_made(app) {
        app.make_tree("P1").await;
        assert_eq!(app.get("/projects/P1/pro-forma/versions").await.ok(), json!({"versions": []}));
        for name in ["z", "a", "m"] {
            app.put(&format!("/projects/P1/pro-forma?version={name}"), &samples::pro_forma()).await.ok();
        }
        app.put("/projects/P1/pro-forma", &samples::pro_forma()).await.ok();
        assert_eq!(names(&app).await, ["z", "a", "m"]);
        app.put("/projects/P1/pro-forma?version=z", &samples::pro_forma()).await.ok();
        assert_eq!(names(&app).await, ["z", "a", "m"], "saved again is not made again");
        app.delete("/projects/P1/pro-forma?version=z").await.must_be(200);
        app.put("/projects/P1/pro-forma?version=z", &samples::pro_forma()).await.ok();
        assert_eq!(names(&app).await, ["a", "m", "z"]);
    }

    async fn each_is_whole_and_carries_its_name(app) {
        app.make_tree("P1").await;
        app.put("/projects/P1/pro-forma?version=bank", &samples::pro_forma()).await.ok();
        let mut expected = samples::pro_forma();
        expected["version"] = json!("bank");
        assert_eq!(app.get("/projects/P1/pro-forma/versions").await.ok(), json!({"versions": [expected]}));
        app.get("/projects/P2/pro-forma/versions").await.message(404);
    }
}
