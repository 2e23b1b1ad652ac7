//! Databases for tests: the embedded one always, a server where `GRIDFOLIO_TEST_POSTGRES` says how.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};

use gridfolio_db::{Db, DbOptions, Query};
use gridfolio_series::{StreamKey, ensure_stream};

pub(crate) const HOUR: i64 = 3_600_000;
pub(crate) const DAY: i64 = 24 * HOUR;
const POSTGRES: &str = "GRIDFOLIO_TEST_POSTGRES";

/// A database of its own for one test.
pub(crate) struct TestDb {
    pub db: Db,
    admin: Option<(Db, String)>,
    _folder: tempfile::TempDir,
}

impl TestDb {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(&DbOptions::new(folder.path().join("t.db").to_str().unwrap())).await.unwrap();
        db.migrate().await.unwrap();
        Self { db, admin: None, _folder: folder }
    }

    /// `None`, with a message, where no server is named.
    async fn postgres() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let Ok(url) = std::env::var(POSTGRES) else {
            eprintln!("skipped on PostgreSQL: {POSTGRES} is not set");
            return None;
        };
        let name = format!("series_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let admin = Db::open(&DbOptions::new(&url)).await.unwrap();
        run_outside(&admin, format!("CREATE DATABASE {name}")).await;
        let (base, _) = url.rsplit_once('/').unwrap();
        let db = Db::open(&DbOptions::new(format!("{base}/{name}"))).await.unwrap();
        db.migrate().await.unwrap();
        Some(Self { db, admin: Some((admin, name)), _folder: tempfile::tempdir().unwrap() })
    }

    async fn close(self) {
        self.db.close().await;
        if let Some((admin, name)) = self.admin {
            run_outside(&admin, format!("DROP DATABASE {name}")).await;
            admin.close().await;
        }
    }
}

/// Databases are made outside transactions.
async fn run_outside(db: &Db, sql: String) {
    let Db::Postgres(pool) = db else { panic!("{POSTGRES} names no PostgreSQL server") };
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(pool).await.unwrap();
}

/// Runs a test on every database there is.
pub(crate) fn on_databases<F: Future<Output = TestDb>>(test: impl Fn(TestDb) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        test(TestDb::sqlite().await).await.close().await;
        if let Some(postgres) = TestDb::postgres().await {
            test(postgres).await.close().await;
        }
    });
}

/// Makes a stream.
pub(crate) async fn stream(db: &Db, source: &str, zone: &str) -> i64 {
    let mut tx = db.write().await.unwrap();
    let made = ensure_stream(&mut tx, &StreamKey::new(1, source), zone).await.unwrap();
    tx.commit().await.unwrap();
    made.id
}

/// Damages what is stored, as a bad disk would.
pub(crate) async fn sql(db: &Db, text: &str) -> u64 {
    let mut tx = db.write().await.unwrap();
    let touched = Query::assembled(text.to_owned()).execute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    touched
}
