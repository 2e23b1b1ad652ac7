//! JSON Schemas, cut from the OpenAPI document: published under `/schemas/*` and used to check every body.
//!
//! A body is first freed of what does not count (`null` for a member the schema names, read-only members), then
//! checked; all faults are reported, not only the first.

use std::collections::{BTreeMap, HashMap, HashSet};

use gridfolio_wire::error::Fault;
use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use serde_json::{Map, Value, json};

use crate::kit::params::parse_moment;

/// The wire types that bodies are checked against and whose schema may be published.
const CHECKED: &[&str] = &[
    "Project",
    "Site",
    "System",
    "Portfolio",
    "Profile",
    "User",
    "AccessToken",
    "UserType",
    "Notification",
    "Event",
    "ProForma",
];

/// All schemas of the document, ready for use.
#[derive(Debug)]
pub struct Schemas {
    by_type: HashMap<String, Checked>,
}

#[derive(Debug)]
struct Checked {
    schema: Value,
    validator: Validator,
}

impl Schemas {
    /// Cuts and prepares the schemas of all types that requests carry.
    pub fn from_openapi(document: &Value) -> Result<Self, String> {
        let components = &document["components"]["schemas"];
        let mut by_type = HashMap::new();
        for name in CHECKED {
            let schema = cut(components, name)?;
            let validator = validator(&schema).map_err(|e| format!("schema {name}: {e}"))?;
            by_type.insert((*name).to_owned(), Checked { schema, validator });
        }
        Ok(Self { by_type })
    }

    /// The schema of a wire type.
    pub fn schema(&self, type_name: &str) -> Option<&Value> {
        self.by_type.get(type_name).map(|checked| &checked.schema)
    }

    /// Frees a document of what does not count.
    pub fn strip(&self, type_name: &str, document: &mut Value) {
        if let Some(checked) = self.by_type.get(type_name) {
            strip(&checked.schema, &checked.schema, document);
        }
    }

    /// All faults of a document; none if it keeps the schema.
    pub fn faults(&self, type_name: &str, document: &Value) -> Vec<Fault> {
        let Some(checked) = self.by_type.get(type_name) else {
            return vec![Fault { field: type_name.to_owned(), rule: "has no schema".to_owned() }];
        };
        let mut faults: Vec<Fault> = checked.validator.iter_errors(document).map(|e| fault(&e)).collect();
        faults.dedup();
        faults
    }
}

fn validator(schema: &Value) -> Result<Validator, String> {
    jsonschema::options()
        .should_validate_formats(true)
        .with_format("date-time", is_date_time)
        .with_format("date", is_date)
        .with_format("time-zone", is_time_zone)
        .build(schema)
        .map_err(|e| e.to_string())
}

/// Whether digits stand where the pattern has `d`, and everything else as it is.
fn looks_like(pattern: &str, text: &str) -> bool {
    text.len() == pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(t, p)| if p == b'd' { t.is_ascii_digit() } else { t == p })
}

/// Stricter than a query: what is stored is read by clients that know one form only.
fn is_date(text: &str) -> bool {
    looks_like("dddd-dd-dd", text) && parse_moment(text).is_ok()
}

/// Stricter than a query's moment: what is stored comes back as it is, and clients must be able to read it.
fn is_date_time(text: &str) -> bool {
    let Some((head, tail)) = text.split_at_checked(19) else { return false };
    let zone =
        tail.strip_prefix('.').map_or(tail, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let digits = tail.len() - zone.len();
    looks_like("dddd-dd-ddTdd:dd:dd", head)
        && digits != 1
        && digits <= 10
        && (matches!(zone, "" | "Z")
            || ["+dd", "-dd", "+dd:dd", "-dd:dd", "+dddd", "-dddd"].iter().any(|p| looks_like(p, zone)))
        && parse_moment(text).is_ok()
}

/// A zone by its exact name: other programs look it up in files, whose names have upper and lower case.
fn is_time_zone(text: &str) -> bool {
    jiff::tz::TimeZone::get(text).is_ok_and(|zone| zone.iana_name() == Some(text))
}

/// One schema with everything it refers to under `$defs`.
fn cut(components: &Value, name: &str) -> Result<Value, String> {
    let mut defs = BTreeMap::new();
    let mut wanted = vec![name.to_owned()];
    while let Some(next) = wanted.pop() {
        if defs.contains_key(&next) {
            continue;
        }
        let mut schema = components.get(&next).cloned().ok_or_else(|| format!("no schema {next}"))?;
        refer_to_defs(&mut schema, &mut wanted);
        defs.insert(next, schema);
    }
    let mut root = defs.remove(name).unwrap_or(Value::Null);
    if let Some(members) = root.as_object_mut() {
        members.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        if !defs.is_empty() {
            members.insert("$defs".to_owned(), Value::Object(defs.into_iter().collect()));
        }
    }
    Ok(root)
}

fn refer_to_defs(schema: &mut Value, wanted: &mut Vec<String>) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::String(target)) = members.get_mut("$ref")
                && let Some(name) = target.strip_prefix("#/components/schemas/")
            {
                wanted.push(name.to_owned());
                *target = format!("#/$defs/{name}");
            }
            members.values_mut().for_each(|member| refer_to_defs(member, wanted));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| refer_to_defs(item, wanted)),
        _ => {}
    }
}

fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|target| target.strip_prefix("#/$defs/"))
        .and_then(|name| root.get("$defs")?.get(name))
        .unwrap_or(schema)
}

fn is_read_only(schema: &Value) -> bool {
    schema.get("readOnly") == Some(&Value::Bool(true))
}

fn strip(root: &Value, schema: &Value, document: &mut Value) {
    let schema = resolve(root, schema);
    match document {
        Value::Object(members) => {
            let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
            members.retain(|name, value| keeps(root, properties, name, value));
            for (name, value) in members.iter_mut() {
                if let Some(property) = properties.get(name) {
                    strip(root, property, value);
                }
            }
        }
        Value::Array(items) => {
            if let Some(item_schema) = schema.get("items") {
                for item in items {
                    strip(root, item_schema, item);
                }
            }
        }
        _ => {}
    }
}

fn keeps(root: &Value, properties: &Map<String, Value>, name: &str, value: &Value) -> bool {
    properties.get(name).is_none_or(|property| {
        !value.is_null() && !is_read_only(property) && !is_read_only(resolve(root, property))
    })
}

fn fault(error: &jsonschema::ValidationError<'_>) -> Fault {
    let mut field = member_path(error.instance_path().as_str());
    let rule = match error.kind() {
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            if !field.is_empty() {
                field.push('.');
            }
            field.push_str(name);
            "is required".to_owned()
        }
        ValidationErrorKind::Format { format } => {
            format!("{} {}", shown(error.instance()), format_rule(format))
        }
        ValidationErrorKind::Enum { options } => {
            format!("{} must be one of {}", shown(error.instance()), listed(options))
        }
        ValidationErrorKind::Pattern { pattern } => {
            format!("{} must match {pattern}", shown(error.instance()))
        }
        ValidationErrorKind::UniqueItems => {
            let (place, rule) = repeated(error.instance());
            field.push_str(&place);
            rule
        }
        _ => error.to_string().chars().take(300).collect(),
    };
    if field.is_empty() {
        "body".clone_into(&mut field);
    }
    Fault { field, rule }
}

/// Place and rule of the first item that stands in a list before.
fn repeated(list: &Value) -> (String, String) {
    let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut seen = HashSet::new();
    let first = items.iter().position(|item| !seen.insert(item.to_string()));
    first.map_or_else(
        || (String::new(), "must hold each item once".to_owned()),
        |index| (format!("[{index}]"), format!("{} must stand in the list once", shown(&items[index]))),
    )
}

/// All allowed values, not only the first few.
fn listed(options: &Value) -> String {
    let all: Vec<String> = options.as_array().into_iter().flatten().map(Value::to_string).collect();
    all.join(", ")
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() > 60 { text.chars().take(60).chain(['…']).collect() } else { text }
}

fn format_rule(format: &str) -> String {
    match format {
        "date" => "must be a day of the calendar, YYYY-MM-DD".to_owned(),
        "date-time" => "must be a date and time, YYYY-MM-DDTHH:MM:SS, with or without an offset".to_owned(),
        "time-zone" => "must be an IANA time zone such as America/Denver".to_owned(),
        other => format!("must be a valid {other}"),
    }
}

/// `/links/0/url` → `links[0].url`
fn member_path(pointer: &str) -> String {
    let mut path = String::new();
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        if part.bytes().all(|b| b.is_ascii_digit()) && !part.is_empty() {
            path.push('[');
            path.push_str(&part);
            path.push(']');
        } else {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&part);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::is_date_time;

    #[test]
    fn a_stored_date_time_is_one_for_every_client() {
        for good in [
            "2025-01-01T00:00:00",
            "2025-01-01T00:00:00Z",
            "2025-01-01T00:00:00.123456789Z",
            "2025-01-01T00:00:00-05:00",
            "2025-01-01T00:00:00+0530",
            "2025-01-01T00:00:00.5+01",
        ] {
            assert!(is_date_time(good), "{good}");
        }
        for bad in [
            "2025-01-01T00:00:00Z\n",
            " 2025-01-01T00:00:00Z",
            "2016-12-31T23:59:60Z",
            "2025-01-01T00:00:00.Z",
            "2025-01-01T00:00:00.1234567890Z",
            "2025-01-01T00:00:00[Europe/Berlin]",
            "2025-01-01T00:00:00+0:530",
            "2025-01-01T00:00:00z",
            "2025-01-01",
            "2025-01-01T00:00",
            "2025-01-01T00:00:00+5",
        ] {
            assert!(!is_date_time(bad), "{bad}");
        }
    }
}
