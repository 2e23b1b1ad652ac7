//! SQL of the tree and of portfolios: lists, and which portfolio names which project. Single documents are read and written by `kit::rows`.

use std::collections::{BTreeSet, HashMap};

use gridfolio_db::{Arg, Insert, Query, Session, in_chunks, query};
use gridfolio_wire::catalogue::{Portfolio, Project, Site, System};
use gridfolio_wire::{PortfolioId, ProjectCode};

use crate::kit::access::{Condition, Scope};
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::rows::{self, Table};
use crate::kit::stored::Stored;
use crate::kit::tx::Tx;

/// The projects that the caller may see; of these only the listed ones, if there is a list.
pub async fn list_projects(
    session: &mut Session,
    scope: &Scope,
    only: Option<&[&str]>,
) -> ApiResult<Vec<Stored<Project>>> {
    let select = rows::select::<Project>();
    let codes: BTreeSet<&str> = match (only, scope) {
        (None, Scope::Everything) => return rows::all(session, Query::assembled(select)).await,
        (None, Scope::Only(limits)) => limits.projects.iter().map(String::as_str).collect(),
        (Some(codes), scope) => codes.iter().copied().filter(|code| scope.sees(code)).collect(),
    };
    let codes: Vec<&str> = codes.into_iter().collect();
    rows::all_in(session, &format!("{select} WHERE code IN"), &codes).await
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
pub async fn list_portfolios(session: &mut Session, scope: &Scope) -> ApiResult<Vec<Stored<Portfolio>>> {
    let Condition { sql, binds } = scope.on_portfolios(1);
    let select = format!("{} WHERE {sql}", rows::select::<Portfolio>());
    rows::all(session, Query::assembled(select).bind_all(binds)).await
}

/// When the portfolios that the caller may see were made, in milliseconds since 1970 UTC.
pub async fn list_portfolio_times(
    session: &mut Session,
    scope: &Scope,
) -> ApiResult<HashMap<PortfolioId, i64>> {
    let Condition { sql, binds } = scope.on_portfolios(1);
    let select = format!("SELECT id, created_at FROM portfolio WHERE {sql}");
    let rows: Vec<(String, i64)> = Query::assembled(select).bind_all(binds).all(session).await?;
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

/// The codes that portfolios name.
pub async fn list_codes_of_portfolios(
    session: &mut Session,
    portfolios: &[PortfolioId],
) -> ApiResult<BTreeSet<String>> {
    let ids: Vec<&str> = portfolios.iter().map(PortfolioId::as_str).collect();
    let mut codes = BTreeSet::new();
    for query in in_chunks("SELECT project FROM portfolio_project WHERE portfolio IN", &ids) {
        let rows: Vec<(String,)> = query.all(session).await?;
        codes.extend(rows.into_iter().map(|(code,)| code));
    }
    Ok(codes)
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
