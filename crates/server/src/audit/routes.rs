//! `/audit/…`: the log of a project, of one thing, of people.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use gridfolio_db::Session;
use gridfolio_wire::audit::{AuditAnswer, AuditDiff, AuditDiffs, AuditEntry, AuditLogs};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::audit::diff;
use crate::audit::store::{self, AuditRow};
use crate::kit::access::{Area, Can, Load, May, PathParams, Person, Read, ReadPeople, Verb};
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::params::{FromParams, Params, Query};

/// The operations of this area.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_project_audit))
        .routes(routes!(get_asset_audit))
        .routes(routes!(get_user_audit))
}

/// Which form of the log.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// `true` asks for what changed, member by member, instead of the entries.
    #[param(value_type = Option<bool>)]
    pub diff: bool,
}

impl FromParams for AuditQuery {
    fn from_params(params: &Params) -> ApiResult<Self> {
        Ok(Self { diff: params.flag("diff")? })
    }
}

/// The history of a project and everything in it; it outlives the project.
#[derive(Debug)]
pub struct ProjectHistory(Vec<AuditRow>);

impl Load for ProjectHistory {
    const AREA: Area = Area::Audit;

    async fn load(path: &PathParams, session: &mut Session) -> ApiResult<Self> {
        let code = path.known("projectId", "project")?;
        let rows = store::list_project_changes(session, &code).await?;
        if rows.is_empty() { Err(no_project(code.as_str())) } else { Ok(Self(rows)) }
    }

    /// All entries are of one project.
    fn is_visible_to(&self, person: &Person) -> bool {
        self.0.first().is_some_and(|row| is_within(person, row.project.as_deref()))
    }

    fn missing(&self) -> ApiError {
        no_project(self.0.first().and_then(|row| row.project.as_deref()).unwrap_or_default())
    }
}

/// The history of one thing; it outlives the thing. People's is for themselves and for administrators.
#[derive(Debug)]
pub struct AssetHistory(Vec<AuditRow>);

impl Load for AssetHistory {
    const AREA: Area = Area::Audit;

    async fn load(path: &PathParams, session: &mut Session) -> ApiResult<Self> {
        let asset = path.text("assetId")?.trim_start_matches('/');
        let rows = store::list_asset_changes(session, asset).await?;
        if rows.is_empty() { Err(no_asset(asset)) } else { Ok(Self(rows)) }
    }

    fn is_visible_to(&self, person: &Person) -> bool {
        self.0.iter().any(|row| sees(person, row))
    }

    fn missing(&self) -> ApiError {
        no_asset(self.0.first().map_or("", |row| &row.asset))
    }
}

/// Whether a person may know of an entry: of accounts those who may see them, and everybody of the own one; of all else
/// those who see its project and may see such things at all, and of what has no project those who see everything.
fn sees(person: &Person, row: &AuditRow) -> bool {
    if is_person(row) {
        // What is a person's own stands under their id.
        let owner = row.asset.split('/').next();
        return owner == Some(person.id.as_str()) || person.may(Area::People, Verb::Read);
    }
    let area = area_of(&row.asset_type);
    area.is_some_and(|area| person.may(area, Verb::Read)) && is_within(person, row.project.as_deref())
}

fn is_within(person: &Person, project: Option<&str>) -> bool {
    match project {
        Some(code) => person.scope.sees(code),
        None => person.scope.is_everything(),
    }
}

/// The area of a kind of things, by its word in the log. A kind that is not named here is shown to nobody.
pub fn area_of(asset_type: &str) -> Option<Area> {
    match asset_type {
        "project" | "site" | "system" | "portfolio" => Some(Area::Catalogue),
        "event" => Some(Area::Events),
        "pro-forma" => Some(Area::Finance),
        "datums" => Some(Area::Energy),
        kind if store::PEOPLE.contains(&kind) => Some(Area::People),
        _ => None,
    }
}

/// What a person sees of a history: the entries that they may know of, without what others' limits are, and without the
/// content of a thing from when it lay in a project that they do not see.
fn seen_by(person: &Person, mut rows: Vec<AuditRow>) -> Vec<AuditRow> {
    rows.retain(|row| sees(person, row));
    if !person.scope.is_everything() {
        for row in &mut rows {
            without_others(person, row);
        }
    }
    rows
}

