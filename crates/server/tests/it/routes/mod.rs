//! One file per operation, named like it.

mod alerts;
mod audit;
mod catalogue;
mod energy;
mod identity;
mod records;
mod schemas;
mod server;
