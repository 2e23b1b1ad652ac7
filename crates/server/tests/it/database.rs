//! The SQL layer: every statement on both databases, and a database that is newer than the program.

use std::fs;
use std::path::Path;

use gridfolio_db::{Db, DbOptions, Error};
use gridfolio_testkit::{Backend, TestDb, both, files};

/// The texts of all `query("…")` in the sources.
fn statements() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for krate in ["server", "series", "db"] {
        collect(&files::repository(&format!("crates/{krate}/src")), &mut found);
    }
    found
}

fn collect(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.extend(literals(&text).into_iter().map(|sql| (path.display().to_string(), sql)));
        }
    }
}

/// The string literals that `query(` is called with.
fn literals(text: &str) -> Vec<String> {
    text.split("query(")
        .skip(1)
        .filter_map(|rest| rest.trim_start().strip_prefix('"'))
        .map(|rest| {
            let mut sql = String::new();
            let mut characters = rest.chars();
            while let Some(character) = characters.next() {
                match character {
                    '"' => break,
                    '\\' => match characters.next() {
                        Some('\n') => sql.push(' '),
                        Some(other) => sql.push(other),
                        None => break,
                    },
                    other => sql.push(other),
                }
            }
            sql
        })
        .filter(|sql| sql.contains(' '))
        .collect()
}

/// Texts that by their nature run on one database only.
const ONE_SIDED: [&str; 2] = ["information_schema", "sqlite_master"];

async fn refused(db: &Db, all: &[(String, String)]) -> Vec<String> {
    let mut bad = Vec::new();
    for (file, sql) in all {
        let mut session = db.read().await.unwrap();
        if let Err(error) = session.prepare(sql).await {
            bad.push(format!("{file}: {sql}: {error}"));
        }
    }
    bad
}

both! {
    async fn every_statement_is_valid(app) {
        let all: Vec<_> =
            statements().into_iter().filter(|(_, sql)| !ONE_SIDED.iter().any(|word| sql.contains(word))).collect();
        assert!(all.len() > 30, "only {} statements were found", all.len());
        assert_eq!(refused(&app.app.db, &all).await, Vec::<String>::new());
        let broken = [("fixture".to_owned(), "SELECT nothing FROM nowhere".to_owned())];
        assert_eq!(refused(&app.app.db, &broken).await.len(), 1, "a broken statement is noticed");
    }

    async fn a_newer_database_is_refused_and_left_alone(app) {
        let mut tx = app.app.db.write().await.unwrap();
        gridfolio_db::query("UPDATE _sqlx_migrations SET version = 9999 WHERE version = 1").execute(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let refused = app.app.db.migrate().await.unwrap_err();
        assert!(matches!(refused, Error::Newer { found: 9999, .. }), "{refused}");
        assert!(refused.to_string().contains("use the newer program"));
    }

    async fn a_row_without_its_parent_is_told_apart(app) {
        let mut tx = app.app.db.write().await.unwrap();
        let orphan = gridfolio_db::query(
            "INSERT INTO site (project, code, revision, document, created_at, updated_at) VALUES ('none', 'S1', 1, '{}', 0, 0)",
        );
        let refused = orphan.execute(&mut tx).await.unwrap_err();
        assert!(matches!(refused, Error::Reference), "{refused}");
    }

    async fn a_transaction_that_is_dropped_changes_nothing(app) {
        let mut tx = app.app.db.write().await.unwrap();
        gridfolio_db::query("DELETE FROM setting").execute(&mut tx).await.unwrap();
        drop(tx);
        let mut snapshot = app.app.db.read().await.unwrap();
        let (count,): (i64,) =
            gridfolio_db::query("SELECT CAST(COUNT(*) AS BIGINT) FROM setting").one(&mut snapshot).await.unwrap();
        assert!(count > 0);
    }
}

#[tokio::test]
async fn a_full_disk_is_told_apart() {
    let db = TestDb::new(Backend::Sqlite).await;
    let options = DbOptions::new(&db.url).max_page_count(1);
    let opened = Db::open(&options).await.unwrap();
    let mut tx = opened.write().await.unwrap();
    let mut outcome = Ok(0);
    for n in 0..2000_i64 {
        outcome = gridfolio_db::query("INSERT INTO setting (name, value) VALUES ($1, $2)")
            .bind(n.to_string())
            .bind("x".repeat(4000))
            .execute(&mut tx)
            .await;
        if outcome.is_err() {
            break;
        }
    }
    assert!(matches!(outcome, Err(Error::Full)), "{outcome:?}");
}
