//! What an import says on a terminal.

use std::fmt::Write as _;

use gridfolio_meterfile::{Order, Property, Row, Summary};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::timeseries::import::run::{Checked, Outcome};
use crate::timeseries::import::store::{Import, State};
use crate::timeseries::import::undo::Undone;

/// What a file holds and where it would go.
pub fn preview(checked: &Checked) -> String {
    let mut text = file(&checked.summary, &checked.zone);
    for missing in &checked.target.missing {
        let _ = writeln!(text, "would make   {} first", missing.named(&checked.target.path));
    }
    if checked.summary.bad.count == 0 {
        text.push_str("Nothing was written: this was a dry run.\n");
    } else {
        text.push_str(
            "Nothing was written: this was a dry run. Without --skip-bad the file would be refused.\n",
        );
    }
    text
}

/// What an import did.
pub fn outcome(done: &Outcome) -> String {
    let mut text = String::new();
    for made in &done.made {
        let _ = writeln!(text, "made {}", made.named(&done.target.path));
    }
    if let Some(line) = done.resumed_at {
        let _ = writeln!(text, "went on with the interrupted import {} (line {line})", done.import.id);
    }
    let Import { id, added, replaced, source, .. } = &done.import;
    let datums = done.summary.datums;
    let (lines, are) = (counted(done.summary.lines, "line"), if datums == 1 { "is" } else { "are" });
    let _ = writeln!(text, "import {id}: {} of {lines} {are} in {source}", counted(datums, "datum"));
    let were = if done.unchanged == 1 { "was" } else { "were" };
    let _ = writeln!(text, "  {added} new, {replaced} replaced, {} {were} there already", done.unchanged);
    text.push_str(&repeats(&done.summary));
    if let Some(path) = &done.rejects {
        let bad = done.summary.bad.count;
        let are = if bad == 1 { "is" } else { "are" };
        let _ = writeln!(text, "  {} {are} in {}", counted(bad, "bad line"), path.display());
    }
    let _ = writeln!(text, "take it back with `gridfolio import undo {id}`");
    text
}

/// All imports, one line each.
pub fn list(imports: &[Import]) -> String {
    if imports.is_empty() {
        return "no imports\n".to_owned();
    }
    let mut text = format!(
        "{:>5} {:10} {:20} {:>9} {:>9}  {:32} file\n",
        "id", "state", "started", "new", "replaced", "source"
    );
    for import in imports {
        let started = instant(import.started_at, &TimeZone::UTC, "%Y-%m-%dT%H:%M:%SZ");
        let Import { id, added, replaced, source, file_name, .. } = import;
        // Nobody can tell from here whether a command is still at it.
        let state = if import.state == State::Running { "unfinished" } else { import.state.word() };
        let _ =
            write!(text, "{id:>5} {state:10} {started:20} {added:>9} {replaced:>9}  {source:32} {file_name}");
        if import.state == State::Running {
            let _ = write!(text, " (in up to line {})", import.through_line);
        }
        text.push('\n');
    }
    text
}

/// What taking an import back did.
pub fn undone(undone: &Undone) -> String {
    let Undone { import, removed, restored } = undone;
    let removed = counted(*removed, "datum");
    format!("import {} is taken back: {removed} removed, {restored} restored\n", import.id)
}

/// What a file holds.
fn file(summary: &Summary, zone: &str) -> String {
    let tz = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let shown = |at: Option<i64>| at.map_or("none".to_owned(), |at| instant(at, &tz, FULL));
    let mut text = String::new();
    let order = match summary.order {
        Order::OldestFirst => "oldest line first",
        Order::NewestFirst => "newest line first",
        Order::Mixed => "not in order of time",
    };
    let _ =
        writeln!(text, "lines        {}, columns divided by {}, {order}", summary.lines, summary.delimiter);
    let _ = writeln!(text, "times        {} (in {zone} where they have no offset)", summary.time_format);
    let _ = writeln!(text, "range        {} to {}", shown(summary.first), shown(summary.last));
    let _ = writeln!(text, "datums       {}", summary.datums);
    if summary.without_values > 0 {
        let lines = counted(summary.without_values, "line");
        let _ = writeln!(text, "no values    on {lines}, left out");
    }
    text.push_str(&gaps(summary, &tz));
    text.push_str(&repeats(summary));
    text.push_str(&bad(summary));
    text.push_str("properties\n");
    for property in &summary.properties {
        let Property { name, kind, unit, column, .. } = &property.property;
        let value = |value: &Option<gridfolio_series::Number>| {
            value.as_ref().map_or("none".to_owned(), ToString::to_string)
        };
        let (lowest, highest) = (value(&property.lowest), value(&property.highest));
        let _ = writeln!(
            text,
            "  {name} ({}) from column {column} in {unit}, kept in {}: {}, {lowest} to {highest}",
            kind.letter(),
            unit.kept_as(),
            counted(property.values, "value")
        );
    }
    text.push_str("first rows as read\n");
    for row in &summary.sample {
        text.push_str(&sample(row, summary, &tz));
    }
    text
}

