//! SQL of nodes, and the count of imports.

use gridfolio_db::{Session, in_chunks, query};
use gridfolio_wire::ProjectCode;

use crate::kit::error::ApiResult;

/// The nodes of projects, the default one of each first.
pub async fn list_nodes(session: &mut Session, projects: &[&ProjectCode]) -> ApiResult<Vec<(i64, String)>> {
    let codes: Vec<&str> = projects.iter().map(|code| code.as_str()).collect();
    let mut nodes: Vec<(i64, String)> = Vec::new();
    for query in in_chunks("SELECT id, project FROM node WHERE project IN", &codes) {
        nodes.extend(query.all(session).await?);
    }
    nodes.sort_unstable();
    Ok(nodes)
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

/// Imports by state: how many, datums added and replaced, when one ended last.
pub async fn list_import_counts(
    session: &mut Session,
) -> ApiResult<Vec<(String, i64, i64, i64, Option<i64>)>> {
    let counted = query(
        "SELECT state, CAST(COUNT(*) AS BIGINT), CAST(SUM(added) AS BIGINT), CAST(SUM(replaced) AS BIGINT), \
         CAST(MAX(finished_at) AS BIGINT) FROM import GROUP BY state ORDER BY state",
    );
    Ok(counted.all(session).await?)
}
