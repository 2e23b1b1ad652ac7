//! `gridfolio completions`: what a shell needs to complete the command line.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap_complete::{Shell, generate};

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// The shell: bash, zsh, fish, elvish or powershell.
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

/// Prints the script of a shell.
pub fn run(args: &CompletionsArgs) -> Result<ExitCode, String> {
    let mut script = Vec::new();
    generate(args.shell, &mut super::command(), "gridfolio", &mut script);
    io::stdout().write_all(&script).map_err(|e| e.to_string())?;
    Ok(ExitCode::SUCCESS)
}
