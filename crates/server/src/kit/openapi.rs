//! The OpenAPI document: one pass over what the attributes say, so that no handler repeats it.
//!
//! Strips `null` alternatives (absent members are left out, never `null`), allows unknown members, adds path
//! parameters and the error answers.

use std::collections::HashMap;

use axum::http::Method;
use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};

/// Description of the service, for the generated document.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    info(
        title = "Gridfolio",
        description = "Projects, sites, systems and measurements of distributed energy. Energy is Wh, power W, money decimal.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(gridfolio_wire::ErrorBody)),
    security(("token" = []))
)]
pub struct ApiDoc;

/// Finishes the document that the attributes made.
pub fn finish(mut document: OpenApi) -> Value {
    let components = document.components.get_or_insert_with(Default::default);
    components.add_security_scheme(
        "token",
        SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
            "Authorization",
            "the id token, bare or after `Bearer `",
        ))),
    );
    let mut document = serde_json::to_value(document).unwrap_or_else(|_| json!({}));
    strip_null(&mut document);
    if let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        schemas.sort_keys();
        schemas.values_mut().for_each(hoist_read_only);
        schemas.values_mut().for_each(allow_unknown_members);
    }
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        paths.sort_keys();
        for (path, item) in paths.iter_mut() {
            for (method, operation) in item.as_object_mut().into_iter().flatten() {
                add_path_parameters(path, operation);
                add_error_answers(path, method, operation);
            }
        }
    }
    document
}

/// The operations of a document, in order of path: method, path, operation id, area.
pub fn operations(document: &Value) -> Vec<[String; 4]> {
    let mut rows = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            rows.push([
                method.to_uppercase(),
                path.clone(),
                text(&operation["operationId"]),
                text(&operation["tags"][0]),
            ]);
        }
    }
    rows
}

/// The operation ids by path and method, for the log and the metrics.
#[derive(Debug, Default)]
pub struct OperationIds(HashMap<String, HashMap<String, String>>);

impl OperationIds {
    /// From a document.
    pub fn new(document: &Value) -> Self {
        let mut ids: HashMap<String, HashMap<String, String>> = HashMap::new();
        for [method, path, id, _] in operations(document) {
            ids.entry(path).or_default().insert(method, id);
        }
        Self(ids)
    }

    /// The operation that a route and a method belong to. HEAD is the GET without its body.
    pub fn find(&self, method: &Method, route: &str) -> Option<&str> {
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        Some(self.0.get(route)?.get(method.as_str())?.as_str())
    }
}

fn strip_null(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if let Some(Value::Array(types)) = members.get_mut("type") {
                types.retain(|t| t != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    members.insert("type".to_owned(), only);
                }
            }
            for word in ["oneOf", "anyOf"] {
                let Some(Value::Array(choices)) = members.get_mut(word) else { continue };
                choices.retain(|choice| choice.get("type") != Some(&json!("null")));
                if let [only] = choices.as_slice() {
                    let only = only.clone();
                    members.shift_remove(word);
                    members.extend(only.as_object().cloned().unwrap_or_default());
                }
            }
            members.values_mut().for_each(strip_null);
        }
        Value::Array(items) => items.iter_mut().for_each(strip_null),
        _ => {}
    }
}

/// The attribute of a map or a list lands on its values; it is meant for the whole.
fn hoist_read_only(schema: &mut Value) {
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    for property in properties.values_mut().filter_map(Value::as_object_mut) {
        for values in ["additionalProperties", "items"] {
            let of_values = property.get_mut(values).and_then(Value::as_object_mut);
            if of_values.and_then(|values| values.shift_remove("readOnly")).is_some() {
                property.shift_remove("propertyNames");
                property.insert("readOnly".to_owned(), Value::Bool(true));
            }
        }
    }
}

fn allow_unknown_members(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.contains_key("properties") && !members.contains_key("additionalProperties") {
                members.insert("additionalProperties".to_owned(), Value::Bool(true));
            }
            members.values_mut().for_each(allow_unknown_members);
        }
        Value::Array(items) => items.iter_mut().for_each(allow_unknown_members),
        _ => {}
    }
}

fn add_path_parameters(path: &str, operation: &mut Value) {
    let names: Vec<&str> =
        path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
    let Some(operation) = operation.as_object_mut() else { return };
    let Some(parameters) = operation.entry("parameters").or_insert_with(|| json!([])).as_array_mut() else {
        return;
    };
    for (index, name) in names.iter().enumerate() {
        if !parameters.iter().any(|p| p["name"] == **name && p["in"] == "path") {
            let parameter =
                json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}});
            parameters.insert(index.min(parameters.len()), parameter);
        }
    }
    if parameters.is_empty() {
        operation.shift_remove("parameters");
    }
}

/// 405 is left out: it is the answer where there is no operation.
fn add_error_answers(path: &str, method: &str, operation: &mut Value) {
    let public = operation.get("security").is_some_and(|s| s.as_array().is_some_and(|a| a == &[json!({})]));
    let has_body = operation.get("requestBody").is_some();
    let writes = method != "get";
    let in_path = path.contains('{');
    let wanted = [
        ("400", "the request breaks a rule; the message names it", true),
        ("401", "no credentials, or none that hold", !public),
        ("403", "not allowed for this caller", !public),
        ("404", "does not exist, or not for this caller", in_path),
        ("409", "exists already, or was changed at the same time", writes && !public),
        ("412", "`If-Match` names another revision", (in_path || writes) && !public),
        ("413", "the body is too large", has_body),
        ("429", "asked for too often; `Retry-After` says when to come again", is_limited(operation)),
        ("500", "our fault; the reference finds it in the log", true),
        ("503", "the database is busy or does not answer; nothing was changed, try again", true),
        ("507", "no room left on the disk; nothing was changed", writes),
    ];
    let Some(answers) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    let media_type = media_type_of(answers);
    for (status, description, _) in wanted.into_iter().filter(|w| w.2) {
        answers.entry(status).or_insert_with(|| {
            json!({
                "description": description,
                "content": {&media_type: {"schema": {"$ref": "#/components/schemas/Error"}}}
            })
        });
    }
}

/// Whether an operation sends messages or gives chances to guess, so that it counts who asks.
fn is_limited(operation: &Value) -> bool {
    let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
    ["create_user", "resend_invitation", "send_feedback"].contains(&id)
}

/// Errors come in the media type of the operation: sign-in speaks a protocol of its own.
fn media_type_of(answers: &Map<String, Value>) -> String {
    let content = answers.get("200").and_then(|answer| answer.get("content")?.as_object());
    content.and_then(|content| content.keys().next()).map_or("application/json", String::as_str).to_owned()
}
