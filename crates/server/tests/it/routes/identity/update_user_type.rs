use axum::http::Method;
use gridfolio_testkit::{Call, Role, both};
use serde_json::json;

use super::{make_clerk, newest_change, put_by, type_id};

both! {
    async fn it_is_replaced(app) {
        let path = format!("/user-types/{}", type_id("viewer"));
        let tag = app.get(&path).await.etag();
        let sent = json!({"name": "reader", "application": "ams", "groups": ["events-view"]});
        let reply = Call::new(Method::PUT, &*path).json(&sent).header("if-match", &tag).send(&app).await;
        assert_eq!((&reply.ok()["name"], &reply.ok()["id"]), (&json!("reader"), &json!(type_id("viewer"))));
        Call::new(Method::PUT, &*path).json(&sent).header("if-match", &tag).send(&app).await.message(412);
        let change = newest_change(&app, type_id("viewer")).await;
        assert_eq!(change["changes"][0]["member"], "name");
        app.put("/user-types/none", &sent).await.message(404);
    }

    async fn not_by_those_who_have_less(app) {
        make_clerk(&app).await;
        let finance = format!("/user-types/{}", type_id("finance"));
        let sent = json!({"name": "finance", "application": "ams", "groups": []});
        put_by(&app, &finance, &sent, Role::Engineer).await.message(403);
        let viewer = format!("/user-types/{}", type_id("viewer"));
        let more = json!({"name": "viewer", "application": "ams", "groups": ["finance-view"]});
        put_by(&app, &viewer, &more, Role::Engineer).await.message(403);
        put_by(&app, &viewer, &sent, Role::Engineer).await.ok();
        put_by(&app, &viewer, &sent, Role::AssetManager).await.message(403);
    }
}
