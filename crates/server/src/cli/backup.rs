//! `gridfolio backup FILE`: the whole database into one file, while the server runs.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::config::{Place, start_logging};
use crate::keeping::{backup, postgres};

/// Flags of `backup`.
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// The file to write; it must not exist.
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

/// Does it.
pub async fn run(args: BackupArgs) -> Result<ExitCode, String> {
    let BackupArgs { file, place } = args;
    start_logging(&place.log)?;
    if place.database_file().is_none() {
        return Err(postgres::backup_commands(&place.database_url(), &file.display().to_string())?);
    }
    place.refuse_missing()?;
    let db = place.open_as_it_is().await?;
    let made = backup::make(&db, &file).await;
    db.close().await;
    print!("{}", backup::report(&made?));
    Ok(ExitCode::SUCCESS)
}
