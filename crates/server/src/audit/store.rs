//! SQL of the log.

use gridfolio_db::{Session, query};
use gridfolio_wire::ProjectCode;

use crate::kit::error::{ApiError, ApiResult};
use crate::kit::stored::Document;

/// One change as stored.
#[derive(Debug)]
pub struct AuditRow {
    /// When, ms.
    pub at: i64,
    /// `create`, `update`, `delete`
    pub action: String,
    /// What kind of thing.
    pub asset_type: String,
    /// Which thing.
    pub asset: String,
    /// Its project.
    pub project: Option<String>,
    /// Who.
    pub user_id: String,
    /// Their name at the time.
    pub user_name: String,
    /// Before.
    pub before: Option<Document>,
    /// After.
    pub after: Option<Document>,
}

type Columns = (i64, String, String, String, Option<String>, String, String, Option<String>, Option<String>);

fn row(
    (at, action, asset_type, asset, project, user_id, user_name, before, after): Columns,
) -> ApiResult<AuditRow> {
    let document = |text: Option<String>| {
        text.map(|t| serde_json::from_str(&t))
            .transpose()
            .map_err(|e| ApiError::internal(format!("log: {e}")))
    };
    Ok(AuditRow {
        at,
        action,
        asset_type,
        asset,
        project,
        user_id,
        user_name,
        before: document(before)?,
        after: document(after)?,
    })
}

/// The changes of a project and everything in it, newest first.
pub async fn list_project_changes(session: &mut Session, project: &ProjectCode) -> ApiResult<Vec<AuditRow>> {
    let rows: Vec<Columns> = query(
        "SELECT at, action, asset_type, asset, project, user_id, user_name, document_before, document_after \
         FROM audit WHERE project = $1 ORDER BY at DESC, position DESC, id DESC",
    )
    .bind(project.as_str())
    .all(session)
    .await?;
    rows.into_iter().map(row).collect()
}

/// The changes of one asset of the tree, newest first.
pub async fn list_asset_changes(session: &mut Session, asset: &str) -> ApiResult<Vec<AuditRow>> {
    let rows: Vec<Columns> = query(
        "SELECT at, action, asset_type, asset, project, user_id, user_name, document_before, document_after \
         FROM audit WHERE asset = $1 AND project IS NOT NULL ORDER BY at DESC, position DESC, id DESC",
    )
    .bind(asset)
    .all(session)
    .await?;
    rows.into_iter().map(row).collect()
}
