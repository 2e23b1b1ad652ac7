//! Events: what happened, happens or will, somewhere in the tree.
//!
//! An event names its place by codes, not by a reference: it outlives its project, its site, its system. Times
//! without an offset are wall time in the zone of its project, and move with that zone. Nothing here watches
//! measurements, and nothing tells anybody: events are written by people and programs.

pub mod model;
pub mod place;
pub mod routes;
pub mod service;
pub mod store;

pub use routes::routes;
