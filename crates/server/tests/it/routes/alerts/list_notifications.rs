use gridfolio_testkit::{Role, both};
use serde_json::json;

use super::{by, notification, own_path};

both! {
    async fn own_ones_in_the_order_they_were_made(app) {
        let path = own_path(&app, Role::Viewer).await;
        assert_eq!(by(&app, "GET", &path, None, Role::Viewer).await.ok(), json!({"notifications": []}));
        for name in ["one", "two"] {
            by(&app, "POST", &path, Some(notification(name)), Role::Viewer).await.ok();
        }
        let listed = by(&app, "GET", &path, None, Role::Viewer).await.ok();
        let names: Vec<&str> = listed["notifications"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["one", "two"]);
        assert!(listed["notifications"][0]["id"].is_string());
        assert_eq!(by(&app, "GET", &path, None, Role::AssetManager).await.ok(), listed);
        by(&app, "GET", &path, None, Role::Engineer).await.message(404);
    }
}
