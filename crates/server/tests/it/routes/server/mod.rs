//! The state of the server.

mod get_health;
mod get_readiness;
