//! An application for one test.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use axum::Router;
use gridfolio::app::{App, Outside};
use gridfolio::identity::authority::{Authority, IdentityConfig};
use gridfolio::identity::keys;
use gridfolio::identity::oauth::uris::{AppUri, AppUris};
use gridfolio::identity::seal::SealKey;
use gridfolio::identity::service::{self, NewUser};
use gridfolio::identity::{store, types};
use gridfolio::kit::access::Actor;
use gridfolio::kit::clock::{Clock, Ids};
use gridfolio::kit::origin::Peer;
use gridfolio::kit::tx::{Change, Tx};
use gridfolio::net::port::Port;
use gridfolio::router::router;
use gridfolio_db::Db;
use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio::net::TcpListener;
use tokio::sync::OnceCell;
use tokio::task::JoinHandle;

use crate::client::Role;
use crate::contract::Contract;
use crate::database::{Backend, TestDb};
use crate::secrets;

/// Where the clock stands at the beginning of every test: 2025-06-15T12:00:00Z.
pub const NOW: i64 = 1_749_988_800_000;
/// The address of the administrator of the template.
pub const ADMINISTRATOR: &str = "administrator@example.org";
/// The address of the viewer of the template.
pub const USER: &str = "user@example.org";
/// Their password.
pub const PASSWORD: &str = "a password for tests";

/// An application on a database of its own.
#[derive(Debug)]
pub struct TestApp {
    /// The application.
    pub app: App,
    /// Its database and folder.
    pub db: TestDb,
    /// Which database it runs on.
    pub backend: Backend,
    /// What its answers are checked against.
    pub contract: Arc<Contract>,
    router: Router,
    tokens: [OnceCell<String>; Role::PEOPLE.len()],
    server: Option<Server>,
}

#[derive(Debug)]
struct Server {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The key that opens the secrets of the template, for programs that work on a test's database.
pub const SECRET_KEY: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

/// The address of an application that does not listen.
const NOWHERE: &str = "http://gridfolio.test";

fn seal() -> SealKey {
    SealKey::from_base64(SECRET_KEY).unwrap()
}

fn uris(texts: &[&str]) -> Vec<AppUri> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn identity(public_url: &str) -> IdentityConfig {
    IdentityConfig {
        public_url: public_url.to_owned(),
        pool_id: Some("us-east-1_Tests".to_owned()),
        client_id: Some("clientoftests".to_owned()),
        app_uris: AppUris {
            redirect: uris(&["https://app.example.org/callback?from=gridfolio", "http://127.0.0.1/callback"]),
            logout: uris(&["https://app.example.org/bye"]),
        },
        ..IdentityConfig::default()
    }
}

async fn open(db: Db, config: IdentityConfig, clock: Clock, first_id: u64, outside: Outside) -> App {
    let authority = Authority::load(&db, &config, seal()).await.unwrap();
    let ids = Ids::Counted(Arc::new(AtomicU64::new(first_id)));
    App::on_network(db, (clock, ids), authority, outside).expect("the parts of the application fit")
}

fn frozen() -> Clock {
    Clock::frozen(Timestamp::from_millisecond(NOW).unwrap())
}

/// Puts a signing key and two people into the template.
pub(crate) async fn fill_template(db: &Db) {
    let app = open(db.clone(), identity(NOWHERE), frozen(), 1, Outside::default()).await;
    keys::current(&app).await.unwrap();
    for role in Role::PEOPLE {
        let new = NewUser {
            email: role.email().to_owned(),
            first_name: role.first_name().to_owned(),
            last_name: "Test".to_owned(),
            user_type: types::Shipped::named(role.word()).unwrap(),
            password: PASSWORD.to_owned(),
        };
        service::add_user(&app, Actor::command("test"), new).await.unwrap();
    }
}

impl TestApp {
    /// An application with the system's parts frozen, and administrator and viewer signed in.
    pub async fn new(backend: Backend) -> Self {
        Self::on_network(backend, Outside::default()).await
    }

    /// One that meets what is outside of it in a given way.
    pub async fn on_network(backend: Backend, outside: impl Into<Outside>) -> Self {
        Self::with_address(backend, NOWHERE, outside.into()).await
    }

