//! The Cognito JSON protocol on `POST /`: one path, the operation in a header, errors as 400 with `__type`.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::identity::service::{self, SignedIn};
use crate::identity::tokens::TOKEN_LIFE_S;
use crate::kit::body::parse_json;
use crate::kit::error::ApiError;

const PREFIX: &str = "AWSCognitoIdentityProviderService.";
const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");

/// An error of this protocol.
#[derive(Debug)]
pub enum CognitoError {
    /// Wrong password, unknown person, ended session: not told apart.
    NotAuthorized(&'static str),
    /// The request breaks a rule.
    InvalidParameter(String),
    /// The client id is not this server's.
    ResourceNotFound(String),
    /// No such operation.
    UnknownOperation(String),
    /// The body is too large.
    TooLarge(usize),
    /// Our fault.
    Internal(ApiError),
}

impl From<ApiError> for CognitoError {
    fn from(error: ApiError) -> Self {
        Self::Internal(error)
    }
}

impl IntoResponse for CognitoError {
    fn into_response(self) -> Response {
        let (kind, message) = match self {
            Self::NotAuthorized(message) => ("NotAuthorizedException", message.to_owned()),
            Self::InvalidParameter(message) => ("InvalidParameterException", message),
            Self::ResourceNotFound(message) => ("ResourceNotFoundException", message),
            Self::UnknownOperation(message) => ("UnknownOperationException", message),
            Self::TooLarge(limit) => {
                let body = json!({"__type": "InvalidParameterException",
                    "message": format!("the body is larger than the limit of {limit} bytes")});
                return answer(StatusCode::PAYLOAD_TOO_LARGE, &body);
            }
            Self::Internal(error) => {
                let kind = if error.status() == StatusCode::INTERNAL_SERVER_ERROR {
                    "InternalErrorException"
                } else {
                    "ServiceUnavailableException"
                };
                let failure = error.into_response();
                let body = json!({"__type": kind, "message": "the server cannot do this now; try again"});
                let mut response = answer(failure.status(), &body);
                *response.extensions_mut() = failure.extensions().clone();
                return response;
            }
        };
        answer(StatusCode::BAD_REQUEST, &json!({"__type": kind, "message": message}))
    }
}

fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, CONTENT_TYPE)], body.to_string()).into_response()
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InitiateAuth {
    auth_flow: String,
    client_id: String,
    #[serde(default)]
    auth_parameters: AuthParameters,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", default)]
struct AuthParameters {
    username: Option<String>,
    password: Option<String>,
    refresh_token: Option<String>,
}

/// Serves one call of the protocol.
pub async fn serve(app: &App, headers: &HeaderMap, body: Bytes) -> Result<Response, CognitoError> {
    let target = headers.get("x-amz-target").and_then(|v| v.to_str().ok()).unwrap_or_default();
    match target.strip_prefix(PREFIX) {
        Some("InitiateAuth") => initiate_auth(app, &body).await,
        Some(other) => Err(CognitoError::UnknownOperation(format!("this server does not speak {other}"))),
        None => Err(CognitoError::UnknownOperation(format!(
            "the header X-Amz-Target must be {PREFIX}InitiateAuth"
        ))),
    }
}

async fn initiate_auth(app: &App, body: &[u8]) -> Result<Response, CognitoError> {
    let misfit =
        |why: String| CognitoError::InvalidParameter(format!("the body does not fit InitiateAuth: {why}"));
    let body = parse_json(body).map_err(|e| misfit(e.to_string()))?;
    let request: InitiateAuth = serde_json::from_value(body).map_err(|e| misfit(e.to_string()))?;
    if request.client_id != app.authority.client_id {
        return Err(CognitoError::ResourceNotFound("User pool client does not exist.".to_owned()));
    }
    let parameters = request.auth_parameters;
    let signed_in = match request.auth_flow.as_str() {
        "USER_PASSWORD_AUTH" => {
            let username = required(parameters.username, "USERNAME")?;
            let password = required(parameters.password, "PASSWORD")?;
            service::sign_in(app, &username, &password)
                .await?
                .ok_or(CognitoError::NotAuthorized("Incorrect username or password."))?
        }
        "REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN" => {
            let token = required(parameters.refresh_token, "REFRESH_TOKEN")?;
            service::refresh(app, &token)
                .await?
                .ok_or(CognitoError::NotAuthorized("Invalid Refresh Token"))?
        }
        other => {
            let message = format!("AuthFlow {other:?} must be USER_PASSWORD_AUTH or REFRESH_TOKEN_AUTH");
            return Err(CognitoError::InvalidParameter(message));
        }
    };
    Ok(answer(StatusCode::OK, &authenticated(signed_in)))
}

fn required(value: Option<String>, name: &str) -> Result<String, CognitoError> {
    value
        .filter(|v| !v.is_empty())
        .ok_or_else(|| CognitoError::InvalidParameter(format!("Missing required parameter {name}")))
}

fn authenticated(SignedIn { tokens, refresh_token }: SignedIn) -> Value {
    let mut result = json!({
        "AccessToken": tokens.access_token,
        "ExpiresIn": TOKEN_LIFE_S,
        "IdToken": tokens.id_token,
        "TokenType": "Bearer",
    });
    if let Some(refresh_token) = refresh_token {
        result["RefreshToken"] = refresh_token.into();
    }
    json!({"AuthenticationResult": result, "ChallengeParameters": {}})
}
