//! A browser without scripts, as far as the sign-in page needs one: it keeps the cookie and fills in forms. And an
//! application that sends people there.

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gridfolio::kit::params::percent_decode;
use gridfolio_testkit::{Call, PASSWORD, Reply, Role, TestApp, USER};
use serde_json::Value;

/// Where the application gets its codes.
pub(crate) const CALLBACK: &str = "https://app.example.org/callback?from=gridfolio";
/// Its secret of PKCE.
pub(crate) const VERIFIER: &str = "a-secret-of-the-application-0123456789.abcdef";

/// The challenge of a verifier.
pub(crate) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |text, byte| text + &format!("%{byte:02x}"))
}

/// A form or a query of parameters.
pub(crate) fn encoded(parameters: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{name}={}", encode(value));
    parameters.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// The address that the application sends people to, with some parameters changed (empty: left out).
pub(crate) fn authorize(changes: &[(&str, &str)]) -> String {
    let challenge = challenge(VERIFIER);
    let mut parameters = vec![
        ("response_type", "code"),
        ("client_id", "clientoftests"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid email"),
        ("state", "a state & more"),
        ("nonce", "a nonce"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    parameters.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    parameters.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    format!("/oauth2/authorize?{}", encoded(&parameters))
}

/// The value of an attribute in the first piece of a page that begins with some words.
pub(crate) fn attribute(page: &str, begin: &str, name: &str) -> String {
    let tag = page.split_once(begin).unwrap_or_else(|| panic!("no {begin} in {page}")).1;
    let tag = tag.split_once('>').unwrap().0;
    let value = tag.split_once(&format!("{name}=\"")).unwrap_or_else(|| panic!("no {name} in {tag}")).1;
    value.split_once('"').unwrap().0.to_owned()
}

/// What a redirect says in its query.
pub(crate) fn told(reply: &Reply, name: &str) -> Option<String> {
    reply.must_be(303);
    let location = reply.headers["location"].to_str().unwrap();
    let query = location.split_once('?').unwrap().1;
    query.split('&').find_map(|pair| {
        let (found, value) = pair.split_once('=').unwrap();
        (found == name).then(|| percent_decode(value, true).unwrap())
    })
}

/// A browser.
#[derive(Debug, Default)]
pub(crate) struct Browser {
    pub(crate) cookie: Option<String>,
}

impl Browser {
    fn keep(&mut self, reply: Reply) -> Reply {
        if let Some(set) = reply.headers.get("set-cookie") {
            self.cookie = Some(set.to_str().unwrap().split(';').next().unwrap().to_owned());
        }
        reply
    }

    fn call(&self, method: Method, path: impl Into<String>) -> Call {
        let call = Call::new(method, path).by(Role::Anonymous);
        match &self.cookie {
            Some(cookie) => call.header("cookie", &format!("other=1; {cookie}")),
            None => call,
        }
    }

    pub(crate) async fn get(&mut self, app: &TestApp, path: &str) -> Reply {
        let reply = self.call(Method::GET, path).send(app).await;
        self.keep(reply)
    }

    pub(crate) async fn post(&mut self, app: &TestApp, path: &str, form: &[(&str, &str)]) -> Reply {
        let call = self.call(Method::POST, path).bytes(encoded(form));
        let reply = call.header("content-type", "application/x-www-form-urlencoded").send(app).await;
        self.keep(reply)
    }

    /// Fills in the form of a page and sends it.
    pub(crate) async fn fill(&mut self, app: &TestApp, page: &Reply, fields: &[(&str, &str)]) -> Reply {
        let text = page.text();
        assert!(["login", "../login"].contains(&attribute(&text, "<form", "action").as_str()));
        let place = attribute(&text, "name=\"place\"", "value");
        let mut form = vec![("place", place.as_str())];
        form.extend(fields);
        self.post(app, "/login", &form).await
    }

    /// From the application to the application, with a password.
    pub(crate) async fn sign_in(&mut self, app: &TestApp) -> Reply {
        let page = self.get(app, &authorize(&[])).await;
        self.fill(app, &page, &[("username", USER), ("password", PASSWORD)]).await
    }

    /// A code that counts.
    pub(crate) async fn code(&mut self, app: &TestApp) -> String {
        told(&self.sign_in(app).await, "code").unwrap()
    }
}

/// Calls the token endpoint.
pub(crate) async fn token(app: &TestApp, form: &[(&str, &str)]) -> Reply {
    Browser::default().post(app, "/oauth2/token", form).await
}

/// The form that exchanges a code.
pub(crate) fn exchange(code: &str) -> Vec<(&str, &str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("client_id", "clientoftests"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ]
}

/// The tokens of a sign-in through the page.
pub(crate) async fn tokens(app: &TestApp) -> Value {
    let code = Browser::default().code(app).await;
    token(app, &exchange(&code)).await.ok()
}

/// The claims of a token, unverified.
pub(crate) fn claims(token: &Value) -> Value {
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// What the own profile answers to a token.
pub(crate) async fn profile_status(app: &TestApp, token: &Value) -> u16 {
    let call = Call::new(Method::GET, "/profile").by(Role::Anonymous);
    call.header("authorization", token.as_str().unwrap()).send(app).await.status.as_u16()
}
