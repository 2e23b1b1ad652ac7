//! Errors of the protocol: 400 with `{"__type", "message"}`, by the names that its clients know.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::identity::sign_in::Refusal;
use crate::kit::error::ApiError;

const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");

/// An error of this protocol.
#[derive(Debug)]
pub enum CognitoError {
    /// The sign-in refuses it.
    Refused(Refusal),
    /// The client id is not this server's.
    UnknownClient,
    /// No such operation.
    UnknownOperation,
    /// The body is too large.
    TooLarge(usize),
}

impl CognitoError {
    /// The request breaks a rule.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::Refused(Refusal::InvalidParameter(message.into()))
    }
}

impl From<ApiError> for CognitoError {
    fn from(error: ApiError) -> Self {
        Self::Refused(Refusal::Internal(error))
    }
}

impl From<Refusal> for CognitoError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl IntoResponse for CognitoError {
    fn into_response(self) -> Response {
        match self {
            Self::Refused(Refusal::Internal(error)) => failure(error),
            Self::Refused(refusal) => match refusal.exception() {
                Some((kind, message)) => exception(StatusCode::BAD_REQUEST, kind, message),
                None => failure(ApiError::internal("a refusal without a name")),
            },
            Self::UnknownClient => exception(
                StatusCode::BAD_REQUEST,
                "ResourceNotFoundException",
                "User pool client does not exist.",
            ),
            Self::UnknownOperation => exception(
                StatusCode::BAD_REQUEST,
                "UnknownOperationException",
                "the header X-Amz-Target must be AWSCognitoIdentityProviderService. and the name of an operation that this server speaks",
            ),
            Self::TooLarge(limit) => exception(
                StatusCode::PAYLOAD_TOO_LARGE,
                "InvalidParameterException",
                &format!("the body is larger than the limit of {limit} bytes"),
            ),
        }
    }
}

/// Our fault: what went wrong goes to the log, not to the caller.
fn failure(error: ApiError) -> Response {
    let kind = if error.status() == StatusCode::INTERNAL_SERVER_ERROR {
        "InternalErrorException"
    } else {
        "ServiceUnavailableException"
    };
    let failure = error.into_response();
    let mut response = exception(failure.status(), kind, "the server cannot do this now; try again");
    *response.extensions_mut() = failure.extensions().clone();
    response
}

fn exception(status: StatusCode, kind: &str, message: &str) -> Response {
    answer(status, &json!({"__type": kind, "message": message}))
}

/// An answer of the protocol.
pub(super) fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, CONTENT_TYPE)], body.to_string()).into_response()
}
