//! SQL of the tree.

use gridfolio_db::{FromDbRow, Query, Session, in_chunks, query};
use gridfolio_wire::ProjectCode;
use gridfolio_wire::catalogue::{Project, Site, System};

use crate::catalogue::model::{SiteKey, SystemKey};
use crate::kit::access::Visible;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::stored::Stored;
use crate::kit::tx::Tx;

type ProjectRow = (String, i64, String);
type SiteRow = (String, String, i64, String);
type SystemRow = (String, String, String, i64, String);

fn project((code, revision, document): ProjectRow) -> ApiResult<Stored<Project>> {
    Stored::from_row(code.parse().map_err(ApiError::internal)?, revision, &document)
}

fn site((project, code, revision, document): SiteRow) -> ApiResult<Stored<Site>> {
    let key = SiteKey {
        project: project.parse().map_err(ApiError::internal)?,
        site: code.parse().map_err(ApiError::internal)?,
    };
    Stored::from_row(key, revision, &document)
}

fn system((project, site, code, revision, document): SystemRow) -> ApiResult<Stored<System>> {
    let key = SystemKey {
        project: project.parse().map_err(ApiError::internal)?,
        site: site.parse().map_err(ApiError::internal)?,
        system: code.parse().map_err(ApiError::internal)?,
    };
    Stored::from_row(key, revision, &document)
}

/// All rows of a query over many codes.
async fn rows_of<T: FromDbRow>(session: &mut Session, select: &str, codes: &[&str]) -> ApiResult<Vec<T>> {
    let mut rows = Vec::new();
    for query in in_chunks(select, codes) {
        rows.extend(query.all(session).await?);
    }
    Ok(rows)
}

/// A project.
pub async fn find_project(session: &mut Session, code: &ProjectCode) -> ApiResult<Option<Stored<Project>>> {
    let row: Option<ProjectRow> = query("SELECT code, revision, document FROM project WHERE code = $1")
        .bind(code.as_str())
        .optional(session)
        .await?;
    row.map(project).transpose()
}

/// The projects that the caller may see; of these only the listed ones, if there is a list.
pub async fn list_projects(
    session: &mut Session,
    visible: &Visible<Project>,
    only: Option<&[&str]>,
) -> ApiResult<Vec<Stored<Project>>> {
    let select = format!("SELECT code, revision, document FROM project WHERE {} = 1", visible.condition());
    let rows: Vec<ProjectRow> = match only {
        None => Query::assembled(select).all(session).await?,
        Some(codes) => {
            let mut codes = codes.to_vec();
            codes.sort_unstable();
            codes.dedup();
            rows_of(session, &format!("{select} AND code IN"), &codes).await?
        }
    };
    rows.into_iter().map(project).collect()
}

/// A site.
pub async fn find_site(session: &mut Session, key: &SiteKey) -> ApiResult<Option<Stored<Site>>> {
    let row: Option<SiteRow> =
        query("SELECT project, code, revision, document FROM site WHERE project = $1 AND code = $2")
            .bind(key.project.as_str())
            .bind(key.site.as_str())
            .optional(session)
            .await?;
    row.map(site).transpose()
}

/// The sites of projects.
pub async fn list_sites(session: &mut Session, projects: &[&ProjectCode]) -> ApiResult<Vec<Stored<Site>>> {
    let select = "SELECT project, code, revision, document FROM site WHERE project IN";
    let codes: Vec<&str> = projects.iter().map(|code| code.as_str()).collect();
    let rows: Vec<SiteRow> = rows_of(session, select, &codes).await?;
    rows.into_iter().map(site).collect()
}

/// A system.
pub async fn find_system(session: &mut Session, key: &SystemKey) -> ApiResult<Option<Stored<System>>> {
    let row: Option<SystemRow> = query(
        "SELECT project, site, code, revision, document FROM system WHERE project = $1 AND site = $2 AND code = $3",
    )
    .bind(key.project.as_str())
    .bind(key.site.as_str())
    .bind(key.system.as_str())
    .optional(session)
    .await?;
    row.map(system).transpose()
}

/// The systems of projects.
pub async fn list_systems(
    session: &mut Session,
    projects: &[&ProjectCode],
) -> ApiResult<Vec<Stored<System>>> {
    let select = "SELECT project, site, code, revision, document FROM system WHERE project IN";
    let codes: Vec<&str> = projects.iter().map(|code| code.as_str()).collect();
    let rows: Vec<SystemRow> = rows_of(session, select, &codes).await?;
    rows.into_iter().map(system).collect()
}

