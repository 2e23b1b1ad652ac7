//! The log: one line per event on standard error. Never secrets, never bodies.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// Starts logging with a filter such as `info` or `gridfolio=debug`. Asked twice, the first stays.
pub fn start_logging(filter: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter).map_err(|e| format!("log: {filter:?}: {e}"))?;
    let started = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .try_init();
    drop(started);
    Ok(())
}
