use gridfolio_testkit::{Role, both};
use serde_json::json;

use super::{by, make_notification, notification, own_path};

both! {
    async fn it_is_replaced(app) {
        let path = make_notification(&app, Role::Viewer).await;
        let mut sent = notification("changed");
        sent["notificationType"] = json!("report");
        let after = by(&app, "PUT", &path, Some(sent), Role::Viewer).await.ok();
        assert_eq!((&after["notification"]["name"], &after["notification"]["notificationType"]), (&json!("changed"), &json!("report")));
        by(&app, "PUT", &path, Some(notification("a")), Role::AssetManager).await.message(403);
        by(&app, "PUT", &path, Some(notification("a")), Role::Engineer).await.message(404);
        by(&app, "PUT", &path, Some(notification("a")), Role::Administrator).await.ok();
        let stale = gridfolio_testkit::Call::new(axum::http::Method::PUT, &*path).json(&notification("b")).header("if-match", "\"0-0\"");
        stale.send(&app).await.message(412);
        let unknown = own_path(&app, Role::Viewer).await + "/00000000-0000-4000-8000-00000000ffff";
        app.put(&unknown, &notification("a")).await.message(404);
    }
}
