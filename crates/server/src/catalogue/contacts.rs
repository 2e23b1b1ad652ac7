//! `/projects/{projectId}/contacts`: whom to reach, gathered from the documents of a project and of all in it.
//!
//! Nothing is stored here. Records do not exist yet, so their contacts are empty lists.

use axum::Json;
use gridfolio_wire::catalogue::{Project, ProjectContactsAnswer, Site};
use serde_json::{Map, Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::catalogue::tree::Children;
use crate::kit::access::{Can, Read};
use crate::kit::error::ApiResult;
use crate::kit::stored::{Document, Stored};

/// The operation on contacts.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_project_contacts))
}

/// The contacts of a project, its sites and its systems.
#[utoipa::path(get, path = "/projects/{projectId}/contacts", tag = "catalogue",
    responses((status = 200, description = "the contacts, by site and system", body = ProjectContactsAnswer)))]
pub async fn list_project_contacts(mut project: Can<Read, Stored<Project>>) -> ApiResult<Json<Value>> {
    let children = Children::load(&mut project.snapshot, &[&project.resource.key]).await?;
    Ok(Json(json!({"project": of_project(&project.resource, &children)})))
}

fn of_project(project: &Stored<Project>, children: &Children) -> Value {
    let team = project.document.get("assetManagementTeamContact").and_then(team_contact);
    let contacts: Vec<Value> = team.into_iter().chain(contacts(&project.document)).collect();
    let sites = children.sites(&project.key).iter();
    let sites: Map<_, _> = sites.map(|site| (site.key.site.to_string(), of_site(site, children))).collect();
    json!({"code": project.key, "contacts": contacts, "recordContacts": [], "sites": sites})
}

fn of_site(site: &Stored<Site>, children: &Children) -> Value {
    let systems = children.systems(&site.key).iter();
    let systems: Map<_, _> = systems
        .map(|system| {
            let of_system = json!({"contacts": contacts(&system.document), "recordContacts": []});
            (system.key.system.to_string(), of_system)
        })
        .collect();
    json!({"code": site.key.site, "contacts": contacts(&site.document), "recordContacts": [], "systems": systems})
}

/// The contact that the schema names, in the form of the others.
fn team_contact(team: &Value) -> Option<Value> {
    let mut contact = contact(team)?;
    contact.insert("type".to_owned(), "assetManagementTeam".into());
    Some(Value::Object(contact))
}

/// The list `contacts` of a document. Only a site's is checked on write: what is no contact is left out.
fn contacts(document: &Document) -> Vec<Value> {
    let list = document.get("contacts").and_then(Value::as_array).into_iter().flatten();
    list.filter_map(contact).map(Value::Object).collect()
}

const TEXTS: [&str; 6] = ["name", "type", "notes", "email", "phone", "voip"];

/// An object with something in it; of the members that clients read, only those that are text.
fn contact(value: &Value) -> Option<Document> {
    let mut contact = value.as_object()?.clone();
    contact.retain(|name, member| member.is_string() || !TEXTS.contains(&name.as_str()));
    (!contact.is_empty()).then_some(contact)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_contact_is_left_out() {
        let document = json!({"contacts": [
            {"name": "A", "type": "owner", "phone": 5, "email": null, "since": 2020}, "B", {}, {"name": 1}, null]});
        let found = contacts(document.as_object().unwrap());
        assert_eq!(found, [json!({"name": "A", "type": "owner", "since": 2020})]);
        assert_eq!(contacts(json!({"contacts": "A"}).as_object().unwrap()), Vec::<Value>::new());
        assert_eq!(contacts(&Document::new()), Vec::<Value>::new());
    }
}
