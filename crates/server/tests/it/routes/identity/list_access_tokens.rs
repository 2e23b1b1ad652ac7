use axum::http::Method;
use gridfolio_testkit::{Role, both};
use serde_json::json;

use super::{EVENTS, call_with, get_by, make_token, path_of};

both! {
    async fn the_owner_sees_them_and_when_they_were_used(app) {
        let path = format!("{}/tokens", path_of(&app, Role::Viewer).await);
        assert_eq!(get_by(&app, &path, Role::Viewer).await.ok(), json!({"tokens": []}));
        let (first, token) = make_token(&app, Role::Viewer, &["events-view"]).await;
        app.app.clock.advance(1000);
        make_token(&app, Role::Viewer, &["energy-view", "events-view"]).await;
        let used = async || get_by(&app, &path, Role::Viewer).await.ok()["tokens"][0].get("lastUsed").cloned();
        assert_eq!(used().await, None);
        call_with(&app, (Method::GET, EVENTS), &token).await.ok();
        assert_eq!(used().await, Some(json!("2025-06-15T12:00:01Z")));
        app.app.clock.advance(59_999);
        call_with(&app, (Method::GET, EVENTS), &token).await.ok();
        assert_eq!(used().await, Some(json!("2025-06-15T12:00:01Z")), "at most once a minute");
        app.app.clock.advance(1);
        call_with(&app, (Method::GET, EVENTS), &token).await.ok();
        assert_eq!(used().await, Some(json!("2025-06-15T12:01:01Z")));
        let list = get_by(&app, &path, Role::Viewer).await;
        assert_eq!(list.json()["tokens"].as_array().unwrap().len(), 2);
        assert_eq!(list.json()["tokens"][0]["id"], json!(first));
        assert!(!list.text().contains("gfp_"), "{}", list.text());
    }

    async fn others_see_them_only_if_they_see_accounts(app) {
        make_token(&app, Role::Viewer, &["events-view"]).await;
        let path = format!("{}/tokens", path_of(&app, Role::Viewer).await);
        get_by(&app, &path, Role::Engineer).await.message(404);
        get_by(&app, &path, Role::Anonymous).await.message(401);
        for role in [Role::AssetManager, Role::Administrator] {
            assert_eq!(get_by(&app, &path, role).await.ok()["tokens"][0]["name"], "Meter");
        }
    }
}
