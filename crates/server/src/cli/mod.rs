//! The command `gridfolio`: one binary, subcommands. A command says what it did on standard output and what went wrong
//! on standard error, and never asks.

pub mod backup;
pub mod bench;
pub mod completions;
pub mod copy;
pub mod delete;
pub mod demo;
pub mod doctor;
pub mod import;
pub mod keys;
pub mod migrate;
pub mod outbox;
pub mod restore;
pub mod serve;
pub mod streams;
pub mod user;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::config::{self, Place};
use crate::kit::openapi::operations;
use crate::router;

/// A server for people who own, finance and run distributed energy projects.
#[derive(Debug, Parser)]
#[command(name = "gridfolio", version, about, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API.
    Serve(Box<serve::ServeArgs>),
    /// Make a demo organisation, the first time, and serve it.
    Demo(demo::DemoArgs),
    /// Add and list people, set passwords.
    #[command(subcommand)]
    User(user::UserCommand),
    /// List and change the keys that tokens are signed with.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Messages to people that were not sent: list, show, send again, drop.
    Outbox(outbox::OutboxArgs),
    /// Import meter files, list imports, take them back.
    #[command(subcommand)]
    Import(import::ImportCommand),
    /// List streams: what they hold, their rhythm, which are silent.
    Streams(streams::StreamsArgs),
    /// Remove measurements.
    #[command(subcommand)]
    Delete(delete::DeleteCommand),
    /// Write the whole database into a file, while the server runs.
    Backup(backup::BackupArgs),
    /// Put a backup into a folder without a database.
    Restore(restore::RestoreArgs),
    /// Copy the installation into another database, SQLite or PostgreSQL.
    Copy(copy::CopyArgs),
    /// Bring the database to this program's schema, after a backup.
    Migrate(migrate::MigrateArgs),
    /// Make data of a chosen size.
    #[command(subcommand)]
    Bench(bench::BenchCommand),
    /// Check the set-up and say what to do.
    Doctor(doctor::DoctorArgs),
    /// Print the completions of a shell.
    Completions(completions::CompletionsArgs),
    /// Print the OpenAPI document, or the list of operations.
    Openapi(OpenapiArgs),
}

#[derive(Debug, clap::Args)]
struct OpenapiArgs {
    /// Print one line per operation instead: METHOD /path `operation_id` area.
    #[arg(long)]
    operations: bool,
    #[command(flatten)]
    place: Place,
}

/// The command line, with all its flags.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the command line.
pub fn main(args: Vec<OsString>) -> ExitCode {
    let cli: Cli = match config::parse(args) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = runtime.map_err(|e| e.to_string()).and_then(|runtime| runtime.block_on(run(cli.command)));
    match outcome {
        Ok(code) => code,
        Err(message) => {
            eprintln!("gridfolio: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<ExitCode, String> {
    match command {
        Command::Serve(args) => serve::run(*args).await,
        Command::Demo(args) => demo::run(args).await,
        Command::User(command) => user::run(command).await,
        Command::Keys(command) => keys::run(command).await,
        Command::Outbox(args) => outbox::run(args).await,
        Command::Import(command) => import::run(command).await,
        Command::Streams(args) => streams::run(args).await,
        Command::Delete(command) => delete::run(command).await,
        Command::Backup(args) => backup::run(args).await,
        Command::Restore(args) => restore::run(args).await,
        Command::Copy(args) => copy::run(args).await,
        Command::Migrate(args) => migrate::run(args).await,
        Command::Bench(command) => bench::run(command).await,
        Command::Doctor(args) => doctor::run(&args).await,
        Command::Completions(args) => completions::run(&args),
        Command::Openapi(args) => print_openapi(&args),
    }
}

fn print_openapi(args: &OpenapiArgs) -> Result<ExitCode, String> {
    let document = router::openapi();
    if args.operations {
        print!("{}", operations_text(&document));
    } else {
        println!("{}", serde_json::to_string_pretty(&document).map_err(|e| e.to_string())?);
    }
    Ok(ExitCode::SUCCESS)
}

/// The list of operations, one line each: `METHOD /path operation_id area`.
pub fn operations_text(document: &serde_json::Value) -> String {
    operations(document).into_iter().map(|row| row.join(" ") + "\n").collect()
}
