//! The papers of a project: for now its pro forma, with named versions.
//!
//! A pro forma is stored as sent; what its cash flows add up to is not this area's business. It goes with its
//! project.

pub mod model;
pub mod routes;
pub mod service;
pub mod store;

pub use routes::routes;
