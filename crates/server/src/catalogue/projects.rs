//! `/projects` and `/projects/{projectId}`.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use gridfolio_wire::Empty;
use gridfolio_wire::catalogue::{Project, ProjectAnswer, Projects};
use serde_json::{Value, json};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::catalogue::service;
use crate::catalogue::tree::Children;
use crate::kit::access::{Can, CreateProject, Edit, May, Read, Visible};
use crate::kit::body::Body;
use crate::kit::error::ApiResult;
use crate::kit::params::{FromParams, Params, Query};
use crate::kit::stored::{Stored, document_answer};

/// The operations on projects.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_projects)).routes(routes!(
        get_project,
        create_project,
        update_project,
        delete_project
    ))
}

/// Which projects to list.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct ProjectsQuery {
    /// Codes to restrict the answer to, comma-separated or repeated; unknown ones are left out.
    pub project_ids: Option<String>,
}

impl FromParams for ProjectsQuery {
    fn from_params(params: &Params) -> ApiResult<Self> {
        Ok(Self { project_ids: params.list("projectIds").map(|codes| codes.join(",")) })
    }
}

/// The projects that the caller may see, with their sites and systems.
#[utoipa::path(get, path = "/projects", tag = "catalogue", params(ProjectsQuery),
    responses((status = 200, description = "the projects, by code in natural order", body = Projects)))]
pub async fn list_projects(
    State(app): State<App>,
    visible: Visible<Project>,
    Query(wanted): Query<ProjectsQuery>,
) -> ApiResult<Json<Value>> {
    let mut snapshot = app.db.read().await?;
    let projects = service::list_projects(&mut snapshot, &visible.scope, &wanted).await?;
    let codes: Vec<_> = projects.iter().map(|project| &project.key).collect();
    let children = Children::load(&mut snapshot, &codes).await?;
    let values: Vec<Value> = projects.iter().map(|project| children.project_value(project)).collect();
    Ok(Json(json!({"projects": values})))
}

/// One project, with its sites and systems.
#[utoipa::path(get, path = "/projects/{projectId}", tag = "catalogue",
    responses((status = 200, description = "the project", body = ProjectAnswer)))]
pub async fn get_project(mut project: Can<Read, Stored<Project>>) -> ApiResult<Response> {
    let children = Children::load(&mut project.snapshot, &[&project.resource.key]).await?;
    let value = children.project_value(&project.resource);
    Ok(document_answer(&project.resource, "project", value))
}

/// Makes a project under the code in the path.
#[utoipa::path(post, path = "/projects/{projectId}", tag = "catalogue", request_body = Project,
    responses((status = 200, description = "the project as stored", body = ProjectAnswer)))]
pub async fn create_project(
    State(app): State<App>,
    may: May<CreateProject>,
    body: Body<Project>,
) -> ApiResult<Response> {
    let code: gridfolio_wire::ProjectCode = may.path.new_id("projectId")?;
    let body = body.with_code(code.as_str())?;
    let (project, value) = service::create_project(may.begin(&app).await?, code, body).await?;
    Ok(document_answer(&project, "project", value))
}

/// Replaces a project.
#[utoipa::path(put, path = "/projects/{projectId}", tag = "catalogue", request_body = Project,
    responses((status = 200, description = "the project as stored", body = ProjectAnswer)))]
pub async fn update_project(
    State(app): State<App>,
    project: Can<Edit, Stored<Project>>,
    body: Body<Project>,
) -> ApiResult<Response> {
    let body = body.with_code(project.resource.key.as_str())?;
    let (before, tx) = project.begin(&app).await?;
    let (after, value) = service::update_project(tx, before, body).await?;
    Ok(document_answer(&after, "project", value))
}

/// Removes a project with its sites and systems; its measurements stay with the node.
#[utoipa::path(delete, path = "/projects/{projectId}", tag = "catalogue",
    responses((status = 200, description = "removed", body = Empty)))]
pub async fn delete_project(
    State(app): State<App>,
    project: Can<Edit, Stored<Project>>,
) -> ApiResult<Json<Empty>> {
    let (project, tx) = project.begin(&app).await?;
    service::delete_project(tx, project).await?;
    Ok(Json(Empty {}))
}
