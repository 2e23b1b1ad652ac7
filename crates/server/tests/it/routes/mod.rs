//! One file per operation, named like it.

mod audit;
mod catalogue;
mod energy;
mod identity;
mod schemas;
mod server;
