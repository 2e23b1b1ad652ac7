//! Where somebody stands between two requests of a sign-in, as a sealed text that they carry themselves. Nothing of
//! it can be read or made without the secret key and a word of the database; it holds for a short time, for one epoch
//! of the credential, and leads on once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gridfolio_db::{Session, query};
use gridfolio_wire::UserId;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::identity::seal::SealKey;
use crate::identity::sign_in::{Method, secrets, srp};
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::settings::{find_setting, put_setting, settle_setting};

/// How long a step waits for the next one.
const LIFE_MS: i64 = 5 * 60_000;

/// Length of a step before it is sealed.
const LENGTH: usize = 512;

/// The setting with the word of which, and of the secret key, the key of steps is made: who has the secret key alone,
/// or did have it before the word was replaced, makes none.
const SETTING: &str = "identity.tickets";

/// Makes the word, if there is none.
pub async fn settle(session: &mut Session) -> ApiResult<()> {
    if find_setting(session, SETTING).await?.is_none() {
        settle_setting(session, SETTING, &word()?).await?;
    }
    Ok(())
}

/// Replaces the word, which ends the sign-ins that have begun.
pub async fn replace(session: &mut Session) -> ApiResult<()> {
    Ok(put_setting(session, SETTING, &word()?).await?)
}

fn word() -> ApiResult<String> {
    Ok(srp::hex(&secrets::random::<32>()?))
}

/// Read each time: a command may have replaced it.
async fn key(app: &App) -> ApiResult<SealKey> {
    let mut snapshot = app.db.read().await?;
    let word = find_setting(&mut snapshot, SETTING).await?;
    let word = word.ok_or_else(|| ApiError::internal(format!("the setting {SETTING} is missing")))?;
    Ok(app.authority.seal.derived(SETTING, word.as_bytes()))
}

/// What a step waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Awaits {
    /// A signature by SRP.
    PasswordVerifier,
    /// A code of the second factor.
    Code,
    /// A password instead of a temporary one.
    NewPassword,
    /// A second factor, which must be set up.
    SetUp,
}

impl Awaits {
    fn purpose(self) -> &'static str {
        match self {
            Self::PasswordVerifier => "sign-in: password verifier",
            Self::Code => "sign-in: code",
            Self::NewPassword => "sign-in: new password",
            Self::SetUp => "sign-in: set-up",
        }
    }
}

/// Where somebody stands.
#[derive(Clone, Serialize, Deserialize)]
pub struct Ticket {
    /// Its own id, by which it is known to be used.
    pub id: String,
    /// Who it is, or would be if they existed.
    pub user: UserId,
    /// The epoch of their credential.
    pub epoch: i64,
    /// Until when it holds, ms.
    pub expires_at: i64,
    /// How they proved, or mean to prove, the password.
    pub method: Method,
    /// The key that both sides of SRP came to, or the secret of a second factor that is being set up.
    #[serde(default)]
    pub secret: Vec<u8>,
    /// Whether that second factor was proven.
    #[serde(default)]
    pub proven: bool,
}

impl std::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ticket").field("id", &self.id).field("user", &self.user).finish_non_exhaustive()
    }
}

impl Ticket {
    /// A new one for a person at an epoch of their credential.
    pub fn new(app: &App, user: &UserId, epoch: i64, method: Method) -> Self {
        Self {
            id: app.ids.uuid(),
            user: user.clone(),
            epoch,
            expires_at: app.clock.now_ms() + LIFE_MS,
            method,
            secret: Vec::new(),
            proven: false,
        }
    }

    /// The text that the client carries, in Base64.
    pub async fn seal(&self, app: &App, awaits: Awaits) -> ApiResult<String> {
        let mut plain = serde_json::to_vec(self).map_err(ApiError::internal)?;
        // One length for everybody: it would tell how often a password was changed, and so who exists.
        plain.resize(plain.len().max(LENGTH), b' ');
        let sealed = key(app).await?.seal(awaits.purpose(), &plain).map_err(ApiError::internal)?;
        Ok(STANDARD.encode(sealed))
    }

    /// Opens a text; `None` if it is not ours, waits for something else, or has expired.
    pub async fn open(app: &App, awaits: Awaits, text: &str) -> ApiResult<Option<Self>> {
        let Ok(sealed) = STANDARD.decode(text) else { return Ok(None) };
        let Ok(plain) = key(app).await?.open(awaits.purpose(), &sealed) else { return Ok(None) };
        let ticket: Self = serde_json::from_slice(&plain).map_err(ApiError::internal)?;
        Ok(Some(ticket).filter(|ticket| app.clock.now_ms() < ticket.expires_at))
    }

    /// Writes down that it led on, and forgets those that expired; `false` if it had led on before.
    pub async fn spend(&self, session: &mut Session, now_ms: i64) -> gridfolio_db::Result<bool> {
        query("DELETE FROM used_step WHERE expires_at <= $1").bind(now_ms).execute(session).await?;
        let touched =
            query("INSERT INTO used_step (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING")
                .bind(&self.id)
                .bind(self.expires_at)
                .execute(session)
                .await?;
        Ok(touched == 1)
    }
}
