//! The tree of assets, and portfolios of projects.

mod create_portfolio;
mod create_project;
mod create_site;
mod create_system;
mod delete_portfolio;
mod delete_project;
mod delete_site;
mod delete_system;
mod get_portfolio;
mod get_project;
mod get_project_i2x;
mod list_portfolios;
mod list_project_contacts;
mod list_projects;
mod list_refinements;
mod update_portfolio;
mod update_project;
mod update_site;
mod update_system;
