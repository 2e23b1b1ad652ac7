//! The contract check: a layer around the router that compares every answer with this project's document and with the
//! one of the official client. Deviations that the existing clients demand are rows of `contract/exceptions.tsv`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use http_body_util::BodyExt as _;
use serde_json::Value;

use crate::files;
use crate::schema_check::breaches;
use crate::secrets;

/// Both documents, the allowed deviations, and what was seen so far.
#[derive(Debug)]
pub struct Contract {
    documents: Vec<Value>,
    exceptions: Vec<Exception>,
    seen: Mutex<Seen>,
}

/// An allowed deviation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// `GET /projects`
    pub operation: String,
    /// Path of the member, as in [`crate::schema_check::Breach`].
    pub path: String,
}

/// An answer as the check sees it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// `200`
    pub status: u16,
    /// `application/json`, without parameters; empty if the answer names none.
    pub media_type: String,
    /// The body, if it is JSON.
    pub body: Option<Value>,
}

impl Shown {
    /// From the parts of an answer.
    pub fn new(status: u16, content_type: Option<&str>, body: &[u8]) -> Self {
        let media_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        Self { status, media_type: media_type.to_owned(), body: serde_json::from_slice(body).ok() }
    }
}

/// What the answers of an application have shown.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Operations that answered 200, and whether one of the answers told anything: `{"projects": []}` does not.
    pub answered: BTreeMap<String, bool>,
    /// Exceptions that were needed, by their place in the list.
    pub used: BTreeSet<usize>,
}

impl Contract {
    /// Loads both documents; `own` is this project's.
    pub fn load(own: &Value) -> Self {
        let client = serde_json::from_str(&files::read("contract/client-2024-08.openapi.json")).unwrap();
        Self::new(vec![own.clone(), client], parse_exceptions(&files::read("contract/exceptions.tsv")))
    }

    /// From parts, for tests of the check itself.
    pub fn new(documents: Vec<Value>, exceptions: Vec<Exception>) -> Self {
        Self { documents, exceptions, seen: Mutex::default() }
    }

    /// The allowed deviations.
    pub fn exceptions(&self) -> &[Exception] {
        &self.exceptions
    }

    /// What was seen so far.
    pub fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts the check around a router. A breach fails the call with a panic's answer, and the test with it.
    pub fn watch(self: Arc<Self>, router: Router) -> Router {
        router.layer(from_fn(move |request: Request, next: Next| {
            let contract = self.clone();
            async move { contract.observe(request, next).await }
        }))
    }

    async fn observe(&self, request: Request, next: Next) -> Response {
        let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
        let (parts, body) = next.run(request).await.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let media_type = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
        let shown = Shown::new(parts.status.as_u16(), media_type, &bytes);
        let problems = self.problems(&method, &path, &shown);
        assert!(problems.is_empty(), "{method} {path} breaks the contract: {problems:#?}");
        secrets::note(&path, &bytes);
        if secrets::must_be_clean(&path, parts.status.as_u16()) {
            let found = secrets::find(&String::from_utf8_lossy(&bytes));
            assert_eq!(found, None, "{method} {path} answers {} with a secret", parts.status);
        }
        Response::from_parts(parts, Body::from(bytes))
    }

    /// What an answer breaks, exceptions taken out. Status, media type and form are this project's promise alone; the
    /// members are compared with every document.
    pub fn problems(&self, method: &str, path: &str, shown: &Shown) -> Vec<String> {
        let mut problems = Vec::new();
        for (index, document) in self.documents.iter().enumerate() {
            let Some((template, operation)) = find_operation(document, method, path) else { continue };
            let name = format!("{method} {template}");
            if index == 0 {
                self.note(&name, shown);
                problems.extend(form_problem(operation, shown).map(|problem| format!("{name}: {problem}")));
            }
            let content = &operation["responses"][shown.status.to_string()]["content"][&shown.media_type];
            let (Some(schema), Some(value)) = (content.get("schema"), &shown.body) else { continue };
            for breach in breaches(document, schema, value) {
                if !self.is_excepted(&name, &breach.path) {
                    problems.push(format!("{name}: {} {} (document {index})", breach.path, breach.rule));
                }
            }
        }
        problems
    }

    fn note(&self, name: &str, shown: &Shown) {
        if shown.status == 200 {
            let has_leaf = shown.body.as_ref().is_some_and(has_leaf);
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            *seen.answered.entry(name.to_owned()).or_default() |= has_leaf;
        }
    }

    fn is_excepted(&self, operation: &str, path: &str) -> bool {
        let found =
            self.exceptions.iter().position(|e| same_operation(&e.operation, operation) && e.path == path);
        if let Some(index) = found {
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).used.insert(index);
        }
        found.is_some()
    }
}

/// Reads `operation TAB json_path TAB reason`; the first line is the heading.
pub fn parse_exceptions(text: &str) -> Vec<Exception> {
    text.lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .map(|line| match line.split('\t').collect::<Vec<_>>().as_slice() {
            [operation, path, reason] if !reason.trim().is_empty() => {
                Exception { operation: (*operation).to_owned(), path: (*path).to_owned() }
            }
            _ => panic!("contract/exceptions.tsv: {line:?} must be operation, path and reason"),
        })
        .collect()
}

/// How status, media type or form of an answer differ from what the operation declares.
fn form_problem(operation: &Value, shown: &Shown) -> Option<String> {
    let status = shown.status;
    let Some(declared) = operation["responses"].get(status.to_string()) else {
        return Some(format!("status {status} is not declared"));
    };
    let content = declared.get("content")?.as_object()?;
    if !content.contains_key(&shown.media_type) {
        let names: Vec<_> = content.keys().collect();
        return Some(format!("status {status} is {:?}, declared are {names:?}", shown.media_type));
    }
    (shown.media_type.contains("json") && shown.body.is_none())
        .then(|| format!("status {status} is not JSON"))
}

/// Whether a value tells anything: a text, a number or a word somewhere in it.
fn has_leaf(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.values().any(has_leaf),
        Value::Array(items) => items.iter().any(has_leaf),
        other => !other.is_null(),
    }
}

/// Parameters may have other names in the two documents.
fn same_operation(left: &str, right: &str) -> bool {
    let shape = |text: &str| {
        text.split('/').map(|p| if p.starts_with('{') { "{}" } else { p }.to_owned()).collect::<Vec<_>>()
    };
    shape(left) == shape(right)
}

/// The operation that a path belongs to; fixed segments win over parameters.
fn find_operation<'a>(document: &'a Value, method: &str, path: &str) -> Option<(&'a str, &'a Value)> {
    let segments: Vec<&str> = path.split('/').filter(|s| !s.is_empty()).collect();
    let fits = |template: &str| {
        let wanted: Vec<&str> = template.split('/').filter(|s| !s.is_empty()).collect();
        wanted.len() == segments.len()
            && wanted.iter().zip(&segments).all(|(w, s)| w.starts_with('{') || w == s)
    };
    let paths = document["paths"].as_object()?;
    let (template, item) =
        paths.iter().filter(|(t, _)| fits(t)).min_by_key(|(t, _)| t.matches('{').count())?;
    Some((template, item.get(method.to_lowercase())?))
}
