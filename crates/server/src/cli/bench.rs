//! `gridfolio bench …`: data of a chosen size, to see how a machine copes. It refuses to touch data that is there.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};

use crate::config::{Place, PoolArgs, start_logging};
use crate::demo::fleet::{self, Fleet};

/// What to make.
#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// Make a data folder with a fleet of projects, by the generator of the demo.
    MakeFleet(MakeFleetArgs),
}

/// Flags of `bench make-fleet`.
#[derive(Debug, Args)]
pub struct MakeFleetArgs {
    /// Folder to make.
    dir: PathBuf,
    /// Number of projects, each with an array, a pyranometer and a consumer.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=99_999))]
    projects: u32,
    /// Years of 5-minute data up to the end of 2025; may be a fraction.
    #[arg(long, value_name = "Y", value_parser = years)]
    years: f64,
    /// Database: sqlite:PATH or postgres://…, empty; default: gridfolio.db in the folder.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// What to log, such as info, warn, gridfolio=debug.
    #[arg(long, value_name = "FILTER", default_value = "warn")]
    log: String,
    #[command(flatten)]
    pool: PoolArgs,
}

fn years(text: &str) -> Result<f64, String> {
    let years: f64 = text.parse().map_err(|_| "must be a number such as 1 or 0.5".to_owned())?;
    if (0.001..=50.0).contains(&years) { Ok(years) } else { Err("must be from 0.001 to 50".to_owned()) }
}

/// Runs a command of `bench`.
pub async fn run(command: BenchCommand) -> Result<ExitCode, String> {
    let BenchCommand::MakeFleet(args) = command;
    start_logging(&args.log)?;
    let place = Place {
        data: args.dir,
        database: args.database,
        config: None,
        secret_key: None,
        log: args.log,
        pool: args.pool,
    };
    let file = place.database_file();
    if let Some(file) = file.as_ref().filter(|file| file.exists()) {
        return Err(format!("there is a database already: {}; name another folder", file.display()));
    }
    let app = place.open_app_for_command().await?;
    let started = Instant::now();
    let fleet = Fleet { projects: args.projects, years: args.years };
    let made = fleet::make(&app, &fleet).await.map_err(|e| e.to_string())?;
    let took = started.elapsed();
    app.db.close().await;
    println!("{}", summary(&made, took));
    if let Some(bytes) = file.and_then(|file| std::fs::metadata(file).ok()).map(|facts| facts.len()) {
        println!("{:.2} bytes/datum in the whole file of {:.1} MB", per(bytes, made.datums), mega(bytes));
    }
    Ok(ExitCode::SUCCESS)
}

fn summary(made: &fleet::Made, took: Duration) -> String {
    let fleet::Made { projects, streams, datums, block_bytes } = *made;
    format!(
        "{projects} projects, {streams} streams, {datums} datums in {:.1} s: {:.0} datums/s\n{:.2} bytes/datum in blocks",
        took.as_secs_f64(),
        count(datums) / took.as_secs_f64(),
        per(block_bytes, datums)
    )
}

#[expect(clippy::cast_precision_loss, reason = "for people")]
fn count(number: u64) -> f64 {
    number as f64
}

fn per(bytes: u64, datums: u64) -> f64 {
    count(bytes) / count(datums.max(1))
}

fn mega(bytes: u64) -> f64 {
    count(bytes) / 1e6
}
