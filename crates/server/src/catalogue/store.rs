//! SQL of the tree and of portfolios: lists, and which portfolio names which project. Single documents are read and written by `kit::rows`.

use std::collections::HashMap;

use gridfolio_db::{Arg, Insert, Query, Session, query};
use gridfolio_wire::catalogue::{Portfolio, Project, Site, System};
use gridfolio_wire::{PortfolioId, ProjectCode};

use crate::kit::access::Visible;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::rows::{self, Table};
use crate::kit::stored::Stored;
use crate::kit::tx::Tx;

/// The projects that the caller may see; of these only the listed ones, if there is a list.
pub async fn list_projects(
    session: &mut Session,
    visible: &Visible<Project>,
    only: Option<&[&str]>,
) -> ApiResult<Vec<Stored<Project>>> {
    let select = format!("{} WHERE {} = 1", rows::select::<Project>(), visible.condition());
    let Some(codes) = only else { return rows::all(session, Query::assembled(select)).await };
    let mut codes = codes.to_vec();
    codes.sort_unstable();
    codes.dedup();
    rows::all_in(session, &format!("{select} AND code IN"), &codes).await
}

/// The sites of projects.
pub async fn list_sites(session: &mut Session, projects: &[&ProjectCode]) -> ApiResult<Vec<Stored<Site>>> {
    list_of_projects(session, projects).await
}

/// The systems of projects.
pub async fn list_systems(
    session: &mut Session,
    projects: &[&ProjectCode],
) -> ApiResult<Vec<Stored<System>>> {
    list_of_projects(session, projects).await
}

async fn list_of_projects<K: Table>(
    session: &mut Session,
    projects: &[&ProjectCode],
) -> ApiResult<Vec<Stored<K>>> {
    let codes: Vec<&str> = projects.iter().map(|code| code.as_str()).collect();
    rows::all_in(session, &format!("{} WHERE project IN", rows::select::<K>()), &codes).await
}

/// The portfolios that the caller may see.
pub async fn list_portfolios(
    session: &mut Session,
    visible: &Visible<Portfolio>,
) -> ApiResult<Vec<Stored<Portfolio>>> {
    let select = format!("{} WHERE {} = 1", rows::select::<Portfolio>(), visible.condition());
    rows::all(session, Query::assembled(select)).await
}

/// When the portfolios that the caller may see were made, in milliseconds since 1970 UTC.
pub async fn list_portfolio_times(
    session: &mut Session,
    visible: &Visible<Portfolio>,
) -> ApiResult<HashMap<PortfolioId, i64>> {
    let select = format!("SELECT id, created_at FROM portfolio WHERE {} = 1", visible.condition());
    let rows: Vec<(String, i64)> = Query::assembled(select).all(session).await?;
    rows.into_iter().map(|(id, at)| Ok((id.parse().map_err(ApiError::internal)?, at))).collect()
}

/// The portfolios that name a project, in one order for all who change them.
pub async fn list_portfolios_of(
    session: &mut Session,
    project: &ProjectCode,
) -> ApiResult<Vec<Stored<Portfolio>>> {
    let portfolios = rows::select::<Portfolio>();
    let select = format!(
        "{portfolios} WHERE id IN (SELECT portfolio FROM portfolio_project WHERE project = $1) ORDER BY id"
    );
    rows::all(session, Query::assembled(select).bind(project.as_str())).await
}

const INSERT_PORTFOLIO_PROJECTS: Insert =
    Insert { head: "INSERT INTO portfolio_project (portfolio, project)", tail: "" };

/// Notes which projects a portfolio names, of which none is noted yet.
pub async fn insert_portfolio_projects(
    tx: &mut Tx,
    portfolio: &PortfolioId,
    projects: &[String],
) -> ApiResult<()> {
    let rows: Vec<[Arg; 2]> =
        projects.iter().map(|project| [portfolio.as_str().into(), project.into()]).collect();
    INSERT_PORTFOLIO_PROJECTS.execute(tx, rows).await?;
    Ok(())
}

/// Notes that a portfolio names no project.
pub async fn delete_portfolio_projects(tx: &mut Tx, portfolio: &PortfolioId) -> ApiResult<()> {
    query("DELETE FROM portfolio_project WHERE portfolio = $1").bind(portfolio.as_str()).execute(tx).await?;
    Ok(())
}

/// Notes that a portfolio names a project no more.
pub async fn delete_portfolio_project(
    tx: &mut Tx,
    portfolio: &PortfolioId,
    project: &ProjectCode,
) -> ApiResult<()> {
    query("DELETE FROM portfolio_project WHERE portfolio = $1 AND project = $2")
        .bind(portfolio.as_str())
        .bind(project.as_str())
        .execute(tx)
        .await?;
    Ok(())
}
