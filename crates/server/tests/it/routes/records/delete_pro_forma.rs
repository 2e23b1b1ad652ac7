use axum::http::Method;
use gridfolio_testkit::{Call, both, samples};
use serde_json::json;

const PATH: &str = "/projects/P1/pro-forma";

both! {
    async fn only_the_one_that_is_meant_goes(app) {
        app.make_tree("P1").await;
        assert_eq!(app.delete(PATH).await.message(404), "there is no pro-forma \"P1/pro-forma\"");
        app.put(PATH, &samples::pro_forma()).await.ok();
        app.put(&format!("{PATH}?version=a"), &samples::pro_forma()).await.ok();
        app.delete(&format!("{PATH}?version=b")).await.message(404);
        app.delete(&format!("{PATH}?version=")).await.message(400);
        let gone = app.delete(PATH).await;
        gone.must_be(200);
        assert!(gone.bytes.is_empty(), "{}", gone.text());
        assert_eq!(app.get(PATH).await.ok(), json!({}));
        assert_eq!(app.get(&format!("{PATH}/versions")).await.ok()["versions"].as_array().unwrap().len(), 1);
        app.delete(&format!("{PATH}?version=a")).await.must_be(200);
        app.delete(&format!("{PATH}?version=a")).await.message(404);
    }

    async fn if_match_is_honoured(app) {
        app.make_tree("P1").await;
        let tag = app.put(PATH, &samples::pro_forma()).await.etag();
        Call::new(Method::DELETE, PATH).header("if-match", "\"9-0\"").send(&app).await.message(412);
        Call::new(Method::DELETE, PATH).header("if-match", &tag).send(&app).await.must_be(200);
    }

    async fn a_project_takes_its_pro_formas_along(app) {
        app.make_tree("P1").await;
        app.make_tree("P2").await;
        app.put(PATH, &samples::pro_forma()).await.ok();
        app.put(&format!("{PATH}?version=a"), &samples::pro_forma()).await.ok();
        app.put("/projects/P2/pro-forma", &samples::pro_forma()).await.ok();
        app.delete("/projects/P1").await.ok();
        let logs = app.get("/audit/projects/P1").await.ok()["logs"].clone();
        let gone: Vec<&str> = logs.as_array().unwrap().iter().filter(|e| e["action"] == "delete")
            .map(|e| e["id"].as_str().unwrap()).collect();
        assert_eq!(gone, ["P1", "P1/pro-forma/a", "P1/pro-forma", "P1/S1", "P1/S1/R1"]);
        app.make_tree("P1").await;
        assert_eq!(app.get(PATH).await.ok(), json!({}));
        assert_eq!(app.get("/projects/P2/pro-forma").await.ok()["proForma"], samples::pro_forma());
    }
}
