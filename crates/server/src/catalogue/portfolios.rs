//! `/portfolios` and `/portfolios/{portfolioId}`, and what the list derives from the projects.
//!
//! The official client decodes an item of the list as a project, so the list has what a project must have.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use gridfolio_wire::Empty;
use gridfolio_wire::catalogue::{
    ListedPortfolio, Portfolio, PortfolioAnswer, Portfolios, Project, ProjectStatus,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::catalogue::model::codes;
use crate::catalogue::{service, store};
use crate::kit::access::{Can, CreatePortfolio, Edit, May, Read, Scope, Visible};
use crate::kit::body::Body;
use crate::kit::error::ApiResult;
use crate::kit::stored::{Document, Stored, document_answer};

/// The operations on portfolios.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_portfolios, create_portfolio)).routes(routes!(
        get_portfolio,
        update_portfolio,
        delete_portfolio
    ))
}

/// The portfolios that the caller may see.
#[utoipa::path(get, path = "/portfolios", tag = "catalogue",
    responses((status = 200, description = "the portfolios, by name in natural order", body = Portfolios)))]
pub async fn list_portfolios(
    State(app): State<App>,
    Visible { scope, .. }: Visible<Portfolio>,
) -> ApiResult<Json<Portfolios>> {
    let mut snapshot = app.db.read().await?;
    let portfolios = service::list_portfolios(&mut snapshot, &scope).await?;
    let made_at = store::list_portfolio_times(&mut snapshot, &scope).await?;
    let wanted: Vec<&str> = portfolios.iter().flat_map(codes).collect();
    let projects = store::list_projects(&mut snapshot, &scope, Some(&wanted)).await?;
    let by_code: HashMap<&str, &Stored<Project>> =
        projects.iter().map(|project| (project.key.as_str(), project)).collect();
    let portfolios = portfolios.iter().map(|portfolio| {
        let members: Vec<_> = codes(portfolio).filter_map(|code| by_code.get(code).copied()).collect();
        listed(portfolio, made_at.get(&portfolio.key).copied().unwrap_or_default(), &members)
    });
    Ok(Json(Portfolios { portfolios: portfolios.collect() }))
}

/// Makes a portfolio; the server gives it its id.
#[utoipa::path(post, path = "/portfolios", tag = "catalogue", request_body = Portfolio,
    responses((status = 200, description = "the portfolio as stored", body = PortfolioAnswer)))]
pub async fn create_portfolio(
    State(app): State<App>,
    may: May<CreatePortfolio>,
    body: Body<Portfolio>,
) -> ApiResult<Response> {
    let portfolio = service::create_portfolio(may.begin(&app).await?, body).await?;
    Ok(answer(&portfolio, &may.person.scope))
}

/// One portfolio.
#[utoipa::path(get, path = "/portfolios/{portfolioId}", tag = "catalogue",
    responses((status = 200, description = "the portfolio", body = PortfolioAnswer)))]
pub async fn get_portfolio(portfolio: Can<Read, Stored<Portfolio>>) -> ApiResult<Response> {
    Ok(answer(&portfolio.resource, &portfolio.person.scope))
}

/// Replaces a portfolio.
#[utoipa::path(put, path = "/portfolios/{portfolioId}", tag = "catalogue", request_body = Portfolio,
    responses((status = 200, description = "the portfolio as stored", body = PortfolioAnswer)))]
pub async fn update_portfolio(
    State(app): State<App>,
    portfolio: Can<Edit, Stored<Portfolio>>,
    body: Body<Portfolio>,
) -> ApiResult<Response> {
    let person = portfolio.person.clone();
    let (before, tx) = portfolio.begin(&app).await?;
    let after = service::update_portfolio(tx, &person, before, body).await?;
    Ok(answer(&after, &person.scope))
}

/// Removes a portfolio; its projects stay.
#[utoipa::path(delete, path = "/portfolios/{portfolioId}", tag = "catalogue",
    responses((status = 200, description = "removed", body = Empty)))]
pub async fn delete_portfolio(
    State(app): State<App>,
    portfolio: Can<Edit, Stored<Portfolio>>,
) -> ApiResult<Json<Empty>> {
    let (portfolio, tx) = portfolio.begin(&app).await?;
    service::delete_portfolio(tx, portfolio).await?;
    Ok(Json(Empty {}))
}

/// The document, behind its id, without codes that its reader does not see.
fn answer(portfolio: &Stored<Portfolio>, scope: &Scope) -> Response {
    let mut value = Document::new();
    value.insert("id".to_owned(), json!(portfolio.key));
    value.extend(portfolio.document.clone());
    value.insert(
        "projects".to_owned(),
        json!(codes(portfolio).filter(|code| scope.sees(code)).collect::<Vec<_>>()),
    );
    document_answer(portfolio, "portfolio", Value::Object(value))
}

