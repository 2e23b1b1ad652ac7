//! Nodes and the streams of measurements that belong to projects. What a stream is, and its arithmetic, is the crate
//! `series`; this area knows which project a stream belongs to.

pub mod import;
pub mod service;
pub mod settle;
pub mod store;
