use axum::http::Method;
use gridfolio::identity::authority::IssuerForm;
use gridfolio_testkit::Call;
use gridfolio_testkit::{Role, TestApp, both};

const PATH: &str = "/us-east-1_Tests/.well-known/openid-configuration";

both! {
    async fn it_names_the_issuer_and_its_endpoints(app) {
        let get = |path: &str| Call::new(Method::GET, path).by(Role::Anonymous);
        let document = get(PATH).send(&app).await.ok();
        assert_eq!(document["issuer"], "http://gridfolio.test/us-east-1_Tests");
        assert_eq!(document["jwks_uri"], "http://gridfolio.test/us-east-1_Tests/.well-known/jwks.json");
        assert_eq!(document["authorization_endpoint"], "http://gridfolio.test/oauth2/authorize");
        assert_eq!(document["code_challenge_methods_supported"], serde_json::json!(["S256"]));
        let issuer = document["issuer"].as_str().unwrap().strip_prefix("http://gridfolio.test").unwrap();
        assert_eq!(format!("{issuer}/.well-known/openid-configuration"), PATH);
        for (name, path) in [("token", "/oauth2/token"), ("userinfo", "/oauth2/userInfo"),
            ("revocation", "/oauth2/revoke"), ("end_session", "/logout")] {
            assert_eq!(document[format!("{name}_endpoint")], format!("http://gridfolio.test{path}"));
        }
        get("/us-east-1_Other/.well-known/openid-configuration").send(&app).await.message(404);
    }

    async fn with_the_issuer_of_aws_it_is_off_and_says_why(app) {
        let aws = TestApp::with_identity(app.backend, |config| config.issuer = IssuerForm::Aws).await;
        let why = Call::new(Method::GET, PATH).by(Role::Anonymous).send(&aws).await.message(404);
        assert!(why.contains("discovery is off: identity.issuer = aws"), "{why}");
        aws.get("/us-east-1_Tests/.well-known/jwks.json").await.ok();
    }
}
