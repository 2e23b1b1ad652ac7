use axum::http::Method;
use gridfolio_db::query;
use gridfolio_testkit::{Call, NOW, Role, TestApp, both};
use serde_json::{Value, json};

use super::{EVENTS, call_with, groups_of, limit, make_token, path_of};

fn body(groups: &Value) -> Value {
    json!({"name": "Meter", "expires": "2026-06-15T12:00:00Z", "groups": groups})
}

async fn post(app: &TestApp, role: Role, by: Role, body: &Value) -> gridfolio_testkit::Reply {
    let path = format!("{}/tokens", path_of(app, role).await);
    Call::new(Method::POST, path).by(by).json(body).send(app).await
}

async fn get(app: &TestApp, path: &str, token: &str) -> u16 {
    call_with(app, (Method::GET, path), token).await.status.as_u16()
}

both! {
    async fn its_text_is_shown_once_and_only_its_hash_is_stored(app) {
        let reply = post(&app, Role::Viewer, Role::Viewer, &body(&json!(["events-view"]))).await;
        assert_eq!(reply.headers["cache-control"], "no-store");
        let fresh = reply.ok();
        let token = fresh["token"].as_str().unwrap();
        assert!(token.starts_with("gfp_") && token.len() == 47, "{token}");
        let shown = &fresh["accessToken"];
        assert_eq!((&shown["name"], &shown["groups"]), (&json!("Meter"), &json!(["events-view"])));
        assert_eq!((&shown["created"], shown.get("lastUsed")), (&json!("2025-06-15T12:00:00Z"), None));
        assert_eq!(get(&app, EVENTS, token).await, 200);
        assert_eq!(get(&app, EVENTS, &format!("Bearer {token}")).await, 200);
        let mut snapshot = app.app.db.read().await.unwrap();
        let rows: Vec<(String, String)> =
            query("SELECT token_hash, document FROM access_token").all(&mut snapshot).await.unwrap();
        let log: Vec<(String,)> =
            query("SELECT COALESCE(document_after, '') FROM audit").all(&mut snapshot).await.unwrap();
        let log: String = log.into_iter().map(|(text,)| text).collect();
        let stored = format!("{} {} {log}", rows[0].0, rows[0].1);
        assert!(!stored.contains(&token[4..]) && log.contains("Meter"), "{stored}");
        assert!(!log.contains(&rows[0].0), "the log has no hash: {log}");
    }

    async fn it_opens_what_its_groups_and_its_owner_have_at_that_moment(app) {
        app.make_tree("A").await;
        app.make_tree("B").await;
        let (_, token) = make_token(&app, Role::Engineer, &["projects-view", "events-edit"]).await;
        assert_eq!(get(&app, "/projects/A", &token).await, 200);
        assert_eq!(get(&app, "/energy/datums?start=2025-06-01&end=2025-06-02", &token).await, 403);
        assert_eq!(call_with(&app, (Method::DELETE, "/projects/A"), &token).await.status.as_u16(), 403);
        let engineer = path_of(&app, Role::Engineer).await;
        limit(&app, &engineer, &["B"]).await;
        assert_eq!((get(&app, "/projects/A", &token).await, get(&app, "/projects/B", &token).await), (404, 200));
        assert!(groups_of(&app, &engineer).await.contains(&"projects-edit".to_owned()));
        for group in ["projects-view", "projects-edit"] {
            app.delete(&format!("{engineer}/groups/{group}")).await.ok();
        }
        assert_eq!(get(&app, "/projects/B", &token).await, 403);
    }

    async fn it_ends_with_its_time_its_owners_window_and_its_owner(app) {
        let (_, token) = make_token(&app, Role::Finance, &["events-view"]).await;
        let finance = path_of(&app, Role::Finance).await;
        let user = app.get(&finance).await.ok();
        let mut closed = user.clone();
        closed["access"] = json!({"endDate": "2025-06-14", "preventDownload": "no", "restrictProjects": "no"});
        app.put(&finance, &closed).await.ok();
        assert_eq!(get(&app, EVENTS, &token).await, 403);
        app.put(&finance, &user).await.ok();
        assert_eq!(get(&app, EVENTS, &token).await, 200);
        let (_, other) = make_token(&app, Role::Viewer, &["events-view"]).await;
        app.delete(&path_of(&app, Role::Viewer).await).await.ok();
        assert_eq!(get(&app, EVENTS, &other).await, 401);
        let end: jiff::Timestamp = "2025-12-31T00:00:00Z".parse().unwrap();
        app.app.clock.advance(end.as_millisecond() - NOW - 1);
        assert_eq!(get(&app, EVENTS, &token).await, 200);
        app.app.clock.advance(1);
        let ended = call_with(&app, (Method::GET, EVENTS), &token).await.message(401);
        assert!(ended.contains("has ended"), "{ended}");
        for made_up in ["gfp_", "gfp_x", "gfp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            assert_eq!(get(&app, EVENTS, made_up).await, 401, "{made_up}");
        }
    }

    async fn a_machine_does_not_change_the_account_make_tokens_or_sign_in(app) {
        let all: Vec<&str> = gridfolio::kit::access::Group::ALL.iter().map(|group| group.word()).collect();
        let (id, token) = make_token(&app, Role::Administrator, &all).await;
        let own = path_of(&app, Role::Administrator).await;
        let profile = call_with(&app, (Method::GET, "/profile"), &token).await.ok();
        let machine = |method: Method, path: String| Call::new(method, path).by(Role::Anonymous).header("authorization", &token);
        for call in [
            machine(Method::POST, format!("{own}/tokens")).json(&body(&json!(["export"]))),
            machine(Method::DELETE, format!("{own}/tokens/{id}")),
            machine(Method::PUT, "/profile".to_owned()).json(&profile["profile"]),
        ] {
            let refused = call.send(&app).await.message(403);
            assert!(refused.contains("an access token cannot"), "{refused}");
        }
        let refresh = json!({"AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": "clientoftests",
            "AuthParameters": {"REFRESH_TOKEN": token}});
        let target = "AWSCognitoIdentityProviderService.InitiateAuth";
        let call = Call::new(Method::POST, "/").by(Role::Anonymous).bytes(refresh.to_string());
        assert_eq!(call.header("x-amz-target", target).send(&app).await.status.as_u16(), 400);
        assert_eq!(get(&app, &format!("{own}/tokens"), &token).await, 200, "it may look");
    }

    async fn what_does_not_fit_is_named(app) {
        let refused = async |change: fn(&mut Value)| {
            let mut body = body(&json!(["events-view"]));
            change(&mut body);
            post(&app, Role::Viewer, Role::Viewer, &body).await.message(400)
        };
        assert!(refused(|body| body["expires"] = json!("2026-06-15T12:00:00.001Z")).await.contains("expires"));
        assert!(refused(|body| body["expires"] = json!("2025-06-15T12:00:00Z")).await.contains("expires"));
        assert!(refused(|body| body["expires"] = json!("soon")).await.contains("expires"));
        assert!(refused(|body| body["name"] = json!("")).await.contains("name"));
        assert!(refused(|body| body["groups"] = json!([])).await.contains("groups"));
        let more = refused(|body| body["groups"] = json!(["events-view", "events-edit"])).await;
        assert!(more.contains("groups[1]") && more.contains("one of your own groups"), "{more}");
    }

    async fn nobody_makes_one_for_somebody_else(app) {
        let body = body(&json!(["events-view"]));
        post(&app, Role::Viewer, Role::Administrator, &body).await.message(403);
        post(&app, Role::Viewer, Role::Engineer, &body).await.message(404);
        post(&app, Role::Viewer, Role::Anonymous, &body).await.message(401);
    }
}
