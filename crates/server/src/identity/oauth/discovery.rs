//! What OpenID Connect clients read first.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::app::App;
use crate::identity::oauth::request::SCOPES;
use crate::kit::access::PathParams;
use crate::kit::error::{ApiError, ApiResult};

/// The OpenID Connect discovery document. 404 where the configuration has the issuer of AWS in the tokens: a client
/// must find the document under the issuer, and that is not this server.
#[utoipa::path(get, path = "/{poolId}/.well-known/openid-configuration", tag = "identity", security(()),
    responses((status = 200, description = "issuer, endpoints, and what they do", body = Object)))]
pub async fn get_openid_configuration(State(app): State<App>, path: PathParams) -> ApiResult<Json<Value>> {
    let authority = &app.authority;
    let pool = path.text("poolId")?;
    if pool != authority.pool_id {
        return Err(ApiError::NotFound(format!("there is no user pool {pool:?}")));
    }
    let base = &authority.public_url;
    if authority.issuer != format!("{base}/{pool}") {
        return Err(ApiError::NotFound(format!(
            "discovery is off: identity.issuer = aws puts {} into the tokens, and a discovery document must be found \
             under its issuer; set identity.issuer = public-url",
            authority.issuer
        )));
    }
    let at = |path: &str| format!("{base}{path}");
    Ok(Json(json!({
        "issuer": authority.issuer,
        "authorization_endpoint": at("/oauth2/authorize"),
        "token_endpoint": at("/oauth2/token"),
        "userinfo_endpoint": at("/oauth2/userInfo"),
        "revocation_endpoint": at("/oauth2/revoke"),
        "end_session_endpoint": at("/logout"),
        "jwks_uri": format!("{}/.well-known/jwks.json", authority.issuer),
        "scopes_supported": SCOPES,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "email", "name", "given_name",
            "family_name"],
        "authorization_response_iss_parameter_supported": true,
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
    })))
}
