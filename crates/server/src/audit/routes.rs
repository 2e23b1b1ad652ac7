//! `/audit/…`: the log of a project, of an asset.

use std::collections::BTreeMap;

use axum::Json;
use gridfolio_db::Session;
use gridfolio_wire::audit::{AuditAnswer, AuditDiff, AuditDiffs, AuditEntry, AuditLogs};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::audit::diff;
use crate::audit::store::{self, AuditRow};
use crate::kit::access::{Can, Load, PathParams, ReadAudit};
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::params::{FromParams, Params, Query};

/// The operations of this area.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_project_audit)).routes(routes!(get_asset_audit))
}

/// Which form of the log.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// `true` asks for what changed, member by member, instead of the entries.
    #[param(value_type = Option<bool>)]
    pub diff: bool,
}

impl FromParams for AuditQuery {
    fn from_params(params: &Params) -> ApiResult<Self> {
        Ok(Self { diff: params.flag("diff")? })
    }
}

/// The history of a project and everything in it; it outlives the project.
#[derive(Debug)]
pub struct ProjectHistory(Vec<AuditRow>);

impl Load for ProjectHistory {
    async fn load(path: &PathParams, session: &mut Session) -> ApiResult<Self> {
        let code = path.known("projectId", "project")?;
        let rows = store::list_project_changes(session, &code).await?;
        if rows.is_empty() {
            Err(ApiError::NotFound(format!("there is no project {:?}", code.as_str())))
        } else {
            Ok(Self(rows))
        }
    }
}

/// The history of one asset; it outlives the asset.
#[derive(Debug)]
pub struct AssetHistory(Vec<AuditRow>);

impl Load for AssetHistory {
    async fn load(path: &PathParams, session: &mut Session) -> ApiResult<Self> {
        let asset = path.text("assetId")?.trim_start_matches('/');
        let rows = store::list_asset_changes(session, asset).await?;
        if rows.is_empty() {
            Err(ApiError::NotFound(format!("there is no asset {asset:?}")))
        } else {
            Ok(Self(rows))
        }
    }
}

/// The log of a project, its sites and its systems, newest first.
#[utoipa::path(get, path = "/audit/projects/{projectId}", tag = "audit", params(AuditQuery),
    responses((status = 200, description = "the entries, or with `diff=true` the changed members", body = AuditAnswer)))]
pub async fn get_project_audit(
    history: Can<ReadAudit, ProjectHistory>,
    Query(form): Query<AuditQuery>,
) -> ApiResult<Json<AuditAnswer>> {
    Ok(Json(answer(history.resource.0, form.diff)))
}

/// The log of one asset: `PROJECT`, `PROJECT%2FSITE` or `PROJECT%2FSITE%2FSYSTEM`; newest first.
#[utoipa::path(get, path = "/audit/assets/{assetId}", tag = "audit", params(AuditQuery),
    responses((status = 200, description = "the entries, or with `diff=true` the changed members", body = AuditAnswer)))]
pub async fn get_asset_audit(
    history: Can<ReadAudit, AssetHistory>,
    Query(form): Query<AuditQuery>,
) -> ApiResult<Json<AuditAnswer>> {
    Ok(Json(answer(history.resource.0, form.diff)))
}

fn answer(rows: Vec<AuditRow>, diff: bool) -> AuditAnswer {
    if diff {
        let mut by_path: BTreeMap<String, Vec<AuditDiff>> = BTreeMap::new();
        for row in rows {
            by_path.entry(format!("/{}", row.asset)).or_default().push(difference(row));
        }
        AuditAnswer::Diffs(AuditDiffs { diff: by_path })
    } else {
        AuditAnswer::Logs(AuditLogs { logs: rows.into_iter().map(entry).collect() })
    }
}

fn difference(row: AuditRow) -> AuditDiff {
    AuditDiff {
        timestamp: row.at,
        changes: diff::changes(row.before.as_ref(), row.after.as_ref()),
        user_id: row.user_id,
        user_name: row.user_name,
        action: row.action,
    }
}

fn entry(row: AuditRow) -> AuditEntry {
    AuditEntry {
        path: format!("/{}", row.asset),
        id: row.asset,
        asset_type: row.asset_type,
        action: row.action,
        timestamp: row.at,
        user_id: row.user_id,
        user_name_as_clients_read_it: row.user_name.clone(),
        user_name: row.user_name,
        project: row.project,
        item: row.after.or(row.before).unwrap_or_default(),
    }
}
