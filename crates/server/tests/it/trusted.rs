//! Tokens of outside issuers: a real one on this machine, with keys, tokens and forgeries that are not the server's.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use axum::http::Method;
use gridfolio::identity::trusted::IssuerRules;
use gridfolio_testkit::{Backend, Call, NOW, Reply, Role, TestApp, USER};
use serde_json::{Value, json};

use crate::helper::Helper;
use crate::program::gridfolio;

/// A running issuer.
struct Issuer {
    server: Helper,
    _folder: tempfile::TempDir,
}

impl Issuer {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Helper::start("issuer.py", &folder.path().join("record"), &[]);
        Self { server, _folder: folder }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.server.port)
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let body = body.to_string();
        let mut stream = TcpStream::connect(("127.0.0.1", self.server.port)).unwrap();
        write!(stream, "POST {path} HTTP/1.0\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(" 200 "), "{answer}");
        serde_json::from_str(body).unwrap()
    }

    /// Claims of a token that holds, changed.
    fn claims(&self, change: &Value) -> Value {
        let mut claims = json!({"iss": self.url(), "aud": ["other", "gridfolio"], "sub": "42", "email": USER,
            "exp": NOW / 1000 + 100 * 24 * 3600, "tier": ["gold", "energy"]});
        let members = claims.as_object_mut().unwrap();
        for (name, value) in change.as_object().unwrap() {
            members.insert(name.clone(), value.clone());
        }
        members.retain(|_, value| !value.is_null());
        claims
    }

    fn signed(&self, order: Value, change: &Value) -> String {
        let mut order = order;
        order["claims"] = self.claims(change);
        self.post("/sign", &order)["token"].as_str().unwrap().to_owned()
    }

    fn token(&self, change: &Value) -> String {
        self.signed(json!({}), change)
    }

    /// How often the key set was fetched.
    fn fetches(&self) -> usize {
        self.server.record().iter().filter(|path| **path == "/jwks").count()
    }

    async fn believed(&self, backend: Backend, claims: Value) -> TestApp {
        let rules = json!([{"issuer": "https://login.example.org", "audience": "x"},
            {"issuer": self.url(), "audience": ["gridfolio", "gridfolio-cli"], "claims": claims}]);
        let rules: IssuerRules = rules.to_string().parse().unwrap();
        TestApp::with_identity(backend, |config| config.trusted = rules).await
    }
}

async fn profile(app: &TestApp, token: &str) -> Reply {
    let call = Call::new(Method::GET, "/profile").by(Role::Anonymous);
    call.header("authorization", &format!("Bearer {token}")).send(app).await
}

async fn refused(app: &TestApp, token: &str, why: &str) {
    let message = profile(app, token).await.message(401);
    assert!(message.contains(why), "{message:?} is not about {why:?}");
}

async fn what_holds(backend: Backend) {
    let issuer = Issuer::start();
    let app = issuer.believed(backend, json!({"require": {"tier": "energy"}})).await;
    for order in [json!({}), json!({"alg": "ES256"}), json!({"alg": "ES256", "kid": null})] {
        let answer = profile(&app, &issuer.signed(order, &json!({}))).await.ok();
        assert_eq!(answer["profile"]["email"], USER);
    }
    for change in [
        json!({"email": USER.to_uppercase()}),
        json!({"aud": "gridfolio-cli"}),
        json!({"email_verified": true}),
        json!({"nbf": NOW / 1000 + 59}),
        json!({"tier": "energy"}),
    ] {
        profile(&app, &issuer.token(&change)).await.ok();
    }
    assert_eq!(issuer.fetches(), 1, "the keys are kept");
    // Rights are those of the account, whatever the token says.
    let greedy = issuer.token(&json!({"role": "administrator", "groups": ["administrator"]}));
    let call = Call::new(Method::DELETE, "/projects/NONE").by(Role::Anonymous);
    let reply = call.header("authorization", &greedy).send(&app).await;
    assert!([403, 404].contains(&reply.status.as_u16()), "{}", reply.text());
}

async fn what_does_not_hold(backend: Backend) {
    let issuer = Issuer::start();
    let app = issuer.believed(backend, json!({"require": {"tier": "energy"}})).await;
    for (change, why) in [
        (json!({"aud": "other"}), "audience"),
        (json!({"aud": null}), "audience"),
        (json!({"exp": NOW / 1000}), "expired"),
        (json!({"exp": "tomorrow"}), "not hold"),
        (json!({"exp": null}), "not"),
        (json!({"nbf": NOW / 1000 + 61}), "not hold yet"),
        (json!({"tier": "gold"}), "tier"),
        (json!({"tier": ["gold"]}), "tier"),
        (json!({"tier": null}), "tier"),
        (json!({"email": null}), "no claim email"),
        (json!({"email": 5}), "no claim email"),
        (json!({"email_verified": false}), "has not verified"),
        (json!({"email_verified": "false"}), "has not verified"),
        (json!({"email": "nobody@example.org"}), "no account nobody@example.org"),
        // an issuer that nobody named
        (json!({"iss": "http://127.0.0.1:1"}), "not hold"),
        // one whose keys are not these: it does not even sign them
        (json!({"iss": issuer.url() + "/"}), "not hold"),
    ] {
        refused(&app, &issuer.token(&change), why).await;
    }
    for (order, why) in [
        (json!({"alg": "none"}), "JSON Web Token"),
        (json!({"alg": "HS256"}), "RS256 or ES256"),
        (json!({"header": {"crit": ["x"], "x": 1}}), "an extension that this server does not know"),
        (json!({"alg": "RS256", "kid": "ec1"}), "no such key"),
        (json!({"kid": "made up"}), "no such key"),
    ] {
        refused(&app, &issuer.signed(order, &json!({})), why).await;
    }
    let token = issuer.token(&json!({}));
    let (start, signature) = token.rsplit_once('.').unwrap();
    let (header, _) = start.split_once('.').unwrap();
    let other = issuer.token(&json!({"email": "administrator@example.org"}));
    let payload = other.split('.').nth(1).unwrap();
    refused(&app, &format!("{header}.{payload}.{signature}"), "signature").await;
    profile(&app, &token).await.ok();
}

