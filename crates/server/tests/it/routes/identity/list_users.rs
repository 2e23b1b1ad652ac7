use gridfolio_testkit::{ADMINISTRATOR, Role, both};
use serde_json::json;

use super::{get_by, limit, path_of};

both! {
    async fn users_stand_by_id_beside_the_callers_own_members(app) {
        let listed = app.get("/users").await.ok()["users"].clone();
        assert_eq!((&listed["email"], &listed["firstName"]), (&json!(ADMINISTRATOR), &json!("Ada")));
        let people: Vec<_> = listed.as_object().unwrap().values().filter(|value| value.is_object()).collect();
        assert_eq!(people.len(), Role::PEOPLE.len());
        let id = app.id_of(Role::Viewer).await;
        assert_eq!(listed[&id], app.get(&format!("/users/{id}")).await.ok());
        assert_eq!(listed[&id]["id"], json!(id));
        assert!(!listed.to_string().contains("argon2"), "no secret");
    }

    async fn others_are_for_those_with_users_view(app) {
        assert_eq!(get_by(&app, "/users", Role::AssetManager).await.ok()["users"]["firstName"], "Amir");
        for role in [Role::Viewer, Role::FieldTechnician, Role::Engineer, Role::Finance] {
            get_by(&app, "/users", role).await.message(403);
        }
        get_by(&app, "/users", Role::Anonymous).await.message(401);
    }

    async fn codes_that_the_reader_does_not_see_are_left_out(app) {
        app.make_tree("A").await;
        app.make_tree("B").await;
        limit(&app, &path_of(&app, Role::Viewer).await, &["A", "B"]).await;
        limit(&app, &path_of(&app, Role::AssetManager).await, &["A"]).await;
        let id = app.id_of(Role::Viewer).await;
        let listed = get_by(&app, "/users", Role::AssetManager).await.ok();
        assert_eq!(listed["users"][&id]["access"]["projects"], json!(["A"]));
        let log = get_by(&app, "/audit/users", Role::AssetManager).await.text();
        assert!(!log.contains("\"B\""), "{log}");
        assert!(app.get("/audit/users").await.text().contains("[\"A\",\"B\"]"));
    }
}
