//! Writes to the tree and to portfolios that touch more than one row, shared by operations, the demo and imports.

use std::collections::{BTreeSet, HashSet};

use gridfolio_db::Session;
use gridfolio_wire::catalogue::{Portfolio, Project, Site, System};
use gridfolio_wire::error::Fault;
use gridfolio_wire::{PortfolioId, ProjectCode};
use serde_json::Value;

use crate::alerts::service as events;
use crate::catalogue::model::{SiteKey, SystemKey, codes};
use crate::catalogue::projects::ProjectsQuery;
use crate::catalogue::store;
use crate::catalogue::tree::Children;
use crate::identity::service as identity;
use crate::kit::access::{Area, Person, Scope, Verb};
use crate::kit::body::Body;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::natural;
use crate::kit::notes::{self, Author};
use crate::kit::rows;
use crate::kit::stored::{Document, Stored};
use crate::kit::tx::{Change, Tx};
use crate::records::service as records;
use crate::timeseries::service as streams;

/// The projects that a caller may see and asks for, in natural order of their codes.
pub async fn list_projects(
    session: &mut Session,
    scope: &Scope,
    wanted: &ProjectsQuery,
) -> ApiResult<Vec<Stored<Project>>> {
    let only: Option<Vec<&str>> = wanted.project_ids.as_deref().map(|list| list.split(',').collect());
    let mut projects = store::list_projects(session, scope, only.as_deref()).await?;
    projects.sort_by(|a, b| natural::compare(a.key.as_str(), b.key.as_str()));
    Ok(projects)
}

/// The document of a project body with its notes signed.
pub fn signed_document(tx: &Tx, body: Body<Project>, before: Option<&Document>) -> Document {
    let Body { mut document, sent, view: _ } = body;
    let now = tx.app().clock.now().to_string();
    notes::stamp(&mut document, &sent, before, Author { name: &tx.actor().name, now: &now });
    document
}

/// Makes a project, and the node that its measurements come from.
pub async fn create_project(
    mut tx: Tx,
    code: ProjectCode,
    body: Body<Project>,
) -> ApiResult<(Stored<Project>, Value)> {
    let document = signed_document(&tx, body, None);
    let project = Stored::new(code, document);
    rows::insert(&mut tx, &project, vec![]).await?;
    streams::ensure_node(&mut tx, &project.key).await?;
    streams::set_zone(&mut tx, &project.key, zone(&project)).await?;
    events::set_zone(&mut tx, &project.key, zone(&project)).await?;
    let answer = Children::load(&mut tx, &[&project.key]).await?.project_value(&project);
    tx.commit(Change::create(&project)).await?;
    Ok((project, answer))
}

/// Replaces a project; a new time zone moves its node's buckets with it.
pub async fn update_project(
    mut tx: Tx,
    before: Stored<Project>,
    body: Body<Project>,
) -> ApiResult<(Stored<Project>, Value)> {
    let document = signed_document(&tx, body, Some(&before.document));
    let after = before.replaced(document);
    rows::update(&mut tx, &after, vec![]).await?;
    if zone(&before) != zone(&after) {
        streams::set_zone(&mut tx, &after.key, zone(&after)).await?;
        events::set_zone(&mut tx, &after.key, zone(&after)).await?;
    }
    let answer = Children::load(&mut tx, &[&after.key]).await?.project_value(&after);
    tx.commit(Change::update(&before, &after)).await?;
    Ok((after, answer))
}

/// A project by its code, for areas that are told one outside a path.
pub async fn find_project(session: &mut Session, code: &ProjectCode) -> ApiResult<Option<Stored<Project>>> {
    rows::find(session, code).await
}

/// A project that nobody changes until the transaction ends.
pub async fn hold_project(tx: &mut Tx, code: &ProjectCode) -> ApiResult<Option<Stored<Project>>> {
    if rows::hold::<Project>(tx, code).await? { rows::find(tx, code).await } else { Ok(None) }
}

/// Whether a site is there.
pub async fn has_site(session: &mut Session, key: &SiteKey) -> ApiResult<bool> {
    Ok(rows::find::<Site>(session, key).await?.is_some())
}

/// Whether a system is there.
pub async fn has_system(session: &mut Session, key: &SystemKey) -> ApiResult<bool> {
    Ok(rows::find::<System>(session, key).await?.is_some())
}

/// The time zone of a project; the schema makes sure that it is there and known.
pub fn zone(project: &Stored<Project>) -> &str {
    project.text_member("timezone").unwrap_or("UTC")
}

