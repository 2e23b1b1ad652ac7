//! `/projects/{projectId}/sites/{siteId}/systems/{systemId}`. Systems are read with their project.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use gridfolio_wire::Empty;
use gridfolio_wire::catalogue::{Site, System, SystemAnswer, SystemCreated};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::catalogue::model::{SiteKey, SystemKey};
use crate::catalogue::service;
use crate::catalogue::tree::Children;
use crate::kit::access::{Can, Edit, EditIn};
use crate::kit::body::Body;
use crate::kit::error::ApiResult;
use crate::kit::rows;
use crate::kit::stored::{Stored, document_answer};
use crate::kit::tx::Change;

/// The operations on systems.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create_system, update_system, delete_system))
}

/// Makes a system under the code in the path. The contract has the answer under `site`.
#[utoipa::path(post, path = "/projects/{projectId}/sites/{siteId}/systems/{systemId}", tag = "catalogue",
    request_body = System,
    responses((status = 200, description = "the system as stored", body = SystemCreated)))]
pub async fn create_system(
    State(app): State<App>,
    site: Can<EditIn, Stored<Site>>,
    body: Body<System>,
) -> ApiResult<Response> {
    let system: gridfolio_wire::SystemCode = site.path().new_id("systemId")?;
    let document = body.with_code(system.as_str())?.document;
    let (site, tx) = site.begin(&app).await?;
    let SiteKey { project, site } = site.key;
    let (system, value) = service::create_system(tx, SystemKey { project, site, system }, document).await?;
    Ok(document_answer(&system, "site", value))
}

/// Replaces a system.
#[utoipa::path(put, path = "/projects/{projectId}/sites/{siteId}/systems/{systemId}", tag = "catalogue",
    request_body = System,
    responses((status = 200, description = "the system as stored", body = SystemAnswer)))]
pub async fn update_system(
    State(app): State<App>,
    system: Can<Edit, Stored<System>>,
    body: Body<System>,
) -> ApiResult<Response> {
    let document = body.with_code(system.resource.key.system.as_str())?.document;
    let (before, mut tx) = system.begin(&app).await?;
    let after = before.replaced(document);
    rows::update(&mut tx, &after, vec![]).await?;
    let value = Children::load(&mut tx, &[&after.key.project]).await?.system_value(&after);
    tx.commit(Change::update(&before, &after)).await?;
    Ok(document_answer(&after, "system", value))
}

/// Removes a system; its measurements stay with the node.
#[utoipa::path(delete, path = "/projects/{projectId}/sites/{siteId}/systems/{systemId}", tag = "catalogue",
    responses((status = 200, description = "removed", body = Empty)))]
pub async fn delete_system(
    State(app): State<App>,
    system: Can<Edit, Stored<System>>,
) -> ApiResult<Json<Empty>> {
    let (system, mut tx) = system.begin(&app).await?;
    rows::delete(&mut tx, &system).await?;
    tx.commit(Change::delete(&system)).await?;
    Ok(Json(Empty {}))
}
