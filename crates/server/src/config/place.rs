//! Where the data is, and how the application is opened on it.

use std::path::{Path, PathBuf};

use clap::{ArgAction, Args, ValueEnum};
use gridfolio_db::{Db, DbOptions, sqlite_path};

use crate::app::{App, Outside};
use crate::identity::authority::{
    Authority, IdentityConfig, IssuerForm, KEY_DAYS, SecondFactor, SignInRules,
};
use crate::identity::oauth::uris::{AppUri, AppUris};
use crate::identity::seal::SealKey;
use crate::identity::trusted::IssuerRules;
use crate::keeping::upgrade::{self, Before};
use crate::kit::clock::{Clock, Ids};
use crate::messages::MessagesConfig;

/// Where the data is.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// Folder of the database file, the secret key and the configuration.
    #[arg(long, value_name = "DIR", default_value = "./gridfolio-data")]
    pub data: PathBuf,
    /// Database: sqlite:PATH or postgres://…; default: gridfolio.db in the data folder.
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// Configuration file; default: gridfolio.toml here or in the data folder.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Key that opens the secrets in the database, 32 bytes in Base64; default: secret.key in the data folder.
    #[arg(long, value_name = "BASE64", hide = true)]
    pub secret_key: Option<String>,
    /// What to log, such as info, warn, gridfolio=debug.
    #[arg(long, value_name = "FILTER", default_value = "info,sqlx=warn")]
    pub log: String,
    /// The ids that tokens are verified by.
    #[command(flatten)]
    pub pool: PoolArgs,
}

/// The ids that tokens are verified by, and what is stored of passwords. Every command reads them, because the first
/// one makes the ids, and any of them may set a password.
#[derive(Debug, Clone, Args)]
pub struct PoolArgs {
    /// Id of the user pool, us-east-1_NAME; made at the first start, fixed from then on.
    #[arg(long, value_name = "ID")]
    pub identity_pool_id: Option<String>,
    /// Id of the app client; made at the first start, fixed from then on.
    #[arg(long, value_name = "ID")]
    pub identity_client_id: Option<String>,
    /// Whether to store what sign-in by SRP needs; false: a stolen database and key give nothing away that is faster to
    /// guess than the password's hash, and clients that sign in by SRP cannot.
    #[arg(long, value_name = "BOOL", default_value_t = true, action = ArgAction::Set)]
    pub identity_srp: bool,
}

impl Default for PoolArgs {
    fn default() -> Self {
        Self { identity_pool_id: None, identity_client_id: None, identity_srp: true }
    }
}

/// Whether people need a second factor.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum SecondFactorArg {
    /// Whoever wants has one.
    Optional,
    /// Whoever has none sets one up at the next sign-in.
    Required,
}

/// Which issuer tokens carry.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum IssuerArg {
    /// This server's public address.
    PublicUrl,
    /// The address that AWS would have.
    Aws,
}

/// Who issues tokens.
#[derive(Debug, Clone, Args)]
pub struct IdentityArgs {
    /// Address under which clients reach this server; default: http:// (https:// with a certificate) and the
    /// address listened on.
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// Issuer in the tokens.
    #[arg(long, value_enum, default_value = "public-url")]
    pub identity_issuer: IssuerArg,
    /// Second factor of a sign-in.
    #[arg(long, value_enum, default_value = "optional")]
    pub identity_mfa: SecondFactorArg,
    /// Days after which a new signing key is made; nobody is signed out by it.
    #[arg(long, value_name = "DAYS", default_value_t = KEY_DAYS, value_parser = clap::value_parser!(u32).range(2..=3650))]
    pub identity_key_days: u32,
    /// Addresses of applications to which the sign-in page sends codes, to the letter; on the own machine
    /// (`http://127.0.0.1/callback`) any port fits.
    #[arg(long, value_name = "URI,…", value_delimiter = ',')]
    pub identity_redirect_uris: Vec<AppUri>,
    /// Addresses of applications to which people may be sent when they signed out.
    #[arg(long, value_name = "URI,…", value_delimiter = ',')]
    pub identity_logout_uris: Vec<AppUri>,
    /// Outside issuers whose tokens are believed: a list of {issuer, audience, claims}, here as JSON.
    #[arg(long, value_name = "JSON")]
    pub identity_trusted: Option<IssuerRules>,
}

