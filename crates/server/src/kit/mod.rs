//! What every operation shares, and the only place for it.
//!
//! Nothing here knows an area: no table of the catalogue, no energy, no money. Nothing here reads the system clock
//! or makes chance on its own; [`clock`] does, and tests freeze it.

pub mod access;
pub mod body;
pub mod clock;
pub mod docs_page;
pub mod error;
pub mod facts;
pub mod http;
pub mod if_match;
pub mod jobs;
pub mod limits;
pub mod metrics;
pub mod natural;
pub mod notes;
pub mod openapi;
pub mod origin;
pub mod params;
pub mod range;
pub mod rows;
pub mod schema;
pub mod schema_routes;
pub mod settings;
pub mod stored;
pub mod tx;
