use axum::http::Method;
use gridfolio_db::query;
use gridfolio_testkit::{Call, Role, both};
use serde_json::json;

use super::{call, get_by, limit, make_clerk, newest_change, path_of, type_id};

both! {
    async fn it_ends_sessions_at_once_and_the_log_keeps_the_name(app) {
        let path = path_of(&app, Role::Viewer).await;
        get_by(&app, "/profile", Role::Viewer).await.ok();
        assert_eq!(app.delete(&path).await.ok(), json!({}));
        get_by(&app, "/profile", Role::Viewer).await.message(401);
        app.get(&path).await.message(404);
        app.delete(&path).await.message(404);
        let change = newest_change(&app, path.strip_prefix("/users/").unwrap()).await;
        assert_eq!((&change["action"], &change["userName"]), (&json!("delete"), &json!("Ada Test")));
        let gone = app.get(&format!("/audit/assets/{}", &path[7..])).await.ok();
        assert_eq!(gone["logs"][0]["item"]["firstName"], "Uwe");
        let mut snapshot = app.app.db.read().await.unwrap();
        for table in ["app_session", "credential"] {
            let text = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {table} WHERE app_user = $1");
            let (left,): (i64,) = gridfolio_db::Query::assembled(text).bind(&path[7..]).one(&mut snapshot).await.unwrap();
            assert_eq!(left, 0, "{table}");
        }
        let (people,): (i64,) = query("SELECT CAST(COUNT(*) AS BIGINT) FROM app_user").one(&mut snapshot).await.unwrap();
        assert_eq!(people, 5);
    }

    async fn nobody_removes_themselves_or_somebody_above(app) {
        let own = path_of(&app, Role::Administrator).await;
        assert!(app.delete(&own).await.message(403).contains("ask another administrator"));
        let clerk = make_clerk(&app).await;
        call(&app, (Method::DELETE, &own), Role::Engineer).await.message(403);
        let finance = path_of(&app, Role::Finance).await;
        call(&app, (Method::DELETE, &finance), Role::Engineer).await.message(403);
        call(&app, (Method::DELETE, &path_of(&app, Role::Viewer).await), Role::Engineer).await.ok();
        limit(&app, &clerk, &[]).await;
        let technician = path_of(&app, Role::FieldTechnician).await;
        call(&app, (Method::DELETE, &technician), Role::Engineer).await.message(403);
        call(&app, (Method::DELETE, &technician), Role::AssetManager).await.message(403);
        call(&app, (Method::DELETE, &technician), Role::FieldTechnician).await.message(403);
    }

    async fn two_who_remove_each_other_leave_one(app) {
        let (one, other) = (path_of(&app, Role::Administrator).await, path_of(&app, Role::AssetManager).await);
        let mut user = app.get(&other).await.ok();
        user["userType"] = json!(type_id("administrator"));
        app.put(&other, &user).await.ok();
        app.token_of(Role::AssetManager).await;
        let (first, second) = tokio::join!(
            Call::new(Method::DELETE, &*other).send(&app),
            Call::new(Method::DELETE, &*one).by(Role::AssetManager).send(&app),
        );
        let mut statuses = [first.status.as_u16(), second.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses[0], 200);
        assert!([401, 403, 404, 409].contains(&statuses[1]), "{statuses:?}");
        let mut snapshot = app.app.db.read().await.unwrap();
        let users = gridfolio::identity::store::list_users(&mut snapshot).await.unwrap();
        let administrators = users.iter().filter(|user| user.document["groups"].to_string().contains("users-edit"));
        assert_eq!(administrators.count(), 1);
    }
}
