//! `/search/refinements`: what lists of projects can be narrowed by, and which project has what.
//!
//! Only values in use among the projects that the caller may see. Nothing is searched here: that is the client's part,
//! which has the projects.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use gridfolio_wire::catalogue::{Portfolio, Project, Refinements};
use serde_json::{Map, Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::catalogue::store;
use crate::catalogue::tree::Children;
use crate::kit::access::Visible;
use crate::kit::error::ApiResult;
use crate::kit::natural;
use crate::kit::stored::Stored;

/// The operation on refinements.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_refinements))
}

/// What lists of projects can be narrowed by, and what a search field completes.
#[utoipa::path(get, path = "/search/refinements", tag = "catalogue",
    responses((status = 200, description = "the values in use, and the projects that have them", body = Refinements)))]
pub async fn list_refinements(
    State(app): State<App>,
    visible: Visible<Project>,
    visible_portfolios: Visible<Portfolio>,
) -> ApiResult<Json<Value>> {
    let mut snapshot = app.db.read().await?;
    let projects = store::list_projects(&mut snapshot, &visible.scope, None).await?;
    let portfolios = store::list_portfolios(&mut snapshot, &visible_portfolios.scope).await?;
    let codes: Vec<_> = projects.iter().map(|project| &project.key).collect();
    let children = Children::load(&mut snapshot, &codes).await?;
    let mut index = Index::default();
    for project in &projects {
        index.add_project(&children.project_value(project));
    }
    for portfolio in &portfolios {
        index.add_portfolio(portfolio, &projects);
    }
    Ok(Json(index.answer()))
}

/// Members of a project that lists are narrowed by, in the order of the answer.
const PROJECT_CHOICES: [&str; 8] =
    ["status", "systemStatus", "state", "town", "revenueType", "timezone", "companyName", "bizDevOwner"];
/// What else they are narrowed by: lists, members of sites and systems, and the portfolios.
const OTHER_CHOICES: [&str; 5] = ["tags", "flags", "utility", "systemType", "portfolio"];
/// Members of a project that are completed but would make no list to choose from.
const COMPLETED: [&str; 4] = ["code", "name", "address", "clientNumber"];
/// The switches of a project; one that is on is a value of `flags`.
const FLAGS: [&str; 3] = ["paused", "cancelled", "archived"];

/// By property, by value: codes of projects.
#[derive(Debug, Default)]
struct Index(BTreeMap<&'static str, BTreeMap<String, Vec<String>>>);

impl Index {
    /// Notes that a project has a value; what is no text, or says nothing, is no value.
    fn add(&mut self, property: &'static str, value: Option<&str>, project: &str) {
        let Some(value) = value.filter(|value| !value.trim().is_empty()) else { return };
        let codes = self.0.entry(property).or_default().entry(value.to_owned()).or_default();
        if codes.last().is_none_or(|last| last != project) {
            codes.push(project.to_owned());
        }
    }

    /// A project as it is read.
    fn add_project(&mut self, project: &Value) {
        let code = project["code"].as_str().unwrap_or_default();
        for property in PROJECT_CHOICES.into_iter().chain(COMPLETED) {
            self.add(property, project[property].as_str(), code);
        }
        for tag in project["tags"].as_array().into_iter().flatten() {
            self.add("tags", tag.as_str(), code);
        }
        for flag in FLAGS.into_iter().filter(|flag| project[*flag] == true) {
            self.add("flags", Some(flag), code);
        }
        for site in project["sites"].as_object().into_iter().flat_map(Map::values) {
            self.add("utility", site["utility"].as_str(), code);
            for system in site["systems"].as_object().into_iter().flat_map(Map::values) {
                self.add("systemType", system["type"].as_str(), code);
            }
        }
    }

    /// A portfolio, by its name, for those of its projects that can be seen.
    fn add_portfolio(&mut self, portfolio: &Stored<Portfolio>, visible: &[Stored<Project>]) {
        let codes = portfolio.document.get("projects").and_then(Value::as_array).into_iter().flatten();
        for code in codes.filter_map(Value::as_str) {
            if visible.iter().any(|project| project.key.as_str() == code) {
                self.add("portfolio", portfolio.text_member("name"), code);
            }
        }
    }

    /// In natural order, every property with its list, also an empty one.
    fn answer(self) -> Value {
        let values = |property: &str| -> Vec<(&String, &Vec<String>)> {
            let mut values: Vec<_> = self.0.get(property).into_iter().flatten().collect();
            values.sort_by(|a, b| natural::compare(a.0, b.0));
            values
        };
        let choices = || PROJECT_CHOICES.into_iter().chain(OTHER_CHOICES);
        let refinements: Map<_, _> = choices()
            .map(|property| {
                (property.to_owned(), values(property).into_iter().map(|(value, _)| value.as_str()).collect())
            })
            .collect();
        let completions: Map<_, _> = COMPLETED
            .into_iter()
            .chain(choices())
            .map(|property| {
                let by_value: Map<_, _> = values(property)
                    .into_iter()
                    .map(|(value, codes)| (value.clone(), json!({"projects": in_order(codes)})))
                    .collect();
                (property.to_owned(), Value::Object(by_value))
            })
            .collect();
        json!({"refinements": refinements, "autoCompletes": completions})
    }
}

fn in_order(codes: &[String]) -> Vec<&str> {
    let mut codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    codes.sort_by(|a, b| natural::compare(a, b));
    codes.dedup();
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_use_are_listed_once_in_natural_order() {
        let mut index = Index::default();
        for (code, town) in [("P10", "Ward 10"), ("P2", "Ward 10"), ("P3", "Ward 9"), ("P4", " ")] {
            index.add_project(&json!({"code": code, "town": town, "tags": ["a", "a", 7], "paused": code == "P3",
                "archived": "yes", "status": null,
                "sites": {"S1": {"utility": "U", "systems": {"R1": {"type": "storage"}, "R2": {"type": "storage"}}}}}));
        }
        let answer = index.answer();
        assert_eq!(answer["refinements"]["town"], json!(["Ward 9", "Ward 10"]));
        assert_eq!(answer["refinements"]["systemType"], json!(["storage"]));
        assert_eq!(answer["refinements"]["flags"], json!(["paused"]));
        assert_eq!(answer["refinements"]["status"], json!([]));
        assert!(answer["refinements"].get("code").is_none());
        let completed = &answer["autoCompletes"];
        assert_eq!(completed["town"]["Ward 10"], json!({"projects": ["P2", "P10"]}));
        assert_eq!(completed["utility"]["U"], json!({"projects": ["P2", "P3", "P4", "P10"]}));
        assert_eq!(completed["tags"], json!({"a": {"projects": ["P2", "P3", "P4", "P10"]}}));
        assert_eq!(completed["code"]["P4"], json!({"projects": ["P4"]}));
        let order: Vec<&String> = completed["town"].as_object().unwrap().keys().collect();
        assert_eq!(order, ["Ward 9", "Ward 10"]);
    }
}
