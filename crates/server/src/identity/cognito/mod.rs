//! The Cognito JSON protocol on `POST /`: one path, the operation in a header. Here requests are read and answers
//! written; whether somebody may go on is decided in `sign_in`.

mod account;
mod auth;
mod error;
mod factor;
mod reset;

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::app::App;
use crate::identity::sign_in::account::{Holder, holder};
use crate::identity::sign_in::person::Caller;
use crate::kit::body::parse_json;

pub use error::CognitoError;

const PREFIX: &str = "AWSCognitoIdentityProviderService.";

/// One request.
struct Call<'a> {
    app: &'a App,
    caller: Caller,
    operation: &'a str,
    body: &'a [u8],
}

impl Call<'_> {
    /// The members that the operation knows; others are ignored. What was sent is never repeated: it may be a secret.
    fn read<T: DeserializeOwned>(&self) -> Result<T, CognitoError> {
        let misfit =
            |why: &str| CognitoError::invalid(format!("the body does not fit {}: {why}", self.operation));
        let body = parse_json(self.body).map_err(|e| misfit(&e.to_string()))?;
        serde_json::from_value(body).map_err(|e| {
            let said = Some(e.to_string()).filter(|text| text.starts_with("missing field"));
            misfit(said.as_deref().unwrap_or("a member is of another type than in the protocol"))
        })
    }

    /// Refuses a client that is not this server's.
    fn check_client(&self, client_id: &str) -> Result<(), CognitoError> {
        if client_id == self.app.authority.client_id { Ok(()) } else { Err(CognitoError::UnknownClient) }
    }

    /// Who an access token belongs to.
    async fn holder(&self, access_token: &str) -> Result<Holder, CognitoError> {
        Ok(holder(self.app, access_token).await?)
    }
}

/// Serves one call of the protocol.
pub async fn serve(
    app: &App,
    caller: Caller,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<Response, CognitoError> {
    let target = headers.get("x-amz-target").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let Some(operation) = target.strip_prefix(PREFIX) else {
        return Err(CognitoError::UnknownOperation);
    };
    let body = dispatch(&Call { app, caller, operation, body: &body }).await?;
    Ok(error::answer(StatusCode::OK, &body))
}

async fn dispatch(call: &Call<'_>) -> Result<Value, CognitoError> {
    match call.operation {
        "InitiateAuth" => auth::initiate_auth(call).await,
        "RespondToAuthChallenge" => auth::respond_to_auth_challenge(call).await,
        "GetUser" => account::get_user(call).await,
        "ChangePassword" => account::change_password(call).await,
        "GlobalSignOut" => account::global_sign_out(call).await,
        "RevokeToken" => account::revoke_token(call).await,
        "AssociateSoftwareToken" => factor::associate_software_token(call).await,
        "VerifySoftwareToken" => factor::verify_software_token(call).await,
        "SetUserMFAPreference" => factor::set_user_mfa_preference(call).await,
        "ForgotPassword" => reset::forgot_password(call).await,
        "ConfirmForgotPassword" => reset::confirm_forgot_password(call).await,
        // Its name is not repeated: whatever stands there may be a secret in the wrong place.
        _ => Err(CognitoError::UnknownOperation),
    }
}

/// A parameter that must be there, and not be empty.
fn required<'a>(value: Option<&'a String>, name: &str) -> Result<&'a str, CognitoError> {
    value
        .filter(|value| !value.is_empty())
        .map(String::as_str)
        .ok_or_else(|| CognitoError::invalid(format!("Missing required parameter {name}")))
}
