//! Importing meter files, and taking imports back.
//!
//! A file is checked whole before its first datum is written; then every batch is one short transaction, so a server
//! may work on the same database meanwhile. Every import can be taken back as long as nobody wrote over it.
//!
//! An import refuses to guess: unknown names, units and times are errors. It edits no asset but those that
//! `--create` makes, and no measurements outside its stream.

pub mod begin;
pub mod error;
pub mod journal;
pub mod meter;
pub mod report;
pub mod request;
pub mod run;
pub mod store;
pub mod target;
pub mod undo;
pub mod windows;
pub mod work;

pub use error::{Error, Result};
pub use request::{Derive, Request};
pub use run::{Checked, Outcome, Stage, check, run};
pub use undo::{Undone, undo};

use crate::app::App;

/// All imports, the newest first.
pub async fn list(app: &App) -> Result<Vec<store::Import>> {
    Ok(store::list_imports(&mut *app.db.read().await?).await?)
}
