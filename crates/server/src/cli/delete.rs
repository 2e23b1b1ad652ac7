//! `gridfolio delete datums`: a stretch of measurements goes.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use gridfolio_wire::SourceId;

use crate::config::{Place, start_logging};
use crate::keeping::removal::{self, Wish};

/// What to remove.
#[derive(Debug, Subcommand)]
pub enum DeleteCommand {
    /// Remove the measurements of a source in a range of time.
    Datums(Box<DatumsArgs>),
}

/// Flags of `delete datums`.
#[derive(Debug, Args)]
pub struct DatumsArgs {
    /// The source, such as /SERF/S1/R1/GEN/1.
    #[arg(long, value_name = "SOURCE")]
    source: SourceId,
    /// Node of the source, where several have one of this name.
    #[arg(long, value_name = "NUMBER")]
    node: Option<i64>,
    /// The first instant that goes, such as 2025-06-01 or 2025-06-01T12:00:00-06:00; without offset in the stream's zone.
    #[arg(long, value_name = "INSTANT")]
    from: String,
    /// The first instant that stays.
    #[arg(long, value_name = "INSTANT")]
    until: String,
    /// Say what would go, and change nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    place: Place,
}

/// Does it.
pub async fn run(command: DeleteCommand) -> Result<ExitCode, String> {
    let DeleteCommand::Datums(args) = command;
    let DatumsArgs { source, node, from, until, dry_run, place } = *args;
    start_logging(&place.log)?;
    place.refuse_missing()?;
    let app = place.open_app_for_command().await?;
    let said = delete(&app, &Wish { source, node, from, until }, dry_run).await;
    app.db.close().await;
    print!("{}", said.map_err(|e| e.to_string())?);
    Ok(ExitCode::SUCCESS)
}

async fn delete(
    app: &crate::app::App,
    wish: &Wish,
    dry_run: bool,
) -> crate::timeseries::import::Result<String> {
    let found = removal::find(app, wish).await?;
    if dry_run {
        return Ok(removal::report(&found, None));
    }
    let watched = std::io::stderr().is_terminal();
    let gone = removal::remove(app, &found, &mut |gone| {
        if watched {
            eprint!("\r{gone} datums removed");
        }
    })
    .await?;
    if watched {
        eprintln!();
    }
    Ok(removal::report(&found, Some(gone)))
}
