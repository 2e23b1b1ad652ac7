use axum::http::Method;
use gridfolio_testkit::{Role, both};
use serde_json::json;

use super::{EVENTS, call, call_with, limit, make_clerk, make_token, newest_change, path_of};

both! {
    async fn it_ends_at_once_and_the_log_says_so(app) {
        let (id, token) = make_token(&app, Role::Viewer, &["events-view"]).await;
        call_with(&app, (Method::GET, EVENTS), &token).await.ok();
        let viewer = path_of(&app, Role::Viewer).await;
        let path = format!("{viewer}/tokens/{id}");
        assert_eq!(call(&app, (Method::DELETE, &path), Role::Viewer).await.ok(), json!({}));
        call_with(&app, (Method::GET, EVENTS), &token).await.message(401);
        call(&app, (Method::DELETE, &path), Role::Viewer).await.message(404);
        let change = newest_change(&app, viewer.strip_prefix("/users/").unwrap()).await;
        assert_eq!((&change["action"], &change["userName"]), (&json!("access_token_delete"), &json!("Uwe Test")));
    }

    async fn administrators_revoke_those_of_people_below_them(app) {
        let (id, token) = make_token(&app, Role::Viewer, &["events-view"]).await;
        let path = format!("{}/tokens/{id}", path_of(&app, Role::Viewer).await);
        call(&app, (Method::DELETE, &path), Role::FieldTechnician).await.message(404);
        call(&app, (Method::DELETE, &path), Role::AssetManager).await.message(403);
        call(&app, (Method::DELETE, &path), Role::Anonymous).await.message(401);
        let clerk = make_clerk(&app).await;
        limit(&app, &clerk, &[]).await;
        call(&app, (Method::DELETE, &path), Role::Engineer).await.message(403);
        call_with(&app, (Method::GET, EVENTS), &token).await.ok();
        // Of somebody else, by this path, there is none.
        let wrong = format!("{}/tokens/{id}", path_of(&app, Role::Finance).await);
        app.delete(&wrong).await.message(404);
        app.delete(&path).await.ok();
        call_with(&app, (Method::GET, EVENTS), &token).await.message(401);
    }
}
