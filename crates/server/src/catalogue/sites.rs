//! `/projects/{projectId}/sites/{siteId}`. Sites are read with their project.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use gridfolio_wire::Empty;
use gridfolio_wire::catalogue::{Project, Site, SiteAnswer};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::catalogue::model::SiteKey;
use crate::catalogue::service;
use crate::catalogue::tree::Children;
use crate::kit::access::{Can, Edit, EditIn};
use crate::kit::body::Body;
use crate::kit::error::ApiResult;
use crate::kit::rows;
use crate::kit::stored::{Stored, document_answer};
use crate::kit::tx::Change;

/// The operations on sites.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create_site, update_site, delete_site))
}

/// Makes a site under the code in the path.
#[utoipa::path(post, path = "/projects/{projectId}/sites/{siteId}", tag = "catalogue", request_body = Site,
    responses((status = 200, description = "the site as stored", body = SiteAnswer)))]
pub async fn create_site(
    State(app): State<App>,
    project: Can<EditIn, Stored<Project>>,
    body: Body<Site>,
) -> ApiResult<Response> {
    let site: gridfolio_wire::SiteCode = project.path().new_id("siteId")?;
    let document = body.with_code(site.as_str())?.document;
    let (project, tx) = project.begin(&app).await?;
    let (site, value) = service::create_site(tx, SiteKey { project: project.key, site }, document).await?;
    Ok(document_answer(&site, "site", value))
}

/// Replaces a site.
#[utoipa::path(put, path = "/projects/{projectId}/sites/{siteId}", tag = "catalogue", request_body = Site,
    responses((status = 200, description = "the site as stored", body = SiteAnswer)))]
pub async fn update_site(
    State(app): State<App>,
    site: Can<Edit, Stored<Site>>,
    body: Body<Site>,
) -> ApiResult<Response> {
    let document = body.with_code(site.resource.key.site.as_str())?.document;
    let (before, mut tx) = site.begin(&app).await?;
    let after = before.replaced(document);
    rows::update(&mut tx, &after, vec![]).await?;
    let value = Children::load(&mut tx, &[&after.key.project]).await?.site_value(&after);
    tx.commit(Change::update(&before, &after)).await?;
    Ok(document_answer(&after, "site", value))
}

/// Removes a site with its systems; its measurements stay with the node.
#[utoipa::path(delete, path = "/projects/{projectId}/sites/{siteId}", tag = "catalogue",
    responses((status = 200, description = "removed", body = Empty)))]
pub async fn delete_site(State(app): State<App>, site: Can<Edit, Stored<Site>>) -> ApiResult<Json<Empty>> {
    let (site, tx) = site.begin(&app).await?;
    service::delete_site(tx, site).await?;
    Ok(Json(Empty {}))
}
