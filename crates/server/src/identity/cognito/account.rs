//! What people read and change of their own account by the protocol.

use gridfolio_wire::identity::User;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, CognitoError, required};
use crate::identity::model;
use crate::identity::sign_in::account;
use crate::kit::stored::Stored;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WithAccessToken {
    access_token: String,
}

/// The attributes of a person by the names that tokens use too.
pub(super) fn attributes(user: &Stored<User>) -> Vec<(&'static str, String)> {
    let member = |name| user.text_member(name).unwrap_or_default().to_owned();
    vec![
        ("sub", user.key.to_string()),
        ("email_verified", "true".to_owned()),
        ("custom:firstName", member("firstName")),
        ("custom:lastName", member("lastName")),
        ("email", model::email(user).to_owned()),
    ]
}

pub(super) async fn get_user(call: &Call<'_>) -> Result<Value, CognitoError> {
    let request: WithAccessToken = call.read()?;
    let account = call.holder(&request.access_token).await?.account;
    let attributes: Vec<Value> = attributes(&account.user)
        .into_iter()
        .map(|(name, value)| json!({"Name": name, "Value": value}))
        .collect();
    let mut answer = json!({"Username": account.user.key, "UserAttributes": attributes});
    if account.credential.totp_on {
        answer["UserMFASettingList"] = json!(["SOFTWARE_TOKEN_MFA"]);
        answer["PreferredMfaSetting"] = json!("SOFTWARE_TOKEN_MFA");
    }
    Ok(answer)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ChangePassword {
    access_token: String,
    previous_password: Option<String>,
    proposed_password: Option<String>,
}

pub(super) async fn change_password(call: &Call<'_>) -> Result<Value, CognitoError> {
    let request: ChangePassword = call.read()?;
    let previous = required(request.previous_password.as_ref(), "PreviousPassword")?;
    let proposed = required(request.proposed_password.as_ref(), "ProposedPassword")?;
    let holder = call.holder(&request.access_token).await?;
    account::change_password(call.app, &call.caller, holder, (previous, proposed)).await?;
    Ok(json!({}))
}

pub(super) async fn global_sign_out(call: &Call<'_>) -> Result<Value, CognitoError> {
    let request: WithAccessToken = call.read()?;
    let holder = call.holder(&request.access_token).await?;
    account::sign_out_everywhere(call.app, &call.caller, holder).await?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RevokeToken {
    client_id: String,
    token: Option<String>,
}

pub(super) async fn revoke_token(call: &Call<'_>) -> Result<Value, CognitoError> {
    let request: RevokeToken = call.read()?;
    call.check_client(&request.client_id)?;
    let token = required(request.token.as_ref(), "Token")?;
    account::revoke(call.app, &call.caller, token).await?;
    Ok(json!({}))
}
