//! Sign-in, public keys, the own profile.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use gridfolio_wire::identity::{Authentication, Profile, ProfileAnswer, User};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::identity::cognito::{self, CognitoError};
use crate::identity::sign_in::person::Caller;
use crate::identity::{access_tokens, groups, keys, model, oauth, service, user_types, users};
use crate::kit::access::{May, Own, OwnAccount};
use crate::kit::body::{BODY_LIMIT, Body, read_limited};
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::facts::Facts;
use crate::kit::http::Oversized;
use crate::kit::if_match::IfMatch;
use crate::kit::rows;
use crate::kit::stored::{Stored, document_answer};

/// The operations of this area.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(sign_in))
        .routes(routes!(get_json_web_keys))
        .routes(routes!(get_authentication))
        .merge(oauth::routes())
        .routes(routes!(get_profile, update_profile))
        .merge(access_tokens::routes())
        .merge(users::routes())
        .merge(groups::routes())
        .merge(user_types::routes())
}

/// Sign-in, in the Cognito JSON protocol. `X-Amz-Target: AWSCognitoIdentityProviderService.NAME` says which of its
/// operations is meant: `InitiateAuth` (`USER_PASSWORD_AUTH`, `USER_SRP_AUTH`, `REFRESH_TOKEN_AUTH`),
/// `RespondToAuthChallenge` (`PASSWORD_VERIFIER`, `SOFTWARE_TOKEN_MFA`, `NEW_PASSWORD_REQUIRED`, `MFA_SETUP`),
/// `GetUser`, `AssociateSoftwareToken`, `VerifySoftwareToken`, `SetUserMFAPreference`, `ChangePassword`,
/// `ForgotPassword`, `ConfirmForgotPassword`, `RevokeToken`, `GlobalSignOut`. Errors are `{"__type", "message"}`.
#[utoipa::path(post, path = "/", tag = "identity", security(()),
    request_body(content = Object, content_type = "application/x-amz-json-1.1"),
    responses((status = 200, description = "`AuthenticationResult` with the tokens, `ChallengeName`, or what the operation answers", body = Object, content_type = "application/x-amz-json-1.1"),
        (status = 400, description = "`__type` names the exception", body = Object, content_type = "application/x-amz-json-1.1")))]
pub async fn sign_in(State(app): State<App>, request: Request) -> Result<Response, CognitoError> {
    if let Some(Oversized(limit)) = request.extensions().get() {
        return Err(CognitoError::TooLarge(*limit));
    }
    let (parts, body) = request.into_parts();
    let caller = Facts::of(&parts.extensions).map(Caller::from).unwrap_or_default();
    let bytes = read_limited(body, BODY_LIMIT).await?;
    cognito::serve(&app, caller, &parts.headers, bytes).await
}

/// The public keys that tokens are verified with.
#[utoipa::path(get, path = "/{poolId}/.well-known/jwks.json", tag = "identity", security(()),
    responses((status = 200, description = "a JSON Web Key Set", body = Object)))]
pub async fn get_json_web_keys(
    State(app): State<App>,
    path: crate::kit::access::PathParams,
) -> ApiResult<Response> {
    let pool = path.text("poolId")?;
    if pool != app.authority.pool_id {
        return Err(ApiError::NotFound(format!("there is no user pool {pool:?}")));
    }
    let mut snapshot = app.db.read().await?;
    let keys = keys::list(&mut snapshot).await?;
    let keys: Vec<Value> = keys
        .iter()
        .map(|key| serde_json::from_str(&key.public_jwk))
        .collect::<Result<_, _>>()
        .map_err(ApiError::internal)?;
    let kept = [(header::CACHE_CONTROL, "public, max-age=300")];
    Ok((kept, Json(json!({"keys": keys}))).into_response())
}

/// What a client needs to know before it can sign in.
#[utoipa::path(get, path = "/users/authentication", tag = "identity", security(()),
    responses((status = 200, description = "pool, client and address", body = Authentication)))]
pub async fn get_authentication(State(app): State<App>) -> Json<Authentication> {
    let authority = &app.authority;
    Json(Authentication {
        region: authority.region().to_owned(),
        user_pool_id: authority.pool_id.clone(),
        client_id: authority.client_id.clone(),
        issuer: authority.issuer.clone(),
        endpoint: authority.public_url.clone(),
    })
}

/// The caller's own profile.
#[utoipa::path(get, path = "/profile", tag = "identity",
    responses((status = 200, description = "the profile", body = ProfileAnswer)))]
pub async fn get_profile(State(app): State<App>, may: May<Own>) -> ApiResult<Response> {
    let mut snapshot = app.db.read().await?;
    let user: Stored<User> = rows::find(&mut snapshot, &may.person.id)
        .await?
        .ok_or_else(|| ApiError::Unauthorized("the account was removed".to_owned()))?;
    Ok(profile_answer(&user))
}

/// Replaces the caller's own profile.
#[utoipa::path(put, path = "/profile", tag = "identity", request_body = Profile,
    responses((status = 200, description = "the profile as stored", body = ProfileAnswer)))]
pub async fn update_profile(
    State(app): State<App>,
    may: May<OwnAccount>,
    expected: IfMatch,
    body: Body<Profile>,
) -> ApiResult<Response> {
    let user = service::update_profile(&app, &may.person, &expected, body.document).await?;
    Ok(profile_answer(&user))
}

fn profile_answer(user: &Stored<User>) -> Response {
    document_answer(user, "profile", Value::Object(model::profile(user)))
}
