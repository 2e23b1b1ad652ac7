use axum::http::Method;
use gridfolio_testkit::{Call, PASSWORD, Reply, Role, TestApp, USER, both};
use serde_json::{Value, json};

use crate::sign_in::cognito;

fn with_password(username: &str, password: &str) -> Value {
    json!({"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "clientoftests",
        "AuthParameters": {"USERNAME": username, "PASSWORD": password}})
}

fn refused(reply: &Reply) -> (String, String) {
    reply.must_be(400);
    let body = reply.json();
    (body["__type"].as_str().unwrap().to_owned(), body["message"].as_str().unwrap().to_owned())
}

async fn profile_status(app: &TestApp, token: &str) -> u16 {
    let call = Call::new(Method::GET, "/profile").by(Role::Anonymous).header("authorization", token);
    call.send(app).await.status.as_u16()
}

both! {
    async fn a_password_opens_a_session(app) {
        let reply = cognito(&app, "InitiateAuth", &with_password(&USER.to_uppercase(), PASSWORD)).await;
        assert_eq!(reply.headers["content-type"], "application/x-amz-json-1.1");
        let result = reply.ok()["AuthenticationResult"].clone();
        assert_eq!((&result["TokenType"], &result["ExpiresIn"]), (&json!("Bearer"), &json!(3600)));
        let id_token = result["IdToken"].as_str().unwrap();
        assert_eq!(profile_status(&app, id_token).await, 200);
        assert_eq!(profile_status(&app, result["AccessToken"].as_str().unwrap()).await, 401);
        app.app.clock.advance(3_599_000);
        assert_eq!(profile_status(&app, id_token).await, 200);
        app.app.clock.advance(1_000);
        assert_eq!(profile_status(&app, id_token).await, 401);
    }

    async fn a_refresh_token_brings_new_ones(app) {
        let first = cognito(&app, "InitiateAuth", &with_password(USER, PASSWORD)).await.ok();
        app.app.clock.advance(7_200_000);
        let refresh = |token: &Value| json!({"AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": "clientoftests",
            "AuthParameters": {"REFRESH_TOKEN": token}});
        let token = &first["AuthenticationResult"]["RefreshToken"];
        let second = cognito(&app, "InitiateAuth", &refresh(token)).await.ok();
        assert_eq!(second["AuthenticationResult"].get("RefreshToken"), None);
        assert_eq!(profile_status(&app, second["AuthenticationResult"]["IdToken"].as_str().unwrap()).await, 200);
        let (kind, _) = refused(&cognito(&app, "InitiateAuth", &refresh(&json!("made up"))).await);
        assert_eq!(kind, "NotAuthorizedException");
    }

    async fn unknown_people_look_like_wrong_passwords(app) {
        let wrong = refused(&cognito(&app, "InitiateAuth", &with_password(USER, "not the password")).await);
        let unknown = refused(&cognito(&app, "InitiateAuth", &with_password("nobody@example.org", PASSWORD)).await);
        assert_eq!(wrong, unknown);
        assert_eq!(wrong, ("NotAuthorizedException".to_owned(), "Incorrect username or password.".to_owned()));
    }

    async fn a_new_password_ends_all_sessions(app) {
        let first = cognito(&app, "InitiateAuth", &with_password(USER, PASSWORD)).await.ok();
        let actor = gridfolio::kit::access::Actor::command("test");
        gridfolio::identity::service::set_password(&app.app, actor, USER, "another password".to_owned()).await.unwrap();
        assert_eq!(profile_status(&app, first["AuthenticationResult"]["IdToken"].as_str().unwrap()).await, 401);
        refused(&cognito(&app, "InitiateAuth", &with_password(USER, PASSWORD)).await);
        cognito(&app, "InitiateAuth", &with_password(USER, "another password")).await.ok();
    }

    async fn faults_have_the_protocols_form(app) {
        let kind = |reply: Reply| refused(&reply).0;
        let mut other = with_password(USER, PASSWORD);
        other["ClientId"] = json!("other");
        assert_eq!(kind(cognito(&app, "InitiateAuth", &other).await), "ResourceNotFoundException");
        other["ClientId"] = json!("clientoftests");
        other["AuthFlow"] = json!("CUSTOM_AUTH");
        assert_eq!(kind(cognito(&app, "InitiateAuth", &other).await), "InvalidParameterException");
        assert_eq!(kind(cognito(&app, "InitiateAuth", &json!([])).await), "InvalidParameterException");
        assert_eq!(kind(cognito(&app, "Nonsense", &json!({})).await), "UnknownOperationException");
        let bare = Call::new(Method::POST, "/").by(Role::Anonymous).bytes("x").send(&app).await;
        assert_eq!(kind(bare), "UnknownOperationException");
        let missing = json!({"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "clientoftests", "AuthParameters": {"USERNAME": USER}});
        assert_eq!(refused(&cognito(&app, "InitiateAuth", &missing).await).1, "Missing required parameter PASSWORD");
        let nul = with_password("a\u{0}b", PASSWORD);
        assert_eq!(kind(cognito(&app, "InitiateAuth", &nul).await), "InvalidParameterException");
        let long = with_password(USER, &"x".repeat(300));
        assert_eq!(kind(cognito(&app, "InitiateAuth", &long).await), "NotAuthorizedException");
    }

    async fn a_password_changed_while_it_was_checked_opens_nothing(app) {
        let mut snapshot = app.app.db.read().await.unwrap();
        let user = gridfolio::identity::store::find_account_by_email(&mut snapshot, USER).await.unwrap().unwrap();
        drop(snapshot);
        let actor = gridfolio::kit::access::Actor::command("test");
        gridfolio::identity::service::set_password(&app.app, actor, USER, "another password".to_owned()).await.unwrap();
        assert!(gridfolio::identity::service::open_session(&app.app, &user).await.unwrap().is_none());
    }

    async fn a_forged_token_never_reaches_the_database(app) {
        use base64::Engine as _;
        let part = |value: &Value| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value.to_string());
        let claims = json!({"origin_jti": "00000000-0000-4000-8000-000000000001"});
        let header = json!({"alg": "RS256", "typ": "JWT", "kid": "a\u{0}b"});
        let forged = format!("{}.{}.{}", part(&header), part(&claims), part(&json!(1)));
        assert_eq!(profile_status(&app, &forged).await, 401);
    }

    async fn no_token_carries_at_hash(app) {
        use base64::Engine as _;
        let result = cognito(&app, "InitiateAuth", &with_password(USER, PASSWORD)).await.ok()["AuthenticationResult"].clone();
        let claims = |name: &str| -> Value {
            let payload = result[name].as_str().unwrap().split('.').nth(1).unwrap().to_owned();
            serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
        };
        let id = claims("IdToken");
        assert_eq!((id.get("at_hash"), &id["token_use"], &id["aud"]), (None, &json!("id"), &json!("clientoftests")));
        assert_eq!(id["exp"].as_i64().unwrap() - id["iat"].as_i64().unwrap(), 3600);
        assert_eq!((&id["custom:firstName"], &id["iss"]), (&json!("Uwe"), &json!("http://gridfolio.test/us-east-1_Tests")));
        let access = claims("AccessToken");
        assert_eq!((&access["token_use"], access.get("at_hash")), (&json!("access"), None));
    }
}
