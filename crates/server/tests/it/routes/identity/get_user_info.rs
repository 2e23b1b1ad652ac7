use axum::http::Method;
use gridfolio_testkit::{Call, Role, TestApp, USER, both};
use serde_json::Value;

use crate::browser::{claims, tokens};

async fn ask(app: &TestApp, token: &Value) -> gridfolio_testkit::Reply {
    let call = Call::new(Method::GET, "/oauth2/userInfo").by(Role::Anonymous);
    call.header("authorization", &format!("Bearer {}", token.as_str().unwrap())).send(app).await
}

both! {
    async fn a_token_says_who_it_belongs_to(app) {
        let tokens = tokens(&app).await;
        let info = ask(&app, &tokens["access_token"]).await.ok();
        assert_eq!((&info["email"], &info["sub"]), (&Value::from(USER), &claims(&tokens["id_token"])["sub"]));
        for name in ["name", "given_name", "family_name", "username"] {
            assert!(!info[name].as_str().unwrap().is_empty(), "{name}");
        }
        assert_eq!(ask(&app, &tokens["id_token"]).await.ok(), info);
        let broken = format!("{}x", tokens["access_token"].as_str().unwrap());
        let reply = ask(&app, &Value::from(broken)).await;
        assert_eq!(reply.headers["www-authenticate"], "Bearer");
        reply.message(401);
        Call::new(Method::GET, "/oauth2/userInfo").by(Role::Anonymous).send(&app).await.message(401);
        app.app.clock.advance(3_600_000);
        ask(&app, &tokens["access_token"]).await.message(401);
    }
}
