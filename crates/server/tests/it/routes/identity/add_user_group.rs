use gridfolio_testkit::{Role, both, samples};
use serde_json::json;

use super::{get_by, groups_of, make_clerk, newest_change, path_of, put_by};

both! {
    async fn a_group_opens_at_the_next_request(app) {
        app.make_tree("A").await;
        let path = path_of(&app, Role::Engineer).await;
        app.put("/projects/A/pro-forma", &samples::pro_forma()).await.ok();
        get_by(&app, "/projects/A/pro-forma", Role::Engineer).await.message(403);
        assert_eq!(app.put(&format!("{path}/groups/finance-view"), &json!({})).await.ok(), json!({}));
        get_by(&app, "/projects/A/pro-forma", Role::Engineer).await.ok();
        let tag = app.get(&path).await.etag();
        app.put(&format!("{path}/groups/finance-view"), &json!({})).await.ok();
        assert_eq!(app.get(&path).await.etag(), tag, "nothing changed");
        let change = newest_change(&app, &path[7..]).await;
        let members = change["changes"].as_array().unwrap();
        assert_eq!((members.len(), &members[0]["member"]), (1, &json!("groups")));
        assert!(!members[0]["from"].to_string().contains("finance-view") && members[0]["to"].to_string().contains("finance-view"));
        app.put(&format!("{path}/groups/no-such"), &json!({})).await.message(404);
    }

    async fn nobody_gives_more_than_they_have(app) {
        make_clerk(&app).await;
        let viewer = path_of(&app, Role::Viewer).await;
        let message = put_by(&app, &format!("{viewer}/groups/finance-view"), &json!({}), Role::Engineer).await.message(403);
        assert_eq!(message, "you cannot give groups that you do not have: finance-view");
        put_by(&app, &format!("{viewer}/groups/users-edit"), &json!({}), Role::Engineer).await.ok();
        assert!(groups_of(&app, &viewer).await.contains(&"users-edit".to_owned()));
        let own = path_of(&app, Role::Administrator).await;
        let message = app.put(&format!("{own}/groups/export"), &json!({})).await.message(403);
        assert_eq!(message, "nobody changes their own groups: ask another administrator");
        put_by(&app, &format!("{viewer}/groups/export"), &json!({}), Role::AssetManager).await.message(403);
    }

    async fn a_download_that_is_prevented_cannot_be_given(app) {
        let clerk = make_clerk(&app).await;
        let mut user = app.get(&clerk).await.ok();
        user["access"] = json!({"preventDownload": "yes", "restrictProjects": "no"});
        app.put(&clerk, &user).await.ok();
        let viewer = path_of(&app, Role::Viewer).await;
        put_by(&app, &format!("{viewer}/groups/export"), &json!({}), Role::Engineer).await.message(403);
        put_by(&app, &format!("{viewer}/groups/audit-view"), &json!({}), Role::Engineer).await.ok();
    }
}
