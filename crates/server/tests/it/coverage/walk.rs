//! Every operation by everybody: a person of each type that ships, once without limits, once limited to the project that
//! the call is about, to another one, and to none; and nobody.
//!
//! All begin with the same prepared data. A call that changed something is followed by a fresh copy, so that each is
//! made as if it were the only one.

use std::collections::BTreeSet;
use std::sync::Arc;

use gridfolio::identity::service::{self, NewUser};
use gridfolio::identity::{store, types};
use gridfolio::kit::access::{Actor, Need};
use gridfolio_db::query;
use gridfolio_testkit::contract::{Contract, Seen};
use gridfolio_testkit::{Backend, Call, PASSWORD, Role, TestApp, TestDb};
use serde_json::{Value, json};

use super::calls::{prepare, valid};
use super::checks::{Answer, Operation};

/// How a person stands to the project that a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Relation {
    /// They see every project.
    Free,
    /// They are limited to this one.
    Own,
    /// They are limited to another one.
    Other,
    /// They are limited, to no project at all.
    None,
}

impl Relation {
    pub(super) const ALL: [Self; 4] = [Self::Free, Self::Own, Self::Other, Self::None];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Own => "own",
            Self::Other => "other",
            Self::None => "none",
        }
    }

    fn access(self) -> Option<Value> {
        let projects = match self {
            Self::Free => return None,
            Self::Own => json!(["COV"]),
            Self::Other => json!(["OTH"]),
            Self::None => json!([]),
        };
        Some(json!({"preventDownload": "no", "restrictProjects": "yes", "projects": projects}))
    }
}

/// Who called, what they heard, what the operation needed.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub(super) answer: Answer,
    pub(super) role: Role,
    pub(super) relation: Relation,
    /// The answer as text.
    pub(super) text: String,
    pub(super) needs: Vec<Need>,
}

#[derive(Debug, Default)]
pub(super) struct Walk {
    pub(super) cells: Vec<Cell>,
    pub(super) seen: Seen,
}

#[derive(Debug)]
struct Caller {
    role: Role,
    relation: Relation,
    email: String,
    token: Option<String>,
}

/// The prepared data, and everybody signed in to it.
#[derive(Debug)]
struct Stage {
    backend: Backend,
    db: TestDb,
    contract: Arc<Contract>,
    ids: Vec<(&'static str, String)>,
    callers: Vec<Caller>,
}

impl Stage {
    async fn set(backend: Backend) -> Self {
        let app = TestApp::new(backend).await;
        let ids = prepare(&app).await;
        app.make_tree("OTH").await;
        let mut callers = Vec::new();
        for relation in Relation::ALL {
            for role in Role::PEOPLE {
                let token = match relation.access() {
                    None => app.token_of(role).await.unwrap().to_owned(),
                    Some(access) => limited(&app, role, relation, access).await,
                };
                callers.push(Caller { role, relation, email: email(role, relation), token: Some(token) });
            }
        }
        let (role, relation) = (Role::Anonymous, Relation::Free);
        callers.push(Caller { role, relation, email: "nobody@example.org".to_owned(), token: None });
        let contract = app.contract.clone();
        Self { backend, db: app.into_db().await, contract, ids, callers }
    }

    async fn fresh(&self) -> TestApp {
        TestApp::resumed(self.backend, self.db.copy().await, self.contract.clone()).await
    }
}

/// The address of the person of a type who stands so to the project.
fn email(role: Role, relation: Relation) -> String {
    if relation == Relation::Free {
        return role.email().to_owned();
    }
    format!("{}-{}", relation.word(), role.email())
}

/// A person of a type with limits; tells their token.
async fn limited(app: &TestApp, role: Role, relation: Relation, access: Value) -> String {
    let email = email(role, relation);
    let new = NewUser {
        email: email.clone(),
        first_name: role.first_name().to_owned(),
        last_name: relation.word().to_owned(),
        user_type: types::Shipped::named(role.word()).unwrap(),
        password: PASSWORD.to_owned(),
    };
    let user = service::add_user(&app.app, Actor::command("test"), new).await.unwrap();
    app.change_user(&email, |document| {
        document.insert("access".to_owned(), access);
    })
    .await;
    let mut snapshot = app.app.db.read().await.unwrap();
    let account = store::find_account(&mut snapshot, &user.key).await.unwrap().unwrap();
    drop(snapshot);
    service::open_session(&app.app, &account).await.unwrap().unwrap().tokens.id_token
}

async fn audit_rows(app: &TestApp) -> i64 {
    let mut snapshot = app.app.db.read().await.unwrap();
    let (count,): (i64,) =
        query("SELECT CAST(COUNT(*) AS BIGINT) FROM audit").one(&mut snapshot).await.unwrap();
    count
}

async fn cell(app: &TestApp, call: Call, operation: &Operation, caller: &Caller) -> Cell {
    let call = call.by(Role::Anonymous);
    let call = match &caller.token {
        Some(token) => call.header("authorization", token),
        None => call,
    };
    let before = audit_rows(app).await;
    let reply = call.send(app).await;
    let answer = Answer {
        operation: operation.clone(),
        role: format!("{} ({})", caller.role.word(), caller.relation.word()),
        status: reply.status.as_u16(),
        body: serde_json::from_slice(&reply.bytes).unwrap_or(Value::Null),
        audit_rows: audit_rows(app).await - before,
    };
    Cell { answer, role: caller.role, relation: caller.relation, text: reply.text(), needs: reply.needs }
}

/// The id that the server gave, in place of its word in the path and in the body.
fn with_id(mut call: Call, word: &str, id: &str) -> Call {
    call.path = call.path.replace(word, id);
    if let Ok(text) = std::str::from_utf8(&call.body) {
        call.body = text.replace(word, id).into_bytes();
    }
    call
}

/// Every operation by everybody, with what the contract check saw on the way.
pub(super) async fn walk(backend: Backend, operations: &[Operation]) -> Walk {
    let stage = Stage::set(backend).await;
    let mut cells = Vec::new();
    let mut app = stage.fresh().await;
    for operation in operations {
        for caller in &stage.callers {
            let mut call = valid(&operation.id)
                .unwrap_or_else(|| panic!("coverage/calls.rs has no call for {}", operation.id));
            for (word, id) in &stage.ids {
                call = with_id(call, word, id);
            }
            call = with_id(call, "COV:email", &caller.email);
            let heard = cell(&app, call, operation, caller).await;
            let changed =
                operation.method != "GET" && (heard.answer.status < 400 || heard.answer.audit_rows != 0);
            cells.push(heard);
            if changed {
                app = stage.fresh().await;
            }
        }
    }
    Walk { cells, seen: stage.contract.seen() }
}

/// The cells by operation, in their order.
pub(super) fn by_operation(cells: &[Cell]) -> impl Iterator<Item = &[Cell]> {
    cells.chunk_by(|a, b| a.answer.operation.id == b.answer.operation.id)
}

/// What an operation needs, over all cells.
pub(super) fn needs(cells: &[Cell]) -> Vec<Need> {
    let needs: BTreeSet<Need> = cells.iter().flat_map(|cell| &cell.needs).copied().collect();
    needs.into_iter().collect()
}
