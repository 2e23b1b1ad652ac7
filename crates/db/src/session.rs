//! Transactions: a snapshot to read from, and the only way to write.

use std::ops::{Deref, DerefMut};

use sqlx::query::{Query as SqlxQuery, QueryAs};
use sqlx::{Database, IntoArguments, Postgres, Sqlite, Transaction};

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
        Ok(match &mut self.inner {
            Inner::Sqlite(tx) => bind_as::<Sqlite, T>(query).fetch_all(&mut **tx).await?,
            Inner::Postgres(tx) => bind_as::<Postgres, T>(query).fetch_all(&mut **tx).await?,
        })
    }

    pub(crate) async fn fetch_optional<T: FromDbRow>(&mut self, query: Query) -> Result<Option<T>> {
        Ok(match &mut self.inner {
            Inner::Sqlite(tx) => bind_as::<Sqlite, T>(query).fetch_optional(&mut **tx).await?,
            Inner::Postgres(tx) => bind_as::<Postgres, T>(query).fetch_optional(&mut **tx).await?,
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

fn bind_as<D: Binds, T>(query: Query) -> QueryAs<'static, D, T, <D as Database>::Arguments>
where
    T: for<'r> sqlx::FromRow<'r, D::Row>,
    <D as Database>::Arguments: IntoArguments<D>,
{
    sqlx::query_as_with(query.sql, D::arguments(query.args))
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
