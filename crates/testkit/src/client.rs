//! A client for tests: calls by role, answers that say what was expected of them.

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use gridfolio::identity::store::find_user_by_email;
use gridfolio::kit::access::Need;
use gridfolio::kit::facts::Facts;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::app::{ADMINISTRATOR, TestApp, USER};

/// Who calls: a person of each type that ships, or nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// May do everything.
    Administrator,
    /// Everything but people and orders to devices.
    AssetManager,
    /// Money and paper.
    Finance,
    /// Plants and measurements.
    Engineer,
    /// Work on site.
    FieldTechnician,
    /// Looks on.
    Viewer,
    /// Nobody.
    Anonymous,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 7] = [
        Self::Administrator,
        Self::AssetManager,
        Self::Finance,
        Self::Engineer,
        Self::FieldTechnician,
        Self::Viewer,
        Self::Anonymous,
    ];
    /// Those who have an account.
    pub const PEOPLE: [Self; 6] = [
        Self::Administrator,
        Self::AssetManager,
        Self::Finance,
        Self::Engineer,
        Self::FieldTechnician,
        Self::Viewer,
    ];

    /// The name of the type of users.
    pub fn word(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::AssetManager => "asset manager",
            Self::Finance => "finance",
            Self::Engineer => "engineer",
            Self::FieldTechnician => "field technician",
            Self::Viewer => "viewer",
            Self::Anonymous => "anonymous",
        }
    }

    /// The address to sign in with.
    pub fn email(self) -> &'static str {
        match self {
            Self::Administrator => ADMINISTRATOR,
            Self::AssetManager => "manager@example.org",
            Self::Finance => "finance@example.org",
            Self::Engineer => "engineer@example.org",
            Self::FieldTechnician => "technician@example.org",
            Self::Viewer => USER,
            Self::Anonymous => "nobody@example.org",
        }
    }

    /// The given name.
    pub fn first_name(self) -> &'static str {
        match self {
            Self::Administrator => "Ada",
            Self::AssetManager => "Amir",
            Self::Finance => "Fina",
            Self::Engineer => "Enno",
            Self::FieldTechnician => "Tess",
            Self::Viewer => "Uwe",
            Self::Anonymous => "Nobody",
        }
    }
}

/// A call that is being put together.
#[derive(Debug, Clone)]
pub struct Call {
    /// `GET`, …
    pub method: Method,
    /// Path and query.
    pub path: String,
    /// Who calls.
    pub role: Role,
    /// Headers beside `Authorization`.
    pub headers: HeaderMap,
    /// The body's bytes.
    pub body: Vec<u8>,
}

impl Call {
    /// A call by the administrator.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            role: Role::Administrator,
            headers: HeaderMap::new(),
            body: Vec::new(),
        }
    }

    /// By another role.
    #[must_use]
    pub fn by(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(mut self, body: &Value) -> Self {
        self.body = body.to_string().into_bytes();
        self.header("content-type", "application/json")
    }

    /// With a body of any bytes.
    #[must_use]
    pub fn bytes(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, value.parse().unwrap());
        self
    }

    /// Sends it.
    pub async fn send(self, app: &TestApp) -> Reply {
        let shown = format!("{} {} by {:?}", self.method, self.path, self.role);
        let mut request = Request::builder().method(self.method).uri(&self.path);
        *request.headers_mut().unwrap() = self.headers;
        if let Some(token) = app.token_of(self.role).await {
            request.headers_mut().unwrap().insert(header::AUTHORIZATION, token.parse().unwrap());
        }
        let request = request.body(Body::from(self.body)).unwrap();
        let response = app.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let needs = parts.extensions.get::<Facts>().map(Facts::needs).unwrap_or_default();
        Reply { call: shown, status: parts.status, headers: parts.headers, bytes: bytes.to_vec(), needs }
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    call: String,
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub bytes: Vec<u8>,
    /// What the operation needed of the caller.
    pub needs: Vec<Need>,
}

impl Reply {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|e| panic!("{}: {e}: {}", self.call, self.text()))
    }

    /// The body of an answer that must be 200.
    pub fn ok(&self) -> Value {
        self.must_be(200);
        self.json()
    }

    /// The message of an answer that must have this status.
    pub fn message(&self, status: u16) -> String {
        self.must_be(status);
        self.json()["message"]
            .as_str()
            .unwrap_or_else(|| panic!("{}: no message: {}", self.call, self.text()))
            .to_owned()
    }

    /// Fails unless the status is this one.
    pub fn must_be(&self, status: u16) {
        assert_eq!(self.status.as_u16(), status, "{}: {}", self.call, self.text());
    }

    /// The validator of the document.
    pub fn etag(&self) -> String {
        self.headers.get(header::ETAG).expect("an ETag").to_str().unwrap().to_owned()
    }
}

impl TestApp {
    /// The id of the person of a role.
    pub async fn id_of(&self, role: Role) -> String {
        let mut snapshot = self.app.db.read().await.unwrap();
        let user = find_user_by_email(&mut snapshot, role.email()).await.unwrap().unwrap();
        user.key.to_string()
    }

    /// `GET` by the administrator.
    pub async fn get(&self, path: &str) -> Reply {
        Call::new(Method::GET, path).send(self).await
    }

    /// `POST` of JSON by the administrator.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        Call::new(Method::POST, path).json(body).send(self).await
    }

    /// `PUT` of JSON by the administrator.
    pub async fn put(&self, path: &str, body: &Value) -> Reply {
        Call::new(Method::PUT, path).json(body).send(self).await
    }

    /// `DELETE` by the administrator.
    pub async fn delete(&self, path: &str) -> Reply {
        Call::new(Method::DELETE, path).send(self).await
    }
}
