//! Forgotten passwords by the protocol.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, CognitoError, required};
use crate::identity::sign_in::reset;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Forgotten {
    client_id: String,
    username: Option<String>,
    confirmation_code: Option<String>,
    password: Option<String>,
}

pub(super) async fn forgot_password(call: &Call<'_>) -> Result<Value, CognitoError> {
    let request: Forgotten = call.read()?;
    call.check_client(&request.client_id)?;
    let username = required(request.username.as_ref(), "Username")?;
    let destination = reset::forgot(call.app, &call.caller, username).await?;
    Ok(json!({"CodeDeliveryDetails":
        {"AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": destination}}))
}

pub(super) async fn confirm_forgot_password(call: &Call<'_>) -> Result<Value, CognitoError> {
    let request: Forgotten = call.read()?;
    call.check_client(&request.client_id)?;
    let username = required(request.username.as_ref(), "Username")?;
    let code = required(request.confirmation_code.as_ref(), "ConfirmationCode")?;
    let password = required(request.password.as_ref(), "Password")?;
    reset::confirm(call.app, &call.caller, (username, code), password).await?;
    Ok(json!({}))
}