    /// One that listens on a free port of this machine as well, for clients in other processes.
    pub async fn serving(backend: Backend) -> Self {
        Self::serving_with(backend, |_| ()).await
    }

    /// The same under another configuration of identity.
    pub async fn serving_with(backend: Backend, change: impl FnOnce(&mut IdentityConfig)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut config = identity(&format!("http://{address}"));
        change(&mut config);
        let mut test = Self::configured(backend, config, Outside::default()).await;
        let router = test.router.clone();
        let task = tokio::spawn(async move {
            axum::serve(Port::Plain(listener), router.into_make_service_with_connect_info::<Peer>())
                .await
                .unwrap();
        });
        test.server = Some(Server { address, task });
        test
    }

    /// The same database under another configuration of identity; people are signed in anew.
    pub async fn with_identity(backend: Backend, change: impl FnOnce(&mut IdentityConfig)) -> Self {
        let mut config = identity(NOWHERE);
        change(&mut config);
        Self::configured(backend, config, Outside::default()).await
    }

    /// One that goes on with a database that another has left, checked by the same contract.
    pub async fn resumed(backend: Backend, db: TestDb, contract: Arc<Contract>) -> Self {
        // Ids that the other has given are not given again.
        let app = open(db.open().await, identity(NOWHERE), frozen(), 1_000_000, Outside::default()).await;
        let router = contract.clone().watch(router(&app));
        Self { app, db, backend, contract, router, tokens: Default::default(), server: None }
    }

    /// Ends, and leaves its database.
    pub async fn into_db(self) -> TestDb {
        self.app.db.close().await;
        self.db
    }

    async fn with_address(backend: Backend, public_url: &str, outside: Outside) -> Self {
        Self::configured(backend, identity(public_url), outside).await
    }

    async fn configured(backend: Backend, config: IdentityConfig, outside: Outside) -> Self {
        secrets::start_log();
        let db = TestDb::new(backend).await;
        let clock = if config.public_url == NOWHERE { frozen() } else { Clock::System };
        let app = open(db.open().await, config, clock, 1000, outside).await;
        let tokens: [OnceCell<String>; Role::PEOPLE.len()] = Default::default();
        let contract = Arc::new(Contract::load(&app.openapi));
        let router = contract.clone().watch(router(&app));
        let test = Self { app, db, backend, contract, router, tokens, server: None };
        for role in [Role::Administrator, Role::Viewer] {
            test.token_of(role).await;
        }
        test
    }

    /// The address clients reach it under, if it listens.
    pub fn url(&self) -> String {
        let server = self.server.as_ref().expect("only an application made by `serving` listens");
        format!("http://{}", server.address)
    }

    /// The id token of the administrator or the viewer, or of another role that has called; `None` for nobody.
    pub fn token(&self, role: Role) -> Option<&str> {
        let index = Role::PEOPLE.iter().position(|one| *one == role)?;
        Some(self.tokens[index].get().expect("this role has not called yet"))
    }

    /// The id token of a role; `None` for nobody.
    pub async fn token_of(&self, role: Role) -> Option<&str> {
        let index = Role::PEOPLE.iter().position(|one| *one == role)?;
        let token = self.tokens[index].get_or_init(|| async {
            let mut snapshot = self.app.db.read().await.unwrap();
            let account = store::find_account_by_email(&mut snapshot, role.email()).await.unwrap().unwrap();
            drop(snapshot);
            service::open_session(&self.app, &account).await.unwrap().unwrap().tokens.id_token
        });
        Some(token.await)
    }

    /// Changes the account with an address, past every rule about who may.
    pub async fn change_user(&self, email: &str, change: impl FnOnce(&mut Map<String, Value>)) {
        let mut tx = Tx::begin(&self.app, Actor::command("test")).await.unwrap();
        let before = store::find_user_by_email(&mut tx, email).await.unwrap().unwrap();
        let mut document = before.document.clone();
        change(&mut document);
        let after = before.replaced(document);
        store::update_user(&mut tx, &after).await.unwrap();
        tx.commit(Change::update(&before, &after)).await.unwrap();
    }

    /// The router, with the contract check around it.
    pub fn router(&self) -> Router {
        self.router.clone()
    }
}
