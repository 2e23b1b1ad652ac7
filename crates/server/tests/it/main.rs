//! All integration tests in one binary. `routes/<area>/<operation>.rs` mirrors the API; `coverage` walks the list of
//! operations; the rest is about the whole program.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod access;
mod browser;
mod clients;
mod coverage;
mod database;
mod demo;
mod fetch;
mod fuzzed;
mod helper;
mod http;
mod import;
mod jobs;
mod keeping;
mod keys;
mod messages;
mod metrics;
mod network;
mod new_user;
mod oauth;
mod packaging;
mod people;
mod program;
mod reference;
mod routes;
mod service;
mod sign_in;
mod tidy;
mod tls;
mod trusted;
mod two_processes;
mod upgrade;
