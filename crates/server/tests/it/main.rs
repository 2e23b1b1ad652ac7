//! All integration tests in one binary. `routes/<area>/<operation>.rs` mirrors the API; `coverage` walks the list of
//! operations; the rest is about the whole program.

mod coverage;
mod database;
mod http;
mod jobs;
mod routes;
mod tidy;
