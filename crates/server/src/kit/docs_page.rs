//! The API page: the OpenAPI document with a sign-in form, from files inside the binary. Nothing is fetched.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Json, Response};
use axum::routing::get;
use serde_json::json;
use utoipa_swagger_ui::Config;

use crate::app::App;
use crate::kit::error::ApiError;

const PAGE: &str = include_str!("docs_page.html");
const SCRIPT: &str = include_str!("docs_page.js");

/// The paths of the page; they are no operations of the API.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/", get(front))
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

/// Says what this is: a page for people, JSON for programs.
async fn front(headers: HeaderMap) -> Response {
    let wants_html = headers
        .get(header::ACCEPT)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    if wants_html {
        return Html(include_str!("front_page.html").replace("{version}", env!("CARGO_PKG_VERSION")))
            .into_response();
    }
    Json(json!({
        "name": "Gridfolio",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "A server for people who own, finance and run distributed energy projects.",
        "docs": "/docs",
        "openapi": "/openapi.json",
        "signIn": "/users/authentication",
        "health": "/health",
        "ready": "/ready",
    }))
    .into_response()
}