/// Removes a project with its sites and systems; portfolios forget it. Its measurements stay with the node.
pub async fn delete_project(mut tx: Tx, project: Stored<Project>) -> ApiResult<()> {
    let children = Children::load(&mut tx, &[&project.key]).await?;
    let mut change = forget_project(&mut tx, &project.key).await?;
    for site in children.sites(&project.key) {
        change = remove_site(&mut tx, &children, site, change).await?;
    }
    change = records::delete_all(&mut tx, &project.key, change).await?;
    rows::delete(&mut tx, &project).await?;
    tx.commit(change.and_delete(&project)).await
}

/// Removes a site with its systems.
pub async fn delete_site(mut tx: Tx, site: Stored<Site>) -> ApiResult<()> {
    let children = Children::load(&mut tx, &[&site.key.project]).await?;
    let change = remove_site(&mut tx, &children, &site, Change::default()).await?;
    tx.commit(change).await
}

async fn remove_site(
    tx: &mut Tx,
    children: &Children,
    site: &Stored<Site>,
    mut change: Change,
) -> ApiResult<Change> {
    for system in children.systems(&site.key) {
        rows::delete(tx, system).await?;
        change = change.and_delete(system);
    }
    rows::delete(tx, site).await?;
    Ok(change.and_delete(site))
}

/// Makes a site.
pub async fn create_site(mut tx: Tx, key: SiteKey, document: Document) -> ApiResult<(Stored<Site>, Value)> {
    let site = Stored::<Site>::new(key, document);
    rows::insert(&mut tx, &site, vec![]).await?;
    let answer = Children::load(&mut tx, &[&site.key.project]).await?.site_value(&site);
    tx.commit(Change::create(&site)).await?;
    Ok((site, answer))
}

/// Makes a system.
pub async fn create_system(
    mut tx: Tx,
    key: SystemKey,
    document: Document,
) -> ApiResult<(Stored<System>, Value)> {
    let system = Stored::<System>::new(key, document);
    rows::insert(&mut tx, &system, vec![]).await?;
    let answer = Children::load(&mut tx, &[&system.key.project]).await?.system_value(&system);
    tx.commit(Change::create(&system)).await?;
    Ok((system, answer))
}

/// The portfolios that a caller may see, in natural order of their names.
pub async fn list_portfolios(session: &mut Session, scope: &Scope) -> ApiResult<Vec<Stored<Portfolio>>> {
    let mut portfolios = store::list_portfolios(session, scope).await?;
    portfolios.sort_by(|a, b| {
        let name =
            |portfolio: &Stored<Portfolio>| portfolio.text_member("name").unwrap_or_default().to_owned();
        natural::compare(&name(a), &name(b)).then_with(|| a.key.cmp(&b.key))
    });
    Ok(portfolios)
}

/// Makes a portfolio.
pub async fn create_portfolio(mut tx: Tx, body: Body<Portfolio>) -> ApiResult<Stored<Portfolio>> {
    check_projects(&mut tx, &body.view.projects).await?;
    if body.view.projects.is_empty() && !tx.actor().scope.is_everything() {
        let rule = "must name a project: your account is limited to certain projects, and would not see this portfolio";
        return Err(ApiError::faults(vec![Fault { field: "projects".to_owned(), rule: rule.to_owned() }]));
    }
    let id = tx.app().ids.uuid().parse().map_err(ApiError::internal)?;
    let portfolio = Stored::<Portfolio>::new(id, body.document);
    rows::insert(&mut tx, &portfolio, vec![]).await?;
    store::insert_portfolio_projects(&mut tx, &portfolio.key, &body.view.projects).await?;
    tx.commit(Change::create(&portfolio)).await?;
    Ok(portfolio)
}

/// Replaces a portfolio. Codes that the actor does not see stay in it, behind those that were sent.
pub async fn update_portfolio(
    mut tx: Tx,
    person: &Person,
    before: Stored<Portfolio>,
    body: Body<Portfolio>,
) -> ApiResult<Stored<Portfolio>> {
    check_projects(&mut tx, &body.view.projects).await?;
    let mut codes_after = body.view.projects;
    codes_after.extend(hidden_codes(&tx, &before).map(str::to_owned));
    check_limits(&mut tx, person, &before, &codes_after).await?;
    let mut document = body.document;
    document.insert("projects".to_owned(), codes_after.clone().into());
    let after = before.replaced(document);
    rows::update(&mut tx, &after, vec![]).await?;
    store::delete_portfolio_projects(&mut tx, &after.key).await?;
    store::insert_portfolio_projects(&mut tx, &after.key, &codes_after).await?;
    tx.commit(Change::update(&before, &after)).await?;
    Ok(after)
}

