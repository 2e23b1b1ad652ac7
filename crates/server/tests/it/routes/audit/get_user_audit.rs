use axum::http::Method;
use gridfolio::identity::service;
use gridfolio::kit::access::Actor;
use gridfolio_db::query;
use gridfolio_testkit::{Call, PASSWORD, Role, USER, both};
use serde_json::{Value, json};

both! {
    async fn accounts_are_there_newest_first(app) {
        let profile = app.get("/profile").await.ok()["profile"].clone();
        let mut sent = profile.clone();
        sent["lastName"] = json!("Lovelace");
        app.put("/profile", &sent).await.ok();
        app.make_tree("P1").await;
        let logs = app.get("/audit/users").await.ok()["logs"].clone();
        let newest = &logs[0];
        assert_eq!((&newest["action"], &newest["assetType"]), (&json!("update"), &json!("user")));
        assert_eq!((&newest["item"]["lastName"], &newest["id"]), (&sent["lastName"], &newest["userId"]));
        assert_eq!(newest["path"], json!(format!("/{}", newest["id"].as_str().unwrap())));
        assert_eq!((&newest["puserNameath"], newest.get("project")), (&json!("Ada Test"), None));
        let kinds: Vec<(&Value, &Value)> =
            logs.as_array().unwrap().iter().map(|e| (&e["action"], &e["assetType"])).collect();
        let made = (&json!("create"), &json!("user"));
        assert_eq!(kinds[1..], [made; Role::PEOPLE.len()], "the people of every test, and nothing of the tree");
    }

    async fn it_says_where_a_change_was_asked_for(app) {
        let actor = Actor::named("someone", "Some One", Some("203.0.113.7".parse().unwrap()));
        service::set_password(&app.app, actor, USER, "another password".to_owned()).await.unwrap();
        assert_eq!(app.get("/audit/users").await.ok()["logs"][0]["address"], "203.0.113.7");
        let id = app.id_of(Role::Viewer).await;
        let diff = app.get("/audit/users?diff=true").await.ok()["diff"][format!("/{id}")][0].clone();
        assert_eq!((&diff["address"], &diff["userName"]), (&json!("203.0.113.7"), &json!("Some One")));
    }

    async fn a_diff_names_the_members(app) {
        let mut sent = app.get("/profile").await.ok()["profile"].clone();
        sent["lastName"] = json!("Lovelace");
        app.put("/profile", &sent).await.ok();
        let diff = app.get("/audit/users?diff=true").await.ok()["diff"].clone();
        let of_the_update = diff.as_object().unwrap().values().find(|list| list[0]["action"] == "update").unwrap();
        assert_eq!(of_the_update[0]["changes"], json!([{"member": "lastName", "from": "Test", "to": "Lovelace"}]));
    }

    async fn it_is_not_for_everybody(app) {
        let get = |role| Call::new(Method::GET, "/audit/users").by(role).send(&app);
        assert_eq!(get(Role::Viewer).await.message(403), "your account may not see this");
        get(Role::Anonymous).await.message(401);
    }

    async fn no_secret_is_in_the_log(app) {
        let new = "another password for tests";
        service::set_password(&app.app, Actor::command("test"), USER, new.to_owned()).await.unwrap();
        let mut snapshot = app.app.db.read().await.unwrap();
        let hashes: Vec<(String,)> = query("SELECT password_hash FROM credential").all(&mut snapshot).await.unwrap();
        let rows: Vec<(Option<String>, Option<String>, String, String)> =
            query("SELECT document_before, document_after, asset, user_name FROM audit").all(&mut snapshot).await.unwrap();
        drop(snapshot);
        let text = format!("{rows:?} {}", app.get("/audit/users").await.text());
        assert!(text.contains(USER) && hashes.len() == Role::PEOPLE.len(), "there is something to look through");
        for secret in hashes.iter().map(|(hash,)| hash.as_str()).chain([PASSWORD, new, "argon2"]) {
            assert!(!text.contains(secret), "{secret} is in the log");
        }
    }
}
