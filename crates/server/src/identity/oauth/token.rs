//! The endpoints for programs: tokens for a code or a refresh token, who a token belongs to, revocation.

use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::app::App;
use crate::identity::model;
use crate::identity::oauth::answers::{OAuthError, read_form, unkept};
use crate::identity::oauth::codes::{self, Claim};
use crate::identity::service::{self, SignedIn};
use crate::identity::sign_in::account;
use crate::identity::sign_in::flow::Caller;
use crate::identity::tokens::{self, TOKEN_LIFE_S};
use crate::kit::access::{May, Own};
use crate::kit::error::ApiResult;
use crate::kit::facts::Facts;
use crate::kit::params::Params;
use crate::kit::rows;
use crate::kit::stored::Stored;

/// A grant, as a form.
#[derive(Debug, ToSchema)]
pub struct GrantForm {
    /// `authorization_code` or `refresh_token`.
    pub grant_type: String,
    /// The app client's id.
    pub client_id: String,
    /// The code, for `authorization_code`.
    pub code: Option<String>,
    /// The address that the code came to, for `authorization_code`.
    pub redirect_uri: Option<String>,
    /// The secret of PKCE, for `authorization_code`.
    pub code_verifier: Option<String>,
    /// The refresh token, for `refresh_token`.
    pub refresh_token: Option<String>,
}

/// A refresh token that ends, as a form.
#[derive(Debug, ToSchema)]
pub struct RevocationForm {
    /// The refresh token.
    pub token: String,
    /// The app client's id.
    pub client_id: String,
}

/// Exchanges a code of the sign-in page (with PKCE), or a refresh token, for tokens. Errors are those of RFC 6749.
#[utoipa::path(post, path = "/oauth2/token", tag = "identity", security(()),
    request_body(content = GrantForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "`id_token`, `access_token`, `token_type`, `expires_in`, `scope`, and for a code `refresh_token`", body = Object)))]
pub async fn exchange_grant(
    State(app): State<App>,
    facts: Facts,
    request: Request,
) -> Result<Response, OAuthError> {
    let (parts, body) = request.into_parts();
    let form = read_form(&parts, body).await?;
    check_client(&app, &form)?;
    match required(&form, "grant_type")? {
        "authorization_code" => {
            let claim = Claim {
                code: required(&form, "code")?,
                redirect_uri: required(&form, "redirect_uri")?,
                verifier: required(&form, "code_verifier")?,
            };
            let (signed_in, scope) = codes::exchange(&app, &Caller::from(&facts), &claim).await?;
            Ok(unkept(answer(signed_in, Some(scope))))
        }
        "refresh_token" => {
            let signed_in = service::refresh(&app, required(&form, "refresh_token")?).await?;
            let ended = || OAuthError::new("invalid_grant", "the refresh token has ended; sign in again");
            Ok(unkept(answer(signed_in.ok_or_else(ended)?, None)))
        }
        _ => {
            let why = "grant_type must be authorization_code or refresh_token";
            Err(OAuthError::new("unsupported_grant_type", why))
        }
    }
}

fn answer(SignedIn { tokens, refresh_token }: SignedIn, scope: Option<String>) -> Value {
    let mut answer = json!({"id_token": tokens.id_token, "access_token": tokens.access_token,
        "token_type": "Bearer", "expires_in": TOKEN_LIFE_S});
    for (name, value) in [("refresh_token", refresh_token), ("scope", scope)] {
        if let Some(value) = value {
            answer[name] = value.into();
        }
    }
    answer
}

fn check_client(app: &App, form: &Params) -> Result<(), OAuthError> {
    if required(form, "client_id")? == app.authority.client_id {
        Ok(())
    } else {
        Err(OAuthError::new("invalid_client", "there is no such client_id"))
    }
}

fn required<'a>(form: &'a Params, name: &'static str) -> Result<&'a str, OAuthError> {
    if form.repeated(&[name]).is_some() {
        return Err(OAuthError::new("invalid_request", format!("{name} stands twice")));
    }
    form.find(name).ok_or_else(|| OAuthError::new("invalid_request", format!("{name} is required")))
}

/// Who an access token (or any token that the API takes) belongs to.
#[utoipa::path(get, path = "/oauth2/userInfo", tag = "identity",
    responses((status = 200, description = "the claims of the person", body = Object)))]
pub async fn get_user_info(State(app): State<App>, request: Request) -> ApiResult<Response> {
    claims(&app, request.into_parts().0).await
}

/// The same by POST, as OpenID Connect asks.
#[utoipa::path(post, path = "/oauth2/userInfo", tag = "identity",
    responses((status = 200, description = "the claims of the person", body = Object)))]
pub async fn ask_user_info(State(app): State<App>, request: Request) -> ApiResult<Response> {
    claims(&app, request.into_parts().0).await
}

async fn claims(app: &App, mut parts: Parts) -> ApiResult<Response> {
    let said =
        parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = said.rsplit(' ').next().unwrap_or_default();
    if tokens::is_access_token(token) {
        let holder = account::holder(app, token).await?;
        return Ok(unkept(told(&holder.account.user)));
    }
    let id = May::<Own>::from_request_parts(&mut parts, app).await?.person.id;
    let mut snapshot = app.db.read().await?;
    Ok(unkept(told(&rows::get(&mut snapshot, &id).await?)))
}

fn told(user: &Stored<gridfolio_wire::identity::User>) -> Value {
    let member = |name| user.text_member(name).unwrap_or_default();
    json!({"sub": user.key, "username": user.key, "email": model::email(user), "name": model::name(user),
        "given_name": member("firstName"), "family_name": member("lastName")})
}

/// Ends the session of a refresh token. One that is not known is as good as ended.
#[utoipa::path(post, path = "/oauth2/revoke", tag = "identity", security(()),
    request_body(content = RevocationForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "an empty object", body = Object)))]
pub async fn revoke_token(
    State(app): State<App>,
    facts: Facts,
    request: Request,
) -> Result<Response, OAuthError> {
    let (parts, body) = request.into_parts();
    let form = read_form(&parts, body).await?;
    check_client(&app, &form)?;
    let token = required(&form, "token")?;
    account::revoke(&app, &Caller::from(&facts), token).await.map_err(crate::kit::error::ApiError::from)?;
    Ok(unkept(json!({})))
}