/// 403 where other projects in a portfolio would change what somebody sees, for those who do not administer people.
async fn check_limits(
    tx: &mut Tx,
    person: &Person,
    before: &Stored<Portfolio>,
    after: &[String],
) -> ApiResult<()> {
    let named_after: BTreeSet<&str> = after.iter().map(String::as_str).collect();
    if person.may(Area::People, Verb::Edit)
        || codes(before).collect::<BTreeSet<_>>() == named_after
        || !identity::limits_somebody(tx, &before.key).await?
    {
        return Ok(());
    }
    let why = "somebody sees only what is in this portfolio: its projects are changed by those who administer people (users-edit)";
    Err(ApiError::Forbidden(why.to_owned()))
}

fn hidden_codes<'a>(tx: &Tx, portfolio: &'a Stored<Portfolio>) -> impl Iterator<Item = &'a str> {
    let scope = tx.actor().scope.clone();
    codes(portfolio).filter(move |code| !scope.sees(code))
}

/// The codes that portfolios name.
pub async fn codes_of_portfolios(
    session: &mut Session,
    portfolios: &[PortfolioId],
) -> ApiResult<BTreeSet<String>> {
    store::list_codes_of_portfolios(session, portfolios).await
}

/// Removes a portfolio; its projects stay. One that names projects which the actor does not see is not theirs to remove.
pub async fn delete_portfolio(mut tx: Tx, portfolio: Stored<Portfolio>) -> ApiResult<()> {
    if hidden_codes(&tx, &portfolio).next().is_some() {
        let why = "this portfolio names projects that your account may not see; it cannot remove it";
        return Err(ApiError::Forbidden(why.to_owned()));
    }
    // In the order of all who change portfolios: first the portfolio, then what it names.
    rows::hold::<Portfolio>(&mut tx, &portfolio.key).await?;
    store::delete_portfolio_projects(&mut tx, &portfolio.key).await?;
    rows::delete(&mut tx, &portfolio).await?;
    tx.commit(Change::delete(&portfolio)).await
}

/// Refuses codes that are no project's, each by its place.
async fn check_projects(tx: &mut Tx, codes: &[String]) -> ApiResult<()> {
    let scope = tx.actor().scope.clone();
    let faults = unknown_projects(tx, &scope, ("projects", codes), &[]).await?;
    if faults.is_empty() { Ok(()) } else { Err(ApiError::faults(faults)) }
}

/// A fault for each code in a member that is no project's, unless it was there `before`. One that is not to be seen is
/// as good as none.
pub async fn unknown_projects(
    session: &mut Session,
    scope: &Scope,
    (member, codes): (&str, &[String]),
    before: &[String],
) -> ApiResult<Vec<Fault>> {
    let wanted: Vec<&str> = codes.iter().map(String::as_str).collect();
    let found = store::list_projects(session, scope, Some(&wanted)).await?;
    let found = found.iter().map(|project| project.key.as_str());
    let known: HashSet<&str> = found.chain(before.iter().map(String::as_str)).collect();
    Ok(unknown((member, codes), &known, "the code of a project"))
}

/// The same for ids of portfolios.
pub async fn unknown_portfolios(
    session: &mut Session,
    scope: &Scope,
    (member, ids): (&str, &[String]),
    before: &[String],
) -> ApiResult<Vec<Fault>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = store::list_portfolios(session, scope).await?;
    let found = found.iter().map(|portfolio| portfolio.key.as_str());
    let known: HashSet<&str> = found.chain(before.iter().map(String::as_str)).collect();
    Ok(unknown((member, ids), &known, "the id of a portfolio"))
}

fn unknown((member, keys): (&str, &[String]), known: &HashSet<&str>, what: &str) -> Vec<Fault> {
    let faults = keys.iter().enumerate().filter(|(_, key)| !known.contains(key.as_str()));
    faults
        .map(|(index, key)| Fault {
            field: format!("{member}[{index}]"),
            rule: format!("{key:?} must be {what} that exists"),
        })
        .collect()
}

/// Takes a project out of the portfolios that name it. A portfolio that takes it in at this very moment keeps the row that
/// refers to it: then the project cannot go yet, and the operation runs once more.
async fn forget_project(tx: &mut Tx, project: &ProjectCode) -> ApiResult<Change> {
    let mut change = Change::default();
    for before in store::list_portfolios_of(tx, project).await? {
        let mut document = before.document.clone();
        if let Some(codes) = document.get_mut("projects").and_then(Value::as_array_mut) {
            codes.retain(|code| code != project.as_str());
        }
        let after = before.replaced(document);
        rows::update(tx, &after, vec![]).await?;
        store::delete_portfolio_project(tx, &after.key, project).await?;
        change = change.and_update(&before, &after);
    }
    Ok(change)
}
