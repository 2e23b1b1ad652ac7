//! What programs send to the endpoints for them, and what they hear: forms in, JSON out, errors as RFC 6749 has them.

use axum::Json;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::kit::body::{BODY_LIMIT, read_limited};
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::http::Oversized;
use crate::kit::params::Params;

/// An error of the token endpoint.
#[derive(Debug)]
pub enum OAuthError {
    /// `invalid_request`, `invalid_grant`, …, and why.
    Refused(&'static str, String),
    /// Our fault, or a body that is too large.
    Other(ApiError),
}

impl OAuthError {
    /// A refusal.
    pub fn new(error: &'static str, why: impl Into<String>) -> Self {
        Self::Refused(error, why.into())
    }
}

impl From<ApiError> for OAuthError {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::BadRequest(body) => Self::Refused("invalid_request", body.message),
            other => Self::Other(other),
        }
    }
}

impl From<gridfolio_db::Error> for OAuthError {
    fn from(error: gridfolio_db::Error) -> Self {
        Self::Other(error.into())
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let mut response = match self {
            // `message` beside it, as in every other error of this API.
            Self::Refused(error, why) => {
                let body = json!({"error": error, "error_description": why, "message": why});
                (StatusCode::BAD_REQUEST, Json(body)).into_response()
            }
            Self::Other(error) => error.into_response(),
        };
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// An answer that nobody may keep.
pub fn unkept(body: Value) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

/// Reads a form.
pub async fn read_form(parts: &Parts, body: Body) -> ApiResult<Params> {
    if let Some(Oversized(limit)) = parts.extensions.get() {
        return Err(ApiError::TooLarge(*limit));
    }
    let bytes = read_limited(body, BODY_LIMIT).await?;
    let broken = || ApiError::bad("the body must be a form: percent-encoded UTF-8 without NUL");
    let text = std::str::from_utf8(&bytes).map_err(|_| broken())?;
    Params::parse(text).map_err(|_| broken())
}
