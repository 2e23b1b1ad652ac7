//! Migrations: one numbered set for both databases. A landed migration is never edited.

use std::borrow::Cow;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr};

use crate::{Db, Error, Result, query};

/// The numbered set. The text is portable; `BLOB` becomes `BYTEA` on PostgreSQL.
pub const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "catalogue", include_str!("../../../migrations/0001_catalogue.sql")),
    (2, "datums", include_str!("../../../migrations/0002_datums.sql")),
    (3, "imports", include_str!("../../../migrations/0003_imports.sql")),
    (4, "portfolios", include_str!("../../../migrations/0004_portfolios.sql")),
    (5, "events and pro formas", include_str!("../../../migrations/0005_events_pro_forma.sql")),
    (6, "people", include_str!("../../../migrations/0006_people.sql")),
    (7, "password codes", include_str!("../../../migrations/0007_password_codes.sql")),
];

/// Which migrations a database has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchemaState {
    /// Newest migration applied; `None` for an empty database.
    pub applied: Option<i64>,
    /// Newest migration this program knows.
    pub known: i64,
}

impl Db {
    /// Brings the schema to this program's state; refuses a database newer than the program.
    pub async fn migrate(&self) -> Result<()> {
        let mut attempts = 0;
        loop {
            match self.migrate_once().await {
                // Two processes that start on one new file: the loser finds the tables made.
                Err(Error::Other(_) | Error::Busy | Error::Unique(_)) if attempts < 3 => {
                    attempts += 1;
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                outcome => return outcome,
            }
        }
    }

    async fn migrate_once(&self) -> Result<()> {
        let state = self.schema_state().await?;
        if let Some(found) = state.applied
            && found > state.known
        {
            return Err(Error::Newer { found, known: state.known });
        }
        let migrator = migrator(self.is_postgres());
        match self {
            Self::Sqlite { write, .. } => migrator.run(write).await,
            Self::Postgres(pool) => migrator.run(pool).await,
        }
        .map_err(|error| match error {
            MigrateError::Execute(e) | MigrateError::ExecuteMigration(e, _) => Error::from(e),
            MigrateError::VersionMissing(found) => Error::Newer { found, known: state.known },
            MigrateError::VersionMismatch(number) => Error::Altered(number),
            other => Error::Other(sqlx::Error::Migrate(Box::new(other))),
        })
    }

    /// Brings an empty database to the schema of an earlier program; for tests of what an upgrade does.
    pub async fn migrate_as_of(&self, number: i64) -> Result<()> {
        let mut migrator = migrator(self.is_postgres());
        migrator.migrations.to_mut().retain(|migration| migration.version <= number);
        match self {
            Self::Sqlite { write, .. } => migrator.run(write).await,
            Self::Postgres(pool) => migrator.run(pool).await,
        }
        .map_err(|error| Error::Other(sqlx::Error::Migrate(Box::new(error))))
    }

    /// Which migrations the database has, without changing it.
    pub async fn schema_state(&self) -> Result<SchemaState> {
        let known = MIGRATIONS.iter().map(|(number, ..)| *number).max().unwrap_or(0);
        let mut tx = self.read().await?;
        let listed = if self.is_postgres() {
            query(
                "SELECT CAST(COUNT(*) AS BIGINT) FROM information_schema.tables WHERE table_name = '_sqlx_migrations'",
            )
        } else {
            query("SELECT COUNT(*) FROM sqlite_master WHERE name = '_sqlx_migrations'")
        };
        let (tables,): (i64,) = listed.one(&mut tx).await?;
        if tables == 0 {
            return Ok(SchemaState { applied: None, known });
        }
        let (applied,): (Option<i64>,) =
            query("SELECT CAST(MAX(version) AS BIGINT) FROM _sqlx_migrations").one(&mut tx).await?;
        Ok(SchemaState { applied, known })
    }
}

pub(crate) fn migrator(postgres: bool) -> Migrator {
    let migrations = MIGRATIONS
        .iter()
        .map(|(number, name, text)| {
            let text = if postgres { text.replace(" BLOB", " BYTEA") } else { (*text).to_owned() };
            Migration::new(
                *number,
                Cow::Borrowed(*name),
                MigrationType::Simple,
                AssertSqlSafe(text).into_sql_str(),
                false,
            )
        })
        .collect();
    Migrator::with_migrations(migrations)
}