/// A portfolio as the list shows it; `made_at` in milliseconds since 1970 UTC.
fn listed(portfolio: &Stored<Portfolio>, made_at: i64, projects: &[&Stored<Project>]) -> ListedPortfolio {
    let id = portfolio.key.to_string();
    let reports = portfolio.document.get("reports");
    ListedPortfolio {
        name: portfolio.text_member("name").unwrap_or_default().to_owned(),
        projects: projects.iter().map(|project| project.key.to_string()).collect(),
        reports: reports.and_then(|reports| serde_json::from_value(reports.clone()).ok()),
        code: id.clone(),
        id,
        status: least_advanced(projects),
        start_date: earliest(projects).unwrap_or_else(|| day_of(made_at)),
        timezone: most_common_zone(projects).to_owned(),
        lat: mean(projects, "lat"),
        long: mean(projects, "long"),
        address: String::new(),
        town: String::new(),
        state: String::new(),
    }
}

fn least_advanced(projects: &[&Stored<Project>]) -> ProjectStatus {
    let statuses = projects.iter().filter_map(|project| project.document.get("status"));
    let known = statuses.filter_map(|status| serde_json::from_value(status.clone()).ok());
    known.min().unwrap_or(ProjectStatus::NewProject)
}

/// Dates of this form are in order of their text.
fn earliest(projects: &[&Stored<Project>]) -> Option<String> {
    projects.iter().filter_map(|project| project.text_member("startDate")).min().map(str::to_owned)
}

fn day_of(at: i64) -> String {
    let at = Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned(TimeZone::UTC).date().to_string()
}

/// Of equally common ones the first.
fn most_common_zone<'a>(projects: &[&'a Stored<Project>]) -> &'a str {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for zone in projects.iter().map(|project| service::zone(project)) {
        match counts.iter_mut().find(|(known, _)| *known == zone) {
            Some((_, count)) => *count += 1,
            None => counts.push((zone, 1)),
        }
    }
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or("UTC", |(zone, _)| zone)
}

fn mean(projects: &[&Stored<Project>], member: &str) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in projects.iter().filter_map(|project| project.document.get(member)?.as_f64()) {
        sum += value;
        count += 1.0;
    }
    if count > 0.0 { sum / count } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(code: &str, status: &str, start: &str, zone: &str, place: (f64, f64)) -> Stored<Project> {
        let document = json!({"status": status, "startDate": start, "timezone": zone,
            "lat": place.0, "long": place.1});
        Stored::new(code.parse().unwrap(), document.as_object().unwrap().clone())
    }

    fn portfolio(document: &Value) -> Stored<Portfolio> {
        let id = "00000000-0000-4000-8000-000000000001".parse().unwrap();
        Stored::new(id, document.as_object().unwrap().clone())
    }

    #[test]
    fn the_list_shows_what_the_projects_have_together() {
        let (a, b, c) = (
            project("A", "Operational", "2020-05-01", "Europe/Berlin", (50.0, 10.0)),
            project("B", "PTO", "2019-12-31", "America/Denver", (40.0, -100.0)),
            project("C", "Construction", "2021-01-01", "America/Denver", (30.0, -30.0)),
        );
        let stored = portfolio(&json!({"name": "N", "projects": ["A", "B", "C"],
            "reports": {"operating": true}, "status": "mine", "icons": [{}]}));
        let shown = serde_json::to_value(listed(&stored, 0, &[&a, &b, &c])).unwrap();
        assert_eq!(
            shown,
            json!({"id": stored.key, "name": "N", "projects": ["A", "B", "C"], "reports": {"operating": true},
                "code": stored.key, "status": "Construction", "startDate": "2019-12-31",
                "timezone": "America/Denver", "lat": 40.0, "long": -40.0,
                "address": "", "town": "", "state": ""})
        );
        assert_eq!(most_common_zone(&[&a, &b]), "Europe/Berlin", "the first of equally common ones");
        assert_eq!(least_advanced(&[&a, &b]), ProjectStatus::Pto);
    }

    #[test]
    fn an_empty_one_has_everything_too() {
        let stored = portfolio(&json!({"name": "N", "projects": []}));
        let shown = serde_json::to_value(listed(&stored, 1_749_988_800_000, &[])).unwrap();
        assert_eq!(
            shown,
            json!({"id": stored.key, "name": "N", "projects": [], "code": stored.key, "status": "New Project",
                "startDate": "2025-06-15", "timezone": "UTC", "lat": 0.0, "long": 0.0,
                "address": "", "town": "", "state": ""})
        );
    }
}
