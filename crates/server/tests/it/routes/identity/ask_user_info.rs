use axum::http::Method;
use gridfolio_testkit::{Call, Role, both};

use crate::browser::tokens;

both! {
    async fn it_answers_like_the_get(app) {
        let access = tokens(&app).await["access_token"].as_str().unwrap().to_owned();
        let ask = |method| Call::new(method, "/oauth2/userInfo").by(Role::Anonymous).header("authorization", &access);
        let (get, post) = (ask(Method::GET).send(&app).await.ok(), ask(Method::POST).send(&app).await.ok());
        assert_eq!(get, post);
        Call::new(Method::POST, "/oauth2/userInfo").by(Role::Anonymous).send(&app).await.message(401);
    }
}
