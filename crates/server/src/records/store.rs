//! SQL of pro formas: their lists. Single ones are read and written by `kit::rows`.

use gridfolio_db::{Query, Session, query};
use gridfolio_wire::ProjectCode;
use gridfolio_wire::records::ProForma;

use crate::kit::error::ApiResult;
use crate::kit::rows;
use crate::kit::stored::Stored;

/// All pro formas of a project, the current one among them, in the order in which they were first made.
pub async fn list_pro_formas(
    session: &mut Session,
    project: &ProjectCode,
) -> ApiResult<Vec<Stored<ProForma>>> {
    let text = format!("{} WHERE project = $1 ORDER BY position, version", rows::select::<ProForma>());
    rows::all(session, Query::assembled(text).bind(project.as_str())).await
}

/// The position behind all pro formas of a project.
pub async fn next_position(session: &mut Session, project: &ProjectCode) -> ApiResult<i64> {
    let (position,): (i64,) =
        query("SELECT COALESCE(MAX(position), 0) + 1 FROM pro_forma WHERE project = $1")
            .bind(project.as_str())
            .one(session)
            .await?;
    Ok(position)
}
