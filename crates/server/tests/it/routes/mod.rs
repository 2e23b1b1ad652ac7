//! One file per operation, named like it.

mod alerts;
mod audit;
mod catalogue;
mod energy;
mod identity;
mod integrations;
mod records;
mod schemas;
mod server;
