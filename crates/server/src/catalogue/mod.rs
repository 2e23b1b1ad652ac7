//! The tree of assets: projects → sites → systems → devices; portfolios of projects; what is derived from documents.
//!
//! A document is what was sent; what is derived (`systemStatus`, children, devices that only their measurements
//! know) is added on read and dropped on write. Removing an asset removes its children with it, never measurements.
//! There is no move and no rename: a code is an identity. A portfolio names projects that exist, and forgets one that is
//! removed; it owns none.

pub mod contacts;
pub mod i2x;
pub mod model;
pub mod portfolios;
pub mod projects;
pub mod refinements;
pub mod service;
pub mod sites;
pub mod store;
pub mod systems;
pub mod tree;

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

/// The operations of this area.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(projects::routes())
        .merge(sites::routes())
        .merge(systems::routes())
        .merge(contacts::routes())
        .merge(i2x::routes())
        .merge(portfolios::routes())
        .merge(refinements::routes())
}
