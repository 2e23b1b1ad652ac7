//! The one error of every operation, by meaning. Its answer is `{"message": …}`.

use std::sync::Arc;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use gridfolio_wire::error::Fault;
use gridfolio_wire::{BadId, ErrorBody};

use crate::kit::limits::TooOften;

/// Result of every handler and service.
pub type ApiResult<T> = Result<T, ApiError>;

/// What went wrong, by what the caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// 400: the request breaks a rule; the message names member and rule.
    #[error("{}", .0.message)]
    BadRequest(ErrorBody),
    /// 401: no credentials, or none that hold.
    #[error("{0}")]
    Unauthorized(String),
    /// 403: known, readable, but not allowed.
    #[error("{0}")]
    Forbidden(String),
    /// 404: does not exist, or is not to be seen by this caller.
    #[error("{0}")]
    NotFound(String),
    /// 405: no such method here.
    #[error("this path has no such method")]
    MethodNotAllowed,
    /// 409: the state of things forbids it.
    #[error("{0}")]
    Conflict(String),
    /// The row changed between reading and writing: the operation runs once more, then 409.
    #[error("somebody else changed it at the same time; read it again and repeat the change")]
    Stale,
    /// 412: `If-Match` names another revision.
    #[error("{0}")]
    PreconditionFailed(String),
    /// 413: the body is larger than the limit.
    #[error("the body is larger than the limit of {0} bytes")]
    TooLarge(usize),
    /// 429: too often; how many seconds to wait.
    #[error("this was asked for too often; try again in {0} s")]
    TooOften(u64),
    /// 503: the database is busy, or does not answer.
    #[error("the database is busy or does not answer; try again")]
    Busy,
    /// 503: another server that is needed for the answer does not answer.
    #[error("{0}")]
    Unavailable(String),
    /// 507: no room left on disk.
    #[error("the server has no room left to store this; nothing was changed")]
    Full,
    /// 500: our fault; the answer carries a reference into the log, never the text.
    #[error("{0}")]
    Internal(String),
}

/// Travels with a 500 from where it happened to where it is logged, once.
#[derive(Debug, Clone)]
pub struct Failure(pub Arc<str>);

/// Marks an answer after which the operation is tried once more.
#[derive(Debug, Clone, Copy)]
pub struct TryOnceMore;

impl ApiError {
    /// A request that breaks a rule, with a message.
    pub fn bad(message: impl Into<String>) -> Self {
        Self::BadRequest(ErrorBody::new(message))
    }

    /// A request with faults in single members.
    pub fn faults(faults: Vec<Fault>) -> Self {
        Self::BadRequest(ErrorBody::of_faults(faults))
    }

    /// A failure of ours.
    pub fn internal(error: impl std::fmt::Display) -> Self {
        Self::Internal(error.to_string())
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Unauthorized(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict(_) | Self::Stale => StatusCode::CONFLICT,
            Self::PreconditionFailed(_) => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooOften(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy | Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Full => StatusCode::INSUFFICIENT_STORAGE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status();
        let body = match &self {
            Self::BadRequest(body) => body.clone(),
            Self::Internal(_) => {
                ErrorBody::new("the server failed; its log has the details under the reference")
            }
            other => ErrorBody::new(other.to_string()),
        };
        let mut response = (status, Json(body)).into_response();
        match self {
            Self::Unauthorized(_) => {
                response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Self::Busy => {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            Self::Unavailable(_) => {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
            }
            Self::TooOften(seconds) => {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            Self::Stale => {
                response.extensions_mut().insert(TryOnceMore);
            }
            Self::Internal(text) => {
                response.extensions_mut().insert(Failure(text.into()));
            }
            _ => {}
        }
        response
    }
}

impl From<gridfolio_db::Error> for ApiError {
    fn from(error: gridfolio_db::Error) -> Self {
        match error {
            gridfolio_db::Error::Busy | gridfolio_db::Error::Unavailable => Self::Busy,
            gridfolio_db::Error::Full => Self::Full,
            // A parent went, or a child came, between reading and writing.
            gridfolio_db::Error::Reference => Self::Stale,
            other => Self::internal(other),
        }
    }
}

impl From<gridfolio_series::Error> for ApiError {
    fn from(error: gridfolio_series::Error) -> Self {
        match error {
            gridfolio_series::Error::Db(error) => error.into(),
            other => Self::internal(other),
        }
    }
}

impl From<TooOften> for ApiError {
    fn from(limit: TooOften) -> Self {
        Self::TooOften(limit.retry_after_s)
    }
}

impl From<BadId> for ApiError {
    fn from(bad: BadId) -> Self {
        Self::bad(bad.to_string())
    }
}

/// Turns a taken key into a 409 that says which.
pub trait TakenKey<T> {
    /// `what` completes "… exists already".
    fn or_taken(self, what: impl FnOnce() -> String) -> ApiResult<T>;
}

impl<T> TakenKey<T> for gridfolio_db::Result<T> {
    fn or_taken(self, what: impl FnOnce() -> String) -> ApiResult<T> {
        self.map_err(|error| match error {
            gridfolio_db::Error::Unique(_) => ApiError::Conflict(format!("{} exists already", what())),
            other => other.into(),
        })
    }
}
