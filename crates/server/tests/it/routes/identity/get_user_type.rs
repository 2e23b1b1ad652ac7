use axum::http::Method;
use gridfolio_testkit::{Call, Role, both};
use serde_json::json;

use super::{get_by, limit, path_of, type_id};

both! {
    async fn a_body_is_ignored(app) {
        let path = format!("/user-types/{}", type_id("finance"));
        let body = json!({"name": "x", "application": "econode"});
        let read = Call::new(Method::GET, &*path).json(&body).send(&app).await;
        assert_eq!((&read.ok()["name"], read.etag().is_empty()), (&json!("finance"), false));
        assert_eq!(app.get(&path).await.ok()["name"], "finance");
        get_by(&app, &path, Role::Viewer).await.message(403);
        app.get("/user-types/none").await.message(404);
        app.get("/user-types/00000000-0000-4000-8000-00000000ffff").await.message(404);
    }

    async fn those_who_are_limited_to_projects_see_types(app) {
        limit(&app, &path_of(&app, Role::AssetManager).await, &[]).await;
        get_by(&app, &format!("/user-types/{}", type_id("finance")), Role::AssetManager).await.ok();
    }
}
