//! Published schemas.

mod get_project_schema;
mod get_site_schema;
mod get_system_schema;
