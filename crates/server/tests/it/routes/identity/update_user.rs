use axum::http::Method;
use gridfolio_testkit::{ADMINISTRATOR, Call, Role, USER, both, samples};
use serde_json::json;

use super::{get_by, groups_of, limit, make_clerk, newest_change, outbox, path_of, put_by, type_id};

both! {
    async fn an_answer_can_be_sent_back_and_another_type_brings_its_groups(app) {
        let path = path_of(&app, Role::Viewer).await;
        app.put(&format!("{path}/groups/finance-view"), &json!({})).await.ok();
        let mut user = app.get(&path).await.ok();
        user["own"] = json!({"kept": [1]});
        user["groups"] = json!(["users-edit"]);
        let reply = app.put(&path, &user).await;
        let after = reply.ok();
        assert_eq!((&after["own"], after["id"].as_str()), (&json!({"kept": [1]}), path.strip_prefix("/users/")));
        assert_eq!(reply.etag(), app.get(&path).await.etag());
        let groups = groups_of(&app, &path).await;
        assert!(groups.contains(&"finance-view".to_owned()) && !groups.contains(&"users-edit".to_owned()));
        user["userType"] = json!(type_id("finance"));
        app.put(&path, &user).await.ok();
        assert!(groups_of(&app, &path).await.contains(&"finance-edit".to_owned()));
        let change = newest_change(&app, path.strip_prefix("/users/").unwrap()).await;
        assert_eq!((&change["userName"], &change["action"]), (&json!("Ada Test"), &json!("update")));
        let members: Vec<&str> = change["changes"].as_array().unwrap().iter().map(|c| c["member"].as_str().unwrap()).collect();
        assert_eq!(members, ["userType", "groups"]);
        user.as_object_mut().unwrap().shift_remove("userType");
        let without = app.put(&path, &user).await.ok();
        assert_eq!((without.get("userType"), groups_of(&app, &path).await.len()), (None, 12));
    }

    async fn changed_rights_count_at_the_next_request(app) {
        app.make_tree("A").await;
        app.make_tree("B").await;
        let path = path_of(&app, Role::Viewer).await;
        get_by(&app, "/projects/B", Role::Viewer).await.ok();
        limit(&app, &path, &["A"]).await;
        get_by(&app, "/projects/B", Role::Viewer).await.message(404);
        get_by(&app, "/projects/A", Role::Viewer).await.ok();
        let mut user = app.get(&path).await.ok();
        user["access"] = json!({"preventDownload": "no", "restrictProjects": "no", "endDate": "2025-06-14"});
        app.put(&path, &user).await.ok();
        assert_eq!(get_by(&app, "/profile", Role::Viewer).await.message(403), "your access ended on 2025-06-14");
    }

    async fn faults_are_named(app) {
        let path = path_of(&app, Role::Viewer).await;
        let sent = json!({"email": "u@example.org", "firstName": "U", "lastName": "T", "apiSecret": "hunter2hunter2"});
        let message = app.put(&path, &sent).await.message(400);
        assert!(message.contains("apiSecret: ") && !message.contains("hunter2"), "{message}");
        let sent = json!({"email": "u@example.org", "firstName": "U", "lastName": "T",
            "userType": "00000000-0000-4000-8000-00000000ffff",
            "access": {"preventDownload": "no", "restrictProjects": "yes", "projects": ["NONE"],
                "portfolios": ["00000000-0000-4000-8000-00000000ffff"], "startDate": "2025-07-01", "endDate": "2025-06-30"}});
        let message = app.put(&path, &sent).await.message(400);
        for part in ["userType: ", "access.endDate: ", "access.projects[0]: \"NONE\" must be the code", "access.portfolios[0]: "] {
            assert!(message.contains(part), "{part} is not in {message}");
        }
        let sent = json!({"email": "u", "firstName": "U", "lastName": "T", "access": {"restrictProjects": "perhaps"}});
        let message = app.put(&path, &sent).await.message(400);
        for part in ["email: ", "access.preventDownload: is required", "access.restrictProjects: "] {
            assert!(message.contains(part), "{part} is not in {message}");
        }
        let taken = json!({"email": ADMINISTRATOR, "firstName": "U", "lastName": "T"});
        assert!(app.put(&path, &taken).await.message(409).contains("exists already"));
        app.put("/users/00000000-0000-4000-8000-00000000ffff", &taken).await.message(404);
    }

    async fn nobody_changes_their_own_rights(app) {
        let path = path_of(&app, Role::Administrator).await;
        let mut user = app.get(&path).await.ok();
        user["firstName"] = json!("Adele");
        assert_eq!(app.put(&path, &user).await.ok()["firstName"], "Adele");
        for (member, value) in [
            ("userType", json!(type_id("viewer"))),
            ("access", json!({"preventDownload": "yes", "restrictProjects": "no"})),
        ] {
            let mut user = user.clone();
            user[member] = value;
            let message = app.put(&path, &user).await.message(403);
            assert!(message.contains(member) && message.contains("ask another administrator"), "{message}");
        }
        let mut moved = user.clone();
        moved["email"] = json!("other@example.org");
        let message = app.put(&path, &moved).await.message(403);
        assert!(message.starts_with("another administrator changes your address"), "{message}");
        let own = path_of(&app, Role::Viewer).await;
        put_by(&app, &own, &get_by(&app, &own, Role::Viewer).await.ok(), Role::Viewer).await.message(403);
    }

    async fn a_changed_address_is_told_to_the_old_one(app) {
        let path = path_of(&app, Role::Viewer).await;
        let mut user = app.get(&path).await.ok();
        user["email"] = json!("other@example.org");
        user["firstName"] = json!("Win a prize");
        app.put(&path, &user).await.ok();
        let told = outbox(&app, "address-change").await;
        assert_eq!((told.len(), told[0].0.as_str()), (1, USER));
        let words = told[0].1.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("changed by Ada Test on") && !words.contains("prize"), "{words}");
    }

    async fn nobody_gives_what_they_do_not_have(app) {
        app.make_tree("A").await;
        app.make_tree("B").await;
        let clerk = make_clerk(&app).await;
        let viewer = path_of(&app, Role::Viewer).await;
        let mut user = app.get(&viewer).await.ok();
        user["userType"] = json!(type_id("finance"));
        let message = put_by(&app, &viewer, &user, Role::Engineer).await.message(403);
        assert!(message.contains("finance-edit"), "{message}");
        user["userType"] = json!(type_id("field technician"));
        put_by(&app, &viewer, &user, Role::Engineer).await.ok();
        // Above them: nothing at all, not even the name.
        let above = path_of(&app, Role::Administrator).await;
        let administrator = get_by(&app, &above, Role::Engineer).await.ok();
        put_by(&app, &above, &administrator, Role::Engineer).await.message(403);
        limit(&app, &clerk, &["A"]).await;
        // One who sees more is above them as well.
        put_by(&app, &viewer, &user, Role::Engineer).await.message(403);
        limit(&app, &viewer, &["A"]).await;
        let with = |access: serde_json::Value| { let mut user = user.clone(); user["access"] = access; user };
        let narrow = json!({"preventDownload": "no", "restrictProjects": "yes", "projects": ["A"]});
        put_by(&app, &viewer, &with(narrow), Role::Engineer).await.ok();
        let wide = json!({"preventDownload": "no", "restrictProjects": "no"});
        let message = put_by(&app, &viewer, &with(wide), Role::Engineer).await.message(403);
        assert!(message.contains("access.restrictProjects"), "{message}");
        // A project that they do not see is as good as none.
        let other = |code: &str| json!({"preventDownload": "no", "restrictProjects": "yes", "projects": [code]});
        let hidden = put_by(&app, &viewer, &with(other("B")), Role::Engineer).await.message(400);
        let unknown = put_by(&app, &viewer, &with(other("C")), Role::Engineer).await.message(400);
        assert_eq!(hidden.replace("\"B\"", "\"C\""), unknown);
    }

    async fn an_administrator_with_an_end_does_not_outlive_it(app) {
        let clerk = path_of(&app, Role::AssetManager).await;
        let mut user = app.get(&clerk).await.ok();
        user["userType"] = json!(type_id("administrator"));
        user["access"] = json!({"preventDownload": "no", "restrictProjects": "no", "endDate": "2025-12-31"});
        app.put(&clerk, &user).await.ok();
        let mut made = json!({"email": "new@example.org", "firstName": "N", "lastName": "P", "userType": type_id("administrator")});
        let post = async |made: &serde_json::Value| {
            Call::new(Method::POST, "/users").by(Role::AssetManager).json(made).send(&app).await
        };
        assert!(post(&made).await.message(403).contains("access.endDate"));
        made["access"] = json!({"preventDownload": "no", "restrictProjects": "no", "endDate": "2026-01-01"});
        post(&made).await.message(403);
        made["access"]["endDate"] = json!("2025-12-31");
        let mut made = post(&made).await.ok();
        let path = format!("/users/{}", made["id"].as_str().unwrap());
        made["access"].as_object_mut().unwrap().shift_remove("endDate");
        assert!(put_by(&app, &path, &made, Role::AssetManager).await.message(403).contains("access.endDate"));
        // Who has no end is above them.
        let above = path_of(&app, Role::Administrator).await;
        let before = get_by(&app, &above, Role::AssetManager).await.ok();
        assert!(put_by(&app, &above, &before, Role::AssetManager).await.message(403).contains("on days"));
        app.put(&path, &made).await.ok();
    }

    async fn codes_of_projects_that_went_may_stay(app) {
        app.make_tree("A").await;
        let path = path_of(&app, Role::Viewer).await;
        limit(&app, &path, &["A"]).await;
        app.delete("/projects/A").await.ok();
        let user = app.get(&path).await.ok();
        assert_eq!(app.put(&path, &user).await.ok()["access"]["projects"], json!(["A"]));
        app.post("/projects/A", &samples::project("A")).await.ok();
        get_by(&app, "/projects/A", Role::Viewer).await.ok();
    }

    async fn if_match_is_honoured(app) {
        let path = path_of(&app, Role::Viewer).await;
        let user = app.get(&path).await;
        let put = |tag: &str| Call::new(Method::PUT, &*path).json(&user.ok()).header("if-match", tag);
        put("\"0-0\"").send(&app).await.message(412);
        put(&user.etag()).send(&app).await.ok();
    }
}
