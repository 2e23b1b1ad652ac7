use gridfolio_testkit::both;

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

    async fn people_are_no_assets_of_the_tree(app) {
        let profile = app.get("/profile").await.ok()["profile"].clone();
        app.put("/profile", &profile).await.ok();
        let mut snapshot = app.app.db.read().await.unwrap();
        let (id,): (String,) = gridfolio_db::query("SELECT user_id FROM audit WHERE asset_type = 'profile' AND action = 'update'")
            .one(&mut snapshot).await.unwrap();
        drop(snapshot);
        app.get(&format!("/audit/assets/{id}")).await.message(404);
    }
}