fn without_others(person: &Person, row: &mut AuditRow) {
    if is_person(row) {
        return without_limits(row);
    }
    for document in [&mut row.before, &mut row.after] {
        let elsewhere = document.as_ref().and_then(|d| d.get("location")?.get("project")?.as_str());
        if elsewhere.is_some_and(|code| !person.scope.sees(code)) {
            *document = None;
        }
    }
}

fn is_person(row: &AuditRow) -> bool {
    store::PEOPLE.contains(&row.asset_type.as_str())
}

fn no_project(code: &str) -> ApiError {
    ApiError::NotFound(format!("there is no project {code:?}"))
}

fn no_asset(asset: &str) -> ApiError {
    ApiError::NotFound(format!("there is no asset {asset:?}"))
}

/// The log of a project, its sites and its systems, newest first.
#[utoipa::path(get, path = "/audit/projects/{projectId}", tag = "audit", params(AuditQuery),
    responses((status = 200, description = "the entries, or with `diff=true` the changed members", body = AuditAnswer)))]
pub async fn get_project_audit(
    history: Can<Read, ProjectHistory>,
    Query(form): Query<AuditQuery>,
) -> ApiResult<Json<AuditAnswer>> {
    Ok(Json(answer(seen_by(&history.person, history.resource.0), form.diff)))
}

/// The log of one thing, newest first: `PROJECT`, `PROJECT%2FSITE`, `PROJECT%2FSITE%2FSYSTEM`, `PROJECT%2Fpro-forma`,
/// or the id of an event, a portfolio or a person.
#[utoipa::path(get, path = "/audit/assets/{assetId}", tag = "audit", params(AuditQuery),
    responses((status = 200, description = "the entries, or with `diff=true` the changed members", body = AuditAnswer)))]
pub async fn get_asset_audit(
    history: Can<Read, AssetHistory>,
    Query(form): Query<AuditQuery>,
) -> ApiResult<Json<AuditAnswer>> {
    Ok(Json(answer(seen_by(&history.person, history.resource.0), form.diff)))
}

/// The log of all accounts, groups and types of people, newest first. Who is limited to certain projects is not told to
/// whom others are limited.
#[utoipa::path(get, path = "/audit/users", tag = "audit", params(AuditQuery),
    responses((status = 200, description = "the entries, or with `diff=true` the changed members", body = AuditAnswer)))]
pub async fn get_user_audit(
    State(app): State<App>,
    may: May<ReadPeople>,
    Query(form): Query<AuditQuery>,
) -> ApiResult<Json<AuditAnswer>> {
    let mut snapshot = app.db.read().await?;
    let mut rows = store::list_people_changes(&mut snapshot).await?;
    if !may.person.scope.is_everything() {
        rows.iter_mut().for_each(without_limits);
    }
    Ok(Json(answer(rows, form.diff)))
}

/// Takes out which projects somebody sees.
fn without_limits(row: &mut AuditRow) {
    for document in [&mut row.before, &mut row.after].into_iter().flatten() {
        document.shift_remove("access");
    }
}

fn answer(rows: Vec<AuditRow>, diff: bool) -> AuditAnswer {
    if diff {
        let mut by_path: BTreeMap<String, Vec<AuditDiff>> = BTreeMap::new();
        for row in rows {
            by_path.entry(format!("/{}", row.asset)).or_default().push(difference(row));
        }
        AuditAnswer::Diffs(AuditDiffs { diff: by_path })
    } else {
        AuditAnswer::Logs(AuditLogs { logs: rows.into_iter().map(entry).collect() })
    }
}

/// Where people were is told where they are administered, not in the logs of projects.
fn address(row: &AuditRow) -> Option<String> {
    row.address.clone().filter(|_| is_person(row))
}

fn difference(row: AuditRow) -> AuditDiff {
    AuditDiff {
        address: address(&row),
        timestamp: row.at,
        changes: diff::changes(row.before.as_ref(), row.after.as_ref()),
        user_id: row.user_id,
        user_name: row.user_name,
        action: row.action,
    }
}

fn entry(row: AuditRow) -> AuditEntry {
    AuditEntry {
        address: address(&row),
        path: format!("/{}", row.asset),
        id: row.asset,
        asset_type: row.asset_type,
        action: row.action,
        timestamp: row.at,
        user_id: row.user_id,
        user_name_as_clients_read_it: row.user_name.clone(),
        user_name: row.user_name,
        project: row.project,
        item: row.after.or(row.before).unwrap_or_default(),
    }
}