impl IdentityArgs {
    /// The configuration for a server that listens under a URL.
    pub fn config(&self, listening_on: &str, pool: &PoolArgs) -> IdentityConfig {
        let public_url = self.public_url.clone().unwrap_or_else(|| listening_on.to_owned());
        IdentityConfig {
            public_url: public_url.trim_end_matches('/').to_owned(),
            pool_id: pool.identity_pool_id.clone(),
            client_id: pool.identity_client_id.clone(),
            issuer: match self.identity_issuer {
                IssuerArg::PublicUrl => IssuerForm::PublicUrl,
                IssuerArg::Aws => IssuerForm::Aws,
            },
            key_days: self.identity_key_days,
            trusted: self.identity_trusted.clone().unwrap_or_default(),
            app_uris: AppUris {
                redirect: self.identity_redirect_uris.clone(),
                logout: self.identity_logout_uris.clone(),
            },
            sign_in: SignInRules {
                srp: pool.identity_srp,
                mfa: match self.identity_mfa {
                    SecondFactorArg::Optional => SecondFactor::Optional,
                    SecondFactorArg::Required => SecondFactor::Required,
                },
            },
        }
    }
}

impl Place {
    /// The address of the database.
    pub fn database_url(&self) -> String {
        self.database
            .clone()
            .unwrap_or_else(|| format!("sqlite:{}", self.data.join("gridfolio.db").display()))
    }

    /// The file of the embedded database, if that is what is used.
    pub fn database_file(&self) -> Option<PathBuf> {
        sqlite_path(&self.database_url())
    }

    /// Refuses a place without a database; for commands that look at data, and should make none.
    pub fn refuse_missing(&self) -> Result<(), String> {
        match self.database_file() {
            Some(file) if !file.exists() => {
                Err(format!("there is no database {}: name its folder with --data", file.display()))
            }
            _ => Ok(()),
        }
    }

    /// Makes the data folder, readable by its owner only, if there is none.
    pub fn make_folder(&self) -> Result<(), String> {
        make_private_folder(&self.data)
    }

    /// Opens the database and brings its schema up to date.
    pub async fn open_database(&self, before: Before) -> Result<Db, String> {
        upgrade::open(self, before).await
    }

    /// Opens the database without changing it.
    pub async fn open_as_it_is(&self) -> Result<Db, String> {
        let url = self.database_url();
        Db::open(&DbOptions::new(&url)).await.map_err(|e| format!("database: {e}"))
    }

    /// The key that opens the secrets.
    pub fn seal_key(&self) -> Result<SealKey, String> {
        match &self.secret_key {
            Some(text) => SealKey::from_base64(text).map_err(|e| format!("secret-key: {e}")),
            None => SealKey::from_file(&self.data.join("secret.key")),
        }
    }

    /// Opens the application, migrating first.
    pub async fn open_app(&self, identity: &IdentityConfig, outside: Outside) -> Result<App, String> {
        self.make_folder()?;
        let seal = self.seal_key()?;
        let db = self.open_database(Before::Backup).await?;
        let authority = Authority::load(&db, identity, seal).await.map_err(|e| e.to_string())?;
        App::on_network(db, (Clock::System, Ids::Random), authority, outside)
    }

    /// Opens the application for a command that serves nothing.
    pub async fn open_app_for_command(&self) -> Result<App, String> {
        let pool_id = self.pool.identity_pool_id.clone();
        let client_id = self.pool.identity_client_id.clone();
        let sign_in = SignInRules { srp: self.pool.identity_srp, ..SignInRules::default() };
        let identity = IdentityConfig { pool_id, client_id, sign_in, ..IdentityConfig::default() };
        let messages = MessagesConfig { elsewhere: true, ..MessagesConfig::default() };
        self.open_app(&identity, Outside { messages, ..Outside::default() }).await
    }
}

/// Makes a folder that only its owner may enter, if there is none.
pub fn make_private_folder(folder: &Path) -> Result<(), String> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|e| format!("data: {}: {e}", folder.display()))
}