const FULL: &str = "%Y-%m-%d %H:%M:%S%:z";

fn sample(row: &Row, summary: &Summary, tz: &TimeZone) -> String {
    let value =
        |(property, value): (&gridfolio_meterfile::PropertySummary, &Option<gridfolio_series::Number>)| {
            Some(format!("{} {}", property.property.name, value.as_ref()?))
        };
    let values: Vec<String> = summary.properties.iter().zip(&row.values).filter_map(value).collect();
    format!("  line {}: {}  {}\n", row.line, instant(row.at, tz, FULL), values.join(", "))
}

fn gaps(summary: &Summary, tz: &TimeZone) -> String {
    let Some(rhythm) = summary.rhythm else { return String::new() };
    let gaps = &summary.gaps;
    let mut text = format!("rhythm       {}\n", duration(rhythm));
    let _ = writeln!(text, "gaps         {} ({} missing)", gaps.count, counted(gaps.missing, "datum"));
    for gap in &gaps.longest {
        let (from, until) = (instant(gap.from, tz, FULL), instant(gap.until, tz, FULL));
        let _ = writeln!(text, "  {from} to {until} ({})", duration(gap.until - gap.from));
    }
    text
}

fn repeats(summary: &Summary) -> String {
    let repeats = &summary.duplicates;
    if repeats.equal + repeats.different == 0 {
        return String::new();
    }
    let repeat = if repeats.equal == 1 { "repeats" } else { "repeat" };
    let mut text = format!(
        "repeated     {} {repeat} a time with equal values (counted once), {} with other values (the later line counts)\n",
        counted(repeats.equal, "line"),
        repeats.different
    );
    for repeat in &repeats.shown {
        let at = instant(repeat.at, &TimeZone::UTC, "%Y-%m-%dT%H:%M:%SZ");
        let _ = writeln!(text, "  {at}: line {} replaces line {}", repeat.kept, repeat.dropped);
    }
    let more = repeats.different - repeats.shown.len() as u64;
    if more > 0 {
        let _ = writeln!(text, "  and {more} more");
    }
    text
}

fn bad(summary: &Summary) -> String {
    let bad = &summary.bad;
    if bad.count == 0 {
        return String::new();
    }
    let mut text = format!("bad lines    {}\n", bad.count);
    for line in &bad.first {
        let _ = writeln!(text, "  {line}");
    }
    let more = bad.count - bad.first.len() as u64;
    if more > 0 {
        let _ = writeln!(text, "  and {more} more");
    }
    text
}

/// `1 line`, `2 lines`.
fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn instant(at: i64, tz: &TimeZone, format: &str) -> String {
    match Timestamp::from_millisecond(at) {
        Ok(at) => at.to_zoned(tz.clone()).strftime(format).to_string(),
        Err(_) => format!("{at} ms"),
    }
}

/// `15 min`, `1 h 30 min`, `2 d`; milliseconds where there are some.
fn duration(milliseconds: i64) -> String {
    let units = [("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1000), ("ms", 1)];
    let mut rest = milliseconds;
    let mut parts = Vec::new();
    for (unit, length) in units {
        if rest >= length {
            parts.push(format!("{} {unit}", rest / length));
            rest %= length;
        }
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(duration(900_000), "15 min");
        assert_eq!(duration(5_400_000), "1 h 30 min");
        assert_eq!(duration(172_800_001), "2 d 1 ms");
    }
}
