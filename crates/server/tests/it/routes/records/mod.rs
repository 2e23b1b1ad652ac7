//! Pro formas.

mod delete_pro_forma;
mod get_pro_forma;
mod list_pro_forma_versions;
mod save_pro_forma;
