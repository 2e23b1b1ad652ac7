//! `gridfolio migrate`: the database to this program's schema, after a backup.

use std::process::ExitCode;

use clap::Args;

use crate::config::{Place, start_logging};
use crate::keeping::upgrade::Before;

/// Flags of `migrate`.
#[derive(Debug, Args)]
pub struct MigrateArgs {
    /// Make no backup first: for large installations that have one of their own.
    #[arg(long)]
    no_backup: bool,
    #[command(flatten)]
    place: Place,
}

/// Does it.
pub async fn run(args: MigrateArgs) -> Result<ExitCode, String> {
    let MigrateArgs { no_backup, place } = args;
    start_logging(&place.log)?;
    place.make_folder()?;
    let db = place.open_database(if no_backup { Before::Nothing } else { Before::Backup }).await?;
    let state = db.schema_state().await.map_err(|e| e.to_string())?;
    println!("the database has migration {} of {}", state.applied.unwrap_or(0), state.known);
    db.close().await;
    Ok(ExitCode::SUCCESS)
}
