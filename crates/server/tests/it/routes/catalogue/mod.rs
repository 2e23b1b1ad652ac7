//! The tree of assets.

mod create_project;
mod create_site;
mod create_system;
mod delete_project;
mod delete_site;
mod delete_system;
mod get_project;
mod list_projects;
mod update_project;
mod update_site;
mod update_system;
