use axum::http::Method;
use gridfolio_testkit::{Role, both};
use serde_json::json;

use super::{call, groups_of, make_clerk, path_of, type_id};

both! {
    async fn it_gives_the_groups_of_the_type_as_it_is_now(app) {
        let path = path_of(&app, Role::Viewer).await;
        let reset = format!("{path}/groups/reset");
        app.put(&format!("{path}/groups/finance-edit"), &json!({})).await.ok();
        app.delete(&format!("{path}/groups/events-view")).await.ok();
        assert_eq!(call(&app, (Method::PUT, &reset), Role::Administrator).await.ok(), json!({}));
        let groups = groups_of(&app, &path).await;
        assert!(groups.contains(&"events-view".to_owned()) && !groups.contains(&"finance-edit".to_owned()));
        let kind = format!("/user-types/{}", type_id("viewer"));
        app.put(&kind, &json!({"name": "viewer", "application": "ams", "groups": ["export"]})).await.ok();
        assert_eq!(groups_of(&app, &path).await, groups, "a changed type changes nobody");
        call(&app, (Method::PUT, &reset), Role::Administrator).await.ok();
        assert_eq!(groups_of(&app, &path).await, ["export"]);
    }

    async fn not_without_a_type_nor_for_oneself_nor_beyond(app) {
        let path = path_of(&app, Role::Finance).await;
        let reset = format!("{path}/groups/reset");
        make_clerk(&app).await;
        for group in ["finance-view", "finance-edit", "records-edit", "reports-edit"] {
            app.delete(&format!("{path}/groups/{group}")).await.ok();
        }
        // They are below the clerk now, but their type is not.
        let message = call(&app, (Method::PUT, &reset), Role::Engineer).await.message(403);
        assert!(message.contains("finance-edit"), "{message}");
        let own = path_of(&app, Role::Administrator).await + "/groups/reset";
        call(&app, (Method::PUT, &own), Role::Administrator).await.message(403);
        let mut user = app.get(&path).await.ok();
        user.as_object_mut().unwrap().shift_remove("userType");
        app.put(&path, &user).await.ok();
        assert!(call(&app, (Method::PUT, &reset), Role::Administrator).await.message(409).contains("userType"));
    }
}
