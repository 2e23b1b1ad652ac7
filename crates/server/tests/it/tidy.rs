//! The rules of style that a machine can check. Each check is a function over text, with a twin that must notice.

use std::fs;
use std::path::Path;

use gridfolio_testkit::files;

struct Source {
    path: String,
    text: String,
}

fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    collect(&files::repository("crates"), &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > 50, "only {} files were found", found.len());
    found
}

fn collect(folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let full = path.display().to_string();
            let (_, short) = full.split_once("crates/testkit/../../").unwrap();
            found.push(Source { path: short.to_owned(), text: fs::read_to_string(&path).unwrap() });
        }
    }
}

fn nothing(problems: &[String]) {
    assert!(problems.is_empty(), "{problems:#?}");
}

/// A file fits the head.
fn too_long(sources: &[Source]) -> Vec<String> {
    let long = |s: &&Source| s.text.lines().count() > 420;
    sources.iter().filter(long).map(|s| format!("{} has {} lines", s.path, s.text.lines().count())).collect()
}

/// Every module says what it is.
fn without_doc(sources: &[Source]) -> Vec<String> {
    let bare = |s: &&Source| !s.path.contains("/tests/it/routes/") && !s.text.starts_with("//!");
    sources.iter().filter(bare).map(|s| format!("{} does not begin with its doc", s.path)).collect()
}

const AREAS: [&str; 9] =
    ["alerts", "audit", "catalogue", "energy", "identity", "messages", "records", "timeseries", "worker"];

/// Arrows that the house forbids: another area's store or routes; areas from the kit; anything above from the crates
/// below.
fn forbidden_arrows(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for Source { path, text } in sources {
        for line in text.lines().filter(|l| l.trim_start().starts_with("use ") || l.contains("crate::")) {
            if let Some(problem) = arrow(path, line) {
                found.push(format!("{path}: {problem}: {}", line.trim()));
            }
        }
    }
    found
}

fn arrow(path: &str, line: &str) -> Option<String> {
    let below = ["crates/wire/", "crates/calc/", "crates/series/", "crates/meterfile/", "crates/db/"];
    if below.iter().any(|krate| path.starts_with(krate)) {
        return line.contains("gridfolio::").then(|| "points upwards".to_owned());
    }
    let inside = path.strip_prefix("crates/server/src/")?;
    let home = inside.split('/').next()?;
    for area in AREAS.iter().filter(|area| **area != home) {
        for room in ["store", "routes"] {
            let reaches = line.contains(&format!("crate::{area}::{room}"))
                || line.contains(&format!("crate::{area}::{{{room}"));
            if reaches && AREAS.contains(&home) {
                return Some(format!("{home} reaches into {area}::{room}"));
            }
        }
        let allowed = inside == "kit/access/person.rs" && *area == "identity";
        if home == "kit" && line.contains(&format!("crate::{area}::")) && !allowed {
            return Some(format!("the kit knows {area}"));
        }
    }
    None
}

/// The places that commit without a log row.
fn unlogged(sources: &[Source]) -> Vec<String> {
    let calls = |s: &Source| s.text.matches(".commit_unlogged(").count();
    let ours = |s: &&Source| s.path.starts_with("crates/server/src/") && calls(s) > 0;
    sources.iter().filter(ours).map(|s| format!("{} {}", s.path, calls(s))).collect()
}

/// Committed without a log row, because no asset changes: measurements have their own journal.
const UNLOGGED: &str = include_str!("unlogged.txt");

fn source(path: &str, text: &str) -> Source {
    Source { path: path.to_owned(), text: text.to_owned() }
}

#[test]
fn files_fit_the_head() {
    nothing(&too_long(&sources()));
    assert_eq!(too_long(&[source("a.rs", &"x\n".repeat(421))]).len(), 1);
}

#[test]
fn modules_say_what_they_are() {
    nothing(&without_doc(&sources()));
    assert_eq!(without_doc(&[source("crates/server/src/a.rs", "use x;")]).len(), 1);
}

#[test]
fn no_arrow_points_where_it_must_not() {
    nothing(&forbidden_arrows(&sources()));
    let bad = [
        source("crates/server/src/energy/routes.rs", "use crate::catalogue::store;"),
        source("crates/server/src/kit/tx.rs", "use crate::catalogue::model::SiteKey;"),
        source("crates/series/src/lib.rs", "use gridfolio::kit;"),
    ];
    assert_eq!(forbidden_arrows(&bad).len(), 3);
    assert!(
        forbidden_arrows(&[source("crates/server/src/energy/routes.rs", "use crate::catalogue::service;")])
            .is_empty()
    );
}

#[test]
fn commits_without_a_log_row_are_listed() {
    let listed: Vec<&str> = UNLOGGED.lines().filter(|l| !l.starts_with('#')).collect();
    assert_eq!(unlogged(&sources()), listed);
    assert_eq!(unlogged(&[source("crates/server/src/a.rs", "tx.commit_unlogged(\"x\")")]).len(), 1);
}

/// The words of all kinds of things that stand in the log.
fn kinds(sources: &[Source]) -> Vec<String> {
    let of_server = sources.iter().filter(|source| source.path.starts_with("crates/server/src"));
    let lines = of_server.flat_map(|source| source.text.lines());
    let words =
        lines.filter_map(|line| line.trim().strip_prefix("const KIND: &'static str = \"")?.split('"').next());
    words.map(str::to_owned).collect()
}

#[test]
fn the_log_knows_who_may_see_every_kind_of_thing() {
    let kinds = kinds(&sources());
    assert!(kinds.len() >= 10, "only {kinds:?} were found");
    let unknown: Vec<_> =
        kinds.iter().filter(|kind| gridfolio::audit::routes::area_of(kind).is_none()).collect();
    assert!(unknown.is_empty(), "nobody would see these in the log: {unknown:?}");
    assert_eq!(gridfolio::audit::routes::area_of("no-such-kind"), None);
}
