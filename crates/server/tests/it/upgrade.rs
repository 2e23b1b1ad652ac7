//! Data of earlier versions: it opens, migrates, and answers as it did. `scripts/upgrade-fixture` made the folders
//! under `fixtures/upgrade`, each with the program of its time.

use std::fs;
use std::path::Path;

use gridfolio::identity::{model, store, types};
use gridfolio_testkit::{TestDb, both, files};
use serde_json::Value;

use crate::program::{Program, gridfolio, request, sign_in};

/// A copy of what an earlier version left; the original stays as it is.
fn copied(fixture: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(fixture).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    folder
}

fn read(folder: &Path, name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.join(name)).unwrap()).unwrap()
}

/// Where an answer lacks something of an earlier one; further members are no difference.
fn lost(path: &str, before: &Value, now: &Value, found: &mut Vec<String>) {
    match (before, now) {
        (Value::Object(before), Value::Object(now)) => {
            for (name, value) in before {
                lost(&format!("{path}.{name}"), value, now.get(name).unwrap_or(&Value::Null), found);
            }
        }
        (Value::Array(before), Value::Array(now)) if before.len() == now.len() => {
            for (index, (before, now)) in before.iter().zip(now).enumerate() {
                lost(&format!("{path}[{index}]"), before, now, found);
            }
        }
        _ if before == now => {}
        _ => found.push(format!("{path}: {before} was, {now} is")),
    }
}

/// Starts this program on the data and asks what the earlier one was asked.
fn answers_equally(folder: &Path, database: Option<&str>) {
    let mut command = gridfolio();
    command.args(["serve", "--data"]).arg(folder);
    command.args(database.map(|url| ["--database", url]).into_iter().flatten());
    let program = Program::start(command, "listens on ");
    let client = request(&program.address, "GET", "/users/authentication", None, "").1;
    let client: Value = serde_json::from_str(&client).unwrap();
    let person = read(folder, "person.json");
    let text = |name: &str| person[name].as_str().unwrap().to_owned();
    let client = client["clientId"].as_str().unwrap();
    let token = sign_in(&program.address, client, &text("email"), &text("password"));
    let answers = read(folder, "answers.json");
    let answers = answers.as_object().unwrap();
    assert!(answers.len() >= 15, "the fixture asks for {} answers only", answers.len());
    let mut found = Vec::new();
    for (path, before) in answers {
        let (status, body) = request(&program.address, "GET", path, Some(&token), "");
        assert_eq!(status, 200, "{path}: {body}");
        lost(path, before, &serde_json::from_str(&body).unwrap(), &mut found);
    }
    assert_eq!(found, Vec::<String>::new());
    assert!(program.stop().success());
}

#[test]
fn a_data_folder_of_the_first_version_answers_equally() {
    let folder = copied(&files::repository("fixtures/upgrade/first-sqlite"));
    answers_equally(folder.path(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgresql_database_of_the_first_version_answers_equally() {
    let folder = copied(&files::repository("fixtures/upgrade/first-postgres"));
    let sql = fs::read_to_string(folder.path().join("database.sql")).unwrap();
    let db = TestDb::of_statements(sql).await;
    let url = db.url.clone();
    tokio::task::spawn_blocking(move || answers_equally(folder.path(), Some(&url))).await.unwrap();
}

both! {
    async fn what_clients_kept_in_a_profile_restricts_nobody(app) {
        let statements = [
            "DELETE FROM setting WHERE name = 'identity.types'",
            "INSERT INTO user_before (app_user, role) SELECT id, 'user' FROM app_user WHERE email_key = 'user@example.org'",
            "UPDATE app_user SET document = '{\"email\": \"user@example.org\", \"access\": \"x\", \"groups\": \"y\", \"own\": 1}' \
             WHERE email_key = 'user@example.org'",
        ];
        let mut tx = app.app.db.write().await.unwrap();
        for statement in statements {
            gridfolio_db::query(statement).execute(&mut tx).await.unwrap();
        }
        types::ship(&mut tx).await.unwrap();
        let user = store::find_user_by_email(&mut tx, "user@example.org").await.unwrap().unwrap();
        assert!(model::access(&user).unwrap().is_none());
        assert!(user.document["own"] == 1 && user.document["userType"] == types::VIEWER.id);
    }
}

#[test]
fn what_is_lost_is_found() {
    let before = serde_json::json!({"a": [1, {"b": "x"}], "c": null});
    let mut found = Vec::new();
    lost("", &before, &serde_json::json!({"a": [1, {"b": "x", "new": 1}], "c": null, "new": 2}), &mut found);
    assert_eq!(found, Vec::<String>::new(), "further members are no loss");
    lost("", &before, &serde_json::json!({"a": [1, {"b": "y"}]}), &mut found);
    assert_eq!(found, [".a[1].b: \"x\" was, \"y\" is"]);
}
