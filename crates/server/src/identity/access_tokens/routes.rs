//! `/users/{userId}/tokens`: a person's access tokens for machines.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use gridfolio_wire::Empty;
use gridfolio_wire::access_tokens::{AccessToken, AccessTokens, FreshAccessToken};
use gridfolio_wire::identity::User;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::identity::access_tokens::service;
use crate::kit::access::{Can, EditAccount, ReadOwn};
use crate::kit::body::Body;
use crate::kit::error::ApiResult;
use crate::kit::stored::Stored;

/// The operations on access tokens.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_access_tokens, create_access_token))
        .routes(routes!(delete_access_token))
}

/// The access tokens of a user, without their texts.
#[utoipa::path(get, path = "/users/{userId}/tokens", tag = "identity",
    responses((status = 200, description = "the tokens, the oldest first", body = AccessTokens)))]
pub async fn list_access_tokens(mut user: Can<ReadOwn, Stored<User>>) -> ApiResult<Json<AccessTokens>> {
    let tokens = service::list(&mut user.snapshot, &user.resource).await?;
    Ok(Json(AccessTokens { tokens }))
}

/// Makes an access token for a machine. Its text is in this answer, and never again.
#[utoipa::path(post, path = "/users/{userId}/tokens", tag = "identity", request_body = AccessToken,
    responses((status = 200, description = "the token, with its text", body = FreshAccessToken)))]
pub async fn create_access_token(
    State(app): State<App>,
    user: Can<EditAccount, Stored<User>>,
    body: Body<AccessToken>,
) -> ApiResult<Response> {
    let person = user.person.clone();
    let (owner, tx) = user.begin(&app).await?;
    let fresh = service::create(tx, &person, &owner, body).await?;
    Ok(([(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(fresh)).into_response())
}

/// Revokes an access token; it ends at once.
#[utoipa::path(delete, path = "/users/{userId}/tokens/{tokenId}", tag = "identity",
    responses((status = 200, description = "revoked", body = Empty)))]
pub async fn delete_access_token(
    State(app): State<App>,
    user: Can<EditAccount, Stored<User>>,
) -> ApiResult<Json<Empty>> {
    let (person, id) = (user.person.clone(), user.path().known("tokenId", "access token")?);
    let (owner, tx) = user.begin(&app).await?;
    service::revoke(tx, &person, &owner, id).await?;
    Ok(Json(Empty {}))
}