async fn keys_come_and_go(backend: Backend) {
    let issuer = Issuer::start();
    let app = issuer.believed(backend, json!({})).await;
    issuer.post("/set", &json!({"down": true}));
    let reply = profile(&app, &issuer.token(&json!({}))).await;
    assert_eq!(reply.headers["retry-after"], "60");
    assert!(reply.message(503).contains("does not tell its keys"));
    issuer.post("/set", &json!({"down": false}));
    profile(&app, &issuer.token(&json!({}))).await.message(503);
    app.app.clock.advance(60_000);
    profile(&app, &issuer.token(&json!({}))).await.ok();
    let asked = issuer.fetches();
    // Another key: fetched once it is met, but not more often than once a minute.
    issuer.post("/set", &json!({"rotate": true}));
    let new = issuer.token(&json!({}));
    refused(&app, &new, "no such key").await;
    assert_eq!(issuer.fetches(), asked);
    app.app.clock.advance(60_000);
    profile(&app, &new).await.ok();
    assert_eq!(issuer.fetches(), asked + 1);
    // While it is down its keys hold on for a day.
    issuer.post("/set", &json!({"down": true}));
    app.app.clock.advance(23 * 3_600_000);
    profile(&app, &new).await.ok();
    app.app.clock.advance(3_600_000);
    profile(&app, &new).await.message(503);
    // One that calls itself by another name, or sends for its keys without TLS, tells none.
    app.app.clock.advance(60_000);
    issuer.post("/set", &json!({"down": false, "issuer": "http://127.0.0.1"}));
    profile(&app, &new).await.message(503);
    app.app.clock.advance(60_000);
    issuer.post("/set", &json!({"issuer": issuer.url(), "jwks_uri": "http://keys.example.org/"}));
    profile(&app, &new).await.message(503);
}

macro_rules! on_both {
    ($($name:ident => $test:ident;)+) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$test(super::Backend::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$test(super::Backend::Postgres).await;
            }
        }
    )+};
}
on_both! {
    a_token_of_a_trusted_issuer_is_its_persons => what_holds;
    every_doubt_is_refused => what_does_not_hold;
    keys_are_kept_for_a_while_and_fetched_again => keys_come_and_go;
}

#[test]
fn the_file_has_them_as_tables() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gridfolio.toml");
    let serve = |text: &str| {
        std::fs::write(&path, text).unwrap();
        let output = gridfolio().arg("serve").arg("--config").arg(&path).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let said = serve("[[identity.trusted]]\nissuer = \"http://a.example\"\naudience = \"x\"\n");
    assert!(said.contains("gridfolio.toml: identity.trusted: invalid value"), "{said}");
    assert!(said.contains("must begin with https://"), "{said}");
    let right = "[identity]\ntrusted = [{issuer = \"https://a.example\", audience = \"x\", claims = {email = \"e\"}}]\n";
    let said = serve(&format!("{right}pool_id = \"nonsense\"\ndatabase = \"\"\n"));
    assert!(!said.contains("trusted"), "{said}");
}

#[test]
fn the_configuration_names_what_does_not_fit() {
    let fault = |text: &str| text.parse::<IssuerRules>().unwrap_err();
    assert!(fault("x").contains("must be a list of {issuer, audience, claims}"));
    assert!(fault(r#"[{"issuer": "https://a.example"}]"#).contains("missing field `audience`"));
    assert!(fault(r#"[{"issuer": "https://a.example", "audience": "x", "claim": {}}]"#).contains("claim"));
    for issuer in
        ["http://a.example", "a.example", "https://a.example/?x", "ftp://a", "http://127.0.0.1.a.example"]
    {
        let rule = json!([{"issuer": issuer, "audience": "x"}]).to_string();
        assert!(fault(&rule).contains("must begin with https://"), "{issuer}");
    }
    assert!(fault(r#"[{"issuer": "https://a.example", "audience": []}]"#).contains("audience must name"));
    let twice = json!([{"issuer": "https://a.example", "audience": "x"}, {"issuer": "https://a.example", "audience": "y"}]);
    assert!(fault(&twice.to_string()).contains("stands twice"));
    let number = json!([{"issuer": "https://a.example", "audience": "x", "claims": {"require": {"a": 1}}}]);
    assert!(fault(&number.to_string()).contains("claims.require"));
    let local = r#"[{"issuer": "http://[::1]:8080/realm", "audience": ["x"], "claims": {"email": "upn"}}]"#;
    assert_eq!(local.parse::<IssuerRules>().unwrap().0[0].claims.email, "upn");
}
