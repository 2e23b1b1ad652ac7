//! The state of the server.

mod get_front_page;
mod get_health;
mod get_readiness;
