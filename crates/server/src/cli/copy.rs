//! `gridfolio copy`: the whole installation from one database into another.

use std::io::IsTerminal as _;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use gridfolio_db::{Db, DbOptions};

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
    if args.from == args.to {
        return Err("--from and --to name the same database".to_owned());
    }
    refuse_missing(&args.from)?;
    let from = open(&args.from, "from").await?;
    let to = open(&args.to, "to").await?;
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

async fn open(url: &str, flag: &str) -> Result<Db, String> {
    Db::open(&DbOptions::new(url)).await.map_err(|e| format!("--{flag} {}: {e}", shown(url)))
}

/// Opening makes a SQLite file; a source must be there.
fn refuse_missing(url: &str) -> Result<(), String> {
    if url.contains("://") && !url.starts_with("sqlite:") {
        return Ok(());
    }
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    let path = Path::new(path.strip_prefix("//").unwrap_or(path));
    if path.is_file() { Ok(()) } else { Err(format!("--from: there is no file {}", path.display())) }
}
