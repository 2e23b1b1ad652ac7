//! Whether the server lives and can work, and its figures.

pub mod metrics;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::settings::{COPY_UNFINISHED, find_setting};

/// The operations of this area.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_health)).routes(routes!(get_readiness))
}

/// A state in one word.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServerState {
    /// `ok`
    pub status: &'static str,
}

/// Whether the process answers at all.
#[utoipa::path(get, path = "/health", tag = "server", security(()),
    responses((status = 200, description = "it answers", body = ServerState)))]
pub async fn get_health() -> Json<ServerState> {
    Json(ServerState { status: "ok" })
}

/// Whether the database answers and has this program's schema.
#[utoipa::path(get, path = "/ready", tag = "server", security(()),
    responses((status = 200, description = "it can work", body = ServerState)))]
pub async fn get_readiness(State(app): State<App>) -> ApiResult<Json<ServerState>> {
    let mut snapshot = app.db.read().await?;
    if find_setting(&mut snapshot, COPY_UNFINISHED).await?.is_some() {
        return Err(ApiError::internal("`gridfolio copy` has begun to write this database and not ended"));
    }
    let state = app.db.schema_state().await?;
    if state.applied != Some(state.known) {
        return Err(ApiError::internal("the database has another schema than this program"));
    }
    Ok(Json(ServerState { status: "ok" }))
}
