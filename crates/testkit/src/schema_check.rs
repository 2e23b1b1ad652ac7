//! Whether an answer keeps a schema, as far as a client notices: required members, closed lists, objects and arrays,
//! no `null`. Stricter than a client where that costs nothing, so that drift is seen early.

use serde_json::Value;

/// One place where an answer breaks its schema.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Breach {
    /// Path of the member: `projects[].sites.*.code`; items are `[]`, members of maps `*`.
    pub path: String,
    /// What is wrong there.
    pub rule: String,
}

/// All places where `value` breaks `schema`; references are looked up in `root`.
pub fn breaches(root: &Value, schema: &Value, value: &Value) -> Vec<Breach> {
    let mut found = Vec::new();
    check(root, schema, value, "", &mut found);
    found.sort();
    found.dedup();
    found
}

fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(target) => root.pointer(target.trim_start_matches('#')).unwrap_or_else(|| panic!("no {target}")),
        None => schema,
    }
}

fn check(root: &Value, schema: &Value, value: &Value, path: &str, found: &mut Vec<Breach>) {
    let schema = resolve(root, schema);
    let mut breach = |rule: String| found.push(Breach { path: path.to_owned(), rule });
    if value.is_null() {
        // A member of any type may be null: an unknown member of a document that somebody sent so.
        if ["type", "enum", "oneOf", "anyOf", "allOf"].iter().any(|word| schema.get(word).is_some()) {
            breach("is null".to_owned());
        }
        return;
    }
    for word in ["oneOf", "anyOf"] {
        let Some(choices) = schema.get(word).and_then(Value::as_array) else { continue };
        if choices.iter().all(|choice| !breaches(root, choice, value).is_empty()) {
            breach("fits none of the alternatives".to_owned());
        }
    }
    if let Some(expected) = schema.get("type").and_then(Value::as_str)
        && !has_type(expected, value)
    {
        breach(format!("is not of type {expected}"));
        return;
    }
    if let Some(list) = schema.get("enum").and_then(Value::as_array)
        && !list.contains(value)
    {
        breach(format!("{value} is not in the closed list"));
    }
    for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        check(root, part, value, path, found);
    }
    check_members(root, schema, value, path, found);
    if let (Some(items), Some(item_schema)) = (value.as_array(), schema.get("items")) {
        for item in items {
            check(root, item_schema, item, &format!("{path}[]"), found);
        }
    }
}

fn check_members(root: &Value, schema: &Value, value: &Value, path: &str, found: &mut Vec<Breach>) {
    let Some(members) = value.as_object() else { return };
    for name in
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    {
        if !members.contains_key(name) {
            found.push(Breach { path: join(path, name), rule: "is required".to_owned() });
        }
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    let others = schema.get("additionalProperties").filter(|s| s.is_object());
    for (name, member) in members {
        if let Some(property) = properties.and_then(|p| p.get(name)) {
            check(root, property, member, &join(path, name), found);
        } else if let Some(others) = others {
            check(root, others, member, &join(path, "*"), found);
        }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn has_type(expected: &str, value: &Value) -> bool {
    match expected {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "boolean" => value.is_boolean(),
        other => panic!("the document has a type {other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_client_would_notice_is_found() {
        let root = json!({"S": {"type": "object", "required": ["a"], "properties": {
            "a": {"enum": ["x"]}, "list": {"type": "array", "items": {"type": "number"}},
            "map": {"type": "object", "additionalProperties": {"type": "string"}}}}});
        let schema = json!({"$ref": "#/S"});
        assert_eq!(
            breaches(&root, &schema, &json!({"a": "x", "list": [1], "map": {"k": "v"}, "new": null})),
            []
        );
        let bad = json!({"list": [1, "2"], "map": {"k": 1}});
        let paths: Vec<String> = breaches(&root, &schema, &bad).into_iter().map(|b| b.path).collect();
        assert_eq!(paths, ["a", "list[]", "map.*"]);
        assert_eq!(breaches(&root, &schema, &json!({"a": "y"})).len(), 1);
        assert_eq!(breaches(&root, &schema, &json!({"a": null})).len(), 1);
        assert_eq!(breaches(&root, &schema, &json!([])).len(), 1);
        assert_eq!(breaches(&root, &json!({"description": "anything"}), &Value::Null), []);
    }

    #[test]
    fn what_stands_beside_alternatives_counts_too() {
        for word in ["oneOf", "anyOf"] {
            let schema = json!({word: [{"required": ["a"]}, {"required": ["b"]}], "required": ["c"],
                "properties": {"d": {"type": "string"}}});
            let paths = |value: Value| -> Vec<String> {
                breaches(&json!({}), &schema, &value).into_iter().map(|breach| breach.path).collect()
            };
            assert_eq!(paths(json!({"a": 1, "c": 1, "d": "x"})), Vec::<String>::new());
            assert_eq!(paths(json!({"b": 1, "d": 1})), ["c", "d"]);
            assert_eq!(paths(json!({"c": 1})), [""], "none of the alternatives");
            assert_eq!(paths(Value::Null), [""]);
        }
    }
}
