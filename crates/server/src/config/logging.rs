//! The log: one line per event on standard error. Never secrets, never bodies.

use std::io::IsTerminal as _;

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people: time, level, words, `name=value`.
    #[default]
    Text,
    /// For programs: one JSON object per line.
    Json,
}

/// Starts logging as text with a filter such as `info` or `gridfolio=debug`. Asked twice, the first stays.
pub fn start_logging(filter: &str) -> Result<(), String> {
    start_logging_as(filter, LogFormat::Text)
}

/// Starts logging in a format.
pub fn start_logging_as(filter: &str, format: LogFormat) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter).map_err(|e| format!("log: {filter:?}: {e}"))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => log.json().flatten_event(true).with_current_span(false).try_init(),
    };
    drop(started);
    Ok(())
}
