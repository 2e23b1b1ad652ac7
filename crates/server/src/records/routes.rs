//! `/projects/{projectId}/pro-forma` and its versions.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use gridfolio_wire::VersionName;
use gridfolio_wire::catalogue::Project;
use gridfolio_wire::records::{ProForma, ProFormaAnswer, ProFormaVersions};
use serde_json::{Value, json};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::kit::access::{Can, EditFinance, ReadFinance};
use crate::kit::body::Body;
use crate::kit::error::ApiResult;
use crate::kit::if_match::IfMatch;
use crate::kit::params::{FromParams, Params, Query};
use crate::kit::rows;
use crate::kit::stored::{Stored, document_answer};
use crate::records::model::{self, ProFormaKey};
use crate::records::{service, store};

/// The operations of this area.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_pro_forma, save_pro_forma, delete_pro_forma))
        .routes(routes!(list_pro_forma_versions))
}

/// Which pro forma of a project.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct VersionQuery {
    /// Name of a stored version; without it the current pro forma is meant.
    #[param(value_type = Option<String>, min_length = 1, max_length = 100)]
    pub version: Option<VersionName>,
}

impl FromParams for VersionQuery {
    fn from_params(params: &Params) -> ApiResult<Self> {
        // An empty name is a slip: it must not hit the current pro forma.
        Ok(Self { version: params.given("version").map(str::parse).transpose()? })
    }
}

/// The current pro forma of a project; `{}` if it has none.
#[utoipa::path(get, path = "/projects/{projectId}/pro-forma", tag = "records",
    responses((status = 200, description = "the pro forma", body = ProFormaAnswer)))]
pub async fn get_pro_forma(mut project: Can<ReadFinance, Stored<Project>>) -> ApiResult<Response> {
    let key = ProFormaKey { project: project.resource.key.clone(), version: None };
    Ok(match rows::find::<ProForma>(&mut project.snapshot, &key).await? {
        Some(found) => answer(&found),
        None => Json(json!({})).into_response(),
    })
}

/// Makes or replaces the pro forma of a project, or a named version of it.
#[utoipa::path(put, path = "/projects/{projectId}/pro-forma", tag = "records", params(VersionQuery),
    request_body = ProForma,
    responses((status = 200, description = "the pro forma as stored", body = ProFormaAnswer)))]
pub async fn save_pro_forma(
    State(app): State<App>,
    project: Can<EditFinance, Stored<Project>>,
    Query(VersionQuery { version }): Query<VersionQuery>,
    expected: IfMatch,
    body: Body<ProForma>,
) -> ApiResult<Response> {
    let (project, tx) = project.begin(&app).await?;
    let key = ProFormaKey { project: project.key, version };
    Ok(answer(&service::save_pro_forma(tx, key, &expected, body).await?))
}

/// Removes the current pro forma of a project, or a named version of it. The answer has no content.
#[utoipa::path(delete, path = "/projects/{projectId}/pro-forma", tag = "records", params(VersionQuery),
    responses((status = 200, description = "removed")))]
pub async fn delete_pro_forma(
    State(app): State<App>,
    project: Can<EditFinance, Stored<Project>>,
    Query(VersionQuery { version }): Query<VersionQuery>,
    expected: IfMatch,
) -> ApiResult<()> {
    let (project, tx) = project.begin(&app).await?;
    service::delete_pro_forma(tx, &ProFormaKey { project: project.key, version }, &expected).await
}

/// The named versions of a project's pro forma.
#[utoipa::path(get, path = "/projects/{projectId}/pro-forma/versions", tag = "records",
    responses((status = 200, description = "the versions, in the order in which they were made", body = ProFormaVersions)))]
pub async fn list_pro_forma_versions(
    mut project: Can<ReadFinance, Stored<Project>>,
) -> ApiResult<Json<Value>> {
    let all = store::list_pro_formas(&mut project.snapshot, &project.resource.key).await?;
    let versions: Vec<Value> =
        all.iter().filter(|pro_forma| pro_forma.key.version.is_some()).map(model::value).collect();
    Ok(Json(json!({"versions": versions})))
}

fn answer(pro_forma: &Stored<ProForma>) -> Response {
    document_answer(pro_forma, "proForma", model::value(pro_forma))
}
