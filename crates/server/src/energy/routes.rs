//! `/energy/datums` and `/energy/datums/projects/{projectId}`.

use axum::Json;
use axum::extract::State;
use gridfolio_wire::catalogue::Project;
use gridfolio_wire::energy::{
    EnergyProject, EnergySite, EnergySystem, FleetEnergy, InOrder, ProjectEnergy, TotalsByBucket, TotalsList,
};
use jiff::tz::TimeZone;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::catalogue::projects::ProjectsQuery;
use crate::catalogue::service as catalogue;
use crate::energy::period::{Period, PeriodQuery};
use crate::energy::service;
use crate::kit::access::{Can, ReadEnergy, Visible};
use crate::kit::error::ApiResult;
use crate::kit::params::Query;
use crate::kit::stored::Stored;

/// The operations of this area.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_energy_datums)).routes(routes!(list_project_energy_datums))
}

/// Energy of the projects that the caller may see, each in its own time zone.
#[utoipa::path(get, path = "/energy/datums", tag = "energy", params(PeriodQuery, ProjectsQuery),
    responses((status = 200, description = "Wh by project, site, system and bucket", body = FleetEnergy)))]
pub async fn list_energy_datums(
    State(app): State<App>,
    visible: Visible<Project, ReadEnergy>,
    Query(period): Query<Period>,
    Query(wanted): Query<ProjectsQuery>,
) -> ApiResult<Json<FleetEnergy>> {
    let mut snapshot = app.db.read().await?;
    let projects = catalogue::list_projects(&mut snapshot, &visible.scope, &wanted).await?;
    // An instant has no wall time of its own: the first project lends its zone.
    let zone = projects.first().map_or(Ok(TimeZone::UTC), service::time_zone)?;
    period.window(&zone)?;
    let trees = service::energy_trees(&mut snapshot, &projects, &period).await?;
    Ok(Json(FleetEnergy {
        projects: InOrder(trees.iter().map(|tree| (tree.code.clone(), listed(tree))).collect()),
        range: period.range.local(&zone)?,
        aggregation: period.bucket.canonical(),
    }))
}

/// Energy of one project, in both forms that clients read.
#[utoipa::path(get, path = "/energy/datums/projects/{projectId}", tag = "energy", params(PeriodQuery),
    responses((status = 200, description = "Wh by site, system and bucket", body = ProjectEnergy)))]
pub async fn list_project_energy_datums(
    project: Can<ReadEnergy, Stored<Project>>,
    Query(period): Query<Period>,
) -> ApiResult<Json<ProjectEnergy>> {
    let Can { resource: project, mut snapshot, .. } = project;
    let range = period.range.local(&service::time_zone(&project)?)?;
    let mut trees = service::energy_trees(&mut snapshot, std::slice::from_ref(&project), &period).await?;
    let tree =
        trees.pop().ok_or_else(|| crate::kit::error::ApiError::internal("one project has one tree"))?;
    Ok(Json(ProjectEnergy {
        project_datums: listed(&tree),
        project: tree,
        range,
        aggregation: period.bucket.canonical(),
    }))
}

/// The same tree with its buckets as lists.
fn listed(tree: &EnergyProject<TotalsByBucket>) -> EnergyProject<TotalsList> {
    let system = |system: &EnergySystem<TotalsByBucket>| EnergySystem {
        code: system.code.clone(),
        name: system.name.clone(),
        peak_generation: system.peak_generation.clone(),
        peak_consumption: system.peak_consumption.clone(),
        aggregated_totals: TotalsList(system.aggregated_totals.0.clone()),
        sources: system.sources.clone(),
    };
    let site = |site: &EnergySite<TotalsByBucket>| EnergySite {
        code: site.code.clone(),
        name: site.name.clone(),
        peak_generation: site.peak_generation.clone(),
        peak_consumption: site.peak_consumption.clone(),
        aggregated_totals: TotalsList(site.aggregated_totals.0.clone()),
        sources: site.sources.clone(),
        systems: InOrder(site.systems.0.iter().map(|(code, s)| (code.clone(), system(s))).collect()),
    };
    EnergyProject {
        code: tree.code.clone(),
        name: tree.name.clone(),
        peak_generation: tree.peak_generation.clone(),
        peak_consumption: tree.peak_consumption.clone(),
        aggregated_totals: TotalsList(tree.aggregated_totals.0.clone()),
        sources: tree.sources.clone(),
        sites: InOrder(tree.sites.0.iter().map(|(code, s)| (code.clone(), site(s))).collect()),
    }
}
