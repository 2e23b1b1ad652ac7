//! Gridfolio: a server for people who own, finance and run distributed energy projects.
//!
//! Areas hold operations; [`kit`] holds what operations share; [`router`] merges the areas. The one path of an
//! operation is request → `routes` → (`service`) → `store` → commit with a change.

pub mod alerts;
pub mod app;
pub mod audit;
pub mod catalogue;
pub mod cli;
pub mod config;
pub mod demo;
pub mod energy;
pub mod identity;
pub mod integrations;
pub mod keeping;
pub mod kit;
pub mod messages;
pub mod net;
pub mod records;
pub mod router;
pub mod server_state;
pub mod timeseries;
pub mod worker;
