//! `gridfolio copy`: the whole installation from one database into another.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Args;
use gridfolio_db::{Db, DbOptions, sqlite_path};

use crate::config::start_logging;
use crate::keeping::copy::{self, Existing};
use crate::keeping::postgres::shown;

/// Flags of `copy`.
#[derive(Debug, Args)]
pub struct CopyArgs {
    /// The database to read, which may be in use: sqlite:PATH or postgres://…
    #[arg(long, value_name = "URL", env = "GRIDFOLIO_COPY_FROM")]
    from: String,
    /// The database to write, which nobody uses meanwhile; a SQLite file is made.
    #[arg(long, value_name = "URL", env = "GRIDFOLIO_COPY_TO")]
    to: String,
    /// Make a destination that holds this installation already equal to the source.
    #[arg(long)]
    overwrite: bool,
    /// Configuration file; default: gridfolio.toml here.
    #[arg(long, value_name = "FILE")]
    config: Option<std::path::PathBuf>,
    /// What to log, such as info, warn, gridfolio=debug.
    #[arg(long, value_name = "FILTER", default_value = "warn")]
    log: String,
}

/// Does it.
pub async fn run(args: CopyArgs) -> Result<ExitCode, String> {
    start_logging(&args.log)?;
    let from = open_source(&args.from).await.map_err(|e| format!("--from {}: {e}", shown(&args.from)))?;
    let to = Db::open(&DbOptions::new(&args.to)).await;
    let to = to.map_err(|e| format!("--to {}: {e}", shown(&args.to)))?;
    let existing = if args.overwrite { Existing::Overwrite } else { Existing::Refuse };
    let watched = std::io::stderr().is_terminal();
    let copied = copy::copy(&from, &to, existing, &mut |table| {
        if watched {
            eprintln!("{}: {} rows are over", table.name, table.rows);
        }
    })
    .await;
    to.close().await;
    from.close().await;
    print!("{}", copy::report(&copied.map_err(|e| e.to_string())?));
    println!("from {}\nto   {}", shown(&args.from), shown(&args.to));
    Ok(ExitCode::SUCCESS)
}

/// A source must be there, and stays as it is.
async fn open_source(url: &str) -> Result<Db, String> {
    let opened = match sqlite_path(url) {
        Some(file) if !file.is_file() => return Err(format!("there is no file {}", file.display())),
        Some(file) => Db::open_to_read(&file).await,
        None => Db::open(&DbOptions::new(url)).await,
    };
    opened.map_err(|e| e.to_string())
}
