//! The end of a session by the browser: an application sends the person here with the id token of the session, and
//! gets them back at an address that the configuration names. No sign-in is remembered in the browser, so without the
//! token there is nothing to end.

use axum::extract::{RawQuery, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::app::App;
use crate::identity::oauth::answers::read_form;
use crate::identity::oauth::html::{Page, send_to};
use crate::identity::oauth::uris::{is_named, with_parameters};
use crate::identity::sign_in::flow::Caller;
use crate::identity::{sign_in, store, tokens};
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::facts::Facts;
use crate::kit::params::Params;
use crate::kit::tx::{Change, Tx};

/// Where applications send people to sign out.
pub async fn logout(State(app): State<App>, facts: Facts, RawQuery(query): RawQuery) -> Response {
    let ended = async {
        let params = Params::parse(query.as_deref().unwrap_or_default())?;
        end(&app, &Caller::from(&facts), &params).await
    };
    ended.await.unwrap_or_else(IntoResponse::into_response)
}

/// The same by a form, as OpenID Connect asks.
pub async fn logout_by_form(State(app): State<App>, facts: Facts, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let ended = async { end(&app, &Caller::from(&facts), &read_form(&parts, body).await?).await };
    ended.await.unwrap_or_else(IntoResponse::into_response)
}

async fn end(app: &App, caller: &Caller, params: &Params) -> ApiResult<Response> {
    let signed_out = match params.find("id_token_hint") {
        Some(token) => end_session(app, caller, token).await?,
        None => false,
    };
    let heading = if signed_out { "You are signed out" } else { "Nothing to end" };
    let other_client = params.find("client_id").is_some_and(|client| client != app.authority.client_id);
    match params.find("post_logout_redirect_uri").or_else(|| params.find("logout_uri")) {
        Some(uri) if !other_client && is_named(&app.authority.app_uris.logout, uri) => {
            let state: Vec<_> = params.find("state").map(|state| ("state", state)).into_iter().collect();
            Ok(send_to(&with_parameters(uri, &state)))
        }
        Some(_) => {
            let words =
                "The application wants to go on at an address that is not known here. Close this window.";
            Ok(Page::saying(StatusCode::BAD_REQUEST, heading, words).into_response())
        }
        None if signed_out => {
            Ok(Page::saying(StatusCode::OK, heading, "You may close this window.").into_response())
        }
        None => {
            let words =
                "This browser remembers no sign-in of yours. Sign out in the application that you use.";
            Ok(Page::saying(StatusCode::OK, heading, words).into_response())
        }
    }
}

/// Ends the session of an id token, also of one that has expired; whether there was one.
async fn end_session(app: &App, caller: &Caller, token: &str) -> ApiResult<bool> {
    let Ok((key_id, session)) = tokens::unverified(token) else { return Ok(false) };
    let mut snapshot = app.db.read().await?;
    let found = store::find_session(&mut snapshot, &session, &key_id, app.clock.now_ms()).await?;
    drop(snapshot);
    let Some(row) = found else { return Ok(false) };
    match tokens::read_id_token(app, &row.public_jwk, token) {
        Ok(claims) if claims.sub == row.user.key.as_str() => {}
        Ok(_) | Err(ApiError::Unauthorized(_)) => return Ok(false),
        Err(error) => return Err(error),
    }
    let mut tx = Tx::begin(app, caller.as_person(&row.user)).await?;
    sign_in::store::delete_session(&mut tx, &session).await?;
    let detail = json!({"by": "logout page"}).as_object().cloned().unwrap_or_default();
    tx.commit(Change::event("sign_out", &row.user, detail)).await?;
    Ok(true)
}
