//! The log of changes.

mod get_asset_audit;
mod get_project_audit;
mod get_user_audit;
