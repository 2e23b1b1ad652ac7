//! Who issues tokens: the pool, the client, the issuer's name. Made at the first start, kept in the database; a
//! configuration that says otherwise later is refused, because every verifier depends on it.

use gridfolio_db::Db;

use crate::identity::oauth::uris::AppUris;
use crate::identity::seal::SealKey;
use crate::identity::sign_in::step;
use crate::identity::trusted::{IssuerRules, Trusted};
use crate::identity::types;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::settings::{find_setting, settle_setting};

/// Which text tokens carry as their issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IssuerForm {
    /// This server's public address and the pool id.
    #[default]
    PublicUrl,
    /// The address that AWS would have, for programs that cannot be told otherwise.
    Aws,
}

/// After how many days a new signing key is made, unless the configuration says otherwise.
pub const KEY_DAYS: u32 = 90;

/// Whether people need a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SecondFactor {
    /// Whoever wants has one.
    #[default]
    Optional,
    /// Whoever has none sets one up at the next sign-in.
    Required,
}

/// What the configuration says about signing in.
#[derive(Debug, Clone, Copy)]
pub struct SignInRules {
    /// Whether verifiers of SRP are stored.
    pub srp: bool,
    /// Whether people need a second factor.
    pub mfa: SecondFactor,
}

impl Default for SignInRules {
    fn default() -> Self {
        Self { srp: true, mfa: SecondFactor::Optional }
    }
}

/// What the configuration says about identity.
#[derive(Debug, Clone, Default)]
pub struct IdentityConfig {
    /// Address under which clients reach this server, without a trailing slash.
    pub public_url: String,
    /// The pool id, if it is not to be made.
    pub pool_id: Option<String>,
    /// The client id, if it is not to be made.
    pub client_id: Option<String>,
    /// Which issuer tokens carry.
    pub issuer: IssuerForm,
    /// After how many days a new signing key is made; 0 stands for 90.
    pub key_days: u32,
    /// Outside issuers whose tokens are believed.
    pub trusted: IssuerRules,
    /// Addresses of applications.
    pub app_uris: AppUris,
    /// How people sign in.
    pub sign_in: SignInRules,
}

/// Who issues tokens. Fixed while the process runs.
#[derive(Debug)]
pub struct Authority {
    /// `us-east-1_…`
    pub pool_id: String,
    /// The one public app client.
    pub client_id: String,
    /// `iss` of every token.
    pub issuer: String,
    /// Where clients reach this server.
    pub public_url: String,
    /// After how many days a new signing key is made.
    pub key_days: i64,
    /// Outside issuers whose tokens are believed.
    pub trusted: Trusted,
    /// Addresses of applications.
    pub app_uris: AppUris,
    /// Opens the signing keys.
    pub seal: SealKey,
    /// How people sign in.
    pub sign_in: SignInRules,
}

impl Authority {
    /// Loads the authority of a database, making its ids and the types of users the first time.
    pub async fn load(db: &Db, config: &IdentityConfig, seal: SealKey) -> ApiResult<Self> {
        // Checked before it is stored: what is stored stays.
        config.pool_id.as_deref().map(region).transpose()?;
        let mut tx = db.write().await?;
        let made_pool = || format!("us-east-1_{}", random_word(9, POOL_LETTERS));
        let made_client = || random_word(26, CLIENT_LETTERS);
        let pool_id = fixed(&mut tx, "identity.pool_id", config.pool_id.as_deref(), made_pool).await?;
        let client_id =
            fixed(&mut tx, "identity.client_id", config.client_id.as_deref(), made_client).await?;
        step::settle(&mut tx).await?;
        types::ship(&mut tx).await?;
        tx.commit().await?;
        let region = region(&pool_id)?;
        let issuer = match config.issuer {
            IssuerForm::PublicUrl => format!("{}/{pool_id}", config.public_url),
            IssuerForm::Aws => format!("https://cognito-idp.{region}.amazonaws.com/{pool_id}"),
        };
        let key_days = if config.key_days == 0 { KEY_DAYS } else { config.key_days };
        let (public_url, key_days) = (config.public_url.clone(), i64::from(key_days));
        if config.trusted.0.iter().any(|rule| rule.issuer == issuer) {
            return Err(ApiError::bad(format!("identity.trusted: {issuer:?} is this server's own issuer")));
        }
        Ok(Self {
            pool_id,
            client_id,
            issuer,
            public_url,
            key_days,
            trusted: config.trusted.clone().into(),
            app_uris: config.app_uris.clone(),
            seal,
            sign_in: config.sign_in,
        })
    }

    /// The pool id behind its underscore, as the proof of a password by SRP names it.
    pub fn pool_name(&self) -> &str {
        self.pool_id.split_once('_').map_or("", |(_, name)| name)
    }

    /// The region part of the pool id.
    pub fn region(&self) -> &str {
        self.pool_id.split_once('_').map_or("", |(region, _)| region)
    }
}

fn region(pool_id: &str) -> ApiResult<&str> {
    match pool_id.split_once('_') {
        Some((region, name)) if !region.is_empty() && !name.is_empty() => Ok(region),
        _ => Err(ApiError::bad(format!("identity.pool_id: {pool_id:?} must have the form us-east-1_NAME"))),
    }
}

async fn fixed(
    session: &mut gridfolio_db::Session,
    name: &str,
    configured: Option<&str>,
    make: impl FnOnce() -> String,
) -> ApiResult<String> {
    let stored = match find_setting(session, name).await? {
        Some(stored) => stored,
        None => settle_setting(session, name, &configured.map_or_else(make, str::to_owned)).await?,
    };
    match configured {
        Some(wanted) if stored != wanted => Err(ApiError::bad(format!(
            "{name}: {wanted:?} is not {stored:?}, with which this database was made; it cannot change, because every verifier of tokens depends on it"
        ))),
        _ => Ok(stored),
    }
}

const POOL_LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const CLIENT_LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// A random word. Letters come from a byte by remainder: these words are names, not secrets.
fn random_word(length: usize, letters: &[u8]) -> String {
    let mut bytes = vec![0; length];
    // Without randomness the word is a constant; a name may be that, a secret never is made here.
    let _ = aws_lc_rs::rand::fill(&mut bytes);
    bytes.into_iter().map(|byte| char::from(letters[usize::from(byte) % letters.len()])).collect()
}
