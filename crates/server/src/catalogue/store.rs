//! SQL of the tree: its lists. Single documents are read and written by `kit::rows`.

use gridfolio_db::{Query, Session};
use gridfolio_wire::ProjectCode;
use gridfolio_wire::catalogue::{Project, Site, System};

use crate::kit::access::Visible;
use crate::kit::error::ApiResult;
use crate::kit::rows::{self, Table};
use crate::kit::stored::Stored;

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
