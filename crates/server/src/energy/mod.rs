//! Energy of projects, sites and systems: which meter counts as what, and sums over them.
//!
//! A bucket without measurements is absent, never 0. Sums are exact; each level is rounded to 0.001 Wh on its own,
//! after summing. Expected and forecast energy are not here yet, and nothing here writes.

pub mod meters;
pub mod period;
pub mod routes;
pub mod service;
pub mod totals;

pub use routes::routes;
