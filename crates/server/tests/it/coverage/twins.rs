//! Each check is fed a broken fixture and must notice.

use std::collections::{BTreeMap, BTreeSet};

use gridfolio::kit::openapi::finish;
use gridfolio_testkit::contract::{Contract, Exception, Shown, parse_exceptions};
use serde_json::{Value, json};

use super::checks::{self, Answer, Operation};

fn operation(method: &str, path: &str, id: &str, area: &str) -> Operation {
    Operation::from([method, path, id, area].map(str::to_owned))
}

fn answer(method: &str, status: u16, body: Value, audit_rows: i64) -> Answer {
    let operation = operation(method, "/x/{id}", "edit_x", "x");
    Answer { operation, role: "viewer".to_owned(), status, body, audit_rows }
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

fn json_answer(status: u16, body: &Value) -> Shown {
    Shown::new(status, Some("application/json; charset=utf-8"), body.to_string().as_bytes())
}

fn contract_of_one_operation() -> Value {
    json!({"paths": {"/a/{id}": {"get": {"responses": {"200": {"content": {"application/json": {
        "schema": {"type": "object", "required": ["code"], "properties": {"code": {"enum": ["x"]}}}}}},
        "400": {"content": {"application/x-amz-json-1.1": {"schema": {"type": "object"}}}}}}}}})
}

#[test]
fn a_breach_of_the_contract_is_noticed_unless_excepted() {
    let document = contract_of_one_operation();
    let strict = Contract::new(vec![document.clone()], Vec::new());
    let problems =
        |contract: &Contract, body: Value| contract.problems("GET", "/a/1", &json_answer(200, &body));
    assert_eq!(problems(&strict, json!({"code": "y"})).len(), 1);
    assert_eq!(problems(&strict, json!({})).len(), 1);
    assert!(problems(&strict, json!({"code": "x", "more": 1})).is_empty());
    let exception = Exception { operation: "GET /a/{other}".to_owned(), path: "code".to_owned() };
    let lenient = Contract::new(vec![document], vec![exception.clone()]);
    assert!(problems(&lenient, json!({"code": "y"})).is_empty());
    assert!(checks::unused_exceptions(lenient.exceptions(), &lenient.seen().used).is_empty());
    assert_eq!(checks::unused_exceptions(&[exception], &BTreeSet::new()).len(), 1);
}

#[test]
fn an_undeclared_status_is_noticed_in_our_own_document_only() {
    let answer = json_answer(418, &json!({"message": "x"}));
    let ours = Contract::new(vec![contract_of_one_operation()], Vec::new());
    assert_eq!(ours.problems("GET", "/a/1", &answer).len(), 1);
    assert!(ours.problems("GET", "/b", &answer).is_empty(), "no operation");
    assert!(ours.problems("PUT", "/a/1", &answer).is_empty(), "405 belongs to no operation");
    let theirs = Contract::new(vec![json!({"paths": {}}), contract_of_one_operation()], Vec::new());
    assert!(theirs.problems("GET", "/a/1", &answer).is_empty());
}

#[test]
fn an_answer_in_another_form_is_noticed() {
    let contract = Contract::new(vec![contract_of_one_operation()], Vec::new());
    let problems = |status, media_type, body: &str| {
        contract.problems("GET", "/a/1", &Shown::new(status, media_type, body.as_bytes())).len()
    };
    assert_eq!(problems(200, Some("application/json"), r#"{"code": "x"}"#), 0);
    assert_eq!(problems(200, Some("application/json"), r#"{"code": "x"#), 1);
    assert_eq!(problems(200, Some("application/json"), ""), 1);
    assert_eq!(problems(200, Some("text/plain"), r#"{"code": "x"}"#), 1);
    assert_eq!(problems(200, None, r#"{"code": "x"}"#), 1);
    let own = Some("application/x-amz-json-1.1");
    assert_eq!(problems(400, own, "{}"), 0);
    assert_eq!(problems(400, own, "no"), 1);
    assert_eq!(problems(400, own, "[]"), 1);
    assert_eq!(problems(400, Some("application/json"), "{}"), 1);
}

#[test]
fn an_answer_that_tells_nothing_is_noticed() {
    for (body, tells) in [
        (json!({}), false),
        (json!({"projects": []}), false),
        (json!({"a": {"b": [{}]}}), false),
        (json!({"a": {"b": [0]}}), true),
        (json!({"a": "x"}), true),
    ] {
        let document = json!({"paths": {"/a": {"get": {"responses": {"200": {}}}}}});
        let contract = Contract::new(vec![document], Vec::new());
        assert!(contract.problems("GET", "/a", &json_answer(200, &body)).is_empty());
        let problems =
            checks::never_answered(&[operation("GET", "/a", "get_a", "x")], &contract.seen().answered);
        assert_eq!(problems.is_empty(), tells, "{body}");
    }
    let gone = BTreeMap::from([("DELETE /a".to_owned(), false)]);
    assert!(checks::never_answered(&[operation("DELETE", "/a", "delete_a", "x")], &gone).is_empty());
}

#[test]
fn the_document_says_which_refusals_an_operation_knows() {
    let operation = json!({"responses": {"200": {"description": "", "content": {"application/json": {}}}}});
    let document = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
        "paths": {"/a/{id}": {"get": operation, "delete": operation}}});
    let finished = finish(serde_json::from_value(document).unwrap());
    let declared =
        |method: &str, status: &str| finished["paths"]["/a/{id}"][method]["responses"].get(status).is_some();
    for (status, on_get, on_delete) in
        [("409", false, true), ("503", true, true), ("507", false, true), ("405", false, false)]
    {
        assert_eq!((declared("get", status), declared("delete", status)), (on_get, on_delete), "{status}");
    }
}

#[test]
#[should_panic(expected = "must be operation, path and reason")]
fn an_exception_without_reason_is_refused() {
    parse_exceptions("operation\tjson_path\treason\nGET /a\tcode\t\n");
}
