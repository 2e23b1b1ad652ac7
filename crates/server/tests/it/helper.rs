//! Servers in Python that tests start on a free port of this machine; they end with the test.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use gridfolio_testkit::files;
use serde_json::Value;

use crate::reference::python;

/// A running server.
pub(crate) struct Helper {
    child: Child,
    /// Its port on 127.0.0.1.
    pub(crate) port: u16,
    record: PathBuf,
}

impl Drop for Helper {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Helper {
    /// Starts `tests/py/SCRIPT RECORD WORDS…`, which prints its port and serves until its input ends.
    pub(crate) fn start(script: &str, record: &Path, words: &[&str]) -> Self {
        let mut child = Command::new(python())
            .arg(files::repository("crates/server/tests/py").join(script))
            .arg(record)
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let port = first.trim().parse().unwrap_or_else(|_| panic!("{script} said {first:?}"));
        Self { child, port, record: record.to_owned() }
    }

    /// What it has recorded, a JSON value for each line.
    pub(crate) fn record(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.record).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}
