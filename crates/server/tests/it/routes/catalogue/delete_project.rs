use gridfolio_testkit::{both, samples};
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

    async fn portfolios_forget_it_in_the_same_step(app) {
        for code in ["P1", "P2"] {
            app.post(&format!("/projects/{code}"), &samples::project(code)).await.ok();
        }
        let both = app.make_portfolio("Both", &["P2", "P1"]).await;
        let one = app.make_portfolio("One", &["P1"]).await;
        let other = app.make_portfolio("Other", &["P2"]).await;
        let untouched = app.get(&format!("/portfolios/{other}")).await.etag();
        app.delete("/projects/P1").await.ok();
        let projects = async |id: &str| app.get(&format!("/portfolios/{id}")).await.ok()["portfolio"]["projects"].clone();
        assert_eq!((projects(&both).await, projects(&one).await), (json!(["P2"]), json!([])));
        assert_eq!(app.get(&format!("/portfolios/{other}")).await.etag(), untouched);
        let mut snapshot = app.app.db.read().await.unwrap();
        let logged: Vec<(String, String, String)> = gridfolio_db::query(
            "SELECT a.asset, a.document_before, a.document_after FROM audit a JOIN audit d ON a.at = d.at \
             WHERE a.action = 'update' AND a.asset_type = 'portfolio' AND d.action = 'delete' AND d.asset = 'P1' \
             ORDER BY a.asset",
        ).all(&mut snapshot).await.unwrap();
        let mut expected = vec![
            (both, json!({"name": "Both", "projects": ["P2", "P1"]}), json!({"name": "Both", "projects": ["P2"]})),
            (one, json!({"name": "One", "projects": ["P1"]}), json!({"name": "One", "projects": []})),
        ];
        expected.sort_by(|a, b| a.0.cmp(&b.0));
        let logged: Vec<_> = logged.into_iter()
            .map(|(id, before, after)| (id, serde_json::from_str(&before).unwrap(), serde_json::from_str(&after).unwrap()))
            .collect();
        assert_eq!(logged, expected);
        drop(snapshot);
        app.post("/projects/P1", &samples::project("P1")).await.ok();
        assert_eq!(app.get("/portfolios").await.ok()["portfolios"][0]["projects"], json!(["P2"]), "it stays forgotten");
    }

    async fn no_portfolio_takes_it_in_while_it_goes(app) {
        // Several times: what is between a read and a write cannot be met on purpose.
        for code in ["P1", "P2", "P3", "P4", "P5", "P6"] {
            let path = format!("/projects/{code}");
            app.post(&path, &samples::project(code)).await.ok();
            let body = samples::portfolio("N", &[code]);
            let post = || app.post("/portfolios", &body);
            let (a, b, gone, c, d) = tokio::join!(post(), post(), app.delete(&path), post(), post());
            for reply in [&a, &b, &c, &d] {
                assert!([200, 400, 409].contains(&reply.status.as_u16()), "{}", reply.text());
            }
            assert!([200, 409].contains(&gone.status.as_u16()), "{}", gone.text());
            if gone.status.as_u16() == 409 {
                app.delete(&path).await.ok();
            }
        }
        for portfolio in app.get("/portfolios").await.ok()["portfolios"].as_array().unwrap() {
            assert_eq!(portfolio["projects"], json!([]));
        }
    }
}
