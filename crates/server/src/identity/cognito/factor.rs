//! The second factor by the protocol.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, CognitoError, required};
use crate::identity::sign_in::second_factor;

/// With the step of a sign-in that requires a second factor, or with an access token.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SoftwareToken {
    access_token: Option<String>,
    session: Option<String>,
    user_code: Option<String>,
}

pub(super) async fn associate_software_token(call: &Call<'_>) -> Result<Value, CognitoError> {
    let request: SoftwareToken = call.read()?;
    if let Some(token) = &request.access_token {
        let holder = call.holder(token).await?;
        return Ok(json!({"SecretCode": second_factor::associate(call.app, &holder).await?}));
    }
    let session = required(request.session.as_ref(), "Session")?;
    let (secret, session) = second_factor::mfa_setup_begin(call.app, session).await?;
    Ok(json!({"SecretCode": secret, "Session": session}))
}

pub(super) async fn verify_software_token(call: &Call<'_>) -> Result<Value, CognitoError> {
    let request: SoftwareToken = call.read()?;
    let code = required(request.user_code.as_ref(), "UserCode")?;
    if let Some(token) = &request.access_token {
        let holder = call.holder(token).await?;
        second_factor::verify(call.app, &call.caller, holder, code).await?;
        return Ok(json!({"Status": "SUCCESS"}));
    }
    let session = required(request.session.as_ref(), "Session")?;
    let session = second_factor::mfa_setup_verify(call.app, &call.caller, session, code).await?;
    Ok(json!({"Status": "SUCCESS", "Session": session}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SetUserMfaPreference {
    access_token: String,
    software_token_mfa_settings: Option<Settings>,
    #[serde(rename = "SMSMfaSettings")]
    sms_mfa_settings: Option<Settings>,
    email_mfa_settings: Option<Settings>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Settings {
    enabled: Option<bool>,
    preferred_mfa: Option<bool>,
}

impl Settings {
    /// Preferring a factor switches it on.
    fn on(&self) -> Option<bool> {
        if self.preferred_mfa == Some(true) { Some(true) } else { self.enabled }
    }
}

pub(super) async fn set_user_mfa_preference(call: &Call<'_>) -> Result<Value, CognitoError> {
    let request: SetUserMfaPreference = call.read()?;
    let others = [("SMS_MFA", &request.sms_mfa_settings), ("EMAIL_OTP", &request.email_mfa_settings)];
    for (name, settings) in others {
        if settings.as_ref().and_then(Settings::on) == Some(true) {
            return Err(CognitoError::invalid(format!("{name} is not offered; use SOFTWARE_TOKEN_MFA")));
        }
    }
    let holder = call.holder(&request.access_token).await?;
    if let Some(on) = request.software_token_mfa_settings.as_ref().and_then(Settings::on) {
        second_factor::prefer(call.app, &call.caller, holder, on).await?;
    }
    Ok(json!({}))
}
