//! The tree of assets: projects → sites → systems → devices.
//!
//! A document is what was sent; what is derived (`systemStatus`, children, devices that only their measurements
//! know) is added on read and dropped on write. Removing an asset removes its children with it, never measurements.
//! There is no move and no rename: a code is an identity.

pub mod model;
pub mod projects;
pub mod service;
pub mod sites;
pub mod store;
pub mod systems;
pub mod tree;

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

/// The operations of this area.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().merge(projects::routes()).merge(sites::routes()).merge(systems::routes())
}
