//! Merges the areas; nothing else.

use axum::Router;
use serde_json::Value;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::kit::openapi::{ApiDoc, finish};
use crate::kit::{docs_page, http, schema_routes};
use crate::{alerts, audit, catalogue, energy, identity, integrations, records, server_state};

fn areas() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(ApiDoc::openapi())
        .merge(catalogue::routes())
        .merge(audit::routes())
        .merge(alerts::routes())
        .merge(records::routes())
        .merge(energy::routes())
        .merge(identity::routes())
        .merge(integrations::routes())
        .merge(schema_routes::routes())
        .merge(server_state::routes())
        .merge(docs_page::operations())
}

/// The generated document.
pub fn openapi() -> Value {
    finish(areas().into_openapi())
}

/// The whole service.
pub fn router(app: &App) -> Router {
    let (api, _) = areas().split_for_parts();
    let inner = api
        .merge(docs_page::routes())
        .merge(identity::oauth::pages())
        .fallback(http::no_such_path)
        .method_not_allowed_fallback(http::no_such_method)
        .with_state(app.clone());
    let local = server_state::metrics::routes()
        .method_not_allowed_fallback(http::no_such_method)
        .with_state(app.clone());
    http::wrap(app, inner, local)
}
