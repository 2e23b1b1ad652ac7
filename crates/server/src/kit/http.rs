//! What happens to every request before it is routed and to every answer after it: slashes, encoding, body limit,
//! second try, panics, one log line.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::app::App;
use crate::kit::body::{BODY_LIMIT, read_limited};
use crate::kit::clock::Stopwatch;
use crate::kit::error::{ApiError, Failure, TryOnceMore};
use crate::kit::facts::{Facts, note_route};
use crate::kit::metrics::Target;
use crate::kit::origin::Peer;
use crate::kit::params::percent_decode;
use crate::kit::stored::Document;

/// The header that carries a request's id, in answers and in the log.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Marks a request whose body was larger than the limit and was thrown away.
#[derive(Debug, Clone, Copy)]
pub struct Oversized(pub usize);

/// Paths whose signature covers the path as sent: their slashes stay.
const SIGNED_PATHS: [&str; 4] = ["/solarquery", "/solaruser", "/solarin", "/solarssh"];

/// Puts everything around the router. It wraps from outside, so that it sees requests before they are routed. What is
/// `local` no page of another site may read.
pub fn wrap(app: &App, inner: Router, local: Router) -> Router {
    let origins = &app.network.cors_origins;
    let cors = CorsLayer::new()
        .allow_origin(match origins.as_slice() {
            [] => AllowOrigin::any(),
            listed => AllowOrigin::list(listed.iter().cloned()),
        })
        .allow_methods([
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::DELETE,
            Method::OPTIONS,
        ])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([header::ETAG, REQUEST_ID])
        .max_age(Duration::from_hours(24));
    let guarded = |router: Router| router.layer(from_fn(note_route)).layer(CatchPanicLayer::custom(panicked));
    guarded(local).fallback_service(guarded(inner).layer(cors)).layer(from_fn_with_state(app.clone(), around))
}

/// The answer for a path that does not exist.
pub async fn no_such_path(uri: Uri) -> ApiError {
    ApiError::NotFound(format!("there is no path {}", uri.path()))
}

/// The answer for a method that a path does not have.
pub async fn no_such_method() -> ApiError {
    ApiError::MethodNotAllowed
}

#[expect(clippy::needless_pass_by_value, reason = "the signature that the layer asks for")]
fn panicked(payload: Box<dyn std::any::Any + Send>) -> Response {
    let text = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("panic without a text");
    ApiError::internal(format!("panic: {text}")).into_response()
}

async fn around(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let stopwatch = app.clock.stopwatch();
    let facts = facts_of(&app, &request);
    request.extensions_mut().insert(facts.clone());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let mut untold = Untold { app, facts, method, path, stopwatch, told: false };
    let response = match prepare(request) {
        Ok(request) => run(request, next).await,
        Err(error) => error.into_response(),
    };
    let mut response = finish(response, untold.facts.id()).await;
    guard(response.headers_mut(), &untold.app.authority.public_url);
    response.extensions_mut().insert(untold.facts.clone());
    untold.tell(response.status(), axum::body::HttpBody::size_hint(response.body()).exact());
    response
}

/// A request that has no line in the log yet. When its caller goes away before the answer is ready, it is dropped
/// where it stands, and gets its line then: those are the slow ones, which are looked for.
struct Untold {
    app: App,
    facts: Facts,
    method: Method,
    path: String,
    stopwatch: Stopwatch,
    told: bool,
}

impl Drop for Untold {
    fn drop(&mut self) {
        if !self.told
            && let Ok(gone) = StatusCode::from_u16(CALLER_WENT_AWAY)
        {
            self.tell(gone, None);
        }
    }
}

/// The status that logs show for it, by nginx's custom. Nobody is answered with it.
const CALLER_WENT_AWAY: u16 = 499;

fn facts_of(app: &App, request: &Request) -> Facts {
    let peer = request.extensions().get::<ConnectInfo<Peer>>().map(|ConnectInfo(peer)| peer.0.ip());
    let id = app.network.request_id(peer, request.headers()).unwrap_or_else(|| app.ids.uuid());
    Facts::new(id, app.network.origin(peer, request.headers()))
}

