use axum::http::Method;
use gridfolio_testkit::{Call, Role, both};

both! {
    async fn the_keys_are_public_and_only_public(app) {
        let get = |pool: &str| Call::new(Method::GET, format!("/{pool}/.well-known/jwks.json")).by(Role::Anonymous);
        let keys = get("us-east-1_Tests").send(&app).await.ok()["keys"].clone();
        let key = keys[0].as_object().unwrap();
        assert_eq!((key["kty"].as_str(), key["alg"].as_str(), key["use"].as_str()), (Some("RSA"), Some("RS256"), Some("sig")));
        assert_eq!(key["e"], "AQAB");
        assert!(key.contains_key("kid") && key["n"].as_str().unwrap().len() > 300);
        for private in ["d", "p", "q", "dp", "dq", "qi"] {
            assert!(!key.contains_key(private), "{private} is private");
        }
        get("us-east-1_Other").send(&app).await.message(404);
    }
}
