//! `gridfolio restore FILE`: a backup into a folder without a database.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::config::{Place, start_logging};
use crate::keeping::postgres;
use crate::keeping::restore::{self, LostKey};

/// Flags of `restore`.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// A file made by `gridfolio backup`.
    file: PathBuf,
    /// The secret key of the backup is lost: begin with a new signing key. Everybody signs in again.
    #[arg(long)]
    new_key: bool,
    #[command(flatten)]
    place: Place,
}

/// Does it.
pub async fn run(args: RestoreArgs) -> Result<ExitCode, String> {
    let RestoreArgs { file, new_key, place } = args;
    start_logging(&place.log)?;
    if place.database_file().is_none() {
        return Err(postgres::restore_commands(&place.database_url(), &file.display().to_string())?);
    }
    let lost = if new_key { LostKey::BeginAnew } else { LostKey::Report };
    let restored = restore::restore(&place, &file, lost).await?;
    print!("{}", restore::report(&restored, &place));
    Ok(ExitCode::SUCCESS)
}
