use axum::http::Method;
use gridfolio_testkit::{Call, Role, both};
use serde_json::json;

both! {
    async fn anybody_may_learn_where_to_sign_in(app) {
        let answer = Call::new(Method::GET, "/users/authentication").by(Role::Anonymous).send(&app).await.ok();
        assert_eq!(answer, json!({
            "region": "us-east-1", "userPoolId": "us-east-1_Tests", "clientId": "clientoftests",
            "issuer": "http://gridfolio.test/us-east-1_Tests", "endpoint": "http://gridfolio.test",
        }));
    }
}
