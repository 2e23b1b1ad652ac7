//! Each check is fed a broken fixture and must notice.

use std::collections::{BTreeMap, BTreeSet};

use gridfolio_testkit::contract::{Contract, Exception, parse_exceptions};
use serde_json::{Value, json};

use super::checks::{self, Answer, Operation};

fn operation(method: &str, path: &str, id: &str, area: &str) -> Operation {
    Operation::from([method, path, id, area].map(str::to_owned))
}

fn answer(method: &str, status: u16, body: Value, audit_rows: i64) -> Answer {
    let operation = operation(method, "/x/{id}", "edit_x", "x");
    Answer { operation, role: "user", status, body, audit_rows }
}

#[test]
fn a_repeated_name_is_noticed() {
    let twice = [operation("GET", "/a", "get_a", "x"), operation("GET", "/b", "get_a", "x")];
    assert_eq!(checks::repeated_operations(&twice).len(), 1);
    let source = "#[derive(Debug, ToSchema)]\npub struct A<T> {\n}\npub struct NotOne;\ndocument! {\n/// doc\npub struct B {\n}\n}";
    assert_eq!(checks::types_in(source), ["A", "B"]);
    assert_eq!(checks::repeated_types(&["A".to_owned(), "B".to_owned(), "A".to_owned()]).len(), 1);
}

#[test]
fn a_reference_into_nothing_and_a_null_type_are_noticed() {
    let document = json!({"a": [{"$ref": "#/components/schemas/X"}], "b": {"type": ["string", "null"]}});
    assert_eq!(checks::dangling_references(&document).len(), 1);
    assert_eq!(checks::nulls(&document).len(), 1);
}

#[test]
fn a_missing_test_file_is_noticed() {
    assert_eq!(checks::without_file(&[operation("GET", "/a", "get_a", "x")], |_| false).len(), 1);
}

#[test]
fn a_wrong_area_is_noticed() {
    let contract = "method\tpath\tarea\tsource\nGET\t/a\taudit\tpy\n";
    assert_eq!(checks::wrong_area(&[operation("GET", "/a", "get_a", "catalogue")], contract).len(), 1);
    assert!(checks::wrong_area(&[operation("GET", "/a", "get_a", "audit")], contract).is_empty());
}

#[test]
fn a_silent_mutation_and_a_leaking_refusal_are_noticed() {
    assert_eq!(checks::mutations_without_change(&[answer("PUT", 200, json!({}), 0)]).len(), 1);
    assert_eq!(checks::mutations_without_change(&[answer("PUT", 403, json!({"message": "no"}), 1)]).len(), 1);
    assert!(checks::mutations_without_change(&[answer("PUT", 200, json!({}), 1)]).is_empty());
}

#[test]
fn a_refusal_without_its_body_is_noticed() {
    assert_eq!(checks::refusals_without_body(&[answer("GET", 404, Value::Null, 0)]).len(), 1);
    assert_eq!(checks::refusals_without_body(&[answer("GET", 500, json!({"message": "x"}), 0)]).len(), 1);
    assert!(checks::refusals_without_body(&[answer("GET", 404, json!({"message": "x"}), 0)]).is_empty());
    let mut sign_in = answer("POST", 400, json!({"message": "x"}), 0);
    sign_in.operation.id = "sign_in".to_owned();
    assert_eq!(checks::refusals_without_body(&[sign_in]).len(), 1);
}

#[test]
fn an_operation_that_never_answered_is_noticed() {
    let one = [operation("GET", "/a", "get_a", "x")];
    assert_eq!(checks::never_answered(&one, &BTreeMap::new()).len(), 1);
    assert_eq!(checks::never_answered(&one, &BTreeMap::from([("GET /a".to_owned(), false)])).len(), 1);
    assert!(checks::never_answered(&one, &BTreeMap::from([("GET /a".to_owned(), true)])).is_empty());
}

#[test]
fn a_breach_of_the_contract_is_noticed_unless_excepted() {
    let document = json!({"paths": {"/a/{id}": {"get": {"responses": {"200": {"content": {"application/json": {
        "schema": {"type": "object", "required": ["code"], "properties": {"code": {"enum": ["x"]}}}}}}}}}}});
    let strict = Contract::new(vec![document.clone()], Vec::new());
    assert_eq!(strict.problems("GET", "/a/1", 200, &json!({"code": "y"})).len(), 1);
    assert_eq!(strict.problems("GET", "/a/1", 200, &json!({})).len(), 1);
    assert!(strict.problems("GET", "/a/1", 200, &json!({"code": "x", "more": 1})).is_empty());
    let exception = Exception { operation: "GET /a/{other}".to_owned(), path: "code".to_owned() };
    let lenient = Contract::new(vec![document], vec![exception.clone()]);
    assert!(lenient.problems("GET", "/a/1", 200, &json!({"code": "y"})).is_empty());
    assert!(checks::unused_exceptions(lenient.exceptions(), &lenient.seen().used).is_empty());
    assert_eq!(checks::unused_exceptions(&[exception], &BTreeSet::new()).len(), 1);
}

#[test]
#[should_panic(expected = "must be operation, path and reason")]
fn an_exception_without_reason_is_refused() {
    parse_exceptions("operation\tjson_path\treason\nGET /a\tcode\t\n");
}
