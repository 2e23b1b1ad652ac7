//! The PostgreSQL server of a test run: the one that `scripts/test` started, or one of our own that ends with this
//! process.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use crate::files::repository;

struct Guarded {
    url: String,
    // Its standard input closes when this process ends, and the script then stops the server and removes its folder.
    _guard: Option<Child>,
}

/// The address of the server's maintenance database.
pub(crate) fn server_url() -> &'static str {
    static SERVER: OnceLock<Guarded> = OnceLock::new();
    &SERVER
        .get_or_init(|| match std::env::var("GRIDFOLIO_TEST_POSTGRES") {
            Ok(url) if !url.is_empty() => Guarded { url, _guard: None },
            _ => start_own(),
        })
        .url
}

fn start_own() -> Guarded {
    let folder = std::env::temp_dir().join(format!("gridfolio-test-postgres-{}", std::process::id()));
    let mut guard = Command::new("bash")
        .arg(repository("scripts/postgres"))
        .arg("guard")
        .arg(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("bash runs scripts/postgres");
    let mut url = String::new();
    let output = guard.stdout.take().expect("the output was asked for");
    BufReader::new(output).read_line(&mut url).expect("scripts/postgres prints the address");
    assert!(!url.trim().is_empty(), "scripts/postgres did not start a server; see its message above");
    Guarded { url: url.trim().to_owned(), _guard: Some(guard) }
}
