//! The SQL layer: every statement on both databases, and a database that is newer than the program.

use std::fs;
use std::path::Path;
use std::str::Chars;

use gridfolio_db::{Db, DbOptions, Error, in_list};
use gridfolio_testkit::{Backend, TestDb, both, files};

/// The statements of all sources, with the file each stands in. Not seen are those of `kit/rows.rs`, which it puts
/// together from the names of a kind (the routes of every kind run them), conditions that a function gives (they
/// count as one more parameter), lists of another length than one, and bulk inserts of more than one row.
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
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("kit/rows.rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.extend(statements_in(&text).into_iter().map(|sql| (path.display().to_string(), sql)));
        }
    }
}

/// The statements of one source: literals that begin like one, `format!` and the two halves of a bulk insert put
/// together.
fn statements_in(text: &str) -> Vec<String> {
    let (mut found, mut names, mut head) = (Vec::new(), Vec::new(), None);
    for (before, literal) in literals(text) {
        let is_format = before.ends_with("format!(");
        let sql = if is_format { filled(&literal, &names) } else { literal };
        let assigned = before.trim_end_matches("format!(").trim_end().strip_suffix('=').map(str::trim_end);
        if let Some(declared) = assigned {
            let name = declared.trim_end_matches(": &str").rsplit(' ').next().unwrap_or_default();
            names.insert(0, (format!("{{{name}}}"), sql.clone()));
        }
        if before.ends_with("head:") {
            head = Some(sql);
        } else if let Some(head) = head.take().filter(|_| before.ends_with("tail:")) {
            let columns = head.matches(',').count() + 1;
            found.push(format!("{head} VALUES ({}) {sql}", in_list(1, columns)));
        } else if ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM "].iter().any(|v| sql.starts_with(v)) {
            found.push(if sql.ends_with(" IN") { format!("{sql} ({})", free(&sql)) } else { sql });
        }
    }
    found
}

/// A `format!` text with the constants of its file and a parameter for every `{}`.
fn filled(text: &str, names: &[(String, String)]) -> String {
    let mut sql = names.iter().fold(text.to_owned(), |sql, (name, value)| sql.replace(name, value));
    sql = sql.replace("{sql}", "1 = 1");
    while sql.contains("{}") {
        sql = sql.replacen("{}", &free(&sql), 1);
    }
    sql
}

/// The first placeholder that a text does not use.
fn free(sql: &str) -> String {
    (1..100).map(|n| format!("${n}")).find(|placeholder| !sql.contains(placeholder)).unwrap()
}

/// The string literals of a source up to its tests, each with the code of its line or the lines before it.
fn literals(text: &str) -> Vec<(String, String)> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines: Vec<&str> = code.lines().filter(|l| !l.trim_start().starts_with("//")).collect();
    let code = lines.join("\n").replace("'\"'", "''");
    let (mut found, mut before, mut rest) = (Vec::new(), String::new(), code.chars());
    while let Some(character) = rest.next() {
        if character == '"' {
            found.push((before.trim_end().to_owned(), literal(&mut rest)));
            before.clear();
        } else {
            before.push(character);
        }
    }
    found
}

/// The rest of a literal, read as the compiler reads it.
fn literal(rest: &mut Chars<'_>) -> String {
    let mut text = String::new();
    while let Some(character) = rest.next() {
        match character {
            '"' => break,
            '\\' => match rest.next() {
                Some('\n') => *rest = rest.as_str().trim_start().chars(),
                Some(other) => text.push(other),
                None => break,
            },
            other => text.push(other),
        }
    }
    text
}

/// Texts that by their nature run on one database only.
const ONE_SIDED: [&str; 4] = ["information_schema", "sqlite_master", "pragma_", "pg_"];

/// Texts over whichever table: `db`'s rows of any table, which the tests of copying run on both.
const ANY_TABLE: [&str; 2] = ["FROM \"", "INTO \""];

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
            statements().into_iter().filter(|(_, sql)| !ONE_SIDED.iter().chain(&ANY_TABLE).any(|word| sql.contains(word))).collect();
        assert!(all.len() > 80, "only {} statements were found", all.len());
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

#[test]
fn statements_are_found_however_they_are_written() {
    let source = r#"
        const COLUMNS: &str = "a, \
            b";
        const FIND: &str = "SELECT c FROM t";
        // query("SELECT comment")
        query("DELETE FROM t WHERE a = '{}'");
        say("nothing to SELECT");
        Query::assembled(format!(
            "SELECT {COLUMNS} FROM t WHERE a = $1 AND b IN ({})", in_list(2, 3)));
        let select = format!("SELECT a FROM t WHERE {}", condition());
        format!("{select} AND b IN ({})", in_list(1, 2));
        let plain = "SELECT a FROM t WHERE b IN";
        format!("{FIND} ORDER BY c {UNKNOWN}");
        Insert { head: "INSERT INTO t (a, b)", tail: "ON CONFLICT DO NOTHING" };
        #[cfg(test)] query("SELECT test");"#;
    let expected = [
        "SELECT c FROM t",
        "DELETE FROM t WHERE a = '{}'",
        "SELECT a, b FROM t WHERE a = $1 AND b IN ($2)",
        "SELECT a FROM t WHERE $1",
        "SELECT a FROM t WHERE $1 AND b IN ($2)",
        "SELECT a FROM t WHERE b IN ($1)",
        "SELECT c FROM t ORDER BY c {UNKNOWN}",
        "INSERT INTO t (a, b) VALUES ($1,$2) ON CONFLICT DO NOTHING",
    ];
    assert_eq!(statements_in(source), expected);
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

/// Whether the connection that answers is encrypted.
async fn is_encrypted(url: &str) -> Result<bool, Error> {
    let db = Db::open(&DbOptions::new(url)).await?;
    let mut snapshot = db.read().await?;
    let (encrypted,): (bool,) =
        gridfolio_db::query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
            .one(&mut snapshot)
            .await?;
    drop(snapshot);
    db.close().await;
    Ok(encrypted)
}

#[tokio::test]
async fn connections_to_postgres_are_encrypted_as_the_address_says() {
    let db = TestDb::new(Backend::Postgres).await;
    let plain = db.url.split('?').next().unwrap();
    assert!(!is_encrypted(&format!("{plain}?sslmode=disable")).await.unwrap());
    let said = "the server must offer TLS, as scripts/postgres makes it";
    assert!(is_encrypted(&format!("{plain}?sslmode=require")).await.expect(said));
    assert!(is_encrypted(plain).await.unwrap(), "encrypted where the server offers it");
    let unknown = is_encrypted(&format!("{plain}?sslmode=verify-full")).await.unwrap_err();
    assert!(unknown.to_string().contains("certificate"), "{unknown}");
}
