use axum::http::Method;
use gridfolio_testkit::{Role, both};
use serde_json::json;

use super::{call, make_clerk, type_id};

both! {
    async fn one_in_use_stays(app) {
        let used = format!("/user-types/{}", type_id("viewer"));
        assert!(app.delete(&used).await.message(409).starts_with("1 user is of this type"));
        app.get(&used).await.ok();
        let made = app.post("/user-types", &json!({"name": "n", "application": "ams", "groups": ["finance-view"]})).await.ok();
        let path = format!("/user-types/{}", made["id"].as_str().unwrap());
        make_clerk(&app).await;
        call(&app, (Method::DELETE, &path), Role::Engineer).await.message(403);
        call(&app, (Method::DELETE, &path), Role::AssetManager).await.message(403);
        assert_eq!(app.delete(&path).await.ok(), json!({}));
        app.get(&path).await.message(404);
    }
}
