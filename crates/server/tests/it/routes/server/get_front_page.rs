use axum::http::Method;
use gridfolio_testkit::{Call, Role, both};

both! {
    async fn programs_get_facts_and_people_a_page(app) {
        let call = || Call::new(Method::GET, "/").by(Role::Anonymous);
        let facts = call().send(&app).await.ok();
        for member in ["docs", "openapi", "signIn", "health", "ready"] {
            let path = facts[member].as_str().unwrap();
            let status = Call::new(Method::GET, path).by(Role::Anonymous).send(&app).await.status;
            assert_eq!(status.as_u16(), 200, "{member} is {path}");
        }
        let page = call().header("accept", "text/html").send(&app).await;
        assert!(page.text().contains("href=\"/docs\""));
    }
}
