//! The API page: the OpenAPI document with a sign-in form, from files inside the binary. Nothing is fetched.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Json, Response};
use axum::routing::get;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::Config;

use crate::app::App;
use crate::kit::error::ApiError;

const PAGE: &str = include_str!("docs_page.html");
const SCRIPT: &str = include_str!("docs_page.js");

/// The front page, the one operation here.
pub fn operations() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_front_page))
}

/// The paths of the page; they are no operations of the API.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/docs", get(|| async { Html(PAGE) }))
        .route("/docs/page.js", get(|| async { ([(header::CONTENT_TYPE, "text/javascript")], SCRIPT) }))
        .route("/docs/{file}", get(asset))
        .route("/openapi.json", get(document))
}

async fn document(State(app): State<App>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], app.openapi.to_string()).into_response()
}

async fn asset(Path(file): Path<String>) -> Response {
    match utoipa_swagger_ui::serve(&file, Arc::new(Config::from("/openapi.json"))) {
        Ok(Some(found)) => {
            ([(header::CONTENT_TYPE, found.content_type)], found.bytes.to_vec()).into_response()
        }
        _ => ApiError::NotFound(format!("there is no file {file}")).into_response(),
    }
}

/// What this is and where to go on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FrontPage {
    /// `Gridfolio`
    pub name: &'static str,
    /// Version of the program.
    pub version: &'static str,
    /// One sentence.
    pub description: &'static str,
    /// Path of the API page.
    pub docs: &'static str,
    /// Path of the OpenAPI document.
    pub openapi: &'static str,
    /// Path of what a client needs to sign in.
    pub sign_in: &'static str,
    /// Path that tells whether the process lives.
    pub health: &'static str,
    /// Path that tells whether it can work.
    pub ready: &'static str,
}

/// Says what this is: a page for people, JSON for programs.
#[utoipa::path(get, path = "/", tag = "server", security(()),
    responses((status = 200, description = "what this is", content(
        (FrontPage = "application/json"),
        (String = "text/html"),
    ))))]
pub async fn get_front_page(headers: HeaderMap) -> Response {
    let wants_html = headers
        .get(header::ACCEPT)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    if wants_html {
        return Html(include_str!("front_page.html").replace("{version}", env!("CARGO_PKG_VERSION")))
            .into_response();
    }
    Json(FrontPage {
        name: "Gridfolio",
        version: env!("CARGO_PKG_VERSION"),
        description: "A server for people who own, finance and run distributed energy projects.",
        docs: "/docs",
        openapi: "/openapi.json",
        sign_in: "/users/authentication",
        health: "/health",
        ready: "/ready",
    })
    .into_response()
}
