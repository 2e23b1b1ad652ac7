//! `gridfolio streams`: what the streams hold, and which are silent.

use std::process::ExitCode;

use clap::Args;
use jiff::tz::TimeZone;

use crate::config::{Place, start_logging};
use crate::keeping::pattern::Pattern;
use crate::keeping::streams::{self, Wanted};
use crate::keeping::upgrade::Before;
use crate::kit::clock::Clock;

/// Flags of `streams`.
#[derive(Debug, Args)]
pub struct StreamsArgs {
    /// Only those whose last datum is older than three rhythms, and than 15 minutes.
    #[arg(long)]
    silent: bool,
    /// Only those of this node.
    #[arg(long, value_name = "NUMBER")]
    node: Option<i64>,
    /// Only those with such a source id: ? is a character, * a run without /, ** anything.
    #[arg(long, value_name = "PATTERN")]
    source: Option<Pattern>,
    /// Silence at this instant, such as 2025-06-01T12:00:00Z (without offset: UTC); default: now.
    #[arg(long, value_name = "INSTANT")]
    at: Option<String>,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

/// Does it.
pub async fn run(args: StreamsArgs) -> Result<ExitCode, String> {
    start_logging(&args.place.log)?;
    args.place.refuse_missing()?;
    let at = match &args.at {
        Some(text) => gridfolio_meterfile::read_instant(text, &TimeZone::UTC)
            .map_err(|e| format!("--at: the time {e}"))?,
        None => Clock::System.now_ms(),
    };
    let wanted = Wanted { node: args.node, source: args.source, silent: args.silent, at };
    let db = args.place.open_database(Before::Backup).await?;
    let lines = match db.read().await {
        Ok(mut snapshot) => streams::list(&mut snapshot, &wanted).await.map_err(|e| e.to_string()),
        Err(e) => Err(e.to_string()),
    };
    db.close().await;
    let lines = lines?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&lines).map_err(|e| e.to_string())?);
    } else {
        print!("{}", streams::report(&lines, wanted.silent));
    }
    Ok(ExitCode::SUCCESS)
}
