//! Nodes and sources of projects.

use gridfolio_db::Session;
use gridfolio_wire::{ProjectCode, SourceId};

use crate::kit::error::{ApiError, ApiResult};
use crate::kit::settings::next_number;
use crate::kit::tx::Tx;
use crate::timeseries::{settle, store};

/// The node of a project; made if there is none. A project made again gets its old node back, with its streams.
pub async fn ensure_node(tx: &mut Tx, project: &ProjectCode) -> ApiResult<i64> {
    if let Some((node, _)) = store::list_nodes(tx, &[project]).await?.into_iter().next() {
        return Ok(node);
    }
    loop {
        let node = next_number(tx, "node").await?;
        // a number that somebody chose for a node by hand is skipped
        if store::find_node_project(tx, node).await?.is_none() {
            store::insert_node(tx, node, project).await?;
            return Ok(node);
        }
    }
}

/// Takes a node that was chosen by hand for a project.
pub async fn claim_node(tx: &mut Tx, node: i64, project: &ProjectCode) -> ApiResult<()> {
    match store::find_node_project(tx, node).await? {
        Some(owner) if owner == project.as_str() => Ok(()),
        Some(owner) => Err(ApiError::Conflict(format!(
            "node {node} belongs to project {owner:?}, not to {:?}",
            project.as_str()
        ))),
        None => store::insert_node(tx, node, project).await,
    }
}

/// A source with measurements, and the stream that keeps them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its id.
    pub id: SourceId,
    /// The stream's id.
    pub stream: i64,
}

/// The sources of projects that have measurements.
pub async fn list_sources(session: &mut Session, projects: &[&ProjectCode]) -> ApiResult<Vec<Source>> {
    let nodes = store::list_nodes(session, projects).await?;
    let nodes: Vec<i64> = nodes.into_iter().map(|(node, _)| node).collect();
    let streams = gridfolio_series::list_streams(session, &nodes).await?;
    // A stream that other writers named outside our rule belongs to no project's tree.
    let ours =
        streams.into_iter().filter_map(|s| Some(Source { id: s.key.source_id.parse().ok()?, stream: s.id }));
    Ok(ours.collect())
}

/// Puts the streams of a project's nodes into a time zone.
pub async fn set_zone(tx: &mut Tx, project: &ProjectCode, zone: &str) -> ApiResult<()> {
    let mut changed = 0;
    for (node, _) in store::list_nodes(tx, &[project]).await? {
        changed += gridfolio_series::set_zone(tx.raw(), node, zone).await?;
    }
    if changed == 0 {
        return Ok(());
    }
    let (app, now) = (tx.app().clone(), tx.now_ms());
    settle::enqueue(tx, &app, now).await
}

/// What the imports in one state come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportCount {
    /// `running`, `done`, `undoing` or `undone`.
    pub state: String,
    /// How many there are.
    pub count: i64,
    /// Instants that had no datum before.
    pub added: i64,
    /// Instants whose datum was another.
    pub replaced: i64,
    /// When one of them ended last, in milliseconds since 1970 UTC.
    pub last_finished_at: Option<i64>,
}

/// The imports by state.
pub async fn count_imports(session: &mut Session) -> ApiResult<Vec<ImportCount>> {
    let rows = store::list_import_counts(session).await?;
    let count = |(state, count, added, replaced, last_finished_at)| ImportCount {
        state,
        count,
        added,
        replaced,
        last_finished_at,
    };
    Ok(rows.into_iter().map(count).collect())
}
