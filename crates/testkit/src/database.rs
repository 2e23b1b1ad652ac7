//! A database per test, copied from a template that holds the schema, a signing key and a person of each type.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use gridfolio_db::{Db, DbOptions, MIGRATIONS};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::app::fill_template;
use crate::postgres::server_url;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A file of its own.
    Sqlite,
    /// A database of its own on the server of the test run.
    Postgres,
}

/// A database of one test; removed with it.
#[derive(Debug)]
pub struct TestDb {
    /// Address for `--database`.
    pub url: String,
    /// Folder of the test, also its data folder.
    pub folder: TempDir,
    postgres_name: Option<String>,
}

impl TestDb {
    /// A fresh copy of the template.
    pub async fn new(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => Self::sqlite().await,
            Backend::Postgres => Self::postgres().await,
        }
    }

    /// Opens it.
    pub async fn open(&self) -> Db {
        Db::open(&DbOptions::new(&self.url)).await.expect("the test's database opens")
    }

    async fn sqlite() -> Self {
        static TEMPLATE: OnceCell<TempDir> = OnceCell::const_new();
        let template = TEMPLATE.get_or_init(sqlite_template).await;
        Self::sqlite_like(&template.path().join("template.db"))
    }

    fn sqlite_like(template: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("gridfolio.db");
        std::fs::copy(template, &file).unwrap();
        Self { url: format!("sqlite:{}", file.display()), folder, postgres_name: None }
    }

    /// A database without a table: what a new installation begins with.
    pub async fn empty(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let url = format!("sqlite:{}", folder.path().join("gridfolio.db").display());
                Self { url, folder, postgres_name: None }
            }
            Backend::Postgres => Self::postgres_like("template0").await,
        }
    }

    /// A copy, to be worked on while this one stays as it is. Nobody may have it open.
    pub async fn copy(&self) -> Self {
        match &self.postgres_name {
            Some(name) => Self::postgres_like(name).await,
            None => Self::sqlite_like(&self.path("gridfolio.db")),
        }
    }

    /// A PostgreSQL database made by statements, such as a dump.
    pub async fn of_statements(sql: String) -> Self {
        let db = Self::empty(Backend::Postgres).await;
        let mut connection = PgConnection::connect(&db.url).await.unwrap();
        run(&mut connection, sql).await;
        connection.close().await.unwrap();
        db
    }

    async fn postgres() -> Self {
        let template = postgres_template().await;
        Self::postgres_like(&template).await
    }

    async fn postgres_like(template: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::SeqCst);
        let name = format!("gridfolio_test_{}_{count}", std::process::id());
        let mut admin = PgConnection::connect(server_url()).await.expect("the server of the tests answers");
        run(&mut admin, format!("DROP DATABASE IF EXISTS {name}")).await;
        run(&mut admin, format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        admin.close().await.unwrap();
        Self { url: database_url(&name), folder: tempfile::tempdir().unwrap(), postgres_name: Some(name) }
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let Some(name) = self.postgres_name.take() else { return };
        // On its own thread: the test's runtime may be going down.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                if let Ok(mut admin) = PgConnection::connect(server_url()).await {
                    let gone = AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
                    let _ = admin.execute(gone).await;
                }
            });
        });
        let _ = dropped.join();
    }
}

async fn run(connection: &mut PgConnection, sql: String) {
    let begin: String = sql.chars().take(200).collect();
    connection.execute(AssertSqlSafe(sql)).await.unwrap_or_else(|e| panic!("{begin}: {e}"));
}

fn database_url(name: &str) -> String {
    let (server, rest) = server_url().rsplit_once('/').expect("the address names a database");
    let options = rest.find('?').map_or("", |at| &rest[at..]);
    format!("{server}/{name}{options}")
}

async fn sqlite_template() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("template.db").display());
    fill(&url).await;
    folder
}

async fn fill(url: &str) {
    let db = Db::open(&DbOptions::new(url)).await.unwrap();
    db.migrate().await.unwrap();
    fill_template(&db).await;
    db.close().await;
}

/// The template of this program's schema; the first test process of a run makes it, the others wait for it.
async fn postgres_template() -> String {
    static MADE: OnceCell<String> = OnceCell::const_new();
    MADE.get_or_init(|| async {
        let name = format!("gridfolio_template_{:016x}", migrations_hash());
        let mut admin = PgConnection::connect(server_url()).await.expect("the server of the tests answers");
        run(&mut admin, "SELECT pg_advisory_lock(4711)".to_owned()).await;
        let found: (i64,) = sqlx::query_as("SELECT COUNT(*) FROM pg_database WHERE datname = $1")
            .bind(&name)
            .fetch_one(&mut admin)
            .await
            .unwrap();
        if found.0 == 0 {
            let raw = format!("{name}_raw");
            run(&mut admin, format!("DROP DATABASE IF EXISTS {raw}")).await;
            run(&mut admin, format!("CREATE DATABASE {raw}")).await;
            fill(&database_url(&raw)).await;
            run(&mut admin, format!("ALTER DATABASE {raw} RENAME TO {name}")).await;
        }
        run(&mut admin, "SELECT pg_advisory_unlock(4711)".to_owned()).await;
        admin.close().await.unwrap();
        name
    })
    .await
    .clone()
}

fn migrations_hash() -> u64 {
    let texts = MIGRATIONS.iter().flat_map(|(_, name, sql)| name.bytes().chain(sql.bytes()));
    let code = include_bytes!("app.rs").iter().copied();
    texts
        .chain(code)
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A file in a test's folder.
impl TestDb {
    /// Path of a file in the folder of the test.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
