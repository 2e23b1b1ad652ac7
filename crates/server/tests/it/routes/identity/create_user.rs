use axum::http::Method;
use gridfolio_testkit::{ADMINISTRATOR, Call, Role, both};
use serde_json::{Value, json};

use super::{
    call, groups_of, limit, make_clerk, outbox, path_of, sign_in_answer, temporary_password, type_id,
    user_path,
};

fn new(email: &str) -> Value {
    json!({"email": email, "firstName": "New", "lastName": "Person", "userType": type_id("viewer"), "colour": "red"})
}

both! {
    async fn it_invites_by_mail_with_a_temporary_password(app) {
        let mut sent = new("new@example.org");
        sent["groups"] = json!(["users-edit"]);
        sent["id"] = json!("mine");
        let reply = app.post("/users", &sent).await;
        let made = reply.ok();
        let path = user_path(made["id"].as_str().unwrap());
        assert_eq!((&made["email"], &made["colour"]), (&json!("new@example.org"), &json!("red")));
        let read = app.get(&path).await;
        assert_eq!((read.ok(), read.etag()), (made, reply.etag()));
        assert!(!groups_of(&app, &path).await.contains(&"users-edit".to_owned()), "groups come from the type");
        let [(to, text)] = outbox(&app, "invitation").await.try_into().unwrap();
        assert_eq!(to, "new@example.org");
        assert!(text.contains("given to you by Ada Test") && text.contains("Sunday 22 June 2025, 12:00 UTC"), "{text}");
        let password = temporary_password(&text);
        assert_eq!(sign_in_answer(&app, "new@example.org", &password).await["ChallengeName"], "NEW_PASSWORD_REQUIRED");
        let log = app.get("/audit/users").await.text();
        assert!(!log.contains(&password) && !log.contains("argon2"));
        app.app.clock.advance(7 * 24 * 3_600_000 + 1);
        assert_eq!(sign_in_answer(&app, "new@example.org", &password).await["__type"], "NotAuthorizedException");
    }

    async fn without_a_type_there_are_no_groups(app) {
        let made = app.post("/users", &json!({"email": "n@example.org", "firstName": "N", "lastName": "P"})).await.ok();
        assert_eq!(made["groups"], json!([]));
    }

    async fn faults_are_named_and_nobody_is_invited(app) {
        let mut sent = new(&ADMINISTRATOR.to_uppercase());
        assert!(app.post("/users", &sent).await.message(409).contains("exists already"));
        sent["email"] = json!("other@example.org");
        sent["accessToken"] = json!("hunter2hunter2");
        assert!(app.post("/users", &sent).await.message(400).starts_with("accessToken: "));
        let message = app.post("/users", &json!({"email": "x", "userType": "none", "firstName": ""})).await.message(400);
        for part in ["email: ", "firstName: ", "lastName: is required"] {
            assert!(message.contains(part), "{part} is not in {message}");
        }
        let mut unknown = new("other@example.org");
        unknown["userType"] = json!("00000000-0000-4000-8000-00000000ffff");
        assert!(app.post("/users", &unknown).await.message(400).starts_with("userType: "));
        assert_eq!(outbox(&app, "invitation").await.len(), 0);
    }

    async fn nobody_invites_above_themselves(app) {
        app.make_tree("A").await;
        let clerk = make_clerk(&app).await;
        let post = |body: Value, role| Call::new(Method::POST, "/users").by(role).json(&body);
        let mut finance = new("f@example.org");
        finance["userType"] = json!(type_id("finance"));
        post(finance, Role::Engineer).send(&app).await.message(403);
        post(new("g@example.org"), Role::Engineer).send(&app).await.ok();
        limit(&app, &clerk, &["A"]).await;
        post(new("h@example.org"), Role::Engineer).send(&app).await.message(403);
        let mut narrow = new("h@example.org");
        narrow["access"] = json!({"preventDownload": "no", "restrictProjects": "yes", "projects": ["A"]});
        post(narrow, Role::Engineer).send(&app).await.ok();
        post(new("i@example.org"), Role::AssetManager).send(&app).await.message(403);
        call(&app, (Method::DELETE, &path_of(&app, Role::Engineer).await), Role::Administrator).await.ok();
    }

    async fn invitations_are_limited(app) {
        let sent = json!({"email": "often@example.org", "firstName": "O", "lastName": "P"});
        let made = app.post("/users", &sent).await.ok();
        let resend = format!("/users/{}/resend", made["id"].as_str().unwrap());
        for _ in 0..4 {
            app.put(&resend, &json!({})).await.ok();
        }
        assert!(app.put(&resend, &json!({})).await.headers.contains_key("retry-after"));
        app.put(&resend, &json!({})).await.message(429);
    }
}
