//! OAuth 2.0 and OpenID Connect for applications: authorization code with PKCE through a sign-in page, token, userinfo,
//! revocation, logout, discovery.
//!
//! There is one client, and it has no secret: what proves an application is the address that a code is sent to, which
//! the configuration must name, and PKCE. Refused are: the implicit and the password grant, codes without S256,
//! `prompt=none` (no sign-in is remembered in the browser), request objects, and sending anybody to an address that is
//! not named. Nothing here checks a password or a code of a second factor; that is `sign_in::flow`. Pages run no script.

pub mod answers;
pub mod codes;
pub mod discovery;
pub mod html;
pub mod login;
pub mod logout;
pub mod pages;
pub mod request;
pub mod sealed;
pub mod token;
pub mod uris;

use axum::Router;
use axum::routing::{get, post};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// The operations, for programs.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(discovery::get_openid_configuration))
        .routes(routes!(token::exchange_grant))
        .routes(routes!(token::get_user_info, token::ask_user_info))
        .routes(routes!(token::revoke_token))
}

/// The pages, for people; they are no operations of the API.
pub fn pages() -> Router<App> {
    Router::new()
        .route("/oauth2/authorize", get(login::authorize).post(login::authorize_by_form))
        .route("/login", post(login::login))
        .route("/logout", get(logout::logout).post(logout::logout_by_form))
}
