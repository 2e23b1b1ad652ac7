//! What is known of a request while it runs: its id, its origin, and what routing and sign-in find out. The log line
//! is made of it; nothing secret is in it.

use std::sync::{Arc, Mutex, OnceLock};

use axum::extract::{FromRequestParts, MatchedPath, Request};
use axum::http::Extensions;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use gridfolio_wire::UserId;

use crate::app::App;
use crate::kit::access::Need;
use crate::kit::error::ApiError;
use crate::kit::origin::Origin;

/// The facts of one request. Cheap to clone; all clones are the same facts.
#[derive(Debug, Clone)]
pub struct Facts(Arc<Known>);

#[derive(Debug)]
struct Known {
    id: String,
    origin: Origin,
    route: OnceLock<MatchedPath>,
    user: OnceLock<UserId>,
    needs: Mutex<Vec<Need>>,
}

impl Facts {
    /// The facts at the beginning.
    pub fn new(id: String, origin: Origin) -> Self {
        let (route, user) = (OnceLock::new(), OnceLock::new());
        Self(Arc::new(Known { id, origin, route, user, needs: Mutex::default() }))
    }

    /// The request's id, in the answer and in the log.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Where it comes from.
    pub fn origin(&self) -> Origin {
        self.0.origin
    }

    /// The path with its parameters' names, if there is such a path.
    pub fn route(&self) -> Option<&str> {
        self.0.route.get().map(MatchedPath::as_str)
    }

    /// Who turned out to call.
    pub fn user(&self) -> Option<&str> {
        self.0.user.get().map(UserId::as_str)
    }

    /// The facts of a request, if it came through the server's door.
    pub fn of(extensions: &Extensions) -> Option<&Self> {
        extensions.get()
    }

    /// Writes down what the operation needs of the caller.
    pub fn note_need(extensions: &Extensions, need: Need) {
        if let Some(Self(known)) = extensions.get()
            && let Ok(mut needs) = known.needs.lock()
            && !needs.contains(&need)
        {
            needs.push(need);
        }
    }

    /// What the operation needed of the caller, as far as it came.
    pub fn needs(&self) -> Vec<Need> {
        self.0.needs.lock().map(|needs| needs.clone()).unwrap_or_default()
    }

    /// Writes down who calls. Asked twice in one request, the answer is the same.
    pub fn note_user(extensions: &Extensions, user: &UserId) {
        if let Some(Self(known)) = extensions.get() {
            known.user.get_or_init(|| user.clone());
        }
    }
}

/// A layer behind the routing: writes down the route.
pub async fn note_route(request: Request, next: Next) -> Response {
    if let (Some(Facts(known)), Some(route)) =
        (request.extensions().get(), request.extensions().get::<MatchedPath>())
    {
        known.route.get_or_init(|| route.clone());
    }
    next.run(request).await
}

impl FromRequestParts<App> for Facts {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        parts.extensions.get().cloned().ok_or_else(|| ApiError::internal("a request without facts"))
    }
}
