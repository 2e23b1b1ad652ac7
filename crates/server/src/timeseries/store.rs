//! SQL of nodes.

use gridfolio_db::{Query, Session, in_list, query};
use gridfolio_wire::ProjectCode;

use crate::kit::error::ApiResult;

/// The nodes of projects, the default one of each first.
pub async fn list_nodes(session: &mut Session, projects: &[&ProjectCode]) -> ApiResult<Vec<(i64, String)>> {
    if projects.is_empty() {
        return Ok(Vec::new());
    }
    let select =
        format!("SELECT id, project FROM node WHERE project IN ({}) ORDER BY id", in_list(1, projects.len()));
    Ok(Query::assembled(select).bind_all(projects.iter().map(|code| code.as_str())).all(session).await?)
}

/// The project of a node.
pub async fn find_node_project(session: &mut Session, node: i64) -> ApiResult<Option<String>> {
    let row: Option<(String,)> =
        query("SELECT project FROM node WHERE id = $1").bind(node).optional(session).await?;
    Ok(row.map(|(project,)| project))
}

/// Writes a new node.
pub async fn insert_node(session: &mut Session, node: i64, project: &ProjectCode) -> ApiResult<()> {
    query("INSERT INTO node (id, project) VALUES ($1, $2)")
        .bind(node)
        .bind(project.as_str())
        .execute(session)
        .await?;
    Ok(())
}
