use gridfolio_testkit::{Role, USER, both};
use serde_json::json;

use super::{get_by, path_of, type_id};

both! {
    async fn everybody_sees_themselves_and_nobody_else(app) {
        let path = path_of(&app, Role::Viewer).await;
        let reply = get_by(&app, &path, Role::Viewer).await;
        let user = reply.ok();
        assert_eq!((&user["email"], &user["userType"]), (&json!(USER), &json!(type_id("viewer"))));
        assert_eq!(format!("/users/{}", user["id"].as_str().unwrap()), path);
        assert!(user["groups"].as_array().unwrap().contains(&json!("events-view")));
        assert_eq!(get_by(&app, &path, Role::AssetManager).await.etag(), reply.etag());
        let other = path_of(&app, Role::Administrator).await;
        let hidden = get_by(&app, &other, Role::Viewer).await.message(404);
        let unknown = "/users/00000000-0000-4000-8000-00000000ffff";
        assert_eq!(hidden.replace(&other[7..], "ID"), app.get(unknown).await.message(404).replace(&unknown[7..], "ID"));
        app.get("/users/nobody").await.message(404);
        get_by(&app, &path, Role::Anonymous).await.message(401);
    }
}
