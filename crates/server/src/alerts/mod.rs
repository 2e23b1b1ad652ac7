//! Events: what happened, happens or will, somewhere in the tree; and alerts, which tell administrators of something.
//!
//! An event names its place by codes, not by a reference: it outlives its project, its site, its system. Times
//! without an offset are wall time in the zone of its project, and move with that zone. Nothing here watches
//! measurements, and no event tells anybody: they are written by people and programs. Who alerts calls [`raise`].

pub mod alarm;
pub mod model;
pub mod notifications;
pub mod place;
pub mod routes;
pub mod service;
pub mod store;

pub use alarm::raise;
pub use routes::routes;
