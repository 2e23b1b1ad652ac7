//! Transactions: a snapshot to read from, and the only way to write.

use std::ops::{Deref, DerefMut};

use sqlx::postgres::PgRow;
use sqlx::query::Query as SqlxQuery;
use sqlx::sqlite::SqliteRow;
use sqlx::{Database, FromRow, IntoArguments, Postgres, Sqlite, Transaction};

use crate::query::{Arg, FromDbRow, Query};
use crate::{Db, Error, Result};

/// One open transaction on either database; statements run on it in order.
#[derive(Debug)]
pub struct Session {
    inner: Inner,
}

#[derive(Debug)]
enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// A snapshot: every statement in it sees the same state.
#[derive(Debug)]
pub struct ReadTx(Session);

/// A write transaction; dropped without [`WriteTx::commit`], it changes nothing.
#[derive(Debug)]
pub struct WriteTx(Session);

impl ReadTx {
    pub(crate) async fn begin(db: &Db) -> Result<Self> {
        let inner = match db {
            Db::Sqlite { read, .. } => Inner::Sqlite(read.begin().await?),
            Db::Postgres(pool) => {
                Inner::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
            }
        };
        Ok(Self(Session { inner }))
    }
}

impl WriteTx {
    pub(crate) async fn begin(db: &Db) -> Result<Self> {
        let inner = match db {
            Db::Sqlite { write, .. } => Inner::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Db::Postgres(pool) => Inner::Postgres(pool.begin().await?),
        };
        Ok(Self(Session { inner }))
    }

    /// Makes the changes durable.
    pub async fn commit(self) -> Result<()> {
        match self.0.inner {
            Inner::Sqlite(tx) => tx.commit().await?,
            Inner::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Gives the changes up now rather than at drop.
    pub async fn rollback(self) -> Result<()> {
        match self.0.inner {
            Inner::Sqlite(tx) => tx.rollback().await?,
            Inner::Postgres(tx) => tx.rollback().await?,
        }
        Ok(())
    }
}

impl Session {
    /// Whether this session runs on PostgreSQL; for the few texts that must differ.
    pub fn is_postgres(&self) -> bool {
        matches!(self.inner, Inner::Postgres(_))
    }

    pub(crate) async fn fetch_all<T: FromDbRow>(&mut self, query: Query) -> Result<Vec<T>> {
        self.rows(query).await?.decode()
    }

    pub(crate) async fn fetch_optional<T: FromDbRow>(&mut self, query: Query) -> Result<Option<T>> {
        Ok(self.first_row(query).await?.decode()?.pop())
    }

    // Rows are fetched here, once for all row types: what is generic is only their decoding.

    async fn rows(&mut self, query: Query) -> Result<Rows> {
        Ok(match &mut self.inner {
            Inner::Sqlite(tx) => Rows::Sqlite(bind::<Sqlite>(query).fetch_all(&mut **tx).await?),
            Inner::Postgres(tx) => Rows::Postgres(bind::<Postgres>(query).fetch_all(&mut **tx).await?),
        })
    }

    async fn first_row(&mut self, query: Query) -> Result<Rows> {
        Ok(match &mut self.inner {
            Inner::Sqlite(tx) => {
                Rows::Sqlite(bind::<Sqlite>(query).fetch_optional(&mut **tx).await?.into_iter().collect())
            }
            Inner::Postgres(tx) => {
                Rows::Postgres(bind::<Postgres>(query).fetch_optional(&mut **tx).await?.into_iter().collect())
            }
        })
    }

    pub(crate) async fn execute(&mut self, query: Query) -> Result<u64> {
        Ok(match &mut self.inner {
            Inner::Sqlite(tx) => bind::<Sqlite>(query).execute(&mut **tx).await?.rows_affected(),
            Inner::Postgres(tx) => bind::<Postgres>(query).execute(&mut **tx).await?.rows_affected(),
        })
    }

    /// Prepares a statement without running it; for the test that every statement is valid on both databases.
    pub async fn prepare(&mut self, sql: &str) -> Result<()> {
        use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};
        let sql = AssertSqlSafe(sql.to_owned()).into_sql_str();
        match &mut self.inner {
            Inner::Sqlite(tx) => (**tx).prepare(sql).await.map(drop).map_err(Error::from),
            Inner::Postgres(tx) => (**tx).prepare(sql).await.map(drop).map_err(Error::from),
        }
    }
}

trait Binds: Database {
    fn arguments(args: Vec<Arg>) -> <Self as Database>::Arguments;
}

macro_rules! binds {
    ($database:ty) => {
        impl Binds for $database {
            fn arguments(args: Vec<Arg>) -> <Self as Database>::Arguments {
                use sqlx::Arguments as _;
                let mut bound = <Self as Database>::Arguments::default();
                for arg in args {
                    // Encoding an integer, a text or bytes into a buffer has no way to fail.
                    let _ = match arg {
                        Arg::Int(value) => bound.add(value),
                        Arg::Text(value) => bound.add(value),
                        Arg::Blob(value) => bound.add(value),
                    };
                }
                bound
            }
        }
    };
}
binds!(Sqlite);
binds!(Postgres);

/// Rows of either database, not yet decoded.
enum Rows {
    Sqlite(Vec<SqliteRow>),
    Postgres(Vec<PgRow>),
}

impl Rows {
    fn decode<T: FromDbRow>(self) -> Result<Vec<T>> {
        let decoded: sqlx::Result<Vec<T>> = match &self {
            Self::Sqlite(rows) => rows.iter().map(FromRow::from_row).collect(),
            Self::Postgres(rows) => rows.iter().map(FromRow::from_row).collect(),
        };
        Ok(decoded?)
    }
}

fn bind<D: Binds>(query: Query) -> SqlxQuery<'static, D, <D as Database>::Arguments>
where
    <D as Database>::Arguments: IntoArguments<D>,
{
    sqlx::query_with(query.sql, D::arguments(query.args))
}

macro_rules! session_of {
    ($($type:ty),+) => {$(
        impl Deref for $type {
            type Target = Session;
            fn deref(&self) -> &Session { &self.0 }
        }
        impl DerefMut for $type {
            fn deref_mut(&mut self) -> &mut Session { &mut self.0 }
        }
    )+};
}
session_of!(ReadTx, WriteTx);
