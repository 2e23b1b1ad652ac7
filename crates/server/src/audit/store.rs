//! SQL of the log.

use gridfolio_db::{Query, Session, in_list};
use gridfolio_wire::ProjectCode;

use crate::kit::error::{ApiError, ApiResult};
use crate::kit::stored::Document;

/// The kinds of things that are about people: an account is a `profile` as its owner sees it.
pub const PEOPLE: [&str; 6] = ["profile", "user", "user-group", "user-type", "notification", "access token"];

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
    /// Where it was asked for.
    pub address: Option<String>,
    /// Before.
    pub before: Option<Document>,
    /// After.
    pub after: Option<Document>,
}

type Columns = (
    i64,
    String,
    String,
    String,
    Option<String>,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
);

fn row(
    (at, action, asset_type, asset, project, user_id, user_name, address, before, after): Columns,
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
        address,
        before: document(before)?,
        after: document(after)?,
    })
}

/// What every list begins with.
const SELECT: &str = "SELECT at, action, asset_type, asset, project, user_id, user_name, address, document_before, document_after FROM audit";
/// The newest first. Clocks repeat themselves; the number of a transaction does not, unless two ran at one time.
const ORDER: &str = "ORDER BY sequence DESC, at DESC, position DESC, id DESC";

async fn rows(session: &mut Session, query: Query) -> ApiResult<Vec<AuditRow>> {
    let rows: Vec<Columns> = query.all(session).await?;
    rows.into_iter().map(row).collect()
}

/// The changes of a project and everything in it, newest first.
pub async fn list_project_changes(session: &mut Session, project: &ProjectCode) -> ApiResult<Vec<AuditRow>> {
    rows(session, Query::assembled(format!("{SELECT} WHERE project = $1 {ORDER}")).bind(project.as_str()))
        .await
}

/// The changes of one thing, newest first.
pub async fn list_asset_changes(session: &mut Session, asset: &str) -> ApiResult<Vec<AuditRow>> {
    rows(session, Query::assembled(format!("{SELECT} WHERE asset = $1 {ORDER}")).bind(asset)).await
}

/// Rows of a list of people's changes, at most: strangers can make some.
const MOST_OF_PEOPLE: i64 = 10_000;

/// The changes of accounts, groups and types of people, the newest first, as many as are answered.
pub async fn list_people_changes(session: &mut Session) -> ApiResult<Vec<AuditRow>> {
    let text = format!("{SELECT} WHERE asset_type IN ({}) {ORDER} LIMIT $1", in_list(2, PEOPLE.len()));
    rows(session, Query::assembled(text).bind(MOST_OF_PEOPLE).bind_all(PEOPLE)).await
}
