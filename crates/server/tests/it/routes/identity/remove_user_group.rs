use axum::http::Method;
use gridfolio_testkit::{Role, both};
use serde_json::json;

use super::{call, get_by, groups_of, make_clerk, path_of};

both! {
    async fn it_closes_at_the_next_request(app) {
        let path = path_of(&app, Role::Viewer).await;
        get_by(&app, "/projects", Role::Viewer).await.ok();
        assert_eq!(app.delete(&format!("{path}/groups/projects-view")).await.ok(), json!({}));
        get_by(&app, "/projects", Role::Viewer).await.message(403);
        assert!(!groups_of(&app, &path).await.contains(&"projects-view".to_owned()));
        app.delete(&format!("{path}/groups/projects-view")).await.ok();
        app.delete(&format!("{path}/groups/no-such")).await.message(404);
    }

    async fn also_from_those_who_may_not_download(app) {
        make_clerk(&app).await;
        let path = path_of(&app, Role::Viewer).await;
        app.put(&format!("{path}/groups/export"), &json!({})).await.ok();
        let mut user = app.get(&path).await.ok();
        user["access"] = json!({"preventDownload": "yes", "restrictProjects": "no"});
        app.put(&path, &user).await.ok();
        call(&app, (Method::DELETE, &format!("{path}/groups/events-view")), Role::Engineer).await.ok();
        assert!(!groups_of(&app, &path).await.contains(&"events-view".to_owned()));
    }

    async fn not_from_oneself_nor_from_those_above_nor_the_last(app) {
        let clerk = make_clerk(&app).await;
        let own = format!("{clerk}/groups/events-view");
        call(&app, (Method::DELETE, &own), Role::Engineer).await.message(403);
        let finance = path_of(&app, Role::Finance).await + "/groups/export";
        call(&app, (Method::DELETE, &finance), Role::Engineer).await.message(403);
        app.delete(&finance).await.ok();
        call(&app, (Method::DELETE, &finance), Role::Viewer).await.message(403);
        app.delete(&format!("{clerk}/groups/users-edit")).await.ok();
    }
}
