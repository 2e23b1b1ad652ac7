//! What a copy did, in words for a terminal.

use std::fmt::Write as _;

use crate::keeping::copy::{Copied, Start};
use crate::keeping::words;

/// Counts and checksums of all tables, and the sum.
pub fn report(copied: &Copied) -> String {
    let mut text = format!(
        "{:24} {:>10} {:>10} {:>10}  checksum, equal on both sides\n",
        "table", "rows", "written", "removed"
    );
    let (mut rows, mut written, mut removed) = (0, 0, 0);
    for table in &copied.tables {
        let _ = writeln!(
            text,
            "{:24} {:>10} {:>10} {:>10}  {}",
            table.name, table.rows, table.written, table.removed, table.checksum
        );
        rows += table.rows;
        written += table.written;
        removed += table.removed;
    }
    let how = match copied.start {
        Start::Empty => "copied",
        Start::Resumed => "went on with an interrupted copy, which is whole now",
        Start::Overwriting => "brought the destination in line",
    };
    let _ = writeln!(
        text,
        "{how}: {rows} rows, {written} written, {removed} removed, in {}. The secret key is not in the database: the \
         new server needs the same one.",
        words::seconds(copied.took)
    );
    text
}
