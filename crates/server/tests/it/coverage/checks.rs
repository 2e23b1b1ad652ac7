//! The checks: facts in, problems out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use gridfolio_testkit::contract::Exception;
use gridfolio_testkit::files;
use serde_json::Value;

#[derive(Debug, Clone)]
pub(super) struct Operation {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) id: String,
    pub(super) area: String,
}

impl From<[String; 4]> for Operation {
    fn from([method, path, id, area]: [String; 4]) -> Self {
        Self { method, path, id, area }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) operation: Operation,
    /// Who called.
    pub(super) role: String,
    pub(super) status: u16,
    pub(super) body: Value,
    /// Rows of the log that the call added.
    pub(super) audit_rows: i64,
}

fn repeated<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    names.filter(|name| !seen.insert(name.to_owned())).map(|name| format!("{name} stands twice")).collect()
}

pub(super) fn repeated_operations(operations: &[Operation]) -> Vec<String> {
    repeated(operations.iter().map(|o| o.id.as_str()))
}

pub(super) fn repeated_types(types: &[String]) -> Vec<String> {
    repeated(types.iter().map(String::as_str))
}

/// The names of all types that derive `ToSchema` below some folders.
pub(super) fn schema_types(folders: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for folder in folders {
        collect(&files::repository(folder), &mut found);
    }
    assert!(found.len() > 20, "only {} types were found", found.len());
    found
}

fn collect(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.extend(types_in(&fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The types of a source text that derive `ToSchema`, by themselves or through the `document!` macro.
pub(super) fn types_in(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut derives = false;
    for line in text.lines().map(str::trim) {
        derives |= (line.starts_with("#[derive(") && line.contains("ToSchema")) || line == "document! {";
        let declared = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "));
        if let Some(rest) = declared {
            if derives {
                let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                found.push(name);
            }
            derives = false;
        }
    }
    found
}

pub(super) fn dangling_references(document: &Value) -> Vec<String> {
    fn walk(root: &Value, value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(target)) = members.get("$ref")
                    && root.pointer(target.trim_start_matches('#')).is_none()
                {
                    found.push(format!("{target} leads nowhere"));
                }
                members.values().for_each(|v| walk(root, v, found));
            }
            Value::Array(items) => items.iter().for_each(|v| walk(root, v, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(document, document, &mut found);
    found
}

pub(super) fn nulls(document: &Value) -> Vec<String> {
    if document.to_string().contains("\"null\"") {
        vec!["the document has a null type".to_owned()]
    } else {
        Vec::new()
    }
}

pub(super) fn without_file(operations: &[Operation], exists: impl Fn(&str) -> bool) -> Vec<String> {
    let file = |o: &Operation| format!("crates/server/tests/it/routes/{}/{}.rs", o.area, o.id);
    operations
        .iter()
        .map(file)
        .filter(|path| !exists(path))
        .map(|path| format!("{path} is missing"))
        .collect()
}

pub(super) fn wrong_area(operations: &[Operation], contract: &str) -> Vec<String> {
    let areas: BTreeMap<String, &str> = contract
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut columns = line.split('\t');
            Some((format!("{} {}", columns.next()?, columns.next()?), columns.next()?))
        })
        .collect();
    operations
        .iter()
        .filter_map(|o| {
            let area = areas.get(&format!("{} {}", o.method, o.path))?;
            (*area != o.area).then(|| format!("{} is in {}, the contract has it in {area}", o.id, o.area))
        })
        .collect()
}

fn is_mutation(operation: &Operation) -> bool {
    // signing in changes no asset, and one question is asked by POST as well
    operation.method != "GET"
        && !["sign_in", "exchange_grant", "ask_user_info"].contains(&operation.id.as_str())
}

pub(super) fn mutations_without_change(answers: &[Answer]) -> Vec<String> {
    let silent = |a: &&Answer| is_mutation(&a.operation) && a.status == 200 && a.audit_rows == 0;
    let leaking = |a: &&Answer| a.status >= 400 && a.audit_rows != 0;
    let made =
        answers.iter().filter(silent).map(|a| format!("{} as {} left no change", a.operation.id, a.role));
    let leaked = answers
        .iter()
        .filter(leaking)
        .map(|a| format!("{} as {} was refused but left a change", a.operation.id, a.role));
    made.chain(leaked).collect()
}

pub(super) fn refusals_without_body(answers: &[Answer]) -> Vec<String> {
    answers
        .iter()
        .filter(|a| a.status >= 400)
        .filter(|a| {
            let message = a.body["message"].as_str().is_some_and(|m| !m.is_empty());
            let own = a.operation.id != "sign_in"
                || a.body["__type"].as_str().is_some_and(|t| t.ends_with("Exception"));
            !message || !own || a.status >= 500
        })
        .map(|a| format!("{} as {}: {} with {}", a.operation.id, a.role, a.status, a.body))
        .collect()
}

/// Whether the document says that an operation answers `{}`.
fn answers_nothing(document: &Value, operation: &Operation) -> bool {
    let answer = &document["paths"][&operation.path][operation.method.to_lowercase()]["responses"]["200"];
    answer["content"]["application/json"]["schema"]["$ref"] == "#/components/schemas/Empty"
}

/// Operations that no call answered with 200 and a value in it, where the document promises one. DELETE answers `{}` by
/// contract: that is enough.
pub(super) fn never_answered(operations: &[Operation], answered: &BTreeMap<String, bool>) -> Vec<String> {
    let document = gridfolio::router::openapi();
    operations
        .iter()
        // their answers are another protocol's, which has nothing to say when a token has ended
        .filter(|o| !["sign_in", "revoke_token"].contains(&o.id.as_str()))
        .filter(|o| match answered.get(&format!("{} {}", o.method, o.path)) {
            None => true,
            Some(has_leaf) => !has_leaf && o.method != "DELETE" && !answers_nothing(&document, o),
        })
        .map(|o| format!("{} was never answered with 200 and a value", o.id))
        .collect()
}

pub(super) fn unused_exceptions(exceptions: &[Exception], used: &BTreeSet<usize>) -> Vec<String> {
    exceptions
        .iter()
        .enumerate()
        .filter(|(index, _)| !used.contains(index))
        .map(|(_, e)| format!("exception {} {} was not needed", e.operation, e.path))
        .collect()
}
