//! The one binary of Gridfolio.

fn main() -> std::process::ExitCode {
    gridfolio::cli::main(std::env::args_os().collect())
}
