use axum::http::Method;
use gridfolio_testkit::{Call, Role, both};

both! {
    async fn an_asset_is_named_by_its_path(app) {
        app.make_tree("P1").await;
        for (asset, kind) in [("P1", "project"), ("P1%2FS1", "site"), ("P1%2FS1%2FR1", "system"), ("%2FP1%2FS1", "site")] {
            let logs = app.get(&format!("/audit/assets/{asset}")).await.ok()["logs"].clone();
            assert_eq!(logs.as_array().unwrap().len(), 1, "{asset}");
            assert_eq!(logs[0]["assetType"], kind);
        }
        let diff = app.get("/audit/assets/P1%2FS1?diff=true").await.ok()["diff"].clone();
        assert_eq!(diff.as_object().unwrap().keys().collect::<Vec<_>>(), ["/P1/S1"]);
        assert_eq!(app.get("/audit/assets/P2").await.message(404), "there is no asset \"P2\"");
    }

    async fn a_portfolio_goes_by_its_id_also_after_it_went(app) {
        app.make_tree("P1").await;
        let id = app.make_portfolio("N", &["P1"]).await;
        app.delete("/projects/P1").await.ok();
        app.delete(&format!("/portfolios/{id}")).await.ok();
        let logs = app.get(&format!("/audit/assets/{id}")).await.ok()["logs"].clone();
        let seen: Vec<(&str, &serde_json::Value)> = logs.as_array().unwrap().iter()
            .map(|entry| (entry["action"].as_str().unwrap(), &entry["item"]["projects"]))
            .collect();
        let (one, none) = (serde_json::json!(["P1"]), serde_json::json!([]));
        assert_eq!(seen, [("delete", &none), ("update", &none), ("create", &one)]);
        assert_eq!(logs[0]["assetType"], "portfolio");
    }

    async fn the_order_is_that_of_writing_whatever_the_clock_says(app) {
        app.make_tree("P1").await;
        app.app.clock.advance(-60_000);
        app.delete("/projects/P1/sites/S1").await.ok();
        app.post("/projects/P1/sites/S1", &gridfolio_testkit::samples::site("S1")).await.ok();
        let logs = app.get("/audit/assets/P1%2FS1").await.ok()["logs"].clone();
        let seen: Vec<&str> = logs.as_array().unwrap().iter().map(|e| e["action"].as_str().unwrap()).collect();
        assert_eq!(seen, ["create", "delete", "create"]);
        assert!(logs[0]["timestamp"].as_i64() < logs[2]["timestamp"].as_i64());
        let in_one_transaction = app.get("/audit/projects/P1").await.ok()["logs"].clone();
        assert_eq!((&in_one_transaction[1]["id"], &in_one_transaction[2]["id"]), (&"P1/S1".into(), &"P1/S1/R1".into()));
    }

    async fn a_person_is_shown_to_themselves_and_to_administrators(app) {
        let get = |asset: String, role| Call::new(Method::GET, format!("/audit/assets/{asset}")).by(role).send(&app);
        for owner in [Role::Administrator, Role::Finance] {
            let read = Call::new(Method::GET, "/profile").by(owner).send(&app).await.ok()["profile"].clone();
            Call::new(Method::PUT, "/profile").by(owner).json(&read).send(&app).await.ok();
            let logs = app.get("/audit/users").await.ok()["logs"].clone();
            let id = logs[0]["id"].as_str().unwrap().to_owned();
            let all = get(id.clone(), Role::Administrator).await.ok()["logs"].clone();
            assert_eq!(all.as_array().unwrap().len(), 2, "made and changed");
            if owner == Role::Finance {
                assert_eq!(get(id, owner).await.ok()["logs"], all);
            } else {
                assert_eq!(get(id.clone(), Role::Finance).await.message(404), format!("there is no asset {id:?}"));
            }
        }
    }
}