impl Untold {
    /// Counts the request and writes its one line. No query, no headers, no bodies: they may hold secrets.
    fn tell(&mut self, status: StatusCode, bytes: Option<u64>) {
        self.told = true;
        let Self { app, facts, method, path, stopwatch, told: _ } = self;
        let took = stopwatch.elapsed(&app.clock);
        let (id, user, route) = (facts.id(), facts.user(), facts.route());
        let operation = route.and_then(|route| app.operation_ids.find(method, route));
        let target = match (operation, route) {
            (Some(id), _) => Target::Operation(id),
            (None, Some(_)) if status != StatusCode::METHOD_NOT_ALLOWED => Target::Page,
            _ => Target::Nothing,
        };
        app.metrics.count_request(target, method, status, took);
        let status = status.as_u16();
        let took_ms = took.as_secs_f64() * 1000.0;
        let address = facts.origin().address.map(tracing::field::display);
        let path = path.get(..LOGGED_PATH).unwrap_or(path);
        tracing::info!(target: "gridfolio::request", id, %method, path, route, operation, status, took_ms, bytes,
            address, user, "request");
    }
}

/// Bytes of a path that the log shows. It is ASCII: everything else is percent-encoded.
const LOGGED_PATH: usize = 500;

/// Checks the path and collapses its slashes.
fn prepare(mut request: Request) -> Result<Request, ApiError> {
    let path = request.uri().path();
    if percent_decode(path, false).is_none() {
        return Err(ApiError::bad("the path must be percent-encoded UTF-8 without NUL"));
    }
    if path.contains("//") && !SIGNED_PATHS.iter().any(|signed| path.starts_with(signed)) {
        *request.uri_mut() = collapsed(request.uri())?;
    }
    Ok(request)
}

fn collapsed(uri: &Uri) -> Result<Uri, ApiError> {
    let mut path = String::with_capacity(uri.path().len());
    for character in uri.path().chars() {
        if character != '/' || !path.ends_with('/') {
            path.push(character);
        }
    }
    if let Some(query) = uri.query() {
        path.push('?');
        path.push_str(query);
    }
    path.parse().map_err(|_| ApiError::bad("the path is not valid"))
}

/// Runs the operation; once more if the row it changes was changed by another in between.
async fn run(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let bytes = match read_limited(body, BODY_LIMIT).await {
        Ok(bytes) => bytes,
        Err(ApiError::TooLarge(limit)) => {
            // Who may not call at all hears that first: the handler says it.
            parts.extensions.insert(Oversized(limit));
            Bytes::new()
        }
        Err(error) => return error.into_response(),
    };
    let again = (next.clone(), Request::from_parts(parts.clone(), Body::from(bytes.clone())));
    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    if response.extensions().get::<TryOnceMore>().is_none() {
        return response;
    }
    again.0.run(again.1).await
}

/// What every answer says to browsers and caches, where the operation does not say otherwise: what is in it is for one
/// person, is what its type says, and belongs into no frame.
fn guard(headers: &mut HeaderMap, public_url: &str) {
    let rules = [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in rules {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    // Browsers that came by https once shall not come by http again.
    if public_url.starts_with("https://") {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(year);
    }
}

/// Adds the request id, and to a failure of ours the reference into the log.
async fn finish(response: Response, id: &str) -> Response {
    let (mut parts, mut body) = response.into_parts();
    if let Some(Failure(text)) = parts.extensions.get::<Failure>() {
        log_failure(id, text);
        body = with_reference(body, id).await;
        parts.headers.remove(header::CONTENT_LENGTH);
    }
    if let Ok(value) = HeaderValue::from_str(id) {
        parts.headers.insert(REQUEST_ID, value);
    }
    Response::from_parts(parts, body)
}

/// The same JSON object with the reference in it.
async fn with_reference(body: Body, id: &str) -> Body {
    let bytes = read_limited(body, BODY_LIMIT).await.unwrap_or_default();
    let mut members: Document = serde_json::from_slice(&bytes).unwrap_or_default();
    members.insert("reference".to_owned(), id.into());
    Body::from(Value::Object(members).to_string())
}

fn log_failure(id: &str, text: &Arc<str>) {
    tracing::error!(target: "gridfolio::request", id, error = %text, "failed");
}
