use gridfolio_testkit::{Role, both};
use serde_json::json;

use super::{by, make_notification};

both! {
    async fn it_is_gone(app) {
        let path = make_notification(&app, Role::Viewer).await;
        by(&app, "DELETE", &path, None, Role::AssetManager).await.message(403);
        by(&app, "DELETE", &path, None, Role::Engineer).await.message(404);
        assert_eq!(by(&app, "DELETE", &path, None, Role::Viewer).await.ok(), json!({}));
        by(&app, "DELETE", &path, None, Role::Viewer).await.message(404);
    }

    async fn it_goes_with_its_person(app) {
        make_notification(&app, Role::Viewer).await;
        let id = app.id_of(Role::Viewer).await;
        app.delete(&format!("/users/{id}")).await.ok();
        let logs = app.get("/audit/users").await.ok()["logs"].clone();
        let kinds: Vec<_> = logs.as_array().unwrap()[..2].iter().map(|log| (log["assetType"].clone(), log["action"].clone())).collect();
        assert!(kinds.contains(&(json!("notification"), json!("delete"))), "{kinds:?}");
    }
}
