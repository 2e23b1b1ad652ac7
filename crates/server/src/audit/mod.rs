//! The log of changes, as it is read. It is written by `kit::tx`, in the transaction of every change.
//!
//! Nothing here changes or shortens the log. A thing that was removed keeps its history.

pub mod diff;
pub mod routes;
pub mod store;

pub use routes::routes;
