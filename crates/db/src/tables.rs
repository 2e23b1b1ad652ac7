//! The tables as the migrations make them, for work on all of them: their columns, their keys, and an order in which
//! each comes after those that it refers to.
//!
//! The list is read from an empty SQLite database in memory with all migrations applied, so no hand has to keep it, and
//! it is the same whichever database is at work.

use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection as _, Executor as _, Row as _};

use crate::migrate::migrator;
use crate::{Error, Result};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// BIGINT
    Int,
    /// TEXT
    Text,
    /// BLOB or BYTEA
    Blob,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Places of the columns of its primary key, in the key's order.
    pub key: Vec<usize>,
}

/// All tables of the newest migration, each after those that its foreign keys name.
pub async fn tables() -> Result<Vec<Table>> {
    let mut memory = SqliteConnection::connect("sqlite::memory:").await?;
    migrator(false)
        .run(&mut memory)
        .await
        .map_err(|error| Error::Other(sqlx::Error::Migrate(Box::new(error))))?;
    read_tables(&mut memory).await
}

async fn read_tables(memory: &mut SqliteConnection) -> Result<Vec<Table>> {
    let mut waiting: Vec<(Table, Vec<String>)> = Vec::new();
    let listed = memory.fetch_all(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' \
         AND name <> '_sqlx_migrations' ORDER BY name",
    );
    for row in listed.await? {
        let name: String = row.try_get(0)?;
        let table = read_table(memory, &name).await?;
        let parents: Vec<(String,)> =
            sqlx::query_as("SELECT DISTINCT \"table\" FROM pragma_foreign_key_list($1)")
                .bind(&name)
                .fetch_all(&mut *memory)
                .await?;
        waiting.push((table, parents.into_iter().map(|(parent,)| parent).collect()));
    }
    in_order(waiting)
}

async fn read_table(memory: &mut SqliteConnection, name: &str) -> Result<Table> {
    let rows: Vec<(String, String, i64)> =
        sqlx::query_as("SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid")
            .bind(name)
            .fetch_all(memory)
            .await?;
    let mut columns = Vec::with_capacity(rows.len());
    let mut key = Vec::new();
    for (place, (column, declared, in_key)) in rows.into_iter().enumerate() {
        let kind = match declared.as_str() {
            "BIGINT" => ColumnKind::Int,
            "TEXT" => ColumnKind::Text,
            "BLOB" => ColumnKind::Blob,
            other => return Err(Error::Schema(format!("column {name}.{column} has the type {other}"))),
        };
        columns.push(Column { name: column, kind });
        if in_key > 0 {
            key.push((in_key, place));
        }
    }
    if key.is_empty() {
        return Err(Error::Schema(format!("table {name} has no primary key")));
    }
    key.sort_unstable();
    Ok(Table { name: name.to_owned(), columns, key: key.into_iter().map(|(_, place)| place).collect() })
}

/// Parents first; a circle of references has no such order.
fn in_order(mut waiting: Vec<(Table, Vec<String>)>) -> Result<Vec<Table>> {
    let mut done: Vec<Table> = Vec::new();
    while !waiting.is_empty() {
        let known = |parent: &String| done.iter().any(|table| table.name == *parent);
        let Some(next) = waiting.iter().position(|(_, parents)| parents.iter().all(known)) else {
            let names: Vec<&str> = waiting.iter().map(|(table, _)| table.name.as_str()).collect();
            return Err(Error::Schema(format!(
                "tables refer to each other in a circle: {}",
                names.join(", ")
            )));
        };
        done.push(waiting.remove(next).0);
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str) -> Table {
        Table { name: name.to_owned(), columns: Vec::new(), key: vec![0] }
    }

    #[tokio::test]
    async fn parents_come_first_and_every_table_is_there() {
        let all = tables().await.unwrap();
        let place = |name: &str| all.iter().position(|table| table.name == name).unwrap();
        assert!(place("project") < place("site") && place("site") < place("system"));
        assert!(place("app_user") < place("app_session") && place("import") < place("import_batch"));
        let tables_of = |sql: &str, word: &str| sql.matches(word).count();
        let made = crate::MIGRATIONS.iter().map(|(_, _, sql)| tables_of(sql, "CREATE TABLE "));
        let gone = crate::MIGRATIONS.iter().map(|(_, _, sql)| tables_of(sql, "DROP TABLE "));
        assert_eq!(all.len() + gone.sum::<usize>(), made.sum::<usize>(), "a migration's table is missing");
        let block = &all[place("datum_block")];
        assert_eq!((block.key.as_slice(), block.columns[7].kind), ([0, 1, 2].as_slice(), ColumnKind::Blob));
    }

    #[test]
    fn a_circle_is_refused() {
        let waiting = vec![(table("a"), vec!["b".to_owned()]), (table("b"), vec!["a".to_owned()])];
        assert!(in_order(waiting).unwrap_err().to_string().contains("in a circle: a, b"));
    }
}