/// Writes a new project.
pub async fn insert_project(tx: &mut Tx, new: &Stored<Project>) -> gridfolio_db::Result<u64> {
    let now = tx.now_ms();
    query(
        "INSERT INTO project (code, revision, document, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)",
    )
    .bind(new.key.as_str())
    .bind(new.revision)
    .bind(new.text())
    .bind(now)
    .execute(tx)
    .await
}

/// Writes a new site.
pub async fn insert_site(tx: &mut Tx, new: &Stored<Site>) -> gridfolio_db::Result<u64> {
    let now = tx.now_ms();
    query("INSERT INTO site (project, code, revision, document, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)")
        .bind(new.key.project.as_str())
        .bind(new.key.site.as_str())
        .bind(new.revision)
        .bind(new.text())
        .bind(now)
        .execute(tx)
        .await
}

/// Writes a new system.
pub async fn insert_system(tx: &mut Tx, new: &Stored<System>) -> gridfolio_db::Result<u64> {
    let now = tx.now_ms();
    query(
        "INSERT INTO system (project, site, code, revision, document, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $6)",
    )
    .bind(new.key.project.as_str())
    .bind(new.key.site.as_str())
    .bind(new.key.system.as_str())
    .bind(new.revision)
    .bind(new.text())
    .bind(now)
    .execute(tx)
    .await
}

/// One row, or somebody was faster.
fn one_row(touched: u64) -> ApiResult<()> {
    if touched == 1 { Ok(()) } else { Err(ApiError::Stale) }
}

/// Replaces a project, if it still is at the revision before.
pub async fn update_project(tx: &mut Tx, after: &Stored<Project>) -> ApiResult<()> {
    let now = tx.now_ms();
    let touched = query(
        "UPDATE project SET revision = $3, document = $4, updated_at = $5 WHERE code = $1 AND revision = $2",
    )
    .bind(after.key.as_str())
    .bind(after.revision - 1)
    .bind(after.revision)
    .bind(after.text())
    .bind(now)
    .execute(tx)
    .await?;
    one_row(touched)
}

/// Replaces a site, if it still is at the revision before.
pub async fn update_site(tx: &mut Tx, after: &Stored<Site>) -> ApiResult<()> {
    let now = tx.now_ms();
    let touched = query(
        "UPDATE site SET revision = $4, document = $5, updated_at = $6 WHERE project = $1 AND code = $2 AND revision = $3",
    )
    .bind(after.key.project.as_str())
    .bind(after.key.site.as_str())
    .bind(after.revision - 1)
    .bind(after.revision)
    .bind(after.text())
    .bind(now)
    .execute(tx)
    .await?;
    one_row(touched)
}

/// Replaces a system, if it still is at the revision before.
pub async fn update_system(tx: &mut Tx, after: &Stored<System>) -> ApiResult<()> {
    let now = tx.now_ms();
    let touched = query(
        "UPDATE system SET revision = $5, document = $6, updated_at = $7 \
         WHERE project = $1 AND site = $2 AND code = $3 AND revision = $4",
    )
    .bind(after.key.project.as_str())
    .bind(after.key.site.as_str())
    .bind(after.key.system.as_str())
    .bind(after.revision - 1)
    .bind(after.revision)
    .bind(after.text())
    .bind(now)
    .execute(tx)
    .await?;
    one_row(touched)
}

/// Removes a project, if it still is at this revision.
pub async fn delete_project(tx: &mut Tx, gone: &Stored<Project>) -> ApiResult<()> {
    let touched = query("DELETE FROM project WHERE code = $1 AND revision = $2")
        .bind(gone.key.as_str())
        .bind(gone.revision)
        .execute(tx)
        .await?;
    one_row(touched)
}

/// Removes a site, if it still is at this revision.
pub async fn delete_site(tx: &mut Tx, gone: &Stored<Site>) -> ApiResult<()> {
    let touched = query("DELETE FROM site WHERE project = $1 AND code = $2 AND revision = $3")
        .bind(gone.key.project.as_str())
        .bind(gone.key.site.as_str())
        .bind(gone.revision)
        .execute(tx)
        .await?;
    one_row(touched)
}

/// Removes a system, if it still is at this revision.
pub async fn delete_system(tx: &mut Tx, gone: &Stored<System>) -> ApiResult<()> {
    let touched =
        query("DELETE FROM system WHERE project = $1 AND site = $2 AND code = $3 AND revision = $4")
            .bind(gone.key.project.as_str())
            .bind(gone.key.site.as_str())
            .bind(gone.key.system.as_str())
            .bind(gone.revision)
            .execute(tx)
            .await?;
    one_row(touched)
}
