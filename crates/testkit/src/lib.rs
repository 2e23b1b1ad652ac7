//! What tests need: an application on a database of its own, callers by role, a frozen clock, and a client that
//! checks every answer against the contract.
//!
//! Every HTTP test runs on SQLite and on PostgreSQL: write it with [`both!`]. Nothing here is a mock: the databases
//! are real, the router is the one that serves. This crate panics where a test should fail.
#![expect(clippy::missing_panics_doc, reason = "helpers of tests fail by panicking")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail by panicking")]

mod app;
mod client;
pub mod contract;
mod database;
pub mod files;
mod postgres;
pub mod samples;
pub mod schema_check;
pub mod secrets;

pub use app::{ADMINISTRATOR, NOW, PASSWORD, SECRET_KEY, TestApp, USER};
pub use client::{Call, Reply, Role};
pub use database::{Backend, TestDb};

/// Makes a test for each database out of one function.
///
/// ```ignore
/// gridfolio_testkit::both! {
///     async fn it_lists_projects(app) { app.get("/projects").await.ok(); }
/// }
/// ```
#[macro_export]
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports, reason = "each test uses some of its module's imports")]
            use super::*;

            async fn test($app: $crate::TestApp) $body

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                test($crate::TestApp::new($crate::Backend::Sqlite).await).await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                test($crate::TestApp::new($crate::Backend::Postgres).await).await;
            }
        }
    )+};
}
